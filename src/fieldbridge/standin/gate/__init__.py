"""What stands between the wire and the books: limits, idempotency keys, planned faults, the record of calls."""
