"""The Xero connector: session, codec, refusals, and one file for each group of endpoints."""
