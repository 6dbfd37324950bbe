"""The settings of a connection, by hand."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fieldbridge.cli.here import here
from fieldbridge.cli.output import Json, output

if TYPE_CHECKING:
    from fieldbridge.app.installation import Installation


class Doing(StrEnum):
    """What to do with settings."""

    SHOW = "show"
    EDIT = "edit"
    CHECK = "check"
    SET = "set"
    HISTORY = "history"
    UNDO = "undo"
    EXPORT = "export"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command()(settings)


def settings(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Which connection.")],
    doing: Annotated[Doing, typer.Argument(help="show, edit, check, set, history, undo or export.")] = Doing.SHOW,
    what: Annotated[
        str, typer.Argument(help="check and set: a TOML file, or - for standard input. undo: a version.")
    ] = "",
    as_json: Json = False,
) -> None:
    """Show and change what a connection's office has decided: flows, mappings, prices, files.

    [bold]edit[/] opens an editor. [bold]check[/] lists every fault of a file, or of what is in force. [bold]set[/] puts
    a file in force; a fault changes nothing. Comments stay. [bold]history[/] lists the versions, and [bold]undo[/] goes
    back to the one before, or to the one named. [bold]export[/] keeps them as a file beside the sheets too.
    """
    with here(context) as installation:
        text = installation.connection(name).settings
        {
            Doing.SHOW: lambda: _show(text, as_json),
            Doing.EDIT: lambda: _edit(installation, name, text, as_json),
            Doing.CHECK: lambda: _check(_read(what) if what else text, as_json),
            Doing.SET: lambda: _set(installation, name, _read(what), "set by hand", as_json),
            Doing.HISTORY: lambda: _history(installation, name, as_json),
            Doing.UNDO: lambda: _undo(installation, name, what, as_json),
            Doing.EXPORT: lambda: _export(installation, name, as_json),
        }[doing]()


def _read(what: str) -> str:
    if what == "-":
        return sys.stdin.read()
    if not what:
        raise typer.BadParameter("name a TOML file, or - for standard input", param_hint="WHAT")
    if not Path(what).is_file():
        raise typer.BadParameter(f"{what} is not a file", param_hint="WHAT")
    return text_of(Path(what), "WHAT")


def text_of(file: Path, hint: str) -> str:
    """A file of settings, as any editor writes it; hint names the argument it was given as."""
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise typer.BadParameter(f"{file} is not UTF-8", param_hint=hint) from None


def _show(text: str, as_json: bool) -> None:
    from fieldbridge.app.connection_settings import parse

    shown = output()
    shown.show({"text": text, "settings": parse(text)}, lambda: shown.say(text), as_json=as_json)


def _check(text: str, as_json: bool) -> None:
    from fieldbridge.app.connection_settings import faults

    found = faults(text)
    shown = output()
    shown.show(found, lambda: shown.say("\n".join(f"! {one}" for one in found) or "No fault found."), as_json=as_json)
    sys.exit(2 if found else 0)


def _set(installation: "Installation", name: str, text: str, because: str, as_json: bool) -> None:
    from fieldbridge.app.change_settings import change

    changed = change(installation, name, text, because)
    shown = output()
    said = "In force from the next run on." if changed else "Nothing changed."
    shown.show({"changed": changed}, lambda: shown.say(said), as_json=as_json)


def _edit(installation: "Installation", name: str, text: str, as_json: bool) -> None:
    """Edit until it can be used or is given up; what was typed is never thrown away before that."""
    from fieldbridge.app.connection_settings import faults

    shown = output()
    while (edited := _edited(text)) is not None:
        text = edited
        found = faults(text)
        if not found:
            _set(installation, name, text, "edited by hand", as_json)
            return
        shown.err.print("\n".join(f"! {one}" for one in found), markup=False, highlight=False, soft_wrap=True)
        if not typer.confirm("Edit again?", default=True, err=True):
            sys.exit(2)
    shown.show({"changed": False}, lambda: shown.say("Nothing changed."), as_json=as_json)


def _edited(text: str) -> str | None:
    """The text as an editor left it; none when it was not saved. Errors: SetupError when no editor opens."""
    import click

    from fieldbridge.core.errors import SetupError

    try:
        return click.edit(text, extension=".toml")
    except click.ClickException as error:
        raise SetupError(
            "settings.editor",
            f"No editor opened: {error.format_message()}",
            remedy="Name one in VISUAL or EDITOR, or use files: `fieldbridge settings NAME set FILE`.",
        ) from error


def _history(installation: "Installation", name: str, as_json: bool) -> None:
    from fieldbridge.app.change_settings import history

    found = history(installation, name)
    rows = [[one.id, f"{one.set_at:%Y-%m-%d %H:%M:%S}", one.because] for one in found]
    shown = output()
    shown.show(found, lambda: shown.table(name, ["version", "set", "because"], rows), as_json=as_json)


def _undo(installation: "Installation", name: str, what: str, as_json: bool) -> None:
    from fieldbridge.app.change_settings import undo

    if what and not what.isdecimal():
        raise typer.BadParameter(f"{what} is not a version", param_hint="WHAT")
    made = undo(installation, name, int(what) if what else None)
    shown = output()
    shown.show({"back_to": made}, lambda: shown.say(f"Back to version {made.id}."), as_json=as_json)


def _export(installation: "Installation", name: str, as_json: bool) -> None:
    from fieldbridge.app.change_settings import export

    file = str(export(installation, name))
    shown = output()
    shown.show({"file": file}, lambda: shown.say(f"{file}: edit and save it; the next run takes it."), as_json=as_json)
