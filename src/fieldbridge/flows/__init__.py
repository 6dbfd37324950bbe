"""Flows: one file for each kind of record, holding its declaration and its pure mapping."""

MASTER_DATA, TRANSACTIONS = "master-data", "transactions"
