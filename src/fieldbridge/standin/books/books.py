"""All tables of one organisation, with its clock, its switches and its source of new ids."""

from __future__ import annotations

import random
import uuid
from dataclasses import dataclass
from datetime import date, datetime

from fieldbridge.standin.books.table import Journal, Table, folded_field
from fieldbridge.standin.clock import Clock
from fieldbridge.standin.switches import Switches
from fieldbridge.standin.wire.answers import Record


@dataclass
class SwitchBoard:
    """The switches in force; POST /standin/switches replaces them while the server runs."""

    now: Switches


def _contact_id(row: Record) -> str | None:
    return str(row["Contact"]["ContactID"])


def _open_contact_id(row: Record) -> str | None:
    return _contact_id(row) if row["Status"] == "AUTHORISED" else None


def _approved_month(row: Record) -> str | None:
    """The month of an approved sales invoice."""
    is_approved = row["Type"] == "ACCREC" and row["Status"] in ("AUTHORISED", "PAID")
    return f"{row['Date']:%Y-%m}" if is_approved else None


def _paid_document_id(row: Record) -> str | None:
    for name in ("Invoice", "CreditNote", "Overpayment", "Prepayment"):
        if name in row:
            return str(row[name][f"{name}ID"])
    return None


class Books:
    """Shape: records are dicts in Xero's field names holding Decimal, date, datetime, str and bool.

    A document holds its contact as {"ContactID"} only; views join the rest.
    """

    def __init__(self, organisation: Record, clock: Clock, board: SwitchBoard, seed: str) -> None:
        self.organisation = organisation
        self.clock = clock
        self.board = board
        self._random = random.Random(seed)
        journal = self.journal = Journal()
        self.accounts = Table(journal, "AccountID", code=lambda row: row.get("Code"))
        self.tax_rates = Table(journal, "TaxType")
        self.contacts = Table(
            journal,
            "ContactID",
            name=folded_field("Name"),
            number=folded_field("ContactNumber"),
            account_number=folded_field("AccountNumber"),
            merged_to=lambda row: row.get("MergedToContactID"),
        )
        self.groups = Table(journal, "ContactGroupID")
        self.items = Table(journal, "ItemID", code=folded_field("Code"))
        self.invoices = Table(
            journal, "InvoiceID", number=folded_field("InvoiceNumber"), contact=_contact_id, open=_open_contact_id,
            approved_month=_approved_month,
        )  # fmt: skip
        self.credit_notes = Table(
            journal, "CreditNoteID", number=folded_field("CreditNoteNumber"), contact=_contact_id, open=_open_contact_id
        )
        self.payments = Table(journal, "PaymentID", document=_paid_document_id)
        self.overpayments = Table(journal, "OverpaymentID", open=_open_contact_id)
        self.prepayments = Table(journal, "PrepaymentID", open=_open_contact_id)
        self.bank_transactions = Table(journal, "BankTransactionID")
        self.quotes = Table(journal, "QuoteID", number=folded_field("QuoteNumber"))
        self.attachments = Table(journal, "AttachmentID", document=lambda row: row["DocumentID"])
        self.history = Table(
            journal, "NoteID", document=lambda row: row["DocumentID"], changes=lambda row: row["Changes"]
        )
        self.tracking = Table(journal, "TrackingCategoryID")
        self.themes = Table(journal, "BrandingThemeID")
        self.currencies = Table(journal, "Code")
        self.users = Table(journal, "UserID")
        self._last_number: dict[str, int] = {}

    @property
    def switches(self) -> Switches:
        """The switches in force."""
        return self.board.now

    def now(self) -> datetime:
        """The server's present instant."""
        return self.clock.now()

    def today(self) -> date:
        """The organisation's calendar day."""
        return self.clock.today()

    def new_id(self) -> str:
        """A GUID; the same sequence for the same seed."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def next_number(self, prefix: str, taken: Table) -> str:
        """The next free number of the organisation's sequence, like INV-0042."""
        count = self._last_number.get(prefix, 0) + 1
        while taken.find("number", f"{prefix}{count:04d}".casefold()):
            count += 1
        self._last_number[prefix] = count
        return f"{prefix}{count:04d}"

    def account(self, code: str | None) -> Record | None:
        """The account with this code."""
        return self.accounts.first("code", code)

    def item(self, code: str) -> Record | None:
        """The item with this code, whatever its case."""
        return self.items.first("code", code.casefold())

    def has_attachments(self, document_id: str) -> bool:
        """Files are kept with this document or contact."""
        return bool(self.attachments.find("document", document_id))
