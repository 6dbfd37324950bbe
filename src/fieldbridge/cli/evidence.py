"""Proving: story, reconcile, rehearse."""

import sys
from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fieldbridge.cli.here import here
from fieldbridge.cli.output import Json, Output, output, several, visible
from fieldbridge.cli.runs import Only
from fieldbridge.cli.settings import text_of

if TYPE_CHECKING:
    from fieldbridge.app.evidence.reconcile import Reconciled
    from fieldbridge.app.evidence.rehearse import Rehearsal, Rehearsed
    from fieldbridge.core.tying import Line

DAY = ["%Y-%m-%d"]
TYING = ["day", "rep", "orders", "taken", "posted", "in Xero", "differs"]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (story, reconcile, rehearse):
        app.command()(command)


def story(
    context: typer.Context,
    named: Annotated[str, typer.Argument(metavar="ID", help="The tablet's key or number, or the number in Xero.")],
    fresh: Annotated[bool, typer.Option("--fresh", help="Ask Xero for the documents and their history now.")] = False,
    connection: Only = None,
    as_json: Json = False,
) -> None:
    """Tell one transaction's whole life, from its original bytes to what the office changed and the rep was told.

    It changes nothing. Times are UTC.
    """
    from fieldbridge.app.evidence.story import stories
    from fieldbridge.cli.story import told

    with here(context) as installation:
        found = stories(installation, named, connection, fresh=fresh)
    shown = output()

    def words() -> None:
        for one in found:
            for line in told(one):
                shown.say(line)

    shown.show(found, words, as_json=as_json)


def reconcile(
    context: typer.Context,
    first: Annotated[datetime, typer.Option("--from", formats=DAY, help="The first day, as tablets captured it.")],
    last: Annotated[datetime, typer.Option("--to", formats=DAY, help="The last day, included.")],
    connection: Only = None,
    as_json: Json = False,
) -> None:
    """Prove for a period that what was taken, what was posted and what Xero holds are the same, to the cent.

    Xero is read afresh. It changes nothing. Exit code: 0 it ties, 1 something differs.
    """
    from fieldbridge.app.evidence.reconcile import reconcile as hold

    shown = output()
    days: tuple[date, date] = (first.date(), last.date())
    with here(context) as installation, shown.err.status("reconciling") as status:
        found = [hold(installation, one, *days, tell=status.update) for one in installation.connections(connection)]

    def words() -> None:
        for one in found:
            _tell_reconciled(one, shown)

    shown.show(found, words, as_json=as_json)
    sys.exit(0 if all(one.ties for one in found) else 1)


def _tell_reconciled(one: "Reconciled", shown: Output) -> None:
    for of in dict.fromkeys(each.of for each in one.lines):
        title = f"{one.connection}, {one.first} to {one.last}: {of}"
        shown.table(title, TYING, _tying_rows([each for each in one.lines if each.of == of]))
    for each in one.differences:
        named = " ".join(part for part in (each.key, each.number) if part)
        shown.say(f"! {each.day} {visible(each.rep)} {visible(named)}, {each.of}: {visible(each.said)}")
        shown.say(f"    taken {each.taken:.2f}, posted {each.posted:.2f}, in Xero {each.held:.2f}")
    shown.say(
        "It ties, to the cent." if one.ties else f"It does not tie: {several(len(one.differences), 'difference')}."
    )
    shown.say(f"{one.others} other sales documents of these days were not taken on tablets.")


def _tying_rows(lines: "Sequence[Line]") -> list[list[object]]:
    rows: list[list[object]] = [
        [each.day, each.rep, each.transactions, *_tying_sums(each.taken, each.posted, each.held)] for each in lines
    ]
    sums = [sum((getattr(each, name) for each in lines), Decimal(0)) for name in ("taken", "posted", "held")]
    return [*rows, ["all", "", sum(each.transactions for each in lines), *_tying_sums(*sums)]]


def _tying_sums(taken: Decimal, posted: Decimal, held: Decimal) -> list[str]:
    differs = "" if taken == posted == held else f"{held - taken:+.2f}"
    return [f"{taken:.2f}", f"{posted:.2f}", f"{held:.2f}", differs]


def rehearse(
    context: typer.Context,
    days: Annotated[int, typer.Option(help="How many days back.", min=1)] = 7,
    settings: Annotated[
        Path | None, typer.Option(exists=True, dir_okay=False, help="By the settings of this file, not those in force.")
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="Also show what would be as it was.")] = False,
    connection: Only = None,
    as_json: Json = False,
) -> None:
    """Replay the order files of the last days against today's books and settings, and show what would differ.

    Nothing is written: not in Xero, not in the folder, not in the ledger. Exit code: 0 all would be as it was, 1 not.
    """
    from msgspec.structs import replace

    from fieldbridge.app.evidence.rehearse import rehearse as replay

    shown = output()
    with here(context) as installation, shown.err.status("rehearsing") as status:
        some = installation.connections(connection)
        if settings is not None:
            text = text_of(settings, "--settings")
            some = [replace(one, settings=text) for one in some]
        found = [replay(installation, one, days, tell=status.update) for one in some]

    def words() -> None:
        for one in found:
            _tell_rehearsal(one, shown, everything=everything)

    shown.show(found, words, as_json=as_json)
    sys.exit(0 if all(one.is_as_it_was for one in found) else 1)


def _tell_rehearsal(one: "Rehearsal", shown: Output, *, everything: bool) -> None:
    for each in one.transactions:
        if everything or each.became != "as it was":
            _tell_rehearsed(each, shown)
    for problem in one.problems:
        shown.say(f"! {visible(problem)}")
    counts = Counter(each.became for each in one.transactions)
    told = ", ".join(f"{became} {count}" for became, count in counts.most_common()) or "nothing was taken"
    shown.say(f"{one.connection}, {one.days} days, {one.files} files: {told}.")


def _tell_rehearsed(one: "Rehearsed", shown: Output) -> None:
    shown.say(f"{visible(one.key)}: {one.became}")
    if one.problem:
        shown.say(f"    ! {visible(one.problem)}")
    for part in one.parts:
        shown.say(f"    {part.kind} {visible(part.number)}, {part.total}")
        for difference in part.differs:
            shown.say(f"      {visible(difference)}")
