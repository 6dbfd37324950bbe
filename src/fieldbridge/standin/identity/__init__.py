"""OAuth 2.0: consent, tokens, connections, and which scopes a call needs. Everything under the identity addresses."""
