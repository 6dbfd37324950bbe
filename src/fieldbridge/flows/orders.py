"""Orders: what must be known to turn what reps captured into documents, and for whom it is. Source: facts §12."""

from collections.abc import Callable, Container, Mapping, Sequence
from decimal import Decimal

import msgspec

from fieldbridge.core.errors import RefusedError
from fieldbridge.core.records.books import Account, Contact, Item, Organisation, TaxRate
from fieldbridge.core.records.field import DeliveryAddress, Order
from fieldbridge.core.records.reference import BrandingTheme, TrackingCategory
from fieldbridge.flows.owing import Owing

RETRY = "then: fieldbridge retry"


class Shelf(msgspec.Struct, frozen=True, kw_only=True):
    """The part of the Books and of the ledger that some orders need.

    Shape: contacts and items by code, the rest by their own key. going are the parts of a transaction, by its key, that
    are on their way or at Xero already, with their totals. coming says which transaction makes a customer, by code;
    namesakes are contacts by name in small letters; codes gives every code that is taken. tracking and themes are
    known where the rules need them; stops says why a contact that owes so much more gets nothing on account, and cheap
    which of an order's prices are below the best.
    """

    organisation: Organisation
    contacts: Mapping[str, Sequence[Contact]]
    items: Mapping[str, Sequence[Item]]
    accounts: Mapping[str, Account]
    tax_rates: Mapping[str, TaxRate]
    addresses: Callable[[Contact], Sequence[DeliveryAddress]]
    owing: Owing = msgspec.field(default_factory=Owing)
    going: Mapping[str, Mapping[str, Decimal]] = {}
    coming: Mapping[str, str] = {}
    namesakes: Mapping[str, Sequence[Contact]] = {}
    codes: Callable[[], Container[str]] = frozenset
    tracking: Sequence[TrackingCategory] = ()
    themes: Sequence[BrandingTheme] = ()
    stops: Callable[[Contact, Decimal], Sequence[str]] = lambda _, __: ()
    cheap: Mapping[str, Sequence[str]] = {}


def contact_of(order: Order, contacts: Mapping[str, Sequence[Contact]]) -> Contact:
    """The one active contact an order is for; one without an id when the order brings it.

    Errors: RefusedError when there is none, or more than one.
    """
    holders = contacts.get(order.customer, ())
    active = [one for one in holders if one.status == "ACTIVE" and not one.merged_to]
    if len(active) == 1:
        return active[0]
    if len(active) > 1:
        names = ", ".join(one.name for one in active)
        raise RefusedError(
            "order.customer_ambiguous",
            f"{name_of(order)}: {len(active)} contacts in Xero have the code {order.customer}: {names}.",
            remedy=f"Give each its own code in Xero, {RETRY}",
        )
    if holders:
        raise RefusedError(
            "order.customer_archived",
            f"{name_of(order)}: the customer {order.customer} ({holders[0].name}) is archived in Xero.",
            remedy=f"Restore the contact in Xero, {RETRY}",
        )
    if order.new_customer is not None:
        return Contact(contact_id="", name=order.new_customer.name)
    raise RefusedError(
        "order.customer_unknown",
        f"{name_of(order)}: no contact in Xero has the code {order.customer} "
        f"({order.customer_name or 'no name given'}).",
        remedy=f"Put {order.customer} into the contact's Account Number in Xero, {RETRY}",
    )


def name_of(order: Order) -> str:
    """How a transaction is called in messages."""
    return f"Order {order.order_no}"
