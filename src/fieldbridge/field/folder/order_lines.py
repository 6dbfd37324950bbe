"""The lines of one order turned into an Order, or into the reasons why they cannot be.

All state lives in one call: nothing of one order can reach the next. Source: field-sales facts §12, §10 (leftover).
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import partial
from typing import NamedTuple, TypeVar

import msgspec

from fieldbridge.core.errors import RefusedError
from fieldbridge.core.records.field import Order, OrderLine
from fieldbridge.field.folder.csv_rows import Flaw
from fieldbridge.field.folder.order_fields import (
    CORRECT_IT,
    Line,
    day_or_none,
    moment,
    number,
    percentage,
    price,
    refused,
)
from fieldbridge.field.folder.profile import OrderLayout, Profile

_KINDS = ("O", "I", "C", "Q")
_ZERO = Decimal(0)
Part = TypeVar("Part", Order, OrderLine)


class TextRow(NamedTuple):
    """One decoded record of an order file and the number of its first line (from 1)."""

    line: int
    fields: tuple[str, ...]
    flaw: Flaw

    @property
    def kind(self) -> str:
        """The record type, the first field."""
        return self.fields[0]

    def order_no(self, layout: OrderLayout) -> str:
        """The order number, empty when the row is too short to have one."""
        position = order_no_at(self.kind, layout)
        return self.fields[position] if position < len(self.fields) else ""


def order_no_at(kind: str, layout: OrderLayout) -> int:
    """Where this record type has the order number; an unknown type is taken for a damaged header."""
    return (layout.fields_of(kind) or layout.header).index("order_no") + 1


def order_of(rows: Sequence[TextRow], profile: Profile) -> tuple[Order | None, list[RefusedError]]:
    """One order from its rows, the first of which should be its H line.

    Shape: the order, or None with every reason; rows is not empty.
    """
    refusals: list[RefusedError] = []
    header = _attempt(partial(_header, rows[0], profile.orders), refusals)
    order_no = rows[0].order_no(profile.orders)
    lines = [_attempt(partial(_line, row, order_no, profile), refusals) for row in rows[1:]]
    if rows[0].kind == "H" and not any(row.kind == "D" for row in rows):
        empty = f"Line {rows[0].line}: order {order_no} has no D lines, so it orders nothing."
        refusals.append(RefusedError("order.empty", empty, remedy=CORRECT_IT))
    if refusals or header is None:
        return None, refusals
    return msgspec.structs.replace(header, lines=tuple(line for line in lines if line is not None)), []


def key_of(row: TextRow, layout: OrderLayout) -> str:
    """The order's key as far as its first line can be trusted: the cloud's id, else the order number, else empty."""
    names = layout.header
    if row.kind == "H" and not row.flaw and len(row.fields) == len(names) + 1:
        return dict(zip(names, row.fields[1:], strict=True)).get("cloud_id") or row.order_no(layout)
    return row.order_no(layout)


def _attempt(read: Callable[[], Part], refusals: list[RefusedError]) -> Part | None:
    try:
        return read()
    except RefusedError as refusal:
        refusals.append(refusal)
        return None


def _named(row: TextRow, layout: OrderLayout) -> Line:
    """The row's fields by name. Errors: RefusedError order.quote, order.record_type or order.fields."""
    if row.flaw == "open":
        raise _refusal(
            row, "order.quote", "a quotation mark opens and never closes, which leaves all that follows in doubt"
        )
    if row.flaw == "quote":
        raise _refusal(row, "order.quote", "text stands between a closing quotation mark and the next comma")
    names = layout.fields_of(row.kind)
    if names is None:
        raise _refusal(row, "order.record_type", f"'{row.kind[:20]}' is not a record type; H, D, T and P are")
    if len(row.fields) != len(names) + 1:
        counts = f"a {row.kind} line has {len(names) + 1} fields, and this one has {len(row.fields)}"
        raise _refusal(row, "order.fields", counts)
    return Line(row.line, dict(zip(names, row.fields[1:], strict=True)))


def _header(row: TextRow, layout: OrderLayout) -> Order:
    line = _named(row, layout)
    if row.kind != "H":
        told = f"this {row.kind} line belongs to order {line.text('order_no')}, and no H line stands above it"
        raise _refusal(row, "order.no_header", told)
    if not line.text("order_no").strip():
        raise refused(line, "order_no", "order.key", "")
    if line.text("type") not in _KINDS:
        raise refused(line, "type", "order.kind", "which is not O (order), I (invoice), C (credit) or Q (quote)")
    captured_on, captured_at = moment(line, "captured_at")
    return Order(
        order_no=line.text("order_no"),
        kind=line.text("type"),
        captured_on=captured_on,
        captured_at=captured_at,
        required_on=day_or_none(line, "required_date"),
        cloud_id=line.text("cloud_id"),
        customer=line.text("customer"),
        customer_name=line.text("customer_name"),
        discount=percentage(line, "order_discount"),
        tax_mode=line.text("tax_mode") or "EX",
        customer_order_no=line.text("customer_order_no"),
        rep=line.text("rep"),
        contact=line.text("contact"),
        total=number(line, "total_ex"),
        tax=number(line, "total_tax"),
        delivery_code=line.text("delivery_code"),
        note=line.text("header_note"),
        lines=(),
    )


def _line(row: TextRow, order_no: str, profile: Profile) -> OrderLine:
    line = _named(row, profile.orders)
    if line.text("order_no") != order_no:
        told = f"this {row.kind} line belongs to order {line.text('order_no')}, but stands under order {order_no}"
        raise _refusal(row, "order.no_header", told)
    if row.kind == "P":
        paid = f"the order carries a payment of {line.text('amount')}, and payments are not handled by this version"
        raise _refusal(row, "order.payment_unsupported", paid, "Enter the order and its payment by hand.")
    if row.kind == "T":
        return OrderLine(description=line.text("text"))
    if line.text("product") == profile.note_code:
        return _note(line)
    return _product(line)


def _product(line: Line) -> OrderLine:
    if not line.text("product").strip():
        raise refused(line, "product", "order.product", "")
    return OrderLine(
        product=line.text("product"),
        description=line.text("description"),
        quantity=number(line, "qty"),
        unit=line.text("unit"),
        unit_price=price(line, "unit_price_ex"),
        discount=percentage(line, "discount_pct"),
        total=number(line, "line_total_ex"),
        tax_code=line.text("tax_code"),
        note=line.text("line_note"),
    )


def _note(line: Line) -> OrderLine:
    """Free text: the line note, else the description (which otherwise is only the pseudo product's own name).

    Its amounts must be nothing, or money would vanish with them.
    """
    amount = number(line, "line_total_ex", blank=_ZERO)
    if amount or number(line, "qty", blank=_ZERO) * price(line, "unit_price_ex", blank=_ZERO):
        raise RefusedError("order.note_money", f"Line {line.number}: a note carries money.", remedy=CORRECT_IT)
    return OrderLine(description=line.text("line_note") or line.text("description"))


def _refusal(row: TextRow, code: str, told: str, remedy: str = CORRECT_IT) -> RefusedError:
    return RefusedError(code, f"Line {row.line}: {told}.", remedy=remedy)
