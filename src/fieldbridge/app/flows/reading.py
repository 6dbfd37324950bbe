"""Refreshing the Books: what changed at Xero since the last look, and now and then everything.

Everything is read again after some hours, because a contact's balances and a deleted item change without any row
being marked as modified. Source: Xero, If-Modified-Since.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa

from fieldbridge.app.flows.context import Context
from fieldbridge.app.flows.outlets import with_keys
from fieldbridge.core.errors import GuardError
from fieldbridge.core.records.books import Account, Contact, Item, Record, TaxRate
from fieldbridge.core.records.reference import BrandingTheme, TrackingCategory
from fieldbridge.core.window import full_read_is_due, since
from fieldbridge.engine.stages import Turn
from fieldbridge.store import books
from fieldbridge.store.ledger import runs, schedules, webhooks, windows
from fieldbridge.xero import contacts, items
from fieldbridge.xero.collection import Page
from fieldbridge.xero.reference import accounts, branding_themes, organisation, tax_rates, tracking_categories
from fieldbridge.xero.session import Session


@dataclass(frozen=True)
class Stream:
    """One endpoint that is read into the Books.

    Shape: sees_changes says that Xero can tell what changed since a moment; announced_as is its webhook category;
    holds_stock says that, where stock is tracked, it moves without a row being marked as modified, and every hour
    matters.
    """

    name: str
    record_type: type[Record]
    pages: Callable[[Session, datetime | None], Iterator[Page[Record]]]
    sees_changes: bool = True
    announced_as: str = ""
    holds_stock: bool = False


ACCOUNTS = Stream("accounts", Account, accounts.pages)
TAX_RATES = Stream("tax rates", TaxRate, tax_rates.pages, sees_changes=False)
CONTACTS = Stream("contacts", Contact, contacts.pages, announced_as="CONTACT")
ITEMS = Stream("items", Item, items.pages, holds_stock=True)
TRACKING = Stream("tracking categories", TrackingCategory, tracking_categories.pages, sees_changes=False)
THEMES = Stream("branding themes", BrandingTheme, branding_themes.pages, sees_changes=False)
STREAMS = (ACCOUNTS, TAX_RATES, CONTACTS, ITEMS)
RARELY_CHANGED = (ACCOUNTS, TAX_RATES, TRACKING, THEMES)
REFERENCE_DATA = (*RARELY_CHANGED, ITEMS)
ORGANISATION = "organisation"


def read_organisation(context: Context) -> Turn:
    """Read whose books these are. Errors: GuardError when it is not the organisation first connected."""
    found = organisation.read(context.session())
    if found.organisation_id != context.connection.organisation_id:
        raise GuardError(
            "guard.other_organisation",
            f"The credentials of {context.id} now answer for {found.name}, not {context.connection.organisation_name}.",
            remedy="Nothing was written. Connect again, or make a second connection for the other organisation.",
        )
    with context.write() as tx:
        books.keep(tx, context.id, [found], context.now())
        windows.advance(tx, context.id, ORGANISATION, context.now(), None)
    return Turn()


def reader(stream: Stream, *, fresh_for: timedelta | None = None) -> Callable[[Context], Turn]:
    """A stage that refreshes one stream, or does so only when it is stale."""

    def stage(context: Context) -> Turn:
        with context.read() as tx:
            until, full_at = windows.read_until(tx, context.id, stream.name)
        _refresh(context, stream, until, full_at)
        return Turn()

    return when_stale(stream.name, fresh_for, stage) if fresh_for else stage


def when_stale(
    name: str, fresh_for: timedelta, step: Callable[[Context], Turn], *, anew_by_hand: bool = True
) -> Callable[[Context], Turn]:
    """A step that is only taken when a stream was not refreshed for so long, or when somebody starts a run by hand.

    What was read long after now was read by a clock that has been put back since.
    """

    def stage(context: Context) -> Turn:
        with context.read() as tx:
            until, _ = windows.read_until(tx, context.id, name)
            may_be_old = not anew_by_hand or is_scheduled(tx, context)
        return Turn() if until and may_be_old and abs(context.now() - until) < fresh_for else step(context)

    return stage


def is_scheduled(tx: sa.Connection, context: Context) -> bool:
    """Whether the run has its flow's schedule in hand, and so was not started by hand."""
    found = schedules.find(tx, context.id, context.ref.flow)
    return found is not None and found.in_flight == context.ref.run_id


def forget_what_rarely_changes(tx: sa.Connection, connection_id: str) -> None:
    """Have it read again the next time, however fresh it is: somebody may just have changed it."""
    windows.forget(tx, connection_id, [ORGANISATION, *(stream.name for stream in RARELY_CHANGED)])


def _refresh(context: Context, stream: Stream, until: datetime | None, full_at: datetime | None) -> None:
    began = context.now()
    full = _is_read_whole(context, stream, full_at, began)
    context.say(f"reading {stream.name} from Xero")
    pages = stream.pages(context.session(), None if full else since(until))
    count, read_at = keep_pages(context, stream.name, pages, "" if full else stream.announced_as, began)
    with context.write() as tx:
        if full:
            _retire(tx, context.id, stream, count, began)
        if stream.announced_as:
            webhooks.mark_read(tx, context.connection.organisation_id, stream.announced_as, began, context.now())
        windows.advance(tx, context.id, stream.name, read_at or until or began, began if full else full_at)
        runs.count(tx, context.ref.run_id, **{stream.name: count})


def _is_read_whole(context: Context, stream: Stream, full_at: datetime | None, now: datetime) -> bool:
    """Whether all of a stream is read, and not what changed alone. Where Xero tracks no stock, none can move."""
    rules = context.settings.master_data
    if not stream.sees_changes or full_read_is_due(full_at, now, rules.full_read_hours):
        return True
    if not stream.holds_stock or not full_read_is_due(full_at, now, rules.stock_read_hours):
        return False
    with context.read() as tx:
        return any(one.on_hand is not None for one in books.every(tx, context.id, Item))


def keep_pages(
    context: Context, name: str, pages: Iterator[Page[Record]], announced_as: str, began: datetime
) -> tuple[int, datetime | None]:
    """Store page by page, so that no two pages are held at once. Shape: (rows, Xero's clock at the first page)."""
    count, first_read_at = 0, None
    for page in pages:
        with context.write() as tx:
            if announced_as:
                _tally(tx, context, name, page)
            # Never before it began, even when the clock is put back meanwhile: what is older counts as gone.
            books.keep(tx, context.id, with_keys(tx, context.id, page.records), max(began, context.now()))
        count += len(page.records)
        first_read_at = first_read_at or page.read_at
    return count, first_read_at


def _tally(tx: sa.Connection, context: Context, name: str, page: Page[Record]) -> None:
    """Count which path found each change first: a webhook that announced it, or this look by itself."""
    changed = books.changed(tx, context.id, page.records)
    announced = webhooks.unread_among(tx, context.connection.organisation_id, changed)
    webhooks.count(tx, context.id, name, context.now().date(), len(announced), len(changed) - len(announced))


def _retire(tx: sa.Connection, connection_id: str, stream: Stream, count: int, began: datetime) -> None:
    gone = books.retire_unread(tx, connection_id, stream.record_type, began)
    if gone and count == 0:
        raise GuardError(
            "guard.source_empty",
            f"Xero suddenly shows no {stream.name} at all, where there were {gone}.",
            remedy="Nothing was forgotten. Look at the organisation in Xero; the next run tries again.",
        )
