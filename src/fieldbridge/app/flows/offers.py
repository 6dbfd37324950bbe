"""Quotes of ours are followed: what became of them at Xero, for the answer to the rep.

No webhook and no other read tells of quotes, so it costs one call a look, and none where no quote was made lately.
Source: Xero, §3.2 endpoint matrix: quotes see If-Modified-Since; §2: they have DateFrom in place of `where`; §6.
"""

from collections.abc import Iterator
from datetime import timedelta

import msgspec

from fieldbridge.app.flows.context import Context
from fieldbridge.core.records.documents import BookedDocument, Quote
from fieldbridge.core.window import OVERLAP
from fieldbridge.engine.stages import Turn
from fieldbridge.flows.quotes import KIND
from fieldbridge.store import books
from fieldbridge.store.ledger import deliveries, links, runs, windows
from fieldbridge.xero.collection import Page
from fieldbridge.xero.documents import quotes

STREAM = "quotes"
AFTERWARDS = timedelta(days=30)
"""How long a quote is followed beyond the days it is valid."""


def follow(context: Context) -> Turn:
    """Read what became of our quotes, as long as one of them is young enough."""
    lately = context.now() - timedelta(days=context.settings.transactions.quotes.valid_days) - AFTERWARDS
    with context.read() as tx:
        made = deliveries.posted_since(tx, context.id, KIND, lately)
        until, _ = windows.read_until(tx, context.id, STREAM)
    if not made:
        return Turn()
    context.say("reading quotes from Xero")
    if until:
        pages = quotes.changed(context.session(), until - OVERLAP)
    else:
        first_day = min(msgspec.json.decode(one, type=Quote).issued_on for one in made)
        pages = quotes.issued_since(context.session(), first_day)
    _keep_ours(context, pages)
    return Turn()


def _keep_ours(context: Context, pages: Iterator[Page[BookedDocument]]) -> None:
    """Store what is a Link of ours; the window moves when all was read."""
    read_at, count = None, 0
    for page in pages:
        read_at = read_at or page.read_at
        with context.write() as tx:
            ours = links.origins(tx, context.id, [one.document_id for one in page.records])
            found = [one for one in page.records if one.document_id in ours]
            books.keep(tx, context.id, found, context.now())
        count += len(found)
    with context.write() as tx:
        if read_at:
            windows.advance(tx, context.id, STREAM, read_at, None)
        runs.count(tx, context.ref.run_id, quotes=count)
