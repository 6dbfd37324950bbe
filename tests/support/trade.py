"""Random histories of customers, made by the local Xero's own rules: what the office and the bank do in a few months.

They go past HTTP into the books themselves, because ten thousand of them are wanted; only reading goes the real way.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from fieldbridge.standin.books.balances import balances
from fieldbridge.standin.books.books import Books
from fieldbridge.standin.documents.allocations import allocate, unallocate
from fieldbridge.standin.documents.bank import create_bank_transaction
from fieldbridge.standin.documents.kinds import CREDIT_NOTE, INVOICE, OVERPAYMENT, PREPAYMENT, Settled
from fieldbridge.standin.documents.payments import create_payment, reverse_payment
from fieldbridge.standin.documents.saving import save_document
from fieldbridge.standin.wire.answers import RefusedError

Row = dict[str, Any]
ABROAD = Decimal("0.917300")


@dataclass
class Trade:
    """What happens between one organisation and its customers. done counts what was not refused, by its name."""

    books: Books
    chance: Random
    today: date
    done: Counter[str] = field(default_factory=Counter)

    def live(self, contact_id: str, steps: int) -> None:
        """One customer's next few steps, each something that happens to the documents there are."""
        for _ in range(steps):
            step = self.chance.choice(STEPS)
            mark = self.books.journal.mark()
            try:
                was_done = step(self, contact_id)
            except RefusedError:
                self.books.journal.undo(mark)
                was_done = False
            self.done[step.__name__] += was_done

    def owed(self, contact_id: str) -> tuple[Decimal, Decimal]:
        """What Xero says: (outstanding, overdue)."""
        told = balances(self.books, contact_id)["AccountsReceivable"]
        return told["Outstanding"], told["Overdue"]

    def day(self) -> date:
        return self.today - timedelta(days=self.chance.randrange(0, 150))

    def amount(self, most: Decimal) -> Decimal:
        """Some part of an amount, often all of it."""
        share = self.chance.choice([Decimal(1), Decimal("0.5"), Decimal("0.333"), Decimal("0.07")])
        return (most * share).quantize(Decimal("0.01"))

    def lines(self) -> list[Row]:
        price = Decimal(self.chance.randrange(100, 2_000_000)) / 10_000
        return [
            {"Description": "Goods", "Quantity": Decimal(self.chance.randrange(1, 40)), "UnitAmount": price,
             "AccountCode": "200", "TaxType": self.chance.choice(["OUTPUT2", "ZERORATEDOUTPUT"])}
            for _ in range(self.chance.randrange(1, 4))
        ]  # fmt: skip

    def document(self, contact_id: str, kind: str) -> Row:
        day = self.day()
        abroad = {"CurrencyCode": "AUD", "CurrencyRate": ABROAD} if int(contact_id[:2], 16) % 10 == 0 else {}
        status = self.chance.choice(["AUTHORISED", "AUTHORISED", "AUTHORISED", "DRAFT", "SUBMITTED"])
        due = {"DueDate": day + timedelta(days=self.chance.randrange(0, 60))} if kind == "ACCREC" else {}
        lines = self.lines()
        return {"Type": kind, "Contact": {"ContactID": contact_id}, "Date": day, "Status": status, **due, **abroad,
                "LineItems": lines, "LineAmountTypes": self.chance.choice(["Exclusive", "Inclusive"])}  # fmt: skip

    def one_of(self, kind: Settled, contact_id: str, status: str) -> Row | None:
        """One of a customer's documents in some status."""
        table = kind.table(self.books)
        if status == "AUTHORISED":
            found = table.find("open", contact_id)
        else:
            found = [row for row in table.find("contact", contact_id) if row["Status"] == status]
        return self.chance.choice(found) if found else None


def invoice(trade: Trade, contact_id: str) -> bool:
    save_document(trade.books, INVOICE, None, trade.document(contact_id, "ACCREC"), 4)
    return True


def bill(trade: Trade, contact_id: str) -> bool:
    """A customer may be a supplier too; what we owe is no part of what is owed to us."""
    save_document(trade.books, INVOICE, None, {**trade.document(contact_id, "ACCPAY"), "InvoiceNumber": "B"}, 4)
    return True


