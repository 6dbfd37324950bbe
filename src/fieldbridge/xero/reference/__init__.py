"""What a Xero organisation is set up with: read, never written."""
