"""Price rules of a sheet that never count. Nobody asks for the price of a rule that makes none, so they are told."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, islice

import sqlalchemy as sa

from fieldbridge.app.flows.price_list import price_list
from fieldbridge.app.flows.references import held_against
from fieldbridge.core.plan import Problem
from fieldbridge.core.pricing import Rule, words
from fieldbridge.core.records.sheets import PriceRow, ProductRow, group_key
from fieldbridge.core.rules import PRECEDENCE, PriceRules
from fieldbridge.core.shadows import shadowing
from fieldbridge.field.sheets.faults import SheetFault
from fieldbridge.store import sheets
from fieldbridge.store.database import batches
from fieldbridge.store.sheets import State

TOLD_MAX = 200
# So many rules about one product are looked at together; more would take memory without end.
TOGETHER = 20_000
Audience = tuple[str, str]
EVERYONE: Audience = ("", "")


def problems_of(tx: sa.Connection, connection_id: str, policy: PriceRules) -> list[Problem]:
    """One Problem for each rule in force that never counts, the first two hundred."""
    return [
        Problem(
            kind="sheet",
            key=f"prices row {one.row}",
            code="sheet.rule_never_counts",
            message=f"prices sheet, {one}.",
            remedy="Take the row out, or change its days, its quantity or prices.precedence.",
            cause="prices",
        )
        for one in islice(shadowed(tx, connection_id, policy), TOLD_MAX)
    ]


def shadowed(
    tx: sa.Connection, connection_id: str, policy: PriceRules, state: State = "in_force"
) -> Iterator[SheetFault]:
    """Every rule that never counts, and the rows that leave it nothing."""
    rows = held_against(tx, connection_id, PriceRow, sheets.by_subject(tx, connection_id, PriceRow, state))
    sound = (Rule(number=number, row=row) for number, row, lacking in rows if not lacking)
    for _, about_one in groupby(sound, key=lambda rule: rule.row.key):
        for some in batches(about_one, TOGETHER):
            others, wider = _by_audience(some), dict[str, list[Audience]]()
            # As the ranks usually stand, no rule is stronger than one for fewer customers or products.
            if policy.precedence != PRECEDENCE:
                others, wider = _whole_shelf(tx, connection_id, policy, some, state)
            yield from _among(some, others, wider, policy)


def _among(
    some: Sequence[Rule],
    others: Mapping[Audience, Sequence[Rule]],
    wider: Mapping[str, Sequence[Audience]],
    policy: PriceRules,
) -> Iterator[SheetFault]:
    for rule in some:
        audiences = ((rule.row.customer, rule.row.price_group), *wider.get(rule.row.customer, ()))
        about = [one for audience in dict.fromkeys(audiences) for one in others.get(audience, ())]
        if by := shadowing(rule, about, policy):
            numbers = " and ".join(str(one.number) for one in by)
            stronger = f"row {numbers} is" if len(by) == 1 else f"rows {numbers} are"
            said = f"“{words(rule)}” never counts: {stronger} stronger on all its days and at all its quantities"
            yield SheetFault(row=rule.number, column="", said=said)


def _whole_shelf(
    tx: sa.Connection, connection_id: str, policy: PriceRules, some: Sequence[Rule], state: State
) -> tuple[dict[Audience, list[Rule]], dict[str, list[Audience]]]:
    """Rules about the same product and its group, and who a rule for a customer shares its customers with."""
    rows = sheets.by_key(tx, connection_id, ProductRow, {some[0].row.product} - {""})
    groups = {group_key(row.group) for found in rows.values() for _, row in found if row.group}
    found = sheets.by_key(tx, connection_id, PriceRow, {some[0].row.key, *groups}, state)
    rules = [Rule(number=number, row=row) for listed in found.values() for number, row in listed]
    buyers = price_list(tx, connection_id, policy, {one.row.customer for one in some} - {""}, set()).buyers
    wider = {code: [("", one.price_group), EVERYONE] for code, one in buyers.items()}
    return _by_audience(rules), {"": [EVERYONE], **wider}


def _by_audience(rules: Sequence[Rule]) -> dict[Audience, list[Rule]]:
    found: dict[Audience, list[Rule]] = defaultdict(list)
    for rule in rules:
        found[rule.row.customer, rule.row.price_group].append(rule)
    return found
