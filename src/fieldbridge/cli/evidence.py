"""Proving: story, reconcile, rehearse."""

import sys
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated

import typer

from fieldbridge.cli.here import here
from fieldbridge.cli.output import Json, Output, output, visible
from fieldbridge.cli.runs import Only

if TYPE_CHECKING:
    from fieldbridge.app.evidence.reconcile import Reconciled

DAY = ["%Y-%m-%d"]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (story, reconcile):
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
    rows = [
        [each.day, each.rep, each.transactions, f"{each.taken:.2f}", f"{each.posted:.2f}", f"{each.held:.2f}",
         "" if each.ties else f"{each.held - each.taken:+.2f}"]
        for each in one.lines
    ]  # fmt: skip
    totals = [sum(getattr(each, name) for each in one.lines) for name in ("transactions", "taken", "posted", "held")]
    rows.append(["all", "", totals[0], *(f"{amount:.2f}" for amount in totals[1:]), f"{totals[3] - totals[1]:+.2f}"])
    columns = ["day", "rep", "orders", "taken", "posted", "in Xero", "differs"]
    shown.table(f"{one.connection}, {one.first} to {one.last}", columns, rows)
    for each in one.differences:
        named = " ".join(part for part in (each.key, each.number) if part)
        shown.say(f"! {each.day} {visible(each.rep)} {visible(named)}: {visible(each.said)}")
        shown.say(f"    taken {each.taken:.2f}, posted {each.posted:.2f}, in Xero {each.held:.2f}")
    shown.say("It ties, to the cent." if one.ties else f"It does not tie: {len(one.differences)} differences.")
    shown.say(f"{one.others} other sales documents of these days were not taken on tablets.")
