"""The field-sales side: one folder per way of reaching a field-sales cloud."""
