"""Starting the local Xero."""

from typing import Annotated

import typer

from fieldbridge.cli.output import Json, output


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(standin)


def standin(  # noqa: PLR0913 - each argument is an option of the command
    port: Annotated[int, typer.Option(help="0 picks a free one.")] = 8765,
    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
    seed: Annotated[int, typer.Option(help="The same seed makes the same books.")] = 1,
    contacts: Annotated[int, typer.Option(help="How many contacts the books hold.")] = 200,
    items: Annotated[int, typer.Option(help="How many items.")] = 300,
    history_months: Annotated[int, typer.Option(help="How many months of invoices.")] = 12,
    org: Annotated[list[str] | None, typer.Option(help="Name of an organisation; may be repeated.")] = None,
    limits: Annotated[
        str, typer.Option(help="starter, core, plus, advanced, enterprise or DAY/MINUTE/IN-FLIGHT.")
    ] = "core",
    fault: Annotated[
        list[str] | None, typer.Option(help="A planned fault: 'METHOD PATH KIND [TIMES]'; may be repeated.")
    ] = None,
    switch: Annotated[
        list[str] | None, typer.Option(help="A switch of its README: NAME=VALUE; may be repeated.")
    ] = None,
    record: Annotated[str, typer.Option(help="A file, or a folder that exists, to add every exchange to.")] = "",
    as_json: Json = False,
) -> None:
    """Serve a local Xero: a believable wholesaler's books, sign-in, rules, limits and faults, on loopback.

    Point anything that speaks to Xero at it. My Applications is a page one can click through; /standin/ has routes
    to reset it, move its clock, inject faults and see what it received.
    """
    from fieldbridge.standin import Options, parse_fault, parse_limits, parse_record, parse_switches, serve

    try:
        faults, calls = tuple(parse_fault(text) for text in fault or ()), parse_limits(limits)
        journal, switches = parse_record(record or Options().record), parse_switches(switch or ())
    except ValueError as error:
        raise typer.BadParameter(str(error)) from error
    options = Options(
        organisations=tuple(org or Options().organisations), seed=seed, contacts=contacts, items=items,
        history_months=history_months, faults=faults, record=journal, switches=switches, **calls,
    )  # fmt: skip
    shown = output()

    def ready(url: str) -> None:
        said = f"Local Xero at {url}\nMy Applications: {url}/my-applications\nCtrl-C stops it."
        shown.show({"url": url}, lambda: shown.say(said), as_json=as_json)

    serve(host, port, options=options, ready=ready)
