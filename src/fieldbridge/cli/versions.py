"""Published files as they were: versions, diff."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from fieldbridge.cli.here import here
from fieldbridge.cli.output import Json, Output, output
from fieldbridge.cli.runs import Only

if TYPE_CHECKING:
    from fieldbridge.app.versions import Compared

DAY, MINUTE = "%Y-%m-%d", "%Y-%m-%dT%H:%M"
MASTER_FILE = "A master file, such as Product.csv."


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
    write: Annotated[Path | None, typer.Option(help="Write the file as it stood to this new file.")] = None,
    connection: Only = None,
    as_json: Json = False,
) -> None:
    """List what was published when, or with --write put a file of another day together again."""
    from fieldbridge.app import versions as app_versions

    if write and not file:
        raise typer.BadParameter("name the file to write", param_hint="FILE")
    moment = _moment(at)
    shown = output()
    with here(context) as installation:
        chosen = installation.connections(connection)
        if write and file:
            if len(chosen) > 1:
                raise typer.BadParameter("there are several connections; name one", param_hint="--connection")
            made = app_versions.write(installation, chosen[0], file, moment or installation.now(), write)
            said = f"Wrote {write}: version {made.id}, published {made.published_at:%Y-%m-%d %H:%M:%S} UTC."
            shown.show({"written": str(write), "version": made}, lambda: shown.say(said), as_json=as_json)
            return
        found = {one.id: app_versions.listed(installation, one, file, moment) for one in chosen}

    def words() -> None:
        for name, some in found.items():
            rows = [[one.id, one.name, f"{one.published_at:%Y-%m-%d %H:%M:%S}", one.rows] for one in some]
            shown.table(name, ["version", "file", "published", "rows"], rows)

    shown.show(found, words, as_json=as_json)


def _moment(at: datetime | None) -> datetime | None:
    if at is None:
        return None
    whole_day = (at.hour, at.minute) == (0, 0)
    return at.replace(tzinfo=UTC) + (timedelta(days=1) if whole_day else timedelta(0))


def diff(
    context: typer.Context,
    file: Annotated[str, typer.Argument(help=MASTER_FILE)],
    before: Annotated[int | None, typer.Argument(help="The older version; the last but one otherwise.")] = None,
    after: Annotated[int | None, typer.Argument(help="The newer version; the last otherwise.")] = None,
    connection: Only = None,
    as_json: Json = False,
) -> None:
    """Compare two versions of a published file row by row: what was added, removed and changed."""
    from fieldbridge.app.versions import compare

    with here(context) as installation:
        found = [compare(installation, one, file, before, after) for one in installation.connections(connection)]
    shown = output()

    def words() -> None:
        for one in found:
            _tell(one, shown)

    shown.show(found, words, as_json=as_json)


def _tell(one: "Compared", shown: Output) -> None:
    shown.say(f"{one.connection} {one.name}: version {one.before.id} → {one.after.id}")
    for each in one.differences:
        cells = ", ".join(
            f"{column} {before or '(blank)'} → {after or '(blank)'}" for column, (before, after) in each.columns.items()
        )
        shown.say(f"  {each.what} {each.key}" + (f": {cells}" if each.what == "changed" else ""))
    shown.say(f"  {len(one.differences)} rows differ")
