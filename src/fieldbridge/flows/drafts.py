"""Drafts: a transaction priced, dated and held against what the tablet showed, before it becomes documents."""

from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import msgspec

from fieldbridge.core.errors import RefusedError
from fieldbridge.core.money import document_totals
from fieldbridge.core.records.books import Contact, InvoiceLine
from fieldbridge.core.records.field import Order
from fieldbridge.core.rules import TransactionRules
from fieldbridge.flows.dating import open_day
from fieldbridge.flows.numbers import number_of, reference_of
from fieldbridge.flows.order_lines import INCLUSIVE, priced_lines, text, texts_of
from fieldbridge.flows.orders import Shelf, contact_of, name_of
from fieldbridge.flows.totals import Priced, Totals, compare
from fieldbridge.flows.tracking import theme_of

TAX_MODES = ("EX", INCLUSIVE)


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """One transaction on its way to documents. Shape: notes are remarks for the activity log."""

    order: Order
    contact: Contact
    shelf: Shelf
    rules: TransactionRules
    issued_on: date
    priced: tuple[Priced, ...]
    notes: tuple[str, ...]

    def totals(self, *, is_back: bool) -> Totals:
        """(without tax, tax) of what was sold, or of what came back."""
        return _totals((one for one in self.priced if one.is_back == is_back), self.order)

    def has(self, *, is_back: bool) -> bool:
        """Whether anything with money was sold, or came back."""
        return any(one.is_back == is_back and one.line.quantity is not None for one in self.priced)

    def lines(self, *, is_back: bool) -> Iterator[InvoiceLine]:
        """What was sold, or what came back, in the order entered, each with its note after it."""
        for one, captured in zip(self.priced, (*self.order.lines, None), strict=False):
            if one.line.quantity is None or one.is_back != is_back:
                continue
            yield one.line
            if captured and captured.note:
                yield text(captured.note)

    def all_lines(self, *, is_back: bool) -> Iterator[InvoiceLine]:
        """The same with the texts between them, and those at the end."""
        for one, captured in zip(self.priced, (*self.order.lines, None), strict=False):
            if one.line.quantity is not None and one.is_back != is_back:
                continue
            yield one.line
            if captured and captured.product and captured.note:
                yield text(captured.note)
        yield from texts_of(self.order, self.contact, self.shelf)

    def document(self, prefix: str, totals: Totals) -> dict[str, Any]:
        """The fields all documents have, but for status and lines."""
        without_tax, tax = totals
        return {
            "number": number_of(self.order, prefix, self.rules),
            "contact_id": self.contact.contact_id,
            "issued_on": self.issued_on,
            "reference": reference_of(self.order, self.rules),
            "currency_code": self.shelf.organisation.base_currency,
            "total": without_tax + tax,
            "total_tax": tax,
            "amounts": "Inclusive" if self.order.tax_mode == INCLUSIVE else "Exclusive",
            "theme_id": theme_of(self.order, self.shelf, self.rules),
        }


def draft_of(order: Order, shelf: Shelf, rules: TransactionRules) -> Draft:
    """Price a transaction. Errors: RefusedError with the reason why it cannot go."""
    if order.tax_mode not in TAX_MODES:
        raise RefusedError(
            "order.tax_mode",
            f"{name_of(order)} has prices of tax mode {order.tax_mode}; only prices without tax (EX) and with tax "
            "(INC) can be posted.",
            remedy="Enter it in Xero by hand.",
        )
    day, said = open_day(order.captured_on, order, shelf.organisation, rules)
    contact = contact_of(order, shelf.contacts)
    priced = tuple(priced_lines(order, contact, shelf, rules))
    xero = _signed(priced, order)
    shown = _shown(order) if order.shows_totals else xero
    notes = compare(name_of(order), shown, xero, priced, rules.tolerance)
    return Draft(
        order=order,
        contact=contact,
        shelf=shelf,
        rules=rules,
        issued_on=day,
        priced=priced,
        notes=(*said, *notes),
    )


def _shown(order: Order) -> Totals:
    """What the tablet showed. Some clouds give a credit's totals as negative ones."""
    return (abs(order.total), abs(order.tax)) if order.kind == "C" else (order.total, order.tax)


def _signed(priced: Iterable[Priced], order: Order) -> Totals:
    """What the whole comes to: what came back counts against what was sold, but in a credit it is the whole."""
    some = list(priced)
    sold = _totals((one for one in some if not one.is_back), order)
    back = _totals((one for one in some if one.is_back), order)
    return back if order.kind == "C" else (sold[0] - back[0], sold[1] - back[1])


def _totals(some: Iterable[Priced], order: Order) -> Totals:
    amount, tax = document_totals((one.amount, one.tax) for one in some)
    return (amount - tax if order.tax_mode == INCLUSIVE else amount), tax


def money(totals: Totals) -> Decimal:
    """A total with its tax."""
    return totals[0] + totals[1]
