"""Reading a collection: what changed, what matches, in which order, which page."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from fieldbridge.standin.books.books import Books
from fieldbridge.standin.books.table import Table
from fieldbridge.standin.resources.call import Call
from fieldbridge.standin.resources.high_volume import Optimised, check_volume
from fieldbridge.standin.resources.printing import PRINTED, printed
from fieldbridge.standin.wire.answers import Answer, CallFailedError, Record, fault, not_found
from fieldbridge.standin.wire.comparing import QueryInvalidError, folded
from fieldbridge.standin.wire.dates import instant_in
from fieldbridge.standin.wire.paging import Page
from fieldbridge.standin.wire.where import parsed

PDF = "application/pdf"


@dataclass(frozen=True)
class View:
    """How a record is shown: every field or the summary, and with how many decimals unit prices."""

    books: Books
    unit_decimals: int
    is_full: bool = True
    is_light: bool = False
    """summaryOnly=true"""


def _every(call: Call, rows: Iterable[Record]) -> Iterable[Record]:
    return rows


def _not_named(call: Call) -> None:
    return None


@dataclass(frozen=True)
class Listing:
    """What one collection offers. `fields` are the names `where` and `order` know; `default_order` is a field.

    `named` finds the rows a call lists by a key of the table, None when it lists none; `keep` drops the rows its own
    parameters rule out.
    """

    name: str
    table: Callable[[Books], Table]
    find: Callable[[Books, str], Record | None]
    show: Callable[[View, Record], Record]
    id_field: str
    fields: tuple[str, ...]
    default_order: str = "UpdatedDateUTC"
    named: Callable[[Call], list[Record] | None] = _not_named
    keep: Callable[[Call, Iterable[Record]], Iterable[Record]] = _every
    is_paged: bool = False
    knows_changes: bool = True
    has_where: bool = True
    optimised: Optimised | None = None
    """What the high volume guard lets through; None for a collection without one."""
    is_cut_in_hundreds: bool = False
    """`page` counts hundreds, whether asked for or not, and no pagination object tells of it (live recording)."""

    @property
    def is_by_change(self) -> bool:
        """The table itself keeps the default order."""
        return self.default_order == "UpdatedDateUTC"


def read_one(listing: Listing, call: Call) -> Answer:
    """One record by id, number or code, always in full, or as a PDF. Errors: 404."""
    row = listing.find(call.books, call.key)
    if row is None:
        raise not_found()
    if listing.name in PRINTED and PDF in call.headers.get("accept", ""):
        return Answer(200, printed(call.books, listing.name, row), PDF)
    return call.answer(listing.name, [listing.show(View(call.books, call.query.unit_decimals), row)])


def read_pdf(listing: Listing, call: Call) -> Answer:
    """One record on paper, as the SDKs ask for it: with a path of its own. Errors: 404."""
    row = listing.find(call.books, call.key)
    if row is None:
        raise not_found()
    return Answer(200, printed(call.books, listing.name, row), PDF)


def read_list(listing: Listing, call: Call) -> Answer:
    """The collection, filtered and ordered. Without a page, paged kinds are shown as summaries."""
    try:
        rows = _ordered(listing, call, _filtered(listing, call))
    except QueryInvalidError as error:
        raise fault(call.books.switches.query_parse_error_number, "QueryParseException", str(error)) from error
    if listing.optimised and not _asks_for_page(call):
        check_volume(call, listing.name, len(rows))
    if not rows and call.books.switches.not_modified_304 and _since(listing, call):
        raise CallFailedError(Answer(304))
    is_light = call.query.flag("summaryOnly")
    is_paged = listing.is_paged and _asks_for_page(call)
    is_full = is_paged or not listing.is_paged
    view = View(call.books, call.query.unit_decimals, is_full, is_light)
    if listing.is_cut_in_hundreds:
        return _hundred(listing, call, rows, view)
    if not is_paged:
        return call.answer(listing.name, [listing.show(view, row) for row in rows])
    return _page(listing, call, rows, view)


def _asks_for_page(call: Call) -> bool:
    """`page` or `pageSize`; summaryOnly and Statuses force paging too (Source: Xero, invoices)."""
    return any(call.query.text(name) for name in ("page", "pageSize", "Statuses")) or call.query.flag("summaryOnly")


def _page(listing: Listing, call: Call, rows: Sequence[Record], view: View) -> Answer:
    page = Page.asked(call.query)
    if call.books.switches.page_past_end_refused and page.number > max(page.count(len(rows)), 1):
        raise fault(10, "ValidationException", f"Page {page.number} does not exist")
    shown = [listing.show(view, row) for row in page.cut(rows)]
    return call.answer(listing.name, shown, pagination=page.pagination(len(rows)))


def _hundred(listing: Listing, call: Call, rows: Sequence[Record], view: View) -> Answer:
    page = Page(max(call.query.whole("page") or 1, 1), 100)
    return call.answer(listing.name, [listing.show(view, row) for row in page.cut(rows)], SummarizeErrors=True)


def _since(listing: Listing, call: Call) -> datetime | None:
    """If-Modified-Since to the second; a value that cannot be read is ignored."""
    text = call.headers.get("if-modified-since", "")
    if not text or not listing.knows_changes:
        return None
    try:
        return instant_in(text).replace(microsecond=0)
    except (TypeError, ValueError):
        return None


def _filtered(listing: Listing, call: Call) -> Sequence[Record]:
    rows = listing.keep(call, _candidates(listing, call))
    rows = rows if isinstance(rows, Sequence) else list(rows)
    text = call.query.text("where") if listing.has_where else ""
    where = parsed(text, listing.fields) if text else None
    order = [name for name, _ in _order_terms(listing, call.query.text("order"))]
    if listing.optimised and not listing.optimised.covers(where, order):
        check_volume(call, listing.name, len(rows))
    return [row for row in rows if where(partial(value_of, call.books, row))] if where else rows


def _candidates(listing: Listing, call: Call) -> Iterable[Record]:
    """As few rows as the table's keys allow; in order of change wherever that is the default."""
    since, rows, table = _since(listing, call), listing.named(call), listing.table(call.books)
    if since and not call.books.switches.modified_since_inclusive:
        since += timedelta(seconds=1)
    if rows is not None:
        rows = [row for row in rows if since is None or row["UpdatedDateUTC"] >= since]
        return sorted(rows, key=lambda row: (row["UpdatedDateUTC"], row[listing.id_field]))
    return table.changed(since) if since or listing.is_by_change else table.rows()


