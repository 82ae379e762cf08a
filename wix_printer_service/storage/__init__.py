"""Storage: one SQLite file, one writer, numbered schema steps."""
