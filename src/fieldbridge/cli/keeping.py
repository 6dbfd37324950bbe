"""Keeping it: backup, restore, move."""

from pathlib import Path
from typing import Annotated

import typer

from fieldbridge.cli.here import here
from fieldbridge.cli.output import Json, output, several


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (backup, restore, move):
        app.command()(command)


def backup(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="The file to write; one of that name must not be there.")],
    as_json: Json = False,
) -> None:
    """Write everything the database holds into one file, while work goes on.

    Secrets are in it only as the vault sealed them. The key that opens them is not: keep it elsewhere, once.
    """
    from fieldbridge.app.keeping.backup import backup as write

    with here(context) as installation:
        made = write(installation, file)
    shown = output()
    shown.show(made, lambda: shown.say(f"Written to {made.file}, {made.bytes / 1000:.0f} kB."), as_json=as_json)


def restore(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A file `fieldbridge backup` made, with this version or an older.")],
    without_secrets: Annotated[
        bool, typer.Option("--without-secrets", help="The key is lost: restore all but secrets, then connect again.")
    ] = False,
    as_json: Json = False,
) -> None:
    """Restore a backup into an empty home and database. All of it or nothing; what holds anything is refused.

    Put the vault's key into the home first. Orders that were posted since the backup are found in Xero by their
    number, and not sent again. Make sure that the installation it came from has stopped.
    """
    from datetime import UTC, datetime

    from fieldbridge.app.keeping.restore import restore as read
    from fieldbridge.app.settings import load_settings

    restored = read(load_settings(context.obj), file, datetime.now(UTC), with_secrets=not without_secrets)
    shown = output()

    def words() -> None:
        shown.table("", ["table", "rows"], [[name, count] for name, count in restored.rows.items() if count])
        shown.say(
            f"Restored as of {restored.made_at:%Y-%m-%d %H:%M:%S} UTC. {_on_their_way(restored.to_look_up)} will "
            "be looked up in Xero before anything is sent.\nSign-ins renew their tokens, so an old backup's may be "
            "refused: `fieldbridge status` says who must connect again."
        )

    shown.show(restored, words, as_json=as_json)


def move(
    context: typer.Context,
    to: Annotated[
        str, typer.Option(envvar="FIELDBRIDGE_MOVE_TO", help="An empty database: postgresql://… or sqlite:///…")
    ],
    as_json: Json = False,
) -> None:
    """Move everything to another database, such as from SQLite to PostgreSQL, and close this one for good.

    Stop `fieldbridge run` first. Runs under way are begun again there.
    """
    from fieldbridge.app.keeping.move import move as carry

    with here(context) as installation:
        moved = carry(installation, to)
    shown = output()
    said = (
        f"Moved {sum(moved.rows.values())} rows to {moved.to}. {_on_their_way(moved.to_look_up)} will be looked "
        "up in Xero.\nNow set FIELDBRIDGE_DATABASE_URL to the new database. This one will not be opened again."
    )
    shown.show(moved, lambda: shown.say(said), as_json=as_json)


def _on_their_way(count: int) -> str:
    return f"{several(count, 'order')} on {'its' if count == 1 else 'their'} way"
