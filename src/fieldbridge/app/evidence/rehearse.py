"""The rehearsal: kept order files once more, against today's books and settings, on a scratch copy.

It goes up to the first write; what would be made is held against what was made then.
"""

import os
from bisect import bisect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Literal

import msgspec

from fieldbridge.app.evidence.kept import expect_kept
from fieldbridge.app.evidence.transactions import main, planned
from fieldbridge.app.flows.context import Context, context_of
from fieldbridge.app.flows.planning import plan
from fieldbridge.app.flows.programs import TAKE, Flows
from fieldbridge.app.installation import Installation
from fieldbridge.app.scratch import advance, scratch
from fieldbridge.core.records.books import Record
from fieldbridge.engine.stages import RunRef
from fieldbridge.flows import TRANSACTIONS
from fieldbridge.flows.rehearsal import differences
from fieldbridge.store.ledger import evidence, intake, problems, runs
from fieldbridge.store.ledger.connections import Connection
from fieldbridge.store.ledger.evidence import Arrival, KeptFile, Part
from fieldbridge.store.schema import book, connection, link, person, rep_since, sheet, sheet_row, watermark

LOOKED_AT = (connection, book, watermark, link, rep_since, sheet, sheet_row, person)
LONG_AGO_S = 3600.0
ONCE = ("contact", "membership")
"""What is made of a new customer once. Today's books have it."""
Became = Literal["as it was", "differs", "would go now", "would be set aside", "not read again"]


class RehearsedPart(msgspec.Struct, frozen=True, kw_only=True):
    """One document as it would be. Shape: document is None where it would not be any more; differs says how."""

    kind: str
    part: str
    number: str
    total: str
    document: Record | None = None
    differs: tuple[str, ...] = ()


class Rehearsed(msgspec.Struct, frozen=True, kw_only=True):
    """One transaction. Shape: problem is what would set it aside; then is what became of it in earnest."""

    key: str
    became: Became
    then: str
    parts: list[RehearsedPart]
    problem: str = ""


class Rehearsal(msgspec.Struct, frozen=True, kw_only=True):
    """What some days' order files would become today. Shape: problems are those of whole files."""

    connection: str
    days: int
    files: int
    transactions: list[Rehearsed]
    problems: list[str]

    @property
    def is_as_it_was(self) -> bool:
        """Whether nothing would be otherwise."""
        return all(one.became == "as it was" for one in self.transactions) and not self.problems


def rehearse(
    installation: Installation, one: Connection, days: int, tell: Callable[[str], None] = lambda _: None
) -> Rehearsal:
    """Replay the order files of some days; nothing is written anywhere. Errors: whatever would stop a run."""
    with (
        TemporaryDirectory(prefix="fieldbridge-rehearsal-") as folder,
        scratch(installation, one, Path(folder), LOOKED_AT) as copy,
    ):
        with copy.database.write() as tx:
            ref = RunRef(one.id, TRANSACTIONS, runs.queue(tx, one.id, TRANSACTIONS, copy.now()))
        replay = Replay(installation, Flows(copy), ref, tell)
        keys, files = replay.of_days(days)
        return _told(installation, copy, one.id, days, files, keys)


