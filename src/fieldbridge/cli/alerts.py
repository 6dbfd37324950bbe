"""Alerts: what stands, a trial, and the secrets of the ways out."""

import sys
import uuid
from typing import TYPE_CHECKING, Annotated

import typer

from fieldbridge.cli.here import here
from fieldbridge.cli.output import Json, Output, ask, output
from fieldbridge.cli.runs import Many, names

if TYPE_CHECKING:
    from fieldbridge.app.alerts.trial import Overview, Trial


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (alerts, alert_secret):
        app.command()(command)


def alerts(
    context: typer.Context,
    connection: Many = None,
    limit: Annotated[int, typer.Option(help="How many to show at most.", min=1)] = 200,
    test: Annotated[
        bool, typer.Option("--test", help="Send a test to whoever is told of the connections, and show who got it.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Show what a person must do: the alerts that stand, and who could not be told.

    An alert is told once when it begins and once when it ends, by mail or webhook, by whichever `fieldbridge run`
    works. Exit code of --test: 1 when somebody did not get it.
    """
    from fieldbridge.app.alerts import trial

    shown = output()
    if test:
        with here(context) as installation:
            some = [installation.connection(name) for name in names(installation, connection)]
            tried = trial.tried(installation, some, str(uuid.uuid4()))
        shown.show(tried, lambda: _tell_trial(tried, shown), as_json=as_json)
        sys.exit(not all(one.sent for one in tried))
    with here(context) as installation:
        chosen = names(installation, connection) if connection else None
        found = trial.overview(installation, chosen, limit)
    shown.show(found, lambda: _tell(found, shown, limit), as_json=as_json)


def _tell(found: "Overview", shown: Output, limit: int) -> None:
    from fieldbridge.app.alerts.wording import title

    rows = [
        [one.connection_id, title(one.kind, one.about), f"{one.began_at:%Y-%m-%d %H:%M}", f"{one.said}\n→ {one.remedy}"]
        for one in found.alerts
    ]
    if rows:
        shown.table("", ["connection", "alert", "since", "what happened, and what to do"], rows)
    more = " More may stand: see --limit." if len(rows) == limit else ""
    shown.say(f"Alerts that stand: {len(rows)}.{more}" if rows else "No alert stands.")
    for one in found.unreached:
        shown.say(f"! {one.address} was not reached, {one.failures} times in a row: {one.said}")
    if found.waiting:
        shown.say(f"Notices still to be sent: {found.waiting}.")


def _tell_trial(tried: "list[Trial]", shown: Output) -> None:
    for one in tried:
        shown.say(f"{one.to}: sent" if one.sent else f"{one.to}: NOT sent: {one.said}")


def alert_secret(
    context: typer.Context,
    of: Annotated[str, typer.Argument(help="`mail` for the mail server's password, or the address of a webhook.")],
    secret: Annotated[
        str, typer.Option(envvar="FIELDBRIDGE_ALERT_SECRET", help="The secret. Better typed at the prompt.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Keep a secret alerts need, encrypted: the password of the mail server, or what a webhook is signed with.

    A webhook's secret is agreed on with whoever receives it, who then can tell that a post is yours.
    """
    from fieldbridge.app.alerts.channels import MAIL_PASSWORD, keep_secret
    from fieldbridge.core.alerts.rules import webhook_address

    if of != MAIL_PASSWORD:
        try:
            webhook_address(of)
        except ValueError as error:
            raise typer.BadParameter(f"{error}, nor is it the word mail.") from None
    secret = secret or ask("Secret", hidden=True)
    with here(context) as installation:
        keep_secret(installation, of, secret)
    shown = output()
    shown.show({"kept": of}, lambda: shown.say(f"The secret of {of} is kept."), as_json=as_json)
