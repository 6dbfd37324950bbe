"""Money received at a bank account that is for no invoice yet: it leaves an overpayment or a prepayment behind.

Source: Xero, bank transactions: overpayments and prepayments come to exist through them; they have no unique key, and
with very many of them only Type, Status, Contact and Date may be asked for.
"""

import uuid
from collections.abc import Sequence
from decimal import Decimal

import msgspec

from fieldbridge.core.records.documents import BookedReceipt, OnAccount
from fieldbridge.xero.codec import encode
from fieldbridge.xero.collection import PAGE_SIZE
from fieldbridge.xero.documents.shapes import UNIT_DECIMALS, ContactRefWire, id_field
from fieldbridge.xero.outcomes import ElementWire, Writable
from fieldbridge.xero.session import Session

TYPES = {"overpayment": "RECEIVE-OVERPAYMENT", "prepayment": "RECEIVE-PREPAYMENT"}


class BankTransactionWire(ElementWire, frozen=True, kw_only=True):
    """One element of the answer."""

    bank_transaction_id: str = id_field("BankTransactionID")
    status: str = ""
    reference: str = ""
    total: Decimal = Decimal(0)
    contact: ContactRefWire = ContactRefWire()
    overpayment_id: str = msgspec.field(name="OverpaymentID", default="")
    prepayment_id: str = msgspec.field(name="PrepaymentID", default="")


def _record(one: BankTransactionWire) -> BookedReceipt:
    return BookedReceipt(
        transaction_id=one.bank_transaction_id,
        status=one.status,
        reference=one.reference,
        contact_id=one.contact.contact_id,
        total=one.total,
        credit_id=one.overpayment_id or one.prepayment_id,
    )


RECEIPTS = Writable("BankTransactions", BankTransactionWire, _record, page_size=PAGE_SIZE, list_query=UNIT_DECIMALS)
create = RECEIPTS.create


def body_of(received: Sequence[OnAccount]) -> bytes:
    """The request that notes this money."""
    return encode({"BankTransactions": [_element(one) for one in received]})


def of_contact(session: Session, kind: str, contact_id: str, reference: str) -> list[BookedReceipt]:
    """Money of this kind of one contact with this reference, whether it stands or was taken back."""
    where = f'Type=="{TYPES[kind]}" AND Contact.ContactID==guid("{uuid.UUID(contact_id)}")'
    return [one for one in RECEIPTS.every(session, {"where": where}) if one.reference == reference]


def _element(one: OnAccount) -> dict[str, object]:
    line = {"Description": one.description, "Quantity": 1, "UnitAmount": one.amount}
    return {
        "Type": TYPES[one.kind],
        "Contact": {"ContactID": one.contact_id},
        "BankAccount": {"AccountID": one.account_id},
        "Date": one.received_on.isoformat(),
        "LineAmountTypes": "NoTax",
        "CurrencyCode": one.currency_code,
        "Reference": one.reference,
        "LineItems": [{**line, "AccountCode": one.account_code} if one.account_code else line],
    }
