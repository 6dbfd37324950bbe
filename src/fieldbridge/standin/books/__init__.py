"""One organisation's books: the records, and the rules that decide what may change them. Knows nothing of HTTP."""
