"""My Applications, and OAuth 1.0a: registering a certificate, and checking what is signed with its key."""
