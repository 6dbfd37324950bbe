"""Documents and the money between them: invoices, credit notes, quotes, payments, and what hangs on them."""
