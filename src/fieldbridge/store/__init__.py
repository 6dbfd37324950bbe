"""The database: schema and migrations, the ledger, the Books and the vault."""
