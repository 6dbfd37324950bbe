"""Invoices, credit notes and payments: how they are numbered, approved, settled and locked. No HTTP."""
