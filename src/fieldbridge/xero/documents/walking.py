"""Long lists walked through by the last change, so that nothing is passed over while something is edited."""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from fieldbridge.xero.collection import Collection, Page
from fieldbridge.xero.session import NO_QUERY, Session

SECOND = timedelta(seconds=1)
OLDEST_CHANGE_FIRST = {"order": "UpdatedDateUTC ASC"}


def walk(
    collection: Collection[Any, Any], session: Session, since: datetime | None, filters: Mapping[str, str] = NO_QUERY
) -> Iterator[Page[Any]]:
    """Page by page, oldest change first.

    The next page is asked for by the last change seen and not by its number: what is edited meanwhile moves to
    the end, and by number what slips into its place would never be seen. A number is used only
    where one second holds more changes than a page.
    """
    narrowed = {**filters, **OLDEST_CHANGE_FIRST}
    pages = collection.pages(session, since, narrowed)
    while (page := next(pages, None)) is not None:
        yield page
        if page.is_last:
            return
        reached = second_before(page)
        if reached is not None and (since is None or reached > since):
            since = reached
            pages = collection.pages(session, since, narrowed)


def second_before(page: Page[Any]) -> datetime | None:
    """Before the last change of a page, so that whichever of > and >= the boundary means, nothing is left out."""
    last = page.records[-1].updated_at if page.records else None
    return last.replace(microsecond=0) - SECOND if last else None
