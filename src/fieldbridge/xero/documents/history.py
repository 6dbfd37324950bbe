"""HistoryRecords: what happened to a record, and notes added to it, which stay for good.

Source: Xero, history and notes: at most 2,500 characters; a note has no key, so look at the list before adding again.
"""

import msgspec

from fieldbridge.core.errors import RefusedError
from fieldbridge.core.records.documents import Note
from fieldbridge.xero.codec import encode, instant_or_none
from fieldbridge.xero.outcomes import ElementWire, Writable
from fieldbridge.xero.session import NO_QUERY, Session

NOTE_CHARACTERS_MAX = 2500


class NoteWire(ElementWire, frozen=True, kw_only=True):
    """One element of the answer."""

    details: str = ""
    changes: str = ""
    user: str = ""
    made: str = msgspec.field(name="DateUTC", default="")


def _record(one: NoteWire) -> Note:
    return Note(details=one.details, changes=one.changes, user=one.user, made_at=instant_or_none(one.made))


HISTORY = Writable("HistoryRecords", NoteWire, _record)


def read(session: Session, collection: str, record_id: str) -> list[Note]:
    """Everything that happened to one record. Shape: as Xero sorts it, newest first."""
    return HISTORY.records(session.read(_under(collection, record_id)) or b"{}")


def add(session: Session, collection: str, record_id: str, text: str, idempotency_key: str) -> None:
    """Add a note. Errors: RefusedError, before anything is sent, for a text that is empty or too long."""
    if not 0 < len(text) <= NOTE_CHARACTERS_MAX:
        raise RefusedError(
            "note.length",
            f"A note has {len(text)} characters; Xero takes 1 to {NOTE_CHARACTERS_MAX}.",
            remedy="Shorten it.",
        )
    HISTORY.outcomes(session.create(_under(collection, record_id), NO_QUERY, body_of(text), idempotency_key), 1)


def body_of(text: str) -> bytes:
    """The request that adds a note."""
    return encode({"HistoryRecords": [{"Details": text}]})


def has_note(session: Session, collection: str, record_id: str, text: str) -> bool:
    """Whether a note with this very text is there already."""
    return any(one.details == text for one in read(session, collection, record_id))


def _under(collection: str, record_id: str) -> str:
    return f"{collection}/{record_id}/History"
