"""Alerts: what a person must do, told once when it begins and once when it ends."""
