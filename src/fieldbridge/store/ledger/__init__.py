"""The ledger: functions over one transaction, a file for each kind of row."""
