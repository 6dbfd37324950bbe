"""Price rules that can never make a price, because stronger ones hold on each of their days and at every quantity."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from decimal import Decimal

from fieldbridge.core.pricing import DAY, Rule, strength
from fieldbridge.core.records.sheets import PriceRow
from fieldbridge.core.rules import PriceRules


def shadowing(rule: Rule, others: Iterable[Rule], rules: PriceRules) -> tuple[Rule, ...]:
    """The stronger rules that together leave a rule nothing; none when it may count.

    Shape: others are about everything and everybody the rule is about, and perhaps more.
    """
    mine = strength(rule, rules)[:2]
    stronger = sorted((one for one in others if strength(one, rules)[:2] > mine), key=lambda one: one.number)
    found: dict[int, Rule] = {}
    for on, quantity in _moments(rule.row, [one.row for one in stronger]):
        winner = next((one for one in stronger if _holds(one.row, on, quantity)), None)
        if winner is None:
            return ()
        found[winner.number] = winner
    return tuple(found.values())


def _holds(row: PriceRow, on: date, quantity: Decimal) -> bool:
    return (row.start or date.min) <= on <= (row.end or date.max) and row.least_quantity <= quantity


def _moments(row: PriceRow, stronger: Sequence[PriceRow]) -> Iterator[tuple[date, Decimal]]:
    """A day and a quantity out of every stretch in which the same rules hold."""
    first, last = row.start or date.min, row.end or date.max
    begins = {one.start for one in stronger if one.start}
    begins |= {one.end + DAY for one in stronger if one.end and one.end < date.max}
    days = [first, *sorted(day for day in begins if first < day <= last)]
    quantities = {row.least_quantity} | {one.least_quantity for one in stronger}
    return ((day, count) for day in days for count in sorted(quantities) if count >= row.least_quantity)
