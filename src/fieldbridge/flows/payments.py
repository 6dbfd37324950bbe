"""Payments a rep took: for the invoice taken with them, for one that is named, or for the oldest; the rest on account.

Planned again after a part of them arrived, only what is missing of each tender is planned.
Source: field-sales facts §4; Xero, payments: no more than is due; what is over is an overpayment or a prepayment.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

import msgspec

from fieldbridge.core.errors import RefusedError
from fieldbridge.core.plan import Change
from fieldbridge.core.records.books import Account, Contact, Invoice
from fieldbridge.core.records.documents import OnAccount, Payment
from fieldbridge.core.records.field import Order, Tender
from fieldbridge.core.rules import TransactionRules
from fieldbridge.flows.dating import open_day
from fieldbridge.flows.named_invoice import named_invoice
from fieldbridge.flows.orders import RETRY, Shelf, contact_of
from fieldbridge.flows.owing import PAYABLE, Debt

REFERENCE_MAX = 255
BANK = "BANK"
PAYMENT, ON_ACCOUNT = "payment", "on account"


class Piece(msgspec.Struct, frozen=True, kw_only=True):
    """A part of one tender, and the debt it settles; None where it settles none. number is the tender's, from 1."""

    number: int
    tender: Tender
    amount: Decimal
    debt: Debt | None = None


def payments_alone(order: Order, shelf: Shelf, rules: TransactionRules) -> Sequence[Change]:
    """A payment without an order. Errors: RefusedError with the reason why it cannot go."""
    contact = contact_of(order, shelf.contacts)
    currency = _currency(order, shelf)
    named = named_invoice(order, contact, currency, shelf) if order.against else None
    debts = [named] if named else shelf.owing.of(contact.contact_id, currency)
    return list(_changes(order, shelf, rules, contact, [one for one in debts if one.due > 0]))


def payments_with(order: Order, shelf: Shelf, rules: TransactionRules, made: Sequence[Change]) -> Iterator[Change]:
    """The payments taken together with a document. Errors: RefusedError with the reason why they cannot go."""
    if not order.tenders or order.kind == "P":
        return
    if order.kind == "C":
        raise RefusedError(
            "order.payment_of_credit",
            f"Order {order.order_no} is a credit with a payment of {_paid(order)}.",
            remedy="Enter the credit and what was paid back by hand in Xero.",
        )
    contact, currency = contact_of(order, shelf.contacts), _currency(order, shelf)
    gone = sum((total for part, total in _going(order, shelf).items() if part.startswith(PAYMENT)), Decimal(0))
    # Xero takes payments of approved invoices only; before that the money is on account.
    approved = [one for one in made if isinstance(one.document, Invoice) and one.document.status == PAYABLE]
    debts = [
        Debt(contact_id=contact.contact_id, part=one.part, currency=currency, due=one.total - gone)
        for one in approved[:1]
    ]
    yield from _changes(order, shelf, rules, contact, [one for one in debts if one.due > 0])


def split(tenders: Sequence[tuple[int, Tender, Decimal]], debts: Sequence[Debt]) -> Iterator[Piece]:
    """Put money against debts, the first first. Shape: tenders are (number, tender, what is left of it)."""
    owed = list(debts)
    for number, tender, given in tenders:
        left = given
        while left > 0 and owed:
            amount = min(left, owed[0].due)
            yield Piece(number=number, tender=tender, amount=amount, debt=owed[0])
            left -= amount
            owed[0] = msgspec.structs.replace(owed[0], due=owed[0].due - amount)
            owed = owed if owed[0].due > 0 else owed[1:]
        if left > 0:
            yield Piece(number=number, tender=tender, amount=left)


def _changes(
    order: Order, shelf: Shelf, rules: TransactionRules, contact: Contact, debts: Sequence[Debt]
) -> Iterator[Change]:
    going = dict(_going(order, shelf))
    left = [(at, one, one.amount - _gone(going, at)) for at, one in enumerate(order.tenders, start=1)]
    pieces = list(split(left, debts))
    _refuse_excess(order, pieces, rules)
    for piece in pieces:
        account = _account(order, piece.tender, shelf, rules)
        day, said = open_day(piece.tender.paid_on or order.captured_on, order, shelf.organisation, rules)
        change = (
            _payment(order, piece, piece.debt, account, day)
            if piece.debt
            else _on_account(order, piece, contact, account, day, shelf, rules)
        )
        part = _free(f"{change.kind} {piece.number}", going)
        going[part] = piece.amount
        if piece.debt and piece.debt.invoice_id:
            shelf.owing.take(piece.debt.invoice_id, piece.amount)
        yield _named(order, piece, msgspec.structs.replace(change, notes=(*said, *change.notes)), part)


