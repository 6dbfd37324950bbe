"""Orders for tests, from what a tablet holds."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

import msgspec

from fieldbridge.app.demo.tablet import Tablet, totalled
from fieldbridge.core.records.field import Order, OrderLine, Tender


def order(tablet: Tablet, number: int, *, customer: str = "", quantities: Sequence[int] = (2, 1)) -> Order:
    """An ordinary order: one line for each quantity, of the products in turn. The same arguments, the same order."""
    today = datetime.now(UTC).date()
    bought_by = customer or str(tablet.customers[number % len(tablet.customers)]["CustomerID"])
    lines = [_line(tablet.products[(number + at) % len(tablet.products)], many) for at, many in enumerate(quantities)]
    return totalled(tablet, _order(number, bought_by, today, tuple(lines)))


def changed(tablet: Tablet, one: Order) -> Order:
    """The same order with one more of everything."""
    more = tuple(msgspec.structs.replace(line, quantity=line.quantity + 1) for line in one.lines)
    return totalled(tablet, msgspec.structs.replace(one, lines=more))


def paid(one: Order, *first: int) -> Order:
    """The same order with a payment of its whole total: some amounts by card, and the rest in cash."""
    cards = [Tender(kind="CARD", amount=Decimal(amount)) for amount in first]
    rest = one.total + one.tax - sum(first)
    return msgspec.structs.replace(one, tenders=(*cards, Tender(kind="CASH", amount=rest)))


def _order(number: int, customer: str, today: date, lines: tuple[OrderLine, ...]) -> Order:
    return Order(
        order_no=f"{number:06}",
        kind="O",
        cloud_id=f"T{number:06}",
        captured_on=today,
        captured_at=f"{today.isoformat()}T10:00:00",
        customer=customer,
        customer_order_no=f"PO {number}",
        rep="R1",
        lines=lines,
        total=Decimal(0),
        tax=Decimal(0),
    )


def _line(row: dict[str, str], quantity: int) -> OrderLine:
    return OrderLine(
        product=row["SKUCode"],
        description=row["Description"],
        quantity=Decimal(quantity),
        unit=row["DefaultSalesUnit"],
        unit_price=Decimal(row["SellPrice1"]),
        tax_code=row["TaxCode"],
    )
