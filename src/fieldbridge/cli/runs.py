"""Running: run, sync, plan, retry, dismiss."""

import os
import signal
import sys
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from typing import TYPE_CHECKING, Annotated

import typer

from fieldbridge.cli.here import here
from fieldbridge.cli.output import Json, Output, output, several
from fieldbridge.core.errors import SetupError
from fieldbridge.flows import FLOWS

if TYPE_CHECKING:
    from fieldbridge.app.dry_run import Plan, PlannedInvoice
    from fieldbridge.app.installation import Installation
    from fieldbridge.app.workshop import Workshop
    from fieldbridge.store.ledger.problems import OpenProblem
    from fieldbridge.store.ledger.runs import Run

UNFINISHED = 4
PORT_MAX = 65_535
ORDER = (
    "accounts",
    "tax rates",
    "contacts",
    "items",
    "invoices",
    "credit notes",
    "overpayments",
    "prepayments",
    "edits",
    "written",
    "pictures",
    "retired",
    "files",
    "rows",
    "taken",
    "repeats",
    "unsure",
    "posted",
    "adopted",
)


def flow_named(text: str) -> str:
    """A flow's name as somebody typed it."""
    if text not in FLOWS:
        raise typer.BadParameter(f"{text!r} is not one of {', '.join(FLOWS)}.")
    return text


FlowName = Annotated[
    str,
    typer.Argument(
        parser=flow_named,
        metavar="FLOW",
        help="\n".join(f"{name}: {kind.says}." for name, kind in FLOWS.items()),
    ),
]
Only = Annotated[str | None, typer.Option("--connection", "-c", help="Only this connection. All of them otherwise.")]


Many = Annotated[
    list[str] | None,
    typer.Option("--connection", "-c", help="Only this connection; may be repeated. All of them otherwise."),
]


def names(installation: "Installation", only: list[str] | None) -> list[str]:
    """The connections a command is about. Errors: SetupError when there are none."""
    some = [installation.connection(name) for name in only] if only else installation.connections()
    return [one.id for one in some]


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (run, sync, plan, retry, dismiss):
        app.command()(command)


def run(
    context: typer.Context,
    listen: Annotated[str, typer.Option(help="HOST:PORT for Xero's webhooks and for monitors.")] = "",
    grace: Annotated[float, typer.Option(help="Seconds runs may take to a good place to stop.", min=0)] = 30.0,
    as_json: Json = False,
) -> None:
    """Keep everything moving until stopped: each flow by its schedule, order files as they arrive.

    Stop it with Ctrl-C or a TERM signal: runs end after the step they are in. A second signal ends it at once.
    However it ends, the next start goes on where it was. Any number may work on one database.
    """
    from fieldbridge.app import log_file, workshop
    from fieldbridge.console.server import serving

    address = address_of(listen) if listen else None
    shown = output()
    with here(context) as installation:
        # The first connection may be made through the server that this starts.
        names = [one.id for one in (installation.known() if address else installation.connections())]
        with (
            ExitStack() as web,
            log_file.kept(installation.settings),
            workshop.opened(installation, stays=True, grace_s=grace) as work,
        ):
            if address:
                web.enter_context(serving(installation, *address))
            shown.show(
                {"running": names},
                lambda: shown.say(f"Running {', '.join(names) or 'without a connection yet'}. Ctrl-C stops."),
                as_json=as_json,
            )
            until_stopped(work)
        leave(work)


def until_stopped(work: "Workshop") -> None:
    """Keep going until a signal says stop; a second one ends the process at once."""
    asked: list[int] = []

    def stop(number: int, _frame: object) -> None:
        if asked:
            os._exit(UNFINISHED)
        asked.append(number)
        work.wake()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    work.keep_going(lambda: bool(asked))


def leave(work: "Workshop") -> None:
    """End the process, even while a run is still in a step: its thread would keep the process alive."""
    if work.worker is not None and work.worker.cut_short:
        os._exit(UNFINISHED)


def address_of(listen: str) -> tuple[str, int]:
    """A host and a port as somebody typed them. Errors: SetupError when they are none."""
    host, _, port = listen.rpartition(":")
    if not host or not port.isdecimal() or int(port) > PORT_MAX:
        raise SetupError("run.listen", f"{listen} is not HOST:PORT.", remedy="For instance --listen 127.0.0.1:8124")
    return host, int(port)


def sync(
    context: typer.Context,
    flow: FlowName,
    connection: Many = None,
    accept: Annotated[str, typer.Option(help="Let a Guard pass: the digest it printed.")] = "",
    as_json: Json = False,
) -> None:
    """Run one flow now and show what it did.

    Exit code: 0 all done, 1 done with Problems, 3 reconnect, 4 unfinished and will go on by itself, 5 and 6 halted.
    """
    from fieldbridge.app import workshop

    shown = output()
    with here(context) as installation:
        with workshop.opened(installation) as work:
            started = [work.dispatcher.start(name, flow, accept) for name in names(installation, connection)]
            ended = [follow(work, run_id, shown, quiet=as_json) for run_id in started]
        shown.show(ended, lambda: tell(installation, ended, shown), as_json=as_json)
    sys.exit(max(run.exit_code or 0 for run in ended))