@dataclass
class Replay:
    """Kept files on their way into a scratch copy. Shape: is_read says that today's books were read."""

    installation: Installation
    flows: Flows
    ref: RunRef
    tell: Callable[[str], None]
    is_read: bool = False

    def of_days(self, days: int) -> tuple[set[str], int]:
        """Take each kept file, and plan where it was planned then. Shape: the keys taken then, how many files."""
        since, count = self.installation.now() - timedelta(days=days), 0
        with self.installation.database.read() as tx:
            expect_kept(tx, since)
            moments = evidence.planned_since(tx, self.ref.connection_id, since)
            before = since
            for file in evidence.files_since(tx, self.ref.connection_id, since):
                # A later capture replaces one that waits, and no other: so what was planned meanwhile counts.
                if bisect(moments, before) != bisect(moments, file.taken_at):
                    self._plan()
                self.tell(f"reading {file.name}")
                self._take(file)
                count, before = count + 1, file.taken_at
            keys = {each.key for each in evidence.taken_since(tx, self.ref.connection_id, since) if each.key}
        self._plan()
        return keys, count

    def _plan(self) -> None:
        """Plan what waits, by the books of today: they are read once."""
        context = self._context()
        with context.read() as tx:
            waits = bool(intake.waiting(tx, context.id, 1))
        if waits and not self.is_read:
            self.tell("reading today's books")
            advance(self.flows, self.ref, self.installation, after=TAKE)
            self.is_read = True
        while plan(context).again:
            self.tell("planning")

    def _take(self, file: KeptFile) -> None:
        """Lay a file into the scratch folder under its own name, and take it."""
        context = self._context()
        path = context.folder / file.name
        path.write_bytes(file.content)
        stamp = file.taken_at.timestamp() - LONG_AGO_S
        os.utime(path, (stamp, stamp))
        self.flows.taker.stage(context)
        path.unlink()

    def _context(self) -> Context:
        return context_of(self.flows.installation, self.ref, self.installation)


def _told(
    installation: Installation, copy: Installation, connection_id: str, days: int, files: int, keys: set[str]
) -> Rehearsal:
    with copy.database.read() as tx:
        found = problems.still_open(tx, connection_id)
        keys |= {each.key for each in found if each.intake_id is not None}
        now, parts = evidence.arrivals(tx, connection_id, keys), evidence.parts(tx, connection_id, keys)
    with installation.database.read() as tx:
        then, made = evidence.arrivals(tx, connection_id, keys), evidence.parts(tx, connection_id, keys)
    of_intake = {each.intake_id: each.message for each in found if each.intake_id is not None}
    return Rehearsal(
        connection=connection_id,
        days=days,
        files=files,
        transactions=[
            _rehearsed(key, then.get(key, []), now.get(key, []), (made.get(key, []), parts.get(key, [])), of_intake)
            for key in sorted(then.keys() | now.keys())
        ],
        problems=[each.message for each in found if each.intake_id is None],
    )


def _rehearsed(
    key: str,
    then: list[Arrival],
    now: list[Arrival],
    parts: tuple[list[Part], list[Part]],
    problems_now: Mapping[int, str],
) -> Rehearsed:
    made = {each.part: each for each in parts[0] if each.state != "refused"}
    held = [_part(each, made.pop(each.part, None)) for each in parts[1]]
    held += [_gone(each) for each in made.values() if each.kind not in ONCE] if parts[1] else []
    before = main(then) if then else None
    after = main(now) if now else None
    return Rehearsed(
        key=key,
        became=_became(before, after, held),
        then=before.state if before else "",
        parts=held,
        problem=problems_now.get(after.id, "") if after else "",
    )


def _became(then: Arrival | None, now: Arrival | None, parts: list[RehearsedPart]) -> Became:
    if now is None:
        return "not read again"
    was_parked, is_parked = then is None or then.state == "parked", now.state == "parked"
    if was_parked != is_parked:
        return "would be set aside" if is_parked else "would go now"
    if is_parked:
        return "as it was" if then is not None and then.reason == now.reason else "differs"
    return "differs" if any(part.differs for part in parts) else "as it was"


def _part(now: Part, then: Part | None) -> RehearsedPart:
    document, before = planned(now), planned(then) if then else None
    differs = tuple(differences(before, document)) if before and document else ()
    return RehearsedPart(
        kind=now.kind, part=now.part, number=now.number, total=f"{now.total:.2f}", document=document,
        differs=differs if then else ("it was not made then",),
    )  # fmt: skip


def _gone(then: Part) -> RehearsedPart:
    return RehearsedPart(
        kind=then.kind, part=then.part, number=then.number, total=f"{then.total:.2f}",
        differs=("it would not be made now",),
    )  # fmt: skip
