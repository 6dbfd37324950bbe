"""The sales documents in the Books: what is open is read whole now and then, what changed at every look.

The whole look is needed because the due date of a part-paid document changes without being marked as modified; what
else a document may suffer marks it. Nothing is forgotten: Xero shows voided and deleted documents too.
Source: Xero, If-Modified-Since.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from fieldbridge.app.flows.context import Context
from fieldbridge.app.flows.reading import keep_pages
from fieldbridge.core.errors import GuardError
from fieldbridge.core.window import OVERLAP, full_read_is_due
from fieldbridge.engine.stages import Turn
from fieldbridge.store import books
from fieldbridge.store.ledger import runs, webhooks, windows
from fieldbridge.xero.documents import sales
from fieldbridge.xero.documents.sales import Sales
from fieldbridge.xero.documents.walking import second_before

RARELY = timedelta(hours=1)
STRAYS_PER_RUN = 25
FEW = 20
DAYS_A_YEAR = 365.25


@dataclass(frozen=True)
class Documents:
    """One kind of sales document. Shape: announced_as is its webhook category.

    is_rare: while none of them is open, the only news can be a new one, and that may wait an hour.
    """

    name: str
    sales: Sales
    announced_as: str
    is_rare: bool = False

    @property
    def open_name(self) -> str:
        """The stream of whole looks at what is open."""
        return f"open {self.name}"

    def past_name(self, years: int) -> str:
        """The stream of what was issued in the years before; asked for more years, it is another stream."""
        return f"{self.name} of {years} years"


INVOICES = Documents("invoices", sales.INVOICES_OUT, "INVOICE")
CREDIT_NOTES = Documents("credit notes", sales.CREDITS_OUT, "CREDITNOTE")
OVERPAYMENTS = Documents("overpayments", sales.OVERPAID, "OVERPAYMENT", is_rare=True)
PREPAYMENTS = Documents("prepayments", sales.PREPAID, "PREPAYMENT", is_rare=True)
DOCUMENTS = (INVOICES, CREDIT_NOTES, OVERPAYMENTS, PREPAYMENTS)


def reader(kind: Documents) -> Callable[[Context], Turn]:
    """A stage that brings one kind up to date."""

    def stage(context: Context) -> Turn:
        began = context.now()
        with context.read() as tx:
            until, _ = windows.read_until(tx, context.id, kind.name)
            _, whole_at = windows.read_until(tx, context.id, kind.open_name)
            may_wait = until and _may_wait(tx, context, kind, began - until)
        if until and not may_wait:
            _read_changes(context, kind, until, began)
        if full_read_is_due(whole_at, began, context.settings.master_data.full_read_hours):
            _read_open(context, kind, until, began)
        return Turn()

    return stage


def _may_wait(tx: sa.Connection, context: Context, kind: Documents, age: timedelta) -> bool:
    return kind.is_rare and age < RARELY and not books.open_ids(tx, context.id, kind.sales.kind)


def _read_changes(context: Context, kind: Documents, until: datetime, began: datetime) -> None:
    context.say(f"reading {kind.name} from Xero")
    pages = kind.sales.changed(context.session(), until - OVERLAP)
    count, read_at = keep_pages(context, kind.name, pages, kind.announced_as, began)
    with context.write() as tx:
        webhooks.mark_read(tx, context.connection.organisation_id, kind.announced_as, began, context.now())
        windows.advance(tx, context.id, kind.name, read_at or until, None)
        runs.count(tx, context.ref.run_id, **{kind.name: count})


def _read_open(context: Context, kind: Documents, until: datetime | None, began: datetime) -> None:
    context.say(f"reading open {kind.name} from Xero")
    count, read_at = keep_pages(context, kind.name, kind.sales.open(context.session()), "", began)
    with context.read() as tx:
        strays = books.open_ids(tx, context.id, kind.sales.kind, read_before=began)
    if count == 0 and len(strays) > FEW:
        raise GuardError(
            "guard.source_empty",
            f"Xero suddenly shows no open {kind.name} at all, where there were {len(strays)}.",
            remedy="Nothing was forgotten. Look at the organisation in Xero; the next run tries again.",
        )
    _follow(context, kind, strays[:STRAYS_PER_RUN])
    with context.write() as tx:
        windows.advance(tx, context.id, kind.open_name, read_at or began, began)
        if until is None:
            windows.advance(tx, context.id, kind.name, read_at or began, None)
        runs.count(tx, context.ref.run_id, **{kind.name: count})


def _follow(context: Context, kind: Documents, strays: list[str]) -> None:
    """Documents that are open here but were not shown among the open ones: look at each."""
    found = [kind.sales.one(context.session(), document_id) for document_id in strays]
    with context.write() as tx:
        books.keep(tx, context.id, [one for one in found if one is not None], context.now())


def loader(kind: Documents) -> Callable[[Context], Turn]:
    """A stage that reads once what was issued in the years before; cut short, the next run goes on from there."""

    def stage(context: Context) -> Turn:
        years = context.settings.history.years
        with context.read() as tx:
            reached, loaded_at = windows.read_until(tx, context.id, kind.past_name(years))
        if loaded_at is None and years:
            context.say(f"reading {kind.name} of {years} years from Xero")
            _load(context, kind, years, reached)
        return Turn()

    return stage


def _load(context: Context, kind: Documents, years: int, reached: datetime | None) -> None:
    first_day = context.now().date() - timedelta(days=round(DAYS_A_YEAR * years))
    for page in kind.sales.issued_since(context.session(), first_day, reached):
        reached = second_before(page) or reached or page.read_at
        with context.write() as tx:
            books.keep(tx, context.id, page.records, context.now())
            loaded_at = context.now() if page.is_last else None
            windows.advance(tx, context.id, kind.past_name(years), reached, loaded_at)
            runs.count(tx, context.ref.run_id, **{kind.name: len(page.records)})


def loaded_at(tx: sa.Connection, connection_id: str, kinds: Iterable[Documents], years: int) -> datetime | None:
    """When the past of these kinds was read to its end; None when it was not, or none is wanted."""
    found = [windows.read_until(tx, connection_id, kind.past_name(years))[1] for kind in kinds]
    known = [one for one in found if one]
    return max(known) if known and len(known) == len(found) else None


def complete_until(tx: sa.Connection, connection_id: str) -> datetime | None:
    """Up to which moment, by Xero's clock, the Books hold every change of every kind; None before the first look."""
    reached = [windows.read_until(tx, connection_id, kind.name)[0] for kind in DOCUMENTS]
    known = [one for one in reached if one]
    return min(known) if len(known) == len(DOCUMENTS) else None