def follow(work: "Workshop", run_id: int, shown: Output, *, quiet: bool) -> "Run":
    """Watch one run to its end, with progress for people."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    columns = (
        SpinnerColumn(),
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=shown.err, disable=quiet or not shown.err.is_terminal, transient=True) as progress:
        bar = progress.add_task("queued", total=None)
        for seen in work.watch(run_id):
            handled = sum(seen.counts.get(name, 0) for name in ("posted", "parked", "repeats"))
            said = f"{seen.connection_id} {seen.flow}: {seen.doing or seen.state}"
            progress.update(bar, description=said, completed=handled, total=seen.counts.get("taken"))
    return seen


def tell(installation: "Installation", ended: "Iterable[Run]", shown: Output) -> None:
    """Say what runs did, and what waits for a person."""
    from fieldbridge.app import problems

    for one in ended:
        told = moved(one.counts) or ("stopped before anything moved" if one.error else "nothing to do")
        shown.say(f"{one.connection_id} {one.flow}: {one.state}: {told}")
        if one.error:
            shown.say(f"  {one.error}")
        for found in problems.still_open(installation, one.connection_id):
            if found.flow == one.flow or found.flow not in FLOWS:  # what is wrong with the settings is of every flow
                shown.say(f"  ! {found.message}\n    → {found.remedy}")


def moved(counts: Mapping[str, int]) -> str:
    """What a run has moved, in the order of the work."""
    ordered = sorted(counts.items(), key=lambda each: ORDER.index(each[0]) if each[0] in ORDER else len(ORDER))
    return ", ".join(f"{name} {count}" for name, count in ordered if count)


def plan(context: typer.Context, flow: FlowName, connection: Only = None, as_json: Json = False) -> None:
    """Show exactly what a run would do, and change nothing: not in Xero, not in the folder, not in the ledger."""
    from fieldbridge.app import dry_run

    shown = output()
    with here(context) as installation:
        plans = [dry_run.plan(installation, one, flow) for one in installation.connections(connection)]

    def words() -> None:
        for one in plans:
            if len(plans) > 1:
                shown.say(f"# {one.connection}")
            _tell_plan(one, shown)

    shown.show(plans, words, as_json=as_json)


def _tell_plan(one: "Plan", shown: Output) -> None:
    if one.invoices:
        columns = ["order", "invoice", "status", "reference", "due", "lines", "total"]
        shown.table("Invoices to be created", columns, [_row(each) for each in one.invoices])
    if one.others:
        others = [[each.order, each.kind, each.number, each.total] for each in one.others]
        shown.table("Besides", ["order", "kind", "number", "amount"], others)
    if one.files:
        files = [[each.name, each.rows, each.rows_before] for each in one.files]
        shown.table("Files to be written", ["file", "rows", "before"], files)
    if one.pictures:
        pictures = [[each.what, each.name, each.source] for each in one.pictures]
        shown.table("Pictures", ["", "in the catalogue", "of the site"], pictures)
    if one.people:
        people = [[each.customer, "\n".join(each.before), "\n".join(each.after)] for each in one.people]
        shown.table("People to be written into Xero", ["customer", "now", "then"], people)
    for found in one.problems:
        shown.say(f"! {found.message}\n  → {found.remedy}")
    if not (one.invoices or one.others or one.files or one.pictures or one.people or one.problems):
        shown.say(f"{one.connection} {one.flow}: nothing to do")


def _row(one: "PlannedInvoice") -> list[object]:
    made = one.invoice
    return [one.order, made.number, made.status, made.reference, made.due_on, len(made.lines), made.total]


def retry(
    context: typer.Context,
    what: Annotated[list[str] | None, typer.Argument(help="Orders or files by key, or Problems by code.")] = None,
    connection: Many = None,
    everything: Annotated[bool, typer.Option("--all", help="Everything that is parked.")] = False,
    as_json: Json = False,
) -> None:
    """Have parked orders planned again at the next run, once their cause is put right.

    Name an order or a file to try it again, or a Problem's code to try all that share the cause.
    """
    from fieldbridge.app import problems

    with here(context) as installation:
        found = problems.chosen(_open(installation, connection), what or [], everything=everything)
        count = problems.retry(installation, found)
    shown = output()
    shown.show(
        {"retried": count}, lambda: shown.say(f"{several(count, 'order')} will be planned again."), as_json=as_json
    )


def _open(installation: "Installation", only: list[str] | None) -> "list[OpenProblem]":
    from fieldbridge.app import problems

    return [found for name in names(installation, only) for found in problems.still_open(installation, name)]


def dismiss(
    context: typer.Context,
    what: Annotated[list[str], typer.Argument(help="Orders or files by key, or Problems by code.")],
    because: Annotated[str, typer.Option(help="Why nothing more is needed, for the record.")],
    connection: Only = None,
    as_json: Json = False,
) -> None:
    """Close Problems that were settled elsewhere, such as an order entered in Xero by hand.

    The order stays set aside, and the reason is kept in the activity log.
    """
    from fieldbridge.app import problems

    with here(context) as installation:
        found = problems.chosen(problems.still_open(installation, connection), what, everything=False)
        count = problems.dismiss(installation, found, because)
    shown = output()
    shown.show({"dismissed": count}, lambda: shown.say(f"Dismissed: {count}."), as_json=as_json)
