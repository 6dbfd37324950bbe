"""Evidence: what became of one transaction, of all of a period, and what would become of them today."""
