"""Sales documents as the Books read them: what is open, what changed, and what was issued since a day.

Paged reads carry all there is: lines, and the money put against each document, so nothing is asked for twice.
Source: Xero, endpoint matrix; optimised filters: Type, Status and Date may be combined; bills are never read.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from fieldbridge.core.records.documents import BookedDocument
from fieldbridge.xero.collection import Collection, Page
from fieldbridge.xero.documents.credit_notes import CREDIT_NOTES
from fieldbridge.xero.documents.invoices import INVOICES
from fieldbridge.xero.documents.on_account import OVERPAYMENTS, PREPAYMENTS
from fieldbridge.xero.session import Session

SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Sales:
    """One kind of sales document. Shape: kind is Xero's Type."""

    kind: str
    collection: Collection[Any, Any]

    def open(self, session: Session) -> Iterator[Page[BookedDocument]]:
        """Every document on which something is owed, or owed back, however old."""
        return self._walk(session, None, f'{self._of_kind} AND Status=="AUTHORISED"')

    def changed(self, session: Session, since: datetime) -> Iterator[Page[BookedDocument]]:
        """Whatever was modified since a moment: payments, allocations and voids modify a document."""
        return self._walk(session, since, self._of_kind)

    def issued_since(self, session: Session, day: date, since: datetime | None) -> Iterator[Page[BookedDocument]]:
        """Whatever is dated from a day on; since narrows it to what was modified since a moment."""
        dated = f"Date>=DateTime({day.year},{day.month:02},{day.day:02})"
        return self._walk(session, since, f"{self._of_kind} AND {dated}")

    def one(self, session: Session, document_id: str) -> BookedDocument | None:
        """One document, whatever its status; None when Xero has it no more."""
        found: BookedDocument | None = self.collection.one(session, document_id)
        return found

    @property
    def _of_kind(self) -> str:
        return f'Type=="{self.kind}"'

    def _walk(self, session: Session, since: datetime | None, where: str) -> Iterator[Page[BookedDocument]]:
        """Page by page, oldest change first.

        The next page is asked for by the last change seen and not by its number: what is edited meanwhile moves to
        the end, and by number the document that slips into its place would never be seen. A number is used only
        where one second holds more changes than a page.
        """
        narrowed: Mapping[str, str] = {"where": where, "order": "UpdatedDateUTC ASC"}
        pages = self.collection.pages(session, since, narrowed)
        while (page := next(pages, None)) is not None:
            yield page
            if page.is_last:
                return
            reached = second_before(page)
            if reached is not None and (since is None or reached > since):
                since = reached
                pages = self.collection.pages(session, since, narrowed)


def second_before(page: Page[BookedDocument]) -> datetime | None:
    """Before the last change of a page, so that whichever of > and >= the boundary means, nothing is left out."""
    last = page.records[-1].updated_at if page.records else None
    return last.replace(microsecond=0) - SECOND if last else None


INVOICES_OUT = Sales("ACCREC", INVOICES)
CREDITS_OUT = Sales("ACCRECCREDIT", CREDIT_NOTES)
OVERPAID = Sales("RECEIVE-OVERPAYMENT", OVERPAYMENTS)
PREPAID = Sales("RECEIVE-PREPAYMENT", PREPAYMENTS)
