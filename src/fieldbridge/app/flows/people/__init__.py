"""People at customers, both ways: edits of tablets are taken, Xero is looked at, and each gets what the other has."""
