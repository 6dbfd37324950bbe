"""fieldbridge joins Xero (the books) to a field-sales cloud (where reps take orders on tablets)."""
