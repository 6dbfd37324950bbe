"""OAuth 1.0a private applications: registering a certificate, and checking what is signed with its key."""
