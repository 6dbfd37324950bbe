"""Alerts: looking for what a person must do, and telling whoever is to know."""
