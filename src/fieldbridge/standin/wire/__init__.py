"""How values, answers and queries look on the wire. Knows nothing of the books."""
