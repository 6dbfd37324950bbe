"""Keeping it: backups, restoring them, and moving to another database."""
