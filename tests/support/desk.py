"""Somebody at a desk in Xero: makes documents by the local Xero's own rules, and may do so as of some hours ago.

The local Xero runs on a thread of this process, so that a test can reach its books; a site is connected to it by HTTP.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest import mock

from fieldbridge.standin import Options, app, running
from fieldbridge.standin.books.books import Books
from fieldbridge.standin.books.contacts import create_contact, update_contact
from fieldbridge.standin.documents.allocations import allocate
from fieldbridge.standin.documents.bank import create_bank_transaction
from fieldbridge.standin.documents.kinds import CREDIT_NOTE, CREDITS, INVOICE
from fieldbridge.standin.documents.payments import create_payment
from fieldbridge.standin.documents.saving import save_document
from fieldbridge.standin.local_xero import LocalXero
from support.site import Site, connected
from support.xero import Xero

Row = dict[str, Any]


@dataclass(frozen=True)
class Desk:
    """The desk, the local Xero it belongs to, and the site that reads it."""

    here: LocalXero
    site: Site

    @property
    def books(self) -> Books:
        return next(iter(self.here.books.values()))

    @property
    def today(self) -> date:
        return self.books.today()

    @contextmanager
    def earlier(self, hours: float = 1) -> Iterator[None]:
        """What is done in here was done some hours ago."""
        self.here.clock.advance(-3600 * hours)
        yield
        self.here.clock.advance(3600 * hours)

    def contact(self, code: str) -> Row:
        """A contact by its account number."""
        found = self.books.contacts.first("account_number", code.casefold())
        assert found is not None, code
        return found

    def add(self, name: str, **fields: Any) -> Row:
        """A new contact."""
        return create_contact(self.books, {"Name": name, **fields})

    def change(self, code: str, **fields: Any) -> Row:
        """Edit a contact, as its page does."""
        return update_contact(self.books, self.contact(code), fields)

    def patch(self, code: str, **fields: Any) -> None:
        """What no page does: merging, groups by name, time zones."""
        self.site.xero.edit("contacts", code, **fields)

    def invoice(self, code: str, amount: str = "100", *, age: int = 0, due_in: int = 20, **fields: Any) -> Row:
        """An approved invoice without tax, some days old, due some days after that."""
        issued = self.today - timedelta(days=age)
        more = {"DueDate": issued + timedelta(days=due_in), **fields}
        return self._document(INVOICE, "ACCREC", code, amount, issued, more)

    def credit(self, code: str, amount: str = "100", *, age: int = 0, **fields: Any) -> Row:
        """An approved credit note without tax."""
        return self._document(CREDIT_NOTE, "ACCRECCREDIT", code, amount, self.today - timedelta(days=age), fields)

    def _document(self, kind: Any, type_: str, code: str, amount: str, issued: date, fields: Row) -> Row:
        line = {"Description": "Goods", "Quantity": Decimal(1), "UnitAmount": Decimal(amount), "AccountCode": "200",
                "TaxType": "NONE"}  # fmt: skip
        sent = {"Type": type_, "Contact": {"ContactID": self.contact(code)["ContactID"]}, "Date": issued,
                "Status": "AUTHORISED", "LineItems": [line], **fields}  # fmt: skip
        return save_document(self.books, kind, None, sent, 4).record

    def money_ahead(self, code: str, amount: str, kind: str = "OVERPAYMENT") -> Row:
        """An overpayment or a prepayment."""
        line = {"Description": "Money", "Quantity": Decimal(1), "UnitAmount": Decimal(amount), "AccountCode": "200"}
        sent = {"Type": f"RECEIVE-{kind}", "Contact": {"ContactID": self.contact(code)["ContactID"]},
                "BankAccount": {"Code": "090"}, "LineItems": [{**line, "TaxType": "NONE"}]}  # fmt: skip
        made = create_bank_transaction(self.books, sent, 4)
        table = self.books.overpayments if kind == "OVERPAYMENT" else self.books.prepayments
        return table[made[f"{kind.title()}ID"]]

    def pay(self, document: Row, amount: str) -> None:
        """A payment of an invoice, or a refund of a credit."""
        kind = next((kind for kind in CREDITS if kind.id_field in document), INVOICE)
        named = {kind.name: {kind.id_field: document[kind.id_field]}}
        create_payment(self.books, {**named, "Account": {"Code": "090"}, "Amount": Decimal(amount)})

    def put_against(self, credit: Row, invoice: Row, amount: str) -> None:
        """An allocation."""
        kind = next(kind for kind in CREDITS if kind.id_field in credit)
        now = kind.table(self.books)[credit[kind.id_field]]
        allocate(self.books, kind, now, {"Amount": Decimal(amount), "Invoice": {"InvoiceID": invoice["InvoiceID"]}})

    def edit(self, document: Row, **fields: Any) -> Row:
        """Change a document as its page does, such as Status VOIDED."""
        kind = CREDIT_NOTE if "CreditNoteID" in document else INVOICE
        now = kind.table(self.books)[document[kind.id_field]]
        return save_document(self.books, kind, now, fields, 4).record


@contextmanager
def opened(folder: Path, *, database_url: str = "", contacts: int = 20) -> Iterator[Desk]:
    """A desk, and a connected site that has read nothing yet."""
    options = Options(contacts=contacts, items=30, history_months=0, calls_per_minute=100_000, calls_per_day=1_000_000)
    made: list[LocalXero] = []

    def kept(*given: Any) -> LocalXero:
        made.append(LocalXero(*given))
        return made[-1]

    with mock.patch.object(app, "LocalXero", kept), running(options) as url:
        xero = Xero(url)
        with connected(folder / "home", folder / "site", database_url, xero) as site:
            yield Desk(made[0], site)
        xero.close()
