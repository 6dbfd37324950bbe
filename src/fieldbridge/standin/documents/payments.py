"""Payments of invoices and refunds of credits: made, and reversed, never edited."""

from __future__ import annotations

from decimal import Decimal

from fieldbridge.standin.books.books import Books
from fieldbridge.standin.documents.kinds import CREDIT_NOTE, CREDITS, INVOICE, Settled
from fieldbridge.standin.documents.locks import lock_faults
from fieldbridge.standin.documents.settlement import settle
from fieldbridge.standin.pricing.money import rounded
from fieldbridge.standin.wire import fields
from fieldbridge.standin.wire.answers import Record, RefusedError

PAYMENT: fields.Shape = {
    "PaymentID": fields.guid,
    "Invoice": fields.one({"InvoiceID": fields.guid, "InvoiceNumber": fields.text}),
    "CreditNote": fields.one({"CreditNoteID": fields.guid, "CreditNoteNumber": fields.text}),
    "Overpayment": fields.one({"OverpaymentID": fields.guid}),
    "Prepayment": fields.one({"PrepaymentID": fields.guid}),
    "Account": fields.one({"AccountID": fields.guid, "Code": fields.text}),
    "Date": fields.day,
    "Amount": fields.number,
    "CurrencyRate": fields.number,
    "Reference": fields.text,
    "IsReconciled": fields.flag,
    "Status": fields.choice("AUTHORISED", "DELETED"),
}


def create_payment(books: Books, sent: Record) -> Record:
    """Errors: RefusedError for an unapproved document, a wrong account, a locked day or too much money."""
    kind, document = _document(books, sent)
    account = _account(books, sent.get("Account", {}))
    amount, day = rounded(sent["Amount"] if "Amount" in sent else document["Total"]), sent.get("Date", books.today())
    if faults := _amount_faults(kind, document, amount) + lock_faults(books, day):
        raise RefusedError(*faults)
    payment = books.payments.put(
        {
            "PaymentID": books.new_id(),
            kind.name: {kind.id_field: document[kind.id_field]},
            "Account": {"AccountID": account["AccountID"], "Code": account.get("Code")},
            "Date": day,
            "Amount": amount,
            "BankAmount": amount,
            "CurrencyRate": sent.get("CurrencyRate", document["CurrencyRate"]),
            "Reference": sent.get("Reference"),
            "Status": "AUTHORISED",
            "PaymentType": kind.payment_types[document["Type"]],
            "IsReconciled": sent.get("IsReconciled", False),
            "UpdatedDateUTC": books.now(),
        }
    )
    _settle_again(books, kind, document)
    return payment


def _amount_faults(kind: Settled, document: Record, amount: Decimal) -> list[str]:
    """Xero tells of all at once: a paid document is neither authorised nor has it anything outstanding."""
    left: Decimal = document["AmountDue" if kind is INVOICE else "RemainingCredit"]
    faults = {
        "Payments can only be made against Authorised documents": document["Status"] != "AUTHORISED",
        "Payment amounts must be positive amounts": amount <= 0,
        "Payment amount exceeds the amount outstanding on this document": amount > left,
    }
    return [text for text, is_true in faults.items() if is_true]


def reverse_payment(books: Books, payment: Record, sent: Record) -> Record:
    """`{"Status": "DELETED"}` is the only change a payment takes."""
    if sent.get("Status") != "DELETED" or payment["Status"] == "DELETED":
        raise RefusedError("Payments cannot be edited; send Status DELETED to reverse one that is AUTHORISED")
    if payment["IsReconciled"]:
        raise RefusedError("This payment has been reconciled and cannot be deleted")
    reversed_payment = books.payments.put({**payment, "Status": "DELETED", "UpdatedDateUTC": books.now()})
    kind = paid_kind(payment)
    _settle_again(books, kind, kind.table(books)[payment[kind.name][kind.id_field]])
    return reversed_payment


def paid_kind(payment: Record) -> Settled:
    """What the payment is for."""
    return next((kind for kind in CREDITS if kind.name in payment), INVOICE)


def _settle_again(books: Books, kind: Settled, document: Record) -> None:
    kind.table(books).put(settle(books, kind, {**document, "UpdatedDateUTC": books.now()}))


def _document(books: Books, sent: Record) -> tuple[Settled, Record]:
    kind = paid_kind(sent)
    named = sent.get(kind.name, {})
    table = kind.table(books)
    found = table.get(named.get(kind.id_field, ""))
    if found is None and kind.number_field:
        found = table.first("number", named.get(kind.number_field, "").casefold())
    if found is None:
        unknown = "An existing Credit Note with the specified CreditNoteID could not be found"
        raise RefusedError(unknown if kind is CREDIT_NOTE else "Document could not be found")
    return kind, found


def _account(books: Books, named: Record) -> Record:
    """Type BANK, or one that has payments enabled."""
    if not named:
        raise RefusedError("You must specify an Account code or Account ID for the payment")
    found = books.accounts.get(named.get("AccountID", "")) or books.account(named.get("Code"))
    if found is None:
        raise RefusedError("Account could not be found")
    if found["Status"] == "ACTIVE" and (found["Type"] == "BANK" or found["EnablePaymentsToAccount"]):
        return found
    raise RefusedError("Account type is invalid for making a payment to/from.")
