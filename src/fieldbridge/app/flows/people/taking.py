"""Taking: the tablets' edits of people, held here before their file is moved away.

An edit that was taken twice changes nothing, so a crash in between costs nothing.
"""

import time
from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, tzinfo
from functools import partial

import sqlalchemy as sa

from fieldbridge.app.flows.context import Context
from fieldbridge.app.flows.outlets import holders
from fieldbridge.core.calendar_days import zone_of
from fieldbridge.core.errors import RefusedError
from fieldbridge.core.identity import digest
from fieldbridge.core.plan import Problem
from fieldbridge.core.records.people import Edit
from fieldbridge.engine.stages import Turn
from fieldbridge.field.folder import inbox
from fieldbridge.field.folder.encode import shown
from fieldbridge.field.folder.inbox import Ready
from fieldbridge.field.folder.people_file import read_edits
from fieldbridge.field.folder.processed import move_to_processed
from fieldbridge.flows.customers import is_outlet
from fieldbridge.flows.people import edited, restored
from fieldbridge.store import books, people
from fieldbridge.store.ledger import problems, runs

SECOND_LOOK_S = 0.2
KIND = "person"
# The file of these is put away, so they are said once; the file of the others stays, so they are said while it does.
ONCE = ("person.row", "person.customer_unknown")
OF_FILES = ("person.file", "file.too_large", "file.not_regular", "file.unreadable")


def take(context: Context) -> Turn:
    """Take every file that is ready, looking a second time where one may still be being written."""
    profile = context.settings.profile
    ready, seen = inbox.look(context.folder, profile, time.time(), {}, people=True)
    if len(ready) < len(seen):
        context.installation.pause(SECOND_LOOK_S)
        ready, _ = inbox.look(context.folder, profile, time.time(), seen, people=True)
    for one in ready:
        _take(context, one)
    return Turn()


def _take(context: Context, ready: Ready) -> None:
    profile = context.settings.profile
    try:
        content = inbox.read(ready, profile)
        if content is None:
            return
        rows = list(read_edits(content, ready.name, profile, _zone(context), context.now()))
    except RefusedError as error:
        with context.write() as tx:
            _tell(context, tx, ready.name, error)
        return
    edits = [one for one in rows if isinstance(one, Edit)]
    with context.write() as tx:
        unknown = _hold(context, tx, edits)
        for one in [*(row for row in rows if isinstance(row, RefusedError)), *unknown]:
            _tell(context, tx, ready.name, one)
        context.log(tx, "people.taken", name=ready.name, people=len(edits) - len(unknown))
        runs.count(tx, context.ref.run_id, edits=len(edits) - len(unknown))
    move_to_processed(context.folder, ready.name, digest(content), profile)


def _zone(context: Context) -> tzinfo:
    with context.read() as tx:
        return zone_of(books.own(tx, context.id).timezone, context.settings.time_zone) or UTC


def _hold(context: Context, tx: sa.Connection, edits: Iterable[Edit]) -> list[RefusedError]:
    """Hold the edits of customers there are. Shape: what to say of the others."""
    by_code: dict[str, list[Edit]] = defaultdict(list)
    for edit in edits:
        by_code[edit.customer].append(edit)
    found = holders(tx, context.id, by_code)
    unknown: list[RefusedError] = []
    for code, some in by_code.items():
        living = {one.contact_id for one in found.get(code, ()) if is_outlet(one)}
        if len(living) != 1:
            unknown += [_unknown(one) for one in some]
            continue
        (contact_id,) = living
        before = people.of(tx, context.id, [contact_id]).get(contact_id, {})
        as_meant = [restored(one, before, partial(shown, encoding=context.settings.profile.encoding)) for one in some]
        people.keep(tx, context.id, contact_id, edited(before, as_meant))
    return unknown


def _unknown(edit: Edit) -> RefusedError:
    said = f"{edit.first_name} {edit.last_name}".strip() + f" is to be at {edit.customer}, which is no active customer."
    return RefusedError("person.customer_unknown", said, remedy="Correct the customer, and send the edit again.")


def _tell(context: Context, tx: sa.Connection, name: str, error: RefusedError) -> None:
    key = f"{name} {digest(error.message.encode())[:8]}" if error.code in ONCE else name
    found = Problem(kind=KIND, key=key, code=error.code, message=error.message, remedy=error.remedy, cause=error.code)
    problems.report(tx, context.id, context.ref.flow, found, context.now())