def value_of(books: Books, row: Record, field: str) -> Any:
    """A field of the record, or of the record it points to: `Contact.Name`, `Invoice.InvoiceNumber`."""
    outer, _, inner = field.partition(".")
    value = row.get(outer)
    if not inner or not isinstance(value, dict):
        return value
    joined = books.contacts.get(value.get("ContactID", "")) if outer == "Contact" else None
    joined = books.invoices.get(value.get("InvoiceID", "")) if outer == "Invoice" else joined
    return (joined or value).get(inner)


def _ordered(listing: Listing, call: Call, rows: Sequence[Record]) -> Sequence[Record]:
    """By `order`, else by the default; the id breaks ties either way."""
    if listing.is_by_change and not call.query.text("order"):
        return rows
    rows = sorted(rows, key=lambda row: str(row[listing.id_field]))
    for name, is_descending in reversed(_order_terms(listing, call.query.text("order"))):
        rows.sort(key=lambda row: _sortable(value_of(call.books, row, name)), reverse=is_descending)
    return rows


def _order_terms(listing: Listing, text: str) -> list[tuple[str, bool]]:
    known = {name.lower(): name for name in (*listing.fields, listing.default_order)}
    terms = []
    for part in filter(None, (part.split() for part in text.split(","))):
        if part[0].lower() not in known or (len(part) > 1 and part[1].upper() not in ("ASC", "DESC")):
            raise QueryInvalidError(f"No property or field '{' '.join(part)}' exists")
        terms.append((known[part[0].lower()], part[-1].upper() == "DESC"))
    return terms or [(listing.default_order, False)]


def _sortable(value: Any) -> tuple[bool, Any]:
    return (value is not None, folded(value) if value is not None else 0)
