"""One transaction's whole life: its bytes, what was understood, planned and sent, and what has become of it since."""

from collections.abc import Mapping

import msgspec
import sqlalchemy as sa

from fieldbridge.app.evidence.calling import session_of
from fieldbridge.app.evidence.transactions import LISTS, TYPES, known_of, planned
from fieldbridge.app.installation import Installation
from fieldbridge.app.parts.table import KINDS
from fieldbridge.core.errors import SetupError
from fieldbridge.core.records.answers import Answer, LineChange, Told
from fieldbridge.core.records.books import Record, SalesDocument
from fieldbridge.core.records.documents import BookedInvoice, Note
from fieldbridge.flows.answers import answer_of
from fieldbridge.flows.drift import changes
from fieldbridge.store import books
from fieldbridge.store.ledger import answers, calls, evidence, runs
from fieldbridge.store.ledger.calls import Attempt
from fieldbridge.store.ledger.connections import Connection
from fieldbridge.store.ledger.evidence import Arrival, Part, PastProblem
from fieldbridge.store.ledger.runs import Event
from fieldbridge.xero.documents import history
from fieldbridge.xero.links import Links
from fieldbridge.xero.session import Session


class Arrived(msgspec.Struct, frozen=True, kw_only=True):
    """One arrival with its original text. Shape: characters that are no UTF-8 are read as Windows-1252."""

    arrival: Arrival
    text: str


class Fate(msgspec.Struct, frozen=True, kw_only=True):
    """One part: what was planned, each attempt to send it, and what is in Xero now.

    Shape: planned is the record that was to be created, None once that is forgotten; booked is None where nothing was
    read; notes are Xero's own history, only where Xero was asked.
    """

    part: Part
    planned: Record | None
    attempts: list[Attempt]
    page: str = ""
    booked: BookedInvoice | None = None
    changes: tuple[LineChange, ...] = ()
    notes: list[Note] = []


class Story(msgspec.Struct, frozen=True, kw_only=True):
    """One transaction. Shape: answer is what the rep would be told now, told is what was told when."""

    connection: str
    key: str
    answer: Answer
    is_fresh: bool
    arrived: list[Arrived]
    fates: list[Fate]
    told: list[Told]
    problems: list[PastProblem]
    events: list[Event]


def stories(installation: Installation, named: str, only: str | None, *, fresh: bool) -> list[Story]:
    """The transactions somebody means, in every connection or in one; fresh asks Xero for the documents.

    Errors: SetupError when there is none; whatever a call to Xero may raise.
    """
    found = [
        _story(installation, one, key, fresh=fresh)
        for one in installation.connections(only)
        for key in _keys(installation, one, named)
    ]
    if not found:
        raise SetupError(
            "story.unknown",
            f"No transaction is known as {named}.",
            remedy="Name it by the tablet's key or number, or by its number in Xero.",
        )
    return found


def _keys(installation: Installation, one: Connection, named: str) -> list[str]:
    with installation.database.read() as tx:
        return evidence.keys_of(tx, one.id, named)


def _story(installation: Installation, one: Connection, key: str, *, fresh: bool) -> Story:
    with installation.database.read() as tx:
        arrived = evidence.arrivals(tx, one.id, [key]).get(key, [])
        parts = evidence.parts(tx, one.id, [key]).get(key, [])
        read = books.booked(tx, one.id, TYPES, [part.far_id for part in parts])
        raw = evidence.bytes_of(tx, [each.id for each in arrived])
        left = calls.attempts(tx, [part.id for part in parts])
        told, events = answers.of_key(tx, one.id, key), _events(tx, one.id, key, arrived)
        past = evidence.problems(tx, one.id, arrived)
    notes: dict[str, list[Note]] = {}
    if fresh:
        read, notes = _asked(session_of(installation, one), parts)
    links = Links(one.xero_url, one.short_code)
    with installation.database.read() as tx:
        known = known_of(tx, one.id, [key], read)[key]
    return Story(
        connection=one.id,
        key=key,
        answer=answer_of(known),
        is_fresh=fresh,
        arrived=[Arrived(arrival=each, text=_text(raw.get(each.id, b""))) for each in arrived],
        fates=[_fate(part, left.get(part.id, []), links, read, notes) for part in parts],
        told=told,
        problems=past,
        events=events,
    )


def _events(tx: sa.Connection, connection_id: str, key: str, arrived: list[Arrival]) -> list[Event]:
    if not arrived:
        return []
    return runs.events_about(tx, connection_id, key, arrived[0].taken_at)


def _asked(session: Session, parts: list[Part]) -> tuple[dict[str, BookedInvoice], dict[str, list[Note]]]:
    """The documents as Xero holds them this moment, and what happened to them there: two calls for each."""
    read: dict[str, BookedInvoice] = {}
    notes: dict[str, list[Note]] = {}
    for part in parts:
        if not part.far_id or part.kind not in LISTS:
            continue
        listed = LISTS[part.kind]
        if (found := listed.one(session, part.far_id)) is not None:
            read[part.far_id] = books.as_booked(found)
            notes[part.far_id] = history.read(session, listed.name, part.far_id)
    return read, notes


def _fate(
    part: Part,
    attempts: list[Attempt],
    links: Links,
    read: Mapping[str, BookedInvoice],
    notes: Mapping[str, list[Note]],
) -> Fate:
    document, booked = planned(part), read.get(part.far_id)
    return Fate(
        part=part,
        planned=document,
        attempts=attempts,
        page=KINDS[part.kind].page(links, part.far_id) if part.far_id else "",
        booked=booked,
        changes=changes(document.lines, booked, document.amounts)
        if booked and isinstance(document, SalesDocument)
        else (),
        notes=notes.get(part.far_id, []),
    )


def _text(raw: bytes) -> str:
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")
