"""Codes, refresh tokens and access tokens: how they are made, exchanged and taken back."""
