"""Many connections at once: each with a folder and, where Xero is called, an organisation of its own."""
