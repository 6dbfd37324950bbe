"""From the named fields of an order's lines to an Order, or to the reasons why they cannot be one.

Whatever the layout, the rules are the same. All state lives in one call: nothing of one order can reach the next.
Source: field-sales facts §4 (kinds), §12, §10 (leftover).
"""

from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import TypeVar

import msgspec

from fieldbridge.core.errors import RefusedError
from fieldbridge.core.money import line_amount
from fieldbridge.core.records.field import NewCustomer, Order, OrderLine, Tender
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

KINDS = ("O", "I", "C", "Q", "P", "N")
ALONE = ("P", "N")
FILES_BETWEEN = ";"
_ZERO = Decimal(0)
_NO_KIND = "which is not O (order), I (invoice), C (credit), Q (quote), P (payment alone) or N (new customer alone)"
Part = TypeVar("Part")
Piece = OrderLine | Tender | NewCustomer


def attempt(read: Callable[[], Part], refusals: list[RefusedError]) -> Part | None:
    """What was read, or nothing and one more reason."""
    try:
        return read()
    except RefusedError as refusal:
        refusals.append(refusal)
        return None


def header_of(line: Line, kind: str = "") -> Order:
    """An order without its lines. Shape: kind counts where the layout has no type. Errors: RefusedError."""
    kind = kind or line.text("type")
    if not line.text("order_no").strip():
        raise refused(line, "order_no", "order.key", "")
    if kind not in KINDS:
        raise refused(line, "type", "order.kind", _NO_KIND)
    captured_on, captured_at = moment(line, "captured_at")
    blank = _ZERO if kind in ALONE else None
    return Order(
        order_no=line.text("order_no"),
        kind=kind,
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
        total=number(line, "total_ex", blank=blank) if "total_ex" in line.values else _ZERO,
        tax=number(line, "total_tax", blank=blank) if "total_tax" in line.values else _ZERO,
        shows_totals="total_ex" in line.values and "total_tax" in line.values,
        delivery_code=line.text("delivery_code"),
        note=line.text("header_note"),
        reason=line.text("reason").strip(),
        against=line.text("against").strip(),
        freight=price(line, "freight", blank=_ZERO),
        files=tuple(name.strip() for name in line.text("files").split(FILES_BETWEEN) if name.strip()),
        lines=(),
    )


def line_of(line: Line, note_code: str) -> OrderLine:
    """A product, or a text when it is the note's pseudo product. Errors: RefusedError."""
    if line.text("product") == note_code:
        return _note(line)
    if not line.text("product").strip():
        raise refused(line, "product", "order.product", "")
    quantity, unit_price, discount = number(line, "qty"), price(line, "unit_price_ex"), percentage(line, "discount_pct")
    shown = "line_total_ex" in line.values
    return OrderLine(
        product=line.text("product"),
        description=line.text("description"),
        quantity=quantity,
        unit=line.text("unit"),
        unit_price=unit_price,
        discount=discount,
        total=number(line, "line_total_ex") if shown else line_amount(quantity, unit_price, discount),
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


def tender_of(line: Line) -> Tender:
    """One part of a payment. Errors: RefusedError."""
    amount = number(line, "amount")
    if amount <= 0:
        raise refused(line, "amount", "order.number", "and a payment must be above zero")
    if amount != round(amount, 2):
        raise refused(line, "amount", "order.number", "which has more than 2 decimals")
    return Tender(
        kind=line.text("tender").strip(),
        amount=amount,
        paid_on=day_or_none(line, "paid_at"),
        reference=line.text("reference").strip(),
        currency=line.text("currency").strip().upper(),
    )


def new_customer_of(line: Line) -> NewCustomer:
    """A customer the office does not know yet. Errors: RefusedError order.new_customer."""
    if not line.text("name").strip():
        raise refused(line, "name", "order.new_customer", "")
    lines = (line.text(f"address_{at}").strip() for at in range(1, 5))
    plain = ("name", "first_name", "last_name", "email", "phone", "mobile", "city", "region", "post_code", "note")
    return NewCustomer(**{name: line.text(name).strip() for name in plain}, address_lines=tuple(filter(None, lines)))


def assembled(
    header: Order, at: int, pieces: Sequence[Piece], *, orders_something: bool
) -> tuple[Order | None, list[RefusedError]]:
    """The whole order, or every reason why its parts do not make one of its kind. Shape: at is its first line."""
    customers = [one for one in pieces if isinstance(one, NewCustomer)]
    order = msgspec.structs.replace(
        header,
        lines=tuple(one for one in pieces if isinstance(one, OrderLine)),
        tenders=tuple(one for one in pieces if isinstance(one, Tender)),
        new_customer=customers[0] if customers else None,
    )
    told = [*_lacks(order, orders_something=orders_something), *_does_not_fit(order, customers)]
    if told:
        said = [(code, f"Line {at}: order {order.order_no} {why}.") for code, why in told]
        return None, [RefusedError(code, message, remedy=CORRECT_IT) for code, message in said]
    paid = sum((one.amount for one in order.tenders), _ZERO)
    return (msgspec.structs.replace(order, total=paid, tax=_ZERO) if order.kind in ALONE else order), []


def _lacks(order: Order, *, orders_something: bool) -> list[tuple[str, str]]:
    match order.kind:
        case "P" if not order.tenders:
            return [("order.empty", "is a payment alone and has no P lines, so it pays nothing")]
        case "N" if order.new_customer is None:
            return [("order.empty", "is a new customer alone and has no N line, so it names nobody")]
        case kind if kind not in ALONE and not orders_something:
            return [("order.empty", "has no D lines, so it orders nothing")]
    return []


def _does_not_fit(order: Order, customers: Sequence[NewCustomer]) -> list[tuple[str, str]]:
    found = []
    if len(customers) > 1:
        found.append(("order.new_customer", "has more than one N line"))
    if order.new_customer is not None and not order.customer.strip():
        found.append(("order.new_customer", "has a new customer, and no code for it"))
    if order.kind in ALONE and any(line.product for line in order.lines):
        found.append(("order.parts", f"is of kind {order.kind} and has a product line"))
    if order.kind == "N" and order.tenders:
        found.append(("order.parts", "is a new customer alone and has a payment"))
    paid = sum((one.amount for one in order.tenders), _ZERO)
    if order.kind == "P" and order.total + order.tax not in (_ZERO, paid):
        found.append(("order.parts", f"says a payment of {order.total + order.tax}, and its P lines come to {paid}"))
    return found
