"""The roads on which a job's bytes reach a printer; each one is open, send, close."""
