"""What the ledger holds, against the books. It is read as a file like any other."""

import sqlite3
from collections import Counter
from collections.abc import Iterator

from reconcile.ground import Ground, Row

UNSETTLED = ("pending", "sending", "unsure")


def faults(ground: Ground) -> Iterator[str]:
    """Nothing is on its way, no file is left, and each Link points to the document of its key."""
    if left := [one.name for one in (ground.folder / "site").glob("*.txt")]:
        yield f"left in the folder: {left}"
    with sqlite3.connect(f"file:{ground.folder / 'home' / 'fieldbridge.sqlite'}?mode=ro", uri=True) as ledger:
        states = Counter(state for (state,) in ledger.execute("SELECT state FROM delivery"))
        linked = dict(ledger.execute("SELECT key, far_id FROM link WHERE kind IN ('invoice', 'credit note', 'quote')"))
    if unsettled := {state: count for state, count in states.items() if state in UNSETTLED}:
        yield f"on its way for ever: {unsettled}"
    booked = {key: _id(one) for key, (one, *_) in ground.ours.items()}
    for key in linked.keys() ^ booked.keys():
        yield f"{key}: {'in the books' if key in booked else 'linked'} alone"
    for key in linked.keys() & booked.keys():
        if linked[key] != booked[key]:
            yield f"{key}: the Link points to another document"
    yield from (f"a Problem nobody made: {one['code']} of {one['key']}" for one in ground.others)


def _id(one: Row) -> str:
    return str(next(one[name] for name in ("InvoiceID", "CreditNoteID", "QuoteID") if name in one))
