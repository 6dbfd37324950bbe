"""Invoices, credit notes and payments: how they are priced, numbered, approved, settled and locked. No HTTP."""
