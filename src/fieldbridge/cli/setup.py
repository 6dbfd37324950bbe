"""Setting up: certificate, guide, connections."""

from pathlib import Path
from typing import Annotated

import typer

from fieldbridge.cli.here import here
from fieldbridge.cli.output import Json, ask, output

MY_APPLICATIONS = "https://developer.xero.com/app/manage"


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (certificate, guide, connections, webhook_key):
        app.command()(command)


def certificate(
    context: typer.Context,
    issued_to: Annotated[str, typer.Option(help="Whose certificate it is, when it is made.")] = "fieldbridge",
    out: Annotated[Path | None, typer.Option(help="Write it to this file instead of the screen.")] = None,
    as_json: Json = False,
) -> None:
    """Print this installation's X509 certificate, making it and its RSA key the first time.

    One certificate serves all connections. The private key never leaves the vault.
    """
    from fieldbridge.app.certificate import ensure

    with here(context) as installation:
        pem = ensure(installation, issued_to)
    if out:
        out.write_text(pem)
    shown = output()
    where = {"certificate": pem, "file": str(out) if out else None}
    shown.show(where, lambda: shown.say(f"Written to {out}" if out else pem.rstrip()), as_json=as_json)


def guide(
    context: typer.Context,
    out: Annotated[Path, typer.Option(help="The HTML file to write.")] = Path("connect-xero.html"),
    app_name: Annotated[str, typer.Option(help="The name the app gets in Xero.")] = "Opmetrix",
    return_to: Annotated[
        str, typer.Option(help="Where the client sends the two values, in words.")
    ] = "your service desk",
    applications_url: Annotated[str, typer.Option(help="Xero's My Applications page.")] = MY_APPLICATIONS,
    issued_to: Annotated[str, typer.Option(help="Whose certificate it is, when it is made.")] = "fieldbridge",
    as_json: Json = False,
) -> None:
    """Write the page a client follows to let fieldbridge into Xero.

    It holds the steps in Xero's words, the certificate in a box to copy, and where to return the two values.
    """
    from fieldbridge.app.guide import Guide, render

    with here(context) as installation:
        page = render(installation, Guide(app_name, return_to, applications_url, issued_to))
    out.write_text(page, encoding="utf-8")
    shown = output()
    shown.show({"file": str(out)}, lambda: shown.say(f"Written to {out}"), as_json=as_json)


def connections(context: typer.Context, as_json: Json = False) -> None:
    """List the connections, with the settings each one runs under."""
    with here(context) as installation:
        found = installation.connections()
    shown = output()

    def words() -> None:
        rows = [[one.id, one.organisation_name, one.folder, one.paused_because or "active"] for one in found]
        shown.table("", ["connection", "organisation", "folder", "state"], rows)
        for one in found:
            shown.say(f"\n# {one.id}\n{one.settings}")

    shown.show([*found], words, as_json=as_json)


def webhook_key(
    context: typer.Context,
    key: Annotated[
        str, typer.Option(envvar="FIELDBRIDGE_WEBHOOK_KEY", help="From Xero's page. Better typed at the prompt.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Keep the key of the app's webhooks, encrypted. Then start `fieldbridge run --listen HOST:PORT`.

    Xero posts to /webhooks/xero there, by https on port 443, so put a proxy with a certificate in front.
    """
    from fieldbridge.app.webhooks import keep_key

    key = key or ask("Webhook key", hidden=True)
    with here(context) as installation:
        keep_key(installation, key)
    shown = output()
    shown.show({"kept": True}, lambda: shown.say("The webhook key is kept."), as_json=as_json)
