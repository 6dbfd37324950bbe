"""Taking order files: every transaction becomes a row with its original bytes before anything else happens to it."""

import time
from collections import Counter
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from fieldbridge.app.flows.context import Context
from fieldbridge.core.errors import RefusedError
from fieldbridge.core.identity import digest
from fieldbridge.core.plan import Problem, arrival
from fieldbridge.engine.stages import Turn
from fieldbridge.field.folder import inbox
from fieldbridge.field.folder.csv_rows import in_utf8
from fieldbridge.field.folder.inbox import Ready, Sight
from fieldbridge.field.folder.order_file import Entry, Fault, OrderFile, read_orders
from fieldbridge.store.database import chunks
from fieldbridge.store.ledger import intake, problems, runs
from fieldbridge.store.ledger.intake import Known

SECOND_LOOK_S = 0.2
ENTRIES_PER_LOOK_UP = 500


class Taker:
    """Takes what is ready. It remembers what earlier looks saw, so that a file still being written is left alone."""

    def __init__(self) -> None:
        self._seen: dict[str, dict[str, Sight]] = {}

    def look(self, context: Context) -> list[Ready]:
        """The files that may be read now."""
        before = self._seen.get(context.id, {})
        ready, self._seen[context.id] = inbox.look(context.folder, context.settings.profile, time.time(), before)
        return ready

    def stage(self, context: Context) -> Turn:
        """Take every file that is ready, looking a second time at one seen for the first time."""
        before = self._seen.get(context.id, {}).keys()
        ready = self.look(context)
        for one in ready:
            _take(context, one)
        new = self._seen[context.id].keys() - before - {one.name for one in ready}
        return Turn(again=bool(new), wait_s=SECOND_LOOK_S if new else 0.0)


@dataclass(frozen=True)
class Arriving:
    """One file on its way into the ledger."""

    context: Context
    tx: sa.Connection
    file_id: int
    name: str
    whole: bool


@dataclass(frozen=True)
class Judged:
    """One order of a file, decided. Shape: row is its row in the ledger."""

    row: dict[str, Any]
    problem: Problem | None = None


def _take(context: Context, ready: Ready) -> None:
    try:
        content = inbox.read(ready, context.settings.profile)
    except RefusedError as error:
        _report_file(context, ready.name, error.code, error.message, error.remedy)
        return
    if content is None:
        return
    fingerprint = digest(content)
    with context.read() as tx:
        if intake.is_taken(tx, context.id, ready.name, fingerprint):
            return
    context.say(f"reading {ready.name}")
    parsed = read_orders(in_utf8(content), context.settings.profile)
    with context.write() as tx:
        file_id = intake.add_file(tx, context.id, ready.name, fingerprint, content, context.now())
        _arrive(Arriving(context, tx, file_id, ready.name, parsed.complete), parsed)
        runs.count(tx, context.ref.run_id, files=1, taken=len(parsed.entries))
        context.log(tx, "file.taken", name=ready.name, orders=len(parsed.entries), encoding=parsed.encoding)


def _report_file(context: Context, name: str, code: str, message: str, remedy: str) -> None:
    with context.write() as tx:
        found = Problem(kind="file", key=name, code=code, message=message, remedy=remedy)
        problems.report(tx, context.id, context.ref.flow, found, context.now())
        runs.count(tx, context.ref.run_id, problems=1)


def _arrive(arriving: Arriving, parsed: OrderFile) -> None:
    if not parsed.complete:
        _report(arriving, _incomplete(arriving.name, parsed), None)
        runs.count(arriving.tx, arriving.context.ref.run_id, problems=1)
    for some in chunks(parsed.entries, ENTRIES_PER_LOOK_UP):
        known = intake.known(arriving.tx, arriving.context.id, [entry.key for entry in some if entry.key])
        _keep(arriving, [_judged(arriving, entry, known) for entry in some])
    if parsed.complete:
        problems.close_of_files(arriving.tx, arriving.context.id, arriving.name, arriving.context.now())


