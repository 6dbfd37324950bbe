"""Sending an invoice by mail, and the address under which the customer sees it."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from itertools import takewhile

from fieldbridge.standin.books.notes import add_note
from fieldbridge.standin.resources.call import Call
from fieldbridge.standin.resources.listings import INVOICES
from fieldbridge.standin.wire.answers import Answer, Record, not_found, validation_fault

_SENDABLE = ("SUBMITTED", "AUTHORISED", "PAID")
_SENT = "Invoice sent"


def email(call: Call) -> Answer:
    """204; 400 unless it is a sales invoice, far enough, with an address, and the day's limit is not reached.

    No mail is sent: the invoice is marked SentToContact and its history says so.
    """
    invoice, books = _invoice(call), call.books
    address = books.contacts[invoice["Contact"]["ContactID"]].get("EmailAddress")
    if invoice["Type"] != "ACCREC" or invoice["Status"] not in _SENDABLE:
        raise _refusal(invoice, books.switches.text_email_status)
    if not address:
        raise _refusal(invoice, books.switches.text_email_address)
    since = books.now() - timedelta(days=1)
    sent = takewhile(lambda note: note["DateUTC"] > since, reversed(books.history.find("changes", _SENT)))
    if sum(1 for _ in sent) >= books.switches.emails_per_day:
        raise _refusal(invoice, books.switches.text_email_limit)
    if invoice["Status"] != "SUBMITTED" and not invoice.get("SentToContact"):
        books.invoices.put({**invoice, "SentToContact": True, "UpdatedDateUTC": books.now()})
    add_note(books, invoice["InvoiceID"], _SENT, f"This invoice has been sent to {address}", call.app_name)
    return Answer(204)


def online_invoice(call: Call) -> Answer:
    """The customer's address of one sales invoice. Errors: 400 for a draft, which nobody may see yet."""
    invoice = _invoice(call)
    if invoice["Type"] != "ACCREC" or invoice["Status"] in ("DRAFT", "SUBMITTED", "DELETED"):
        raise _refusal(invoice, call.books.switches.text_online_invoice_status)
    digest = hashlib.sha256(invoice["InvoiceID"].encode()).digest()
    name = base64.b32encode(digest).decode()[:40]
    return call.answer("OnlineInvoices", [{"OnlineInvoiceUrl": f"https://in.xero.com/{name}"}])


def _invoice(call: Call) -> Record:
    found = INVOICES.find(call.books, call.key)
    if found is None:
        raise not_found()
    return found


def _refusal(invoice: Record, text: str) -> Exception:
    element = {"InvoiceID": invoice["InvoiceID"], "HasErrors": True, "ValidationErrors": [{"Message": text}]}
    return validation_fault([element])
