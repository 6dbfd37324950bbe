"""Connecting and disconnecting."""

from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from urllib.parse import urlsplit

import typer

from fieldbridge.app.sign_in import CUSTOM_CONNECTION, PKCE, PRIVATE_APP, WEB_APP, Kind
from fieldbridge.cli.here import here
from fieldbridge.cli.output import Json, ask, output
from fieldbridge.cli.settings import text_of
from fieldbridge.xero import API

if TYPE_CHECKING:
    from fieldbridge.app.access import SignIn
    from fieldbridge.app.connect import Request
    from fieldbridge.app.installation import Installation
    from fieldbridge.net.oauth2 import Consent

AS_IT_IS = "as it is"
LOCAL_REDIRECT = "http://localhost:8123/callback"


class Way(StrEnum):
    """The ways into Xero."""

    PKCE = PKCE
    WEB_APP = WEB_APP
    CUSTOM = CUSTOM_CONNECTION
    PRIVATE = PRIVATE_APP


KINDS: dict[Way, Kind] = {Way.PKCE: PKCE, Way.WEB_APP: WEB_APP, Way.CUSTOM: CUSTOM_CONNECTION}


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (connect, disconnect):
        app.command()(command)


def connect(  # noqa: PLR0913 - each argument is an option of the command
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="What to call this connection, e.g. the client's name.")],
    folder: Annotated[
        Path | None, typer.Option(help="The folder shared with the field-sales cloud.", show_default=AS_IT_IS)
    ] = None,
    sign_in: Annotated[
        Way | None, typer.Option(help="The kind of app made at Xero.", show_default=f"{AS_IT_IS}; pkce for a new one")
    ] = None,
    client_id: Annotated[
        str,
        typer.Option(
            "--client-id",
            "--consumer-key",
            envvar=["FIELDBRIDGE_CLIENT_ID", "FIELDBRIDGE_CONSUMER_KEY"],
            help="From the app's page.",
        ),
    ] = "",
    client_secret: Annotated[
        str,
        typer.Option(
            "--client-secret",
            "--consumer-secret",
            envvar=["FIELDBRIDGE_CLIENT_SECRET", "FIELDBRIDGE_CONSUMER_SECRET"],
            help="From the app's page; a PKCE app has none. Better typed at the prompt than given here.",
        ),
    ] = "",
    organisation: Annotated[str, typer.Option(help="Which organisation, when several are granted.")] = "",
    redirect_uri: Annotated[str, typer.Option(help="As registered with the app, letter by letter.")] = LOCAL_REDIRECT,
    paste: Annotated[bool, typer.Option("--paste", help="No browser here: paste the address it came back to.")] = False,
    broad_scopes: Annotated[bool, typer.Option(help="Ask the old way, for apps made before March 2026.")] = False,
    xero_url: Annotated[
        str, typer.Option(help="Which Xero to talk to.", show_default=f"{AS_IT_IS}; {API} for a new one")
    ] = "",
    settings: Annotated[
        Path | None, typer.Option(help="A TOML file with this connection's settings.", exists=True, dir_okay=False)
    ] = None,
    as_json: Json = False,
) -> None:
    """Connect a Xero organisation to a folder, and prove it by reading the organisation's name back.

    [bold]pkce[/]: a browser opens at Xero and comes back here. [bold]web-app[/]: the same, with a client secret.
    With a --redirect-uri that ends in /sign-in/xero, the browser may be anywhere: it comes back to `run --listen`.
    [bold]custom-connection[/]: client id and secret of one organisation, no browser. [bold]private-app[/]: the Consumer
    Key and Secret of the page `fieldbridge guide` writes; Xero switched these off in 2021, so it serves a local Xero.

    Credentials are kept encrypted. Connecting again under the same name renews them and changes what is given. The
    rest stays, and so do all links and history.
    """
    from fieldbridge.app import connect as connecting
    from fieldbridge.app.sign_in import consent, granting, private_app, remote_consent
    from fieldbridge.app.sign_in.scopes import beyond_flows
    from fieldbridge.net.oauth2 import Application

    shown = output()
    text = text_of(settings, "--settings") if settings else None

    def tell(text: str) -> None:
        shown.err.print(text, highlight=False, markup=False, soft_wrap=True)

    def visit(installation: "Installation", asked: "Consent") -> str:
        if paste:
            tell(f"Open this page in a browser:\n{asked.address}")
            return ask("The address it came back to")
        if urlsplit(asked.redirect_uri).path.endswith(remote_consent.PATH):
            return remote_consent.by_server(installation, asked, tell)
        return consent.by_browser(asked, tell)

    def way_in(installation: "Installation", request: "Request", way: Way) -> "SignIn":
        key = client_id or ask("Consumer Key" if way is Way.PRIVATE else "Client id")
        secret = "" if way is Way.PKCE else client_secret or ask("Secret", hidden=True)
        if way is Way.PRIVATE:
            return private_app.PrivateApp(key, secret)
        application, hosts = Application(client_id=key, client_secret=secret), request.hosts
        chosen = connecting.settings_of(installation, request)
        flows, more = chosen.schedule.flows, beyond_flows(chosen)
        wish = granting.Wish(KINDS[way], application, redirect_uri, organisation, broad_scopes, flows, more)
        if way is Way.CUSTOM:
            return granting.custom_connection(installation, hosts, wish)
        return granting.by_consent(installation, hosts, wish, partial(visit, installation))

    with here(context) as installation:
        before = connecting.known(installation, name)
        place = folder or (Path(before.folder) if before else None)
        if place is None:
            raise typer.BadParameter("a new connection needs one", param_hint="--folder")
        hosts = connecting.hosts_at(xero_url or (before.xero_url if before else API))
        request = connecting.Request(name, hosts, place, text)
        way = sign_in or (Way(before.sign_in) if before else Way.PKCE)
        made = connecting.connect(installation, request, way_in(installation, request, way))
    said = {
        "connection": made.id,
        "organisation": made.organisation_name,
        "folder": made.folder,
        "sign_in": made.sign_in,
    }
    shown.show(said, lambda: shown.say(f"Connected {made.id} to {made.organisation_name}."), as_json=as_json)


def disconnect(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Which connection.")],
    as_json: Json = False,
) -> None:
    """End a connection: at Xero, and here. Links and history stay, so that connecting again goes on where it was."""
    from fieldbridge.app import disconnect as disconnecting

    with here(context) as installation:
        one = installation.connection(name)
        disconnecting.disconnect(installation, one)
    shown = output()
    shown.show(
        {"disconnected": name}, lambda: shown.say(f"Disconnected {name} from {one.organisation_name}."), as_json=as_json
    )
