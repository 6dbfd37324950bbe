"""Believable books for a New Zealand wholesaler, the same for the same seed number. All names are invented."""
