"""Sales documents as the Books read them: what is open, what changed, and what was issued since a day.

Paged reads carry all there is: lines, and the money put against each document, so nothing is asked for twice.
Source: Xero, endpoint matrix; optimised filters: Type, Status and Date may be combined; bills are never read.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from fieldbridge.core.records.documents import BookedDocument
from fieldbridge.xero.collection import Collection, Page
from fieldbridge.xero.documents.credit_notes import CREDIT_NOTES
from fieldbridge.xero.documents.invoices import INVOICES
from fieldbridge.xero.documents.on_account import OVERPAYMENTS, PREPAYMENTS
from fieldbridge.xero.documents.walking import walk
from fieldbridge.xero.session import Session

IDS_PER_CALL = 40


@dataclass(frozen=True)
class Sales:
    """One kind of sales document. Shape: kind is Xero's Type; takes_ids says that many can be named in one call."""

    kind: str
    collection: Collection[Any, Any]
    takes_ids: bool = False

    def open(self, session: Session) -> Iterator[Page[BookedDocument]]:
        """Every document on which something is owed, or owed back, however old."""
        return self._walk(session, None, f'{self._of_kind} AND Status=="AUTHORISED"')

    def changed(self, session: Session, since: datetime) -> Iterator[Page[BookedDocument]]:
        """Whatever was modified since a moment: payments, allocations and voids modify a document."""
        return self._walk(session, since, self._of_kind)

    def issued_since(self, session: Session, day: date, since: datetime | None) -> Iterator[Page[BookedDocument]]:
        """Whatever is dated from a day on; since narrows it to what was modified since a moment."""
        return self._walk(session, since, f"{self._of_kind} AND Date>={_moment(day)}")

    def issued_between(self, session: Session, first: date, last: date) -> Iterator[Page[BookedDocument]]:
        """Whatever is dated from one day to another, both included."""
        dated = f"Date>={_moment(first)} AND Date<={_moment(last)}"
        return self._walk(session, None, f"{self._of_kind} AND {dated}")

    def some(self, session: Session, document_ids: Sequence[str]) -> list[BookedDocument]:
        """Documents by Xero's own keys, whatever their status. Shape: those Xero has no more are left out."""
        if not self.takes_ids:
            return [found for one in document_ids if (found := self.one(session, one)) is not None]
        named = (document_ids[at : at + IDS_PER_CALL] for at in range(0, len(document_ids), IDS_PER_CALL))
        return [found for ids in named for found in self.collection.every(session, {"IDs": ",".join(ids)})]

    def one(self, session: Session, document_id: str) -> BookedDocument | None:
        """One document, whatever its status; None when Xero has it no more."""
        found: BookedDocument | None = self.collection.one(session, document_id)
        return found

    @property
    def _of_kind(self) -> str:
        return f'Type=="{self.kind}"'

    def _walk(self, session: Session, since: datetime | None, where: str) -> Iterator[Page[BookedDocument]]:
        return walk(self.collection, session, since, {"where": where})


def _moment(day: date) -> str:
    return f"DateTime({day.year},{day.month:02},{day.day:02})"


INVOICES_OUT = Sales("ACCREC", INVOICES, takes_ids=True)
CREDITS_OUT = Sales("ACCRECCREDIT", CREDIT_NOTES)
OVERPAID = Sales("RECEIVE-OVERPAYMENT", OVERPAYMENTS)
PREPAID = Sales("RECEIVE-PREPAYMENT", PREPAYMENTS)
