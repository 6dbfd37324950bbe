"""Published files as they were: versions, diff."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fieldbridge.cli.here import here
from fieldbridge.cli.output import Json, Output, output
from fieldbridge.cli.runs import Only

if TYPE_CHECKING:
    from fieldbridge.app.installation import Installation
    from fieldbridge.app.versions import Compared
    from fieldbridge.store.ledger.connections import Connection

DAY, MINUTE = "%Y-%m-%d", "%Y-%m-%dT%H:%M"
MASTER_FILE = "A master file, such as Product.csv."
WHICH = "A version by its number, or a day or moment, UTC: as the file stood at its end."


def register(app: typer.Typer) -> None:
    """Add the commands."""
    for command in (versions, diff):
        app.command()(command)


def versions(
    context: typer.Context,
    file: Annotated[str | None, typer.Argument(help=f"{MASTER_FILE} All of them otherwise.")] = None,
    at: Annotated[
        datetime | None, typer.Option(formats=[DAY, MINUTE], help="As it stood then, UTC; a day means its end.")
    ] = None,
    write: Annotated[
        Path | None,
        typer.Option(
            help="Write the file as it stood to this new file; without a file, all of them into this new folder."
        ),
    ] = None,
    connection: Only = None,
    as_json: Json = False,
) -> None:
    """List what was published when, or with --write put a file of another day together again."""
    from fieldbridge.app import versions as app_versions

    moment = _moment(at)
    shown = output()
    with here(context) as installation:
        chosen = installation.connections(connection)
        if write:
            if len(chosen) > 1:
                raise typer.BadParameter("there are several connections; name one", param_hint="--connection")
            _write(installation, chosen[0], file, moment or installation.now(), write, as_json)
            return
        found = {one.id: app_versions.listed(installation, one, file, moment) for one in chosen}

    def words() -> None:
        for name, some in found.items():
            rows = [[one.id, one.name, f"{one.published_at:%Y-%m-%d %H:%M:%S}", one.rows] for one in some]
            shown.table(name, ["version", "file", "published", "rows"], rows)

    shown.show(found, words, as_json=as_json)


def _write(
    installation: "Installation", one: "Connection", file: str | None, at: datetime, target: Path, as_json: bool
) -> None:
    from fieldbridge.app import versions as app_versions

    shown = output()
    if file:
        made = [app_versions.write(installation, one, file, at, target)]
        told: dict[str, object] = {"written": str(target), "version": made[0]}
    else:
        made = app_versions.write_all(installation, one, at, target)
        told = {"written": str(target), "versions": made}

    def words() -> None:
        for each in made:
            when = f"{each.published_at:%Y-%m-%d %H:%M:%S} UTC"
            shown.say(f"Wrote {target if file else target / each.name}: version {each.id}, published {when}.")

    shown.show(told, words, as_json=as_json)


def _moment(at: datetime | None) -> datetime | None:
    if at is None:
        return None
    whole_day = (at.hour, at.minute) == (0, 0)
    return at.replace(tzinfo=UTC) + (timedelta(days=1) if whole_day else timedelta(0))


def diff(
    context: typer.Context,
    file: Annotated[str, typer.Argument(help=MASTER_FILE)],
    before: Annotated[str, typer.Argument(help=f"{WHICH} The last but one otherwise.")] = "",
    after: Annotated[str, typer.Argument(help=f"{WHICH} The last otherwise.")] = "",
    connection: Only = None,
    as_json: Json = False,
) -> None:
    """Compare two versions of a published file row by row: what was added, removed and changed."""
    from fieldbridge.app.versions import compare

    old, new = _which(before, "BEFORE"), _which(after, "AFTER")
    with here(context) as installation:
        found = [compare(installation, one, file, old, new) for one in installation.connections(connection)]
    shown = output()

    def words() -> None:
        for one in found:
            _tell(one, shown)

    shown.show(found, words, as_json=as_json)


def _which(text: str, hint: str) -> int | datetime | None:
    """A version by its number, or as the file stood at a moment."""
    if not text or text.isdecimal():
        return int(text) if text else None
    for pattern in (DAY, MINUTE):
        with suppress(ValueError):
            return _moment(datetime.strptime(text, pattern))  # noqa: DTZ007 - _moment says that it is UTC
    raise typer.BadParameter(f"{text} is neither a version nor a day such as 2026-11-23", param_hint=hint)


def _tell(one: "Compared", shown: Output) -> None:
    shown.say(f"{one.connection} {one.name}: version {one.before.id} → {one.after.id}")
    for each in one.differences:
        cells = ", ".join(
            f"{column} {before or '(blank)'} → {after or '(blank)'}" for column, (before, after) in each.columns.items()
        )
        shown.say(f"  {each.what} {each.key}" + (f": {cells}" if each.what == "changed" else ""))
    shown.say(f"  rows that differ: {len(one.differences)}")
