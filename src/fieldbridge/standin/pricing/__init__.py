"""What a document's lines cost: arithmetic, items, accounts, tax types and tracking. No HTTP."""
