"""Approvals: which orders the office wants to look at before they count. Source: field-sales facts §4."""

from collections.abc import Iterator
from decimal import Decimal

from fieldbridge.core.records.books import Contact
from fieldbridge.core.records.field import Order
from fieldbridge.core.rules import TransactionRules
from fieldbridge.flows.orders import Shelf


def held_for(order: Order, contact: Contact, total: Decimal, shelf: Shelf, rules: TransactionRules) -> tuple[str, ...]:
    """Why a document is not approved by itself; nothing when it is."""
    return tuple(_reasons(order, contact, total, shelf, rules))


def _reasons(order: Order, contact: Contact, total: Decimal, shelf: Shelf, rules: TransactionRules) -> Iterator[str]:
    asked = rules.approvals
    if asked.new_customer and not contact.is_customer:
        yield f"{contact.name} has bought nothing before"
    if asked.over_credit:
        yield from shelf.stops(contact, total)
    if asked.below_price:
        yield from shelf.cheap.get(order.key, ())
    if asked.above_total is not None and total > asked.above_total:
        yield f"{total} is more than {asked.above_total}"
