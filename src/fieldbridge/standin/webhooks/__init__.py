"""Webhooks: what changed is told to the addresses applications subscribed with, signed, and again until it is heard."""
