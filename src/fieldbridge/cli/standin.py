"""Starting the local Xero."""

from typing import Annotated

import typer

from fieldbridge.cli.output import Json, output


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(standin)


def standin(
    port: Annotated[int, typer.Option(help="0 picks a free one.")] = 8765,
    host: Annotated[str, typer.Option(help="Where to listen.")] = "127.0.0.1",
    seed: Annotated[int, typer.Option(help="The same seed makes the same books.")] = 1,
    contacts: Annotated[int, typer.Option(help="How many contacts the books hold.")] = 200,
    items: Annotated[int, typer.Option(help="How many items.")] = 300,
    history_months: Annotated[int, typer.Option(help="How many months of invoices.")] = 12,
    as_json: Json = False,
) -> None:
    """Serve a local Xero: a believable wholesaler's books, sign-in, rules, limits and faults, on loopback.

    Point anything that speaks to Xero at it. My Applications is a page one can click through; /standin/ has routes
    to reset it, move its clock, inject faults and see what it received.
    """
    # Imported here because nothing else needs the web server, and every other command would pay for its import.
    from fieldbridge.standin import Options, serve  # noqa: PLC0415

    options = Options(seed=seed, contacts=contacts, items=items, history_months=history_months)
    shown = output()

    def ready(url: str) -> None:
        said = f"Local Xero at {url}\nMy Applications: {url}/my-applications\nCtrl-C stops it."
        shown.show({"url": url}, lambda: shown.say(said), as_json=as_json)

    serve(host, port, options=options, ready=ready)
