"""Sales history: how a document in Xero becomes what reps see of it. Source: field-sales facts §11."""

from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal

import msgspec

from fieldbridge.core.records.documents import BookedDocument, BookedLine
from fieldbridge.core.records.field import Origin, Sale, SaleLine
from fieldbridge.core.rules import HistoryRules

POSTED, VOIDED = ("AUTHORISED", "PAID"), "VOIDED"
CREDIT = "ACCRECCREDIT"
UNIT_STEP = Decimal("0.0001")
NOTHING = Decimal(0)


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """What must be known besides the document. Shape: customer is the tablets' key; staff as rep_of says."""

    customer: str
    customer_name: str
    rep: str = ""
    rep_tracking: str = ""
    staff: Mapping[str, str] = {}
    origin: Origin | None = None


def is_history(document: BookedDocument, rules: HistoryRules) -> bool:
    """Documents that were approved; those voided since are told as nothing, where the office wants that."""
    return document.status in POSTED or (rules.resend_voided and document.status == VOIDED)


def sale_of(document: BookedDocument, known: Known, rules: HistoryRules) -> Sale | None:
    """What reps see of one document; None when no line of it can be shown."""
    is_credit, is_void = document.kind == CREDIT, document.status == VOIDED
    lines = tuple(_lines(document, rules, is_void=is_void, negative=is_credit and rules.credit_lines == "negative"))
    if not lines or document.issued_on is None:
        return None
    sign = NOTHING if is_void else Decimal(-1 if is_credit else 1)
    order = known.origin.order if known.origin else None
    return Sale(
        number=document.number,
        kind="C" if is_credit else "I",
        issued_on=document.issued_on,
        customer=known.customer,
        customer_name=known.customer_name,
        total=sign * document.subtotal,
        tax=sign * document.total_tax,
        lines=lines,
        captured_on=order.captured_on if order else document.issued_on,
        cloud_id=known.origin.key if known.origin else "",
        order_number=order.customer_order_no if order else document.reference,
        staff=rep_of(document, known),
        location=rules.stock_location,
        delivery_code=order.delivery_code if order else "",
    )


def rep_of(document: BookedDocument, known: Known) -> str:
    """Who sold it: the rep who took the order, else the tracking option, else the customer's rep on that day.

    An option is a rep's code or name. Shape: known.staff maps both, in small letters, to the code.
    """
    if known.origin and known.origin.order and known.origin.order.rep:
        return known.origin.order.rep
    marked = (option for line in document.lines for category, option in line.tracking if category == known.rep_tracking)
    return next((known.staff[one.casefold()] for one in marked if one.casefold() in known.staff), known.rep)


def _lines(document: BookedDocument, rules: HistoryRules, *, is_void: bool, negative: bool) -> Iterator[SaleLine]:
    for line in document.lines:
        if not line.item_code and not line.amount and not line.quantity:
            continue
        tax = line.tax
        total = line.amount - tax if document.amounts == "Inclusive" else line.amount
        sign = NOTHING if is_void else Decimal(-1 if negative else 1)
        yield SaleLine(
            product=line.item_code or rules.products_of_accounts.get(line.account_code, ""),
            description=line.description,
            quantity=sign * (line.quantity or NOTHING),
            unit_price=_unit_price(line, total),
            total=sign * total,
            tax=sign * tax,
            discount_percent=line.discount_rate or None,
            discount_amount=line.discount_amount or None,
        )


def _unit_price(line: BookedLine, total: Decimal) -> Decimal:
    """Without tax, as the totals are."""
    price = line.unit_amount or NOTHING
    if not line.amount or total == line.amount:
        return price
    return (price * total / line.amount).quantize(UNIT_STEP, ROUND_HALF_UP)
