"""Breaks the real daemon in every way that a restaurant may meet, and counts what is on paper."""
