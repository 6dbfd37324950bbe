"""The cap of small plans on the sales invoices approved in a month."""

from __future__ import annotations

from fieldbridge.standin.books.books import Books
from fieldbridge.standin.documents.kinds import INVOICE
from fieldbridge.standin.wire.answers import Record

_CAPPED_CLASS = "STARTER"


def cap_faults(books: Books, invoice: Record) -> list[str]:
    """Why this sales invoice cannot be approved as well; a month has as many as the switch says."""
    most = books.switches.approvals_per_month
    if not most or books.organisation["Class"] != _CAPPED_CLASS or not INVOICE.is_sale(invoice):
        return []
    approved = books.invoices.find("approved_month", f"{invoice['Date']:%Y-%m}")
    return ["You have reached the limit of invoices you can approve"] if len(approved) >= most else []
