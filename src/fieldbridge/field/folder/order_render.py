"""Writing orders the way a tablet's cloud exports them: the inverse of reading.

Source: field-sales facts §12.
"""

from collections.abc import Iterable, Iterator
from decimal import Decimal

from fieldbridge.core.records.field import NewCustomer, Order, OrderLine, Tender
from fieldbridge.field.folder.csv_rows import join
from fieldbridge.field.folder.order_build import FILES_BETWEEN
from fieldbridge.field.folder.profile import Profile


def render_orders(orders: Iterable[Order], profile: Profile) -> bytes:
    """An order file in UTF-8, quoted only where it must be. Shape: text lines become D lines of the note product."""
    rows = (join(row, "minimal", profile.line_end) for order in orders for row in _rows(order, profile))
    return "".join(rows).encode("utf-8", "replace")


def _rows(order: Order, profile: Profile) -> Iterator[list[str]]:
    header = _header(order)
    more = _header_more(order)
    extra = [more.get(name, "") for name in profile.orders.header_more] if any(more.values()) else []
    yield ["H", *(header.get(name, "") for name in profile.orders.header), *extra]
    if order.new_customer is not None:
        known = {"order_no": order.order_no, **_new_customer(order.new_customer)}
        yield ["N", *(known.get(name, "") for name in profile.orders.customer)]
    for line in order.lines:
        values = _line(line) if line.product else _note(line, profile)
        yield ["D", order.order_no, *(values.get(name, "") for name in profile.orders.line if name != "order_no")]
    for tender in order.tenders:
        paid = {"order_no": order.order_no, **_tender(tender)}
        extra = [paid.get(name, "") for name in profile.orders.payment_more] if tender.currency else []
        yield ["P", *(paid.get(name, "") for name in profile.orders.payment), *extra]


def _header(order: Order) -> dict[str, str]:
    return {
        "order_no": order.order_no,
        "type": order.kind,
        "captured_at": order.captured_at or order.captured_on.isoformat(),
        "required_date": order.required_on.isoformat() if order.required_on else "",
        "cloud_id": order.cloud_id,
        "customer": order.customer,
        "customer_name": order.customer_name,
        "order_discount": _plain(order.discount),
        "tax_mode": order.tax_mode,
        "customer_order_no": order.customer_order_no,
        "rep": order.rep,
        "contact": order.contact,
        "total_ex": _plain(order.total),
        "total_tax": _plain(order.tax),
        "delivery_code": order.delivery_code,
        "header_note": order.note,
    }


def _header_more(order: Order) -> dict[str, str]:
    return {
        "reason": order.reason,
        "against": order.against,
        "freight": _plain(order.freight) if order.freight else "",
        "files": FILES_BETWEEN.join(order.files),
    }


def _tender(tender: Tender) -> dict[str, str]:
    return {
        "tender": tender.kind,
        "amount": _plain(tender.amount),
        "paid_at": tender.paid_on.isoformat() if tender.paid_on else "",
        "reference": tender.reference,
        "currency": tender.currency,
    }


def _new_customer(one: NewCustomer) -> dict[str, str]:
    lines = {f"address_{at}": line for at, line in enumerate(one.address_lines, start=1)}
    plain = ("name", "first_name", "last_name", "email", "phone", "mobile", "city", "region", "post_code", "note")
    return lines | {name: getattr(one, name) for name in plain}


def _line(line: OrderLine) -> dict[str, str]:
    return {
        "product": line.product,
        "description": line.description,
        "qty": _plain(line.quantity),
        "unit": line.unit,
        "unit_price_ex": _plain(line.unit_price),
        "discount_pct": _plain(line.discount),
        "line_total_ex": _plain(line.total),
        "tax_code": line.tax_code,
        "line_note": line.note,
    }


def _note(line: OrderLine, profile: Profile) -> dict[str, str]:
    nothing = dict.fromkeys(("qty", "unit_price_ex", "discount_pct", "line_total_ex"), "0")
    return nothing | {"product": profile.note_code, "line_note": line.description}


def _plain(number: Decimal) -> str:
    return f"{number:f}"
