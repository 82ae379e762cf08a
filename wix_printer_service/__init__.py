"""Turns a restaurant's Wix orders into paper and never loses one."""