def _named(order: Order, piece: Piece, change: Change, part: str) -> Change:
    """The reference tells parts of one transaction apart, because Xero has no other key for them."""
    mark = part.rpartition(" ")[2]
    reference = f"{order.key}/{mark} {piece.tender.reference}".strip()[:REFERENCE_MAX]
    document = msgspec.structs.replace(change.document, reference=reference)
    return msgspec.structs.replace(change, part=part, number=reference, document=document)


def _payment(order: Order, piece: Piece, debt: Debt, account: Account, day: date) -> Change:
    payment = Payment(
        invoice_id=debt.invoice_id,
        account_id=account.account_id,
        paid_on=day,
        amount=piece.amount,
    )
    needs = {debt.part: "invoice_id"} if debt.part else {}
    return Change(key=order.key, kind=PAYMENT, part="", number="", total=piece.amount, document=payment, needs=needs)


def _on_account(
    order: Order, piece: Piece, contact: Contact, account: Account, day: date, shelf: Shelf, rules: TransactionRules
) -> Change:
    if account.kind != BANK:
        raise RefusedError(
            "order.tender_account",
            f"Order {order.order_no}: {piece.amount} of {piece.tender.kind} is for no invoice. Xero takes that only at "
            f"a bank account, which {account.code} ({account.name}) is not.",
            remedy=f"Name a bank account for {piece.tender.kind} in transactions.tenders, {RETRY}",
        )
    is_prepaid = rules.money_on_account == "prepayment"
    money = OnAccount(
        kind="prepayment" if is_prepaid else "overpayment",
        contact_id=contact.contact_id,
        account_id=account.account_id,
        received_on=day,
        amount=piece.amount,
        currency_code=shelf.organisation.base_currency,
        description=f"Taken on a tablet: {order.order_no}",
        account_code=(rules.prepayment_account or rules.sales_account) if is_prepaid else "",
    )
    note = f"{piece.amount} of {piece.tender.kind} is for no open invoice; noted in Xero as {money.kind}"
    return Change(key=order.key, kind=ON_ACCOUNT, part="", number="", total=piece.amount, document=money, notes=(note,))


def _refuse_excess(order: Order, pieces: Sequence[Piece], rules: TransactionRules) -> None:
    over = sum((one.amount for one in pieces if one.debt is None), Decimal(0))
    if over and rules.money_on_account == "refuse":
        raise RefusedError(
            "order.overpaid",
            f"Order {order.order_no}: {over} of the payment of {_paid(order)} is more than is owed.",
            remedy="Ask the rep what it was for; allow money_on_account in the settings, or enter it by hand in Xero. "
            f"To try it again: {RETRY.removeprefix('then: ')}",
        )


def _account(order: Order, tender: Tender, shelf: Shelf, rules: TransactionRules) -> Account:
    code = {name.casefold(): code for name, code in rules.tenders.items()}.get(tender.kind.casefold(), "")
    account = shelf.accounts.get(code)
    if account is None or account.status != "ACTIVE":
        named = f"the account {code} of the tender {tender.kind} is not active in Xero" if code else ""
        raise RefusedError(
            "order.tender_unknown",
            f"Order {order.order_no}: {named or f'the tender {tender.kind!r} has no account'}.",
            remedy=f"Add {tender.kind or 'an empty tender'} to transactions.tenders in the settings, {RETRY}",
        )
    if account.kind != BANK and not account.takes_payments:
        raise RefusedError(
            "order.tender_account",
            f"Order {order.order_no}: Xero takes no payments at account {account.code} ({account.name}), "
            f"which the tender {tender.kind} goes to.",
            remedy=f"Enable payments to that account in Xero, or name another in transactions.tenders, {RETRY}",
        )
    return account


def _currency(order: Order, shelf: Shelf) -> str:
    """The one currency of all tenders. Errors: RefusedError when it is not the organisation's."""
    own = shelf.organisation.base_currency
    other = next((one.currency for one in order.tenders if one.currency not in ("", own)), "")
    if other:
        raise RefusedError(
            "order.payment_currency",
            f"Order {order.order_no}: the payment is in {other}, and the organisation's books are in {own}.",
            remedy="Enter the payment by hand in Xero, with its rate.",
        )
    return own


def _going(order: Order, shelf: Shelf) -> Mapping[str, Decimal]:
    return shelf.going.get(order.key, {})


def _gone(going: Mapping[str, Decimal], number: int) -> Decimal:
    """How much of one tender is at Xero already, or on its way."""
    mine = [total for part, total in going.items() if part.rpartition(" ")[2].partition(".")[0] == f"{number}"]
    return sum(mine, Decimal(0))


def _free(part: str, going: Mapping[str, Decimal]) -> str:
    """A name no part of this transaction has: the tender's number, then with a second number."""
    taken = {name.rpartition(" ")[2] for name in going}
    kind, _, number = part.rpartition(" ")
    at, mark = 1, number
    while mark in taken:
        at += 1
        mark = f"{number}.{at}"
    return f"{kind} {mark}"


def _paid(order: Order) -> Decimal:
    return sum((one.amount for one in order.tenders), Decimal(0))
