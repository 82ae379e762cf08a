"""Printing: documents become bytes, bytes reach a printer."""
