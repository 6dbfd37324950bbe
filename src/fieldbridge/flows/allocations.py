"""Allocations: what a credit note is put against. Source: Xero, credit notes: creating and allocating are two calls.

What came back with an order is put against the order's own invoice; a credit against the invoice it names, or the
oldest. Planned again, only what is left is planned. What finds no invoice stays open on the credit note.
"""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from fieldbridge.core.plan import Change
from fieldbridge.core.records.books import Invoice
from fieldbridge.core.records.documents import CreditAllocation, CreditNote
from fieldbridge.core.records.field import Order
from fieldbridge.core.rules import TransactionRules
from fieldbridge.flows.named_invoice import named_invoice
from fieldbridge.flows.orders import Shelf, contact_of
from fieldbridge.flows.owing import PAYABLE, Debt
from fieldbridge.flows.payments import PAYMENT

KIND = "allocation"


def allocations_with(order: Order, shelf: Shelf, rules: TransactionRules, made: Sequence[Change]) -> Iterator[Change]:
    """A part for each invoice. Errors: RefusedError when the named invoice cannot take it."""
    note = next((one for one in made if isinstance(one.document, CreditNote)), None)
    if note is None or not isinstance(note.document, CreditNote) or note.document.status != PAYABLE:
        return
    going = {part: total for part, total in shelf.going.get(order.key, {}).items() if part.startswith(KIND)}
    left = note.total - sum(going.values(), Decimal(0))
    for debt in _debts(order, shelf, rules, made):
        amount = min(left, debt.due)
        if amount <= 0:
            continue
        part = next(name for at in range(1, len(going) + 2) if (name := f"{KIND} {at}") not in going)
        going[part] = amount
        left -= amount
        if debt.invoice_id:
            shelf.owing.take(debt.invoice_id, amount)
        yield _allocation(order, note, debt, amount, part)


def _allocation(order: Order, note: Change, debt: Debt, amount: Decimal, part: str) -> Change:
    credit = note.document
    day = credit.issued_on if isinstance(credit, CreditNote) else order.captured_on
    needs = {note.part: "credit_note_id"} | ({debt.part: "invoice_id"} if debt.part else {})
    document = CreditAllocation(credit_note_id="", invoice_id=debt.invoice_id, amount=amount, allocated_on=day)
    number = f"{note.number} against {debt.number or debt.part}"
    return Change(key=order.key, kind=KIND, part=part, number=number, total=amount, document=document, needs=needs)


def _debts(order: Order, shelf: Shelf, rules: TransactionRules, made: Sequence[Change]) -> Sequence[Debt]:
    own = [one for one in made if isinstance(one.document, Invoice) and one.document.status == PAYABLE]
    contact, currency = contact_of(order, shelf.contacts), shelf.organisation.base_currency
    if own:
        gone = shelf.going.get(order.key, {}).items()
        paid = [total for part, total in gone if part.startswith(PAYMENT)]
        paid += [one.total for one in made if one.kind == PAYMENT]
        due = own[0].total - sum(paid, Decimal(0))
        return [Debt(contact_id=contact.contact_id, part=own[0].part, number=own[0].number, due=due)]
    if order.kind != "C" or rules.credits.allocate == "never":
        return []
    if order.against:
        return [named_invoice(order, contact, currency, shelf)]
    return shelf.owing.of(contact.contact_id, currency) if rules.credits.allocate == "oldest" else []
