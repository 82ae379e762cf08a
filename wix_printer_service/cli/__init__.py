"""The command line ``wix-printer``."""