def _keep(arriving: Arriving, judged: list[Judged]) -> None:
    """Store some orders at once, then their Problems, which need the rows they are about."""
    context, tx = arriving.context, arriving.tx
    ids = intake.add(tx, [one.row for one in judged])
    for row_id, one in zip(ids, judged, strict=True):
        if one.problem is not None:
            _report(arriving, one.problem, row_id)
    if not arriving.whole:
        problems.close_of_intake(tx, ids, problems.WITH_FILE, context.now())
    states = Counter(one.row["state"] for one in judged)
    runs.count(tx, context.ref.run_id, parked=states["parked"], repeats=states["ignored"])
    ignored = [one.row for one in judged if one.row["state"] == "ignored"]
    told = [{"key": row["key"], "file": arriving.name, "reason": row["reason"]} for row in ignored]
    context.log_each(tx, "order.ignored", told)


def _incomplete(name: str, parsed: OrderFile) -> Problem:
    if not parsed.entries:
        said = f"The file {name} is empty. It was kept and moved away."
        return Problem(
            kind="file", key=name, code="file.empty", message=said, remedy="Export it again if it should hold orders."
        )
    said = f"The file {name} looks cut off; none of its {len(parsed.entries)} orders was posted."
    fault = next((entry.fault.message for entry in parsed.entries if entry.fault), "")
    return Problem(
        kind="file",
        key=name,
        code="file.incomplete",
        message=f"{said} {fault}".rstrip(),
        remedy=f"Export it again whole, or post what can be read of it: fieldbridge retry {name}",
    )


def _judged(arriving: Arriving, entry: Entry, known: dict[str, Known]) -> Judged:
    """Decide what one order of a file is. known learns of it, for the orders that follow."""
    fingerprint = intake.content_digest(entry.order) if entry.order else digest(entry.raw)
    row = _row(arriving, entry, fingerprint)
    if not arriving.whole:
        unreadable = _faulty(arriving, entry, entry.fault) if entry.fault else None
        return Judged({**row, "state": "parked", "reason": problems.INCOMPLETE}, unreadable)
    if entry.fault is not None:
        return Judged({**row, "state": "parked", "reason": entry.fault.code}, _faulty(arriving, entry, entry.fault))
    before = known.get(entry.key)
    match arrival(before.state if before else None, same_content=before is not None and before.digest == fingerprint):
        case "repeat":
            return Judged({**row, "state": "ignored", "reason": "the same order was taken before"})
        case "conflict":
            found = _changed(arriving, entry)
            return Judged({**row, "state": "parked", "reason": found.code}, found)
        case "replace" if before is not None:
            _replace(arriving, before)
    made = Judged({**row, "state": "waiting", "reason": ""})
    known[entry.key] = Known(made.row, "waiting", fingerprint)
    return made


def _replace(arriving: Arriving, before: Known) -> None:
    """A later capture takes the place of one that has not gone to Xero."""
    because = "replaced by a later capture"
    if isinstance(before.row, dict):
        before.row.update(state="ignored", reason=because)
    else:
        intake.settle(arriving.tx, [before.row], "ignored", because)
        problems.close_of_intake(arriving.tx, [before.row], because, arriving.context.now())


def _faulty(arriving: Arriving, entry: Entry, fault: Fault) -> Problem:
    return Problem(
        kind="order",
        key=entry.key or f"{arriving.name}#{entry.position + 1}",
        code=fault.code,
        message=f"{arriving.name}: {fault.message}",
        remedy=fault.remedy,
    )


def _changed(arriving: Arriving, entry: Entry) -> Problem:
    return Problem(
        kind="order",
        key=entry.key,
        code="order.changed_after_posting",
        message=f"Order {entry.key} came again in {arriving.name} with other content, after it had gone to Xero. "
        "Xero keeps the first.",
        remedy="If the second is right, and the document is a draft or waits for approval, change it in Xero. If it is "
        "approved, credit what is too much in Xero, or enter what is lacking as another.",
    )


def _row(arriving: Arriving, entry: Entry, fingerprint: str) -> dict[str, Any]:
    return {
        "connection_id": arriving.context.id,
        "file_id": arriving.file_id,
        "position": entry.position,
        "kind": "order",
        "key": entry.key,
        "digest": fingerprint,
        "raw": entry.raw,
        "record": intake.encoded(entry.order),
    }


def _report(arriving: Arriving, found: Problem, intake_id: int | None) -> None:
    context = arriving.context
    problems.report(arriving.tx, context.id, context.ref.flow, found, context.now(), intake_id)
    context.log(arriving.tx, f"{found.kind}.parked", key=found.key, code=found.code, message=found.message)
