"""The bundle: what whoever helps must see, and nothing that is a client's affair.

It is put together from what is known to be harmless, never by striking out: states, codes, counts, instants. Names,
texts, paths, records and secrets are not in it; connections are numbered.
"""

import zipfile
from collections import Counter
from collections.abc import Sequence
from importlib.metadata import PackageNotFoundError, requires, version
from pathlib import Path
from re import split

import msgspec
import sqlalchemy as sa

from fieldbridge.app.connection_settings import faults, parse
from fieldbridge.app.doctor.examine import standing
from fieldbridge.app.doctor.finding import Finding
from fieldbridge.app.doctor.outline import outline
from fieldbridge.app.settings import Settings
from fieldbridge.core.errors import SetupError
from fieldbridge.store.ledger import connections, problems, runs, schedules
from fieldbridge.store.ledger.connections import Connection
from fieldbridge.store.migrating import revision
from fieldbridge.store.schema import metadata

LINES = 500
# Checks whose words are all ours: figures, versions and names of flows.
PLAIN = frozenset({
    "versions", "disk", "schema", "secrets", "worker", "backup", "certificate", "schedule", "last runs",
    "open problems", "alerts", "calls left", "clock", "scopes",
})  # fmt: skip
# Texts in the activity log that are ours.
OUR_WORDS = ("flow", "code")


def bundle(settings: Settings, found: Sequence[Finding], file: Path) -> list[str]:
    """Write the bundle. Shape: the names of what is in it. Errors: SetupError when there is a file of that name."""
    if file.exists():
        raise SetupError("bundle.exists", f"{file} is there already.", remedy="Name another.")
    names = sorted({one.about for one in found if one.about})
    parts: dict[str, object] = {"findings": [_finding(one, names) for one in found], "libraries": _libraries()}
    if not any(one.state == "fail" and one.check == "schema" for one in found):
        parts |= _ledger(settings, names)
    with zipfile.ZipFile(file, "x", zipfile.ZIP_DEFLATED) as packed:
        for name, part in parts.items():
            packed.writestr(f"{name}.json", msgspec.json.format(msgspec.json.encode(part)))
    return sorted(parts)


def _finding(one: Finding, names: Sequence[str]) -> dict[str, object]:
    said = one.said if one.check in PLAIN and not one.code else ""
    number = names.index(one.about) + 1 if one.about else 0
    return {"check": one.check, "connection": number, "state": one.state, "code": one.code, "said": said}


def _libraries() -> dict[str, str]:
    named = {split(r"[^\w.-]", one, maxsplit=1)[0] for one in requires("fieldbridge") or ()}
    return {name: found for name in sorted(named) if (found := _version(name))}


def _version(name: str) -> str:
    """Shape: empty for an extra that is not installed."""
    try:
        return version(name)
    except PackageNotFoundError:
        return ""


def _ledger(settings: Settings, names: Sequence[str]) -> dict[str, object]:
    with standing(settings) as installation, installation.database.snapshot() as tx:
        known = {one.id: one for one in connections.every(tx)}
        return {
            "ledger": {
                "database": tx.dialect.name,
                "schema": revision(tx),
                "connections": len(known),
                "rows": {one.name: _count(tx, one) for one in metadata.sorted_tables},
            },
            "connections": [_connection(tx, known[name]) for name in names if name in known],
        }


def _count(tx: sa.Connection, table: sa.Table) -> int:
    return tx.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()


def _connection(tx: sa.Connection, one: Connection) -> dict[str, object]:
    due = schedules.of_connection(tx, one.id)
    last = [runs.latest(tx, one.id, each.flow) for each in due]
    return {
        "sign_in": one.sign_in,
        "is_at_xero": one.xero_url.endswith(".xero.com"),
        "connected_at": one.connected_at,
        "is_paused": one.paused_because is not None,
        "settings": None if faults(one.settings) else outline(parse(one.settings)),
        "schedules": [outline(each, "flow") for each in due],
        "last_runs": [_run(each) for each in last if each],
        "problems": Counter(each.code for each in problems.still_open(tx, one.id)),
        "log": [_line(each) for each in runs.events(tx, one.id, LINES)],
    }


def _run(one: runs.Run) -> object:
    code = (one.error or "").partition(":")[0]
    return {**outline(one, "flow", "state"), "counts": one.counts, "error": code}


def _line(one: runs.Event) -> dict[str, object]:
    fields = {name: value for name, value in one.fields.items() if isinstance(value, int) or name in OUR_WORDS}
    return {"at": one.at, "event": one.event, "run": one.run_id, **fields}