def credit(trade: Trade, contact_id: str) -> bool:
    save_document(trade.books, CREDIT_NOTE, None, trade.document(contact_id, "ACCRECCREDIT"), 4)
    return True


def overpay(trade: Trade, contact_id: str) -> bool:
    return _bank(trade, contact_id, "RECEIVE-OVERPAYMENT")


def prepay(trade: Trade, contact_id: str) -> bool:
    return _bank(trade, contact_id, "RECEIVE-PREPAYMENT")


def _bank(trade: Trade, contact_id: str, kind: str) -> bool:
    line = {**trade.lines()[0], "Quantity": Decimal(1)}
    sent = {"Type": kind, "Contact": {"ContactID": contact_id}, "BankAccount": {"Code": "090"}, "Date": trade.day(),
            "LineItems": [line]}  # fmt: skip
    create_bank_transaction(trade.books, sent, 4)
    return True


def pay(trade: Trade, contact_id: str) -> bool:
    return _pay(trade, INVOICE, contact_id, "AmountDue")


def refund(trade: Trade, contact_id: str) -> bool:
    return _pay(trade, trade.chance.choice([CREDIT_NOTE, OVERPAYMENT, PREPAYMENT]), contact_id, "RemainingCredit")


def _pay(trade: Trade, kind: Settled, contact_id: str, left: str) -> bool:
    found = trade.one_of(kind, contact_id, "AUTHORISED")
    if found is None:
        return False
    sent = {kind.name: {kind.id_field: found[kind.id_field]}, "Account": {"Code": "090"}, "Date": trade.day()}
    create_payment(trade.books, {**sent, "Amount": trade.amount(found[left])})
    return True


def reverse(trade: Trade, contact_id: str) -> bool:
    """The bank takes a payment back."""
    for status in ("AUTHORISED", "PAID"):
        found = trade.one_of(INVOICE, contact_id, status)
        for payment in trade.books.payments.find("document", found["InvoiceID"]) if found else []:
            if payment["Status"] == "AUTHORISED":
                reverse_payment(trade.books, payment, {"Status": "DELETED"})
                return True
    return False


def put_against(trade: Trade, contact_id: str) -> bool:
    kind = trade.chance.choice([CREDIT_NOTE, OVERPAYMENT, PREPAYMENT])
    owing, left = trade.one_of(INVOICE, contact_id, "AUTHORISED"), trade.one_of(kind, contact_id, "AUTHORISED")
    if owing is None or left is None or owing["Type"] != "ACCREC":
        return False
    amount = trade.amount(min(owing["AmountDue"], left["RemainingCredit"]))
    sent = {"Amount": amount, "Invoice": {"InvoiceID": owing["InvoiceID"]}, "Date": trade.day()}
    allocate(trade.books, kind, left, sent)
    return True


def take_away(trade: Trade, contact_id: str) -> bool:
    """An allocation is undone."""
    for invoice_ in trade.books.invoices.find("contact", contact_id):
        for kind in (CREDIT_NOTE, OVERPAYMENT, PREPAYMENT):
            for applied in invoice_[f"{kind.name}s"]:
                unallocate(trade.books, kind, kind.table(trade.books)[applied[kind.id_field]], applied["AllocationID"])
                return True
    return False


def approve(trade: Trade, contact_id: str) -> bool:
    return _to(trade, INVOICE, contact_id, "DRAFT", "AUTHORISED")


def void(trade: Trade, contact_id: str) -> bool:
    return _to(trade, trade.chance.choice([INVOICE, CREDIT_NOTE]), contact_id, "AUTHORISED", "VOIDED")


def delete(trade: Trade, contact_id: str) -> bool:
    return _to(trade, INVOICE, contact_id, "DRAFT", "DELETED")


def _to(trade: Trade, kind: Any, contact_id: str, before: str, after: str) -> bool:
    found = trade.one_of(kind, contact_id, before)
    if found is None:
        return False
    save_document(trade.books, kind, found, {"Status": after}, 4)
    return True


Step = Callable[[Trade, str], bool]
STEPS: list[Step] = [
    invoice, invoice, invoice, invoice, bill, credit, overpay, prepay, pay, pay, pay, refund, reverse, put_against,
    put_against, put_against, put_against, take_away, take_away, take_away, approve, void, delete,
]  # fmt: skip
