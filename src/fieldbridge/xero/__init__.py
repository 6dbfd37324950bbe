"""The Xero connector: session, codec, refusals, and one file for each group of endpoints."""

API = "https://api.xero.com"
