"""The service."""

from enum import StrEnum
from typing import Annotated

import typer

from fieldbridge.cli.output import Json, output
from fieldbridge.cli.runs import address_of


class Action(StrEnum):
    """What to do with it."""

    SHOW = "show"
    INSTALL = "install"
    UNINSTALL = "uninstall"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(service)


def service(
    context: typer.Context,
    action: Annotated[Action, typer.Argument(help="show prints it and changes nothing.")],
    name: Annotated[str, typer.Option(help="What to call it; each home needs a name of its own.")] = "fieldbridge",
    for_system: Annotated[
        bool, typer.Option("--system", help="Start with the machine, as the owner of the home. Needs sudo to install.")
    ] = False,
    listen: Annotated[str, typer.Option(help="HOST:PORT as for `fieldbridge run`.")] = "",
    as_json: Json = False,
) -> None:
    """Have the system keep `fieldbridge run` alive: a unit of systemd, or a task of Windows' Task Scheduler.

    Without --system it belongs to you and begins when you sign in; on Linux, `loginctl enable-linger` lets it begin
    with the machine.
    """
    from fieldbridge.app.service import placing
    from fieldbridge.app.service.wish import wish
    from fieldbridge.app.settings import load_settings

    shown = output()
    if action is Action.UNINSTALL:
        place = placing.uninstall(name, for_system=for_system)
        shown.show({"place": place}, lambda: shown.say(f"Stopped and taken away: {place}"), as_json=as_json)
        return
    if listen:
        address_of(listen)
    wanted = wish(name, load_settings(context.obj), listen, for_system=for_system)
    if action is Action.SHOW:
        text = placing.text_of(wanted)
        shown.show({"text": text}, lambda: shown.say(text.rstrip()), as_json=as_json)
        return
    place = placing.install(wanted)
    shown.show({"place": place}, lambda: shown.say(f"Installed and started: {place}"), as_json=as_json)
