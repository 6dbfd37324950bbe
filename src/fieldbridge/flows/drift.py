"""Drift: what the office changed in a document since it was posted, line by line.

Xero gives every line an id of its own only once it is saved, and a moved line is no change to anybody, so lines are
paired by what they say: those that say the same first, then those of the same product.
"""

from collections.abc import Callable, Hashable, Iterable
from decimal import ROUND_HALF_UP, Decimal

from fieldbridge.core.money import HUNDRED, line_amount
from fieldbridge.core.records.answers import Figures, LineChange
from fieldbridge.core.records.books import InvoiceLine
from fieldbridge.core.records.documents import BookedDocument, BookedLine

NOTHING = Decimal(0)
INCLUSIVE = "Inclusive"
UNIT_STEP = Decimal("0.0001")
Key = Callable[[Figures], Hashable]


def changes(posted: Iterable[InvoiceLine], now: BookedDocument, amounts: str = "Exclusive") -> tuple[LineChange, ...]:
    """What was done to the lines. Shape: what was changed or removed in the order posted, then what was added.

    Units: prices and amounts as they were posted: with tax where amounts is Inclusive.
    """
    before = [of_posted(line) for line in posted]
    return differences(before, [of_booked(line, now.amounts, amounts) for line in now.lines])


def differences(before: list[Figures], after: list[Figures]) -> tuple[LineChange, ...]:
    """How lines became others: whatever their order, lines that say the same are no difference."""
    partners: dict[int, int] = {}
    for key in PAIRINGS:
        _pair(before, after, partners, key)
    left = set(range(len(after))).difference(partners.values())
    told = [_change(one, after[partners[place]] if place in partners else None) for place, one in enumerate(before)]
    added = [LineChange(what="added", after=after[place]) for place in sorted(left)]
    return (*(one for one in told if one is not None), *added)


def of_posted(line: InvoiceLine) -> Figures:
    """A line as it was sent."""
    quantity, price = line.quantity or NOTHING, line.unit_amount or NOTHING
    return Figures(
        product=line.item_code,
        description=_text(line.description),
        quantity=quantity,
        unit_price=price.quantize(UNIT_STEP, ROUND_HALF_UP),
        discount=line.discount_rate,
        amount=line_amount(quantity, price, line.discount_rate),
    )


def of_booked(line: BookedLine, amounts: str, wanted: str) -> Figures:
    """A line as Xero holds it, with or without tax as wanted, whatever the document's lines include now."""
    amount = line.amount
    if amounts == INCLUSIVE != wanted:
        amount -= line.tax
    elif wanted == INCLUSIVE != amounts:
        amount += line.tax
    return Figures(
        product=line.item_code,
        description=_text(line.description),
        quantity=line.quantity or NOTHING,
        unit_price=_price(line, amounts, amount),
        discount=line.discount_rate or NOTHING,
        amount=amount,
    )


def _price(line: BookedLine, amounts: str, amount: Decimal) -> Decimal:
    """A line's unit price, as its amount demands."""
    price = line.unit_amount or NOTHING
    if amounts == INCLUSIVE and line.quantity and _is_told_net(line):
        price = line.amount * HUNDRED / (line.quantity * (HUNDRED - (line.discount_rate or NOTHING)))
    if line.amount and amount != line.amount:
        price = price * amount / line.amount
    return price.quantize(UNIT_STEP, ROUND_HALF_UP)


def _is_told_net(line: BookedLine) -> bool:
    """Inclusive quotes are read with prices that lack the tax, but with amounts that have it.

    Source: XeroAPI/xero-mcp-server, pull 309.
    """
    reckoned = line_amount(line.quantity or NOTHING, line.unit_amount or NOTHING, line.discount_rate or NOTHING)
    return abs(reckoned - (line.amount - line.tax)) < abs(reckoned - line.amount)


def is_same(before: Figures, after: Figures) -> bool:
    """Whether a line still says what it said.

    A price or a discount of more decimals than Xero keeps comes back rounded: where quantity and amount are what they
    were, one of the two may differ.
    """
    if (before.product, before.quantity, before.amount) != (after.product, after.quantity, after.amount):
        return False
    priced_alike = before.unit_price == after.unit_price or before.discount == after.discount
    return priced_alike and (bool(before.product) or before.description == after.description)


def _change(before: Figures, after: Figures | None) -> LineChange | None:
    if after is None:
        return LineChange(what="removed", before=before)
    return None if is_same(before, after) else LineChange(what="changed", before=before, after=after)


def _pair(before: list[Figures], after: list[Figures], partners: dict[int, int], key: Key) -> None:
    """Give lines that have none yet the first free partner with the same key."""
    taken = set(partners.values())
    free: dict[Hashable, list[int]] = {}
    for place, one in enumerate(after):
        if place not in taken:
            free.setdefault(key(one), []).append(place)
    for place, one in enumerate(before):
        if place not in partners and (places := free.get(key(one))):
            partners[place] = places.pop(0)


def _money(one: Figures) -> Hashable:
    return (one.product, one.product or one.description, one.quantity, one.amount)


PAIRINGS: tuple[Key, ...] = (
    lambda one: one,
    _money,
    lambda one: (one.product, one.description, one.quantity),
    lambda one: (one.product, one.description),
    lambda one: one.product or one.description,
    # Text beside text: one sentence that became another. An amount without a product is no text.
    lambda one: (one.product, bool(one.quantity or one.amount)) if not one.product else one,
)


def _text(text: str) -> str:
    return " ".join(text.split())
