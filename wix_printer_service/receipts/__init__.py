"""Receipts: an order becomes a document for one reader."""
