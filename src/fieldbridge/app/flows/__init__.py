"""Flows put to work: the stages of a run, joining Xero, the folder and the ledger."""
