"""To the cent: what Xero will make of an order, held against what the tablet showed the customer."""

from collections.abc import Sequence
from decimal import Decimal

import msgspec

from fieldbridge.core.errors import RefusedError
from fieldbridge.core.records.books import InvoiceLine

Totals = tuple[Decimal, Decimal]


class Priced(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a document with its money; text lines have none.

    Shape: tablet is the amount the tablet showed; is_back says that the goods came back, and all is positive then too.
    """

    number: int
    line: InvoiceLine
    amount: Decimal = Decimal(0)
    tax: Decimal = Decimal(0)
    tablet: Decimal = Decimal(0)
    is_back: bool = False


def compare(name: str, tablet: Totals, xero: Totals, lines: Sequence[Priced], tolerance: Decimal) -> tuple[str, ...]:
    """Nothing when equal; a remark when within the tolerance.

    Shape: totals are (without tax, tax). Errors: RefusedError that names both totals and the line that differs.
    """
    if tablet == xero:
        return ()
    said = f"{name}: the tablet's total is {_money(tablet)}, and Xero would make it {_money(xero)}{_culprit(lines)}."
    without_tax, tax = tablet[0] - xero[0], tablet[1] - xero[1]
    if abs(without_tax + tax) <= tolerance and abs(without_tax) <= tolerance:
        return (said,)
    raise RefusedError(
        "order.total_differs", said, remedy="Check the order with the rep, or set a tolerance, then: fieldbridge retry"
    )


def _money(totals: Totals) -> str:
    without_tax, tax = totals
    return f"{without_tax + tax:.2f} ({without_tax:.2f} + {tax:.2f} tax)"


def _culprit(lines: Sequence[Priced]) -> str:
    for one in lines:
        if one.amount != one.tablet:
            where = f"line {one.number} ({one.line.item_code or one.line.description})"
            return f"; {where} is {one.tablet:.2f} on the tablet and {one.amount:.2f} in Xero"
    return "; the lines agree, so the difference is in the tax or the sum"
