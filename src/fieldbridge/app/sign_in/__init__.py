"""Ways into Xero: the legacy private app, and OAuth 2.0 as a PKCE app, a web app or a custom connection."""
