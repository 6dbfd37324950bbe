"""History and notes: lines of text kept with a document or contact, never removed."""

from __future__ import annotations

from fieldbridge.standin.books.books import Books
from fieldbridge.standin.wire.answers import Record


def add_note(books: Books, document_id: str, changes: str, details: str, user: str = "System Generated") -> Record:
    """Keep one line about a document or contact."""
    return books.history.put(
        {
            "NoteID": books.new_id(),
            "DocumentID": document_id,
            "Changes": changes,
            "DateUTC": books.now(),
            "User": user,
            "Details": details,
        }
    )


def notes_of(books: Books, document_id: str) -> list[Record]:
    """Newest first."""
    return books.history.find("document", document_id)[::-1]
