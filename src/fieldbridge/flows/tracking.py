"""Tracking and branding: how an organisation tells reps and regions apart. Source: Xero, two categories on a line."""

from collections.abc import Iterator
from typing import NamedTuple

from fieldbridge.core.errors import RefusedError
from fieldbridge.core.records.books import Contact
from fieldbridge.core.records.field import Order
from fieldbridge.core.records.reference import TrackingCategory
from fieldbridge.core.rules import TrackingSlot, TransactionRules
from fieldbridge.flows.customers import category_of
from fieldbridge.flows.groups import marks_of
from fieldbridge.flows.orders import RETRY, Shelf, name_of

ACTIVE = "ACTIVE"


class Mark(NamedTuple):
    """A category and one of its options, as Xero spells them, and by their ids."""

    names: tuple[str, str]
    ids: tuple[str, str]


def tracking_of(order: Order, contact: Contact, shelf: Shelf, rules: TransactionRules) -> tuple[Mark, ...]:
    """The marks of every line, in Xero's own spelling. Errors: RefusedError for what Xero has not, or no more."""
    return tuple(_marks(order, contact, shelf, rules))


def _marks(order: Order, contact: Contact, shelf: Shelf, rules: TransactionRules) -> Iterator[Mark]:
    for slot in rules.tracking:
        if wanted := _option(order, contact, slot):
            category = _category(order, shelf, slot)
            options = {one.name.casefold(): one for one in category.options if one.status == ACTIVE}
            if wanted.casefold() not in options:
                said = f"the tracking category {category.name} has no active option {wanted}"
                raise _refused(order, said, f"Add it, or map it to another in transactions.tracking, {RETRY}")
            option = options[wanted.casefold()]
            yield Mark((category.name, option.name), (category.category_id, option.option_id))


def _option(order: Order, contact: Contact, slot: TrackingSlot) -> str:
    value = order.rep if slot.by == "rep" else category_of(slot.by, contact, marks_of(contact.groups))
    return slot.options.get(value, value) or slot.default


def _category(order: Order, shelf: Shelf, slot: TrackingSlot) -> TrackingCategory:
    named = [one for one in shelf.tracking if one.name.casefold() == slot.category.casefold() and one.status == ACTIVE]
    if not named:
        raise _refused(
            order, f"there is no active tracking category {slot.category}", f"Correct transactions.tracking, {RETRY}"
        )
    return named[0]


def theme_of(order: Order, shelf: Shelf, rules: TransactionRules) -> str:
    """The id of the branding theme; empty for the usual one. Errors: RefusedError when Xero has none of that name."""
    wanted = rules.themes.get(order.rep, rules.theme)
    found = next((one.theme_id for one in shelf.themes if one.name.casefold() == wanted.casefold()), "")
    if wanted and not found:
        raise RefusedError(
            "order.theme_unknown",
            f"{name_of(order)}: there is no branding theme {wanted} in Xero.",
            remedy=f"Correct transactions.theme or transactions.themes, {RETRY}",
        )
    return found


def _refused(order: Order, said: str, remedy: str) -> RefusedError:
    return RefusedError("order.tracking_unknown", f"{name_of(order)}: {said} in Xero.", remedy=remedy)
