"""Simulated trade: an office at the local Xero, reps with tablets, the product between them, and one who checks."""
