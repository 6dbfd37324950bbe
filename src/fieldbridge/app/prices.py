"""The price of one product for one customer, explained step by step."""

from datetime import date
from decimal import Decimal

import msgspec

from fieldbridge.app.connection_settings import parse
from fieldbridge.app.flows.price_list import price_list
from fieldbridge.app.installation import Installation
from fieldbridge.core.errors import SetupError
from fieldbridge.core.pricing import Buyer, Step
from fieldbridge.store.ledger.connections import Connection


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """A price and how it came about. Units: price excludes tax; it does not hold the buyer's standing discount."""

    connection: str
    buyer: Buyer
    product: str
    on: date
    quantity: Decimal
    price: Decimal
    steps: tuple[Step, ...]


def explain(
    installation: Installation, one: Connection, asked: tuple[str, str], on: date | None, quantity: Decimal
) -> Told:
    """The price of (customer, product), by what Xero said last and the sheets in force.

    Errors: SetupError when Xero has no such customer or product.
    """
    customer, product = asked
    day = on or installation.now().date()
    with installation.database.read() as tx:
        prices = price_list(tx, one.id, parse(one.settings).prices, {customer}, {product})
    found = prices.explain(customer, product, day, quantity)
    if found is None:
        lacking = f"customer {customer}" if customer not in prices.buyers else f"product {product}"
        raise SetupError(
            "price.unknown",
            f"{one.id} knows no {lacking}.",
            remedy="Give the code as it stands in Xero; if it is new there: fieldbridge sync master-data",
        )
    return Told(
        connection=one.id,
        buyer=prices.buyers[customer],
        product=product,
        on=day,
        quantity=quantity,
        price=found.price,
        steps=found.steps,
    )
