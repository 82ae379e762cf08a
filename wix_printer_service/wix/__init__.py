"""Wix: verifying and reading what it sends."""
