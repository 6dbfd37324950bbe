"""The endpoints that are neither a plain collection nor a plain write."""
