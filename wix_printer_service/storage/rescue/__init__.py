"""Rescue: a damaged database is set aside whole, and what can be read of it is carried over."""
