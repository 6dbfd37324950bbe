"""The installation's own web face."""
