"""Planning again: what is refused over reference data that may be old waits until that was read anew, once.

What rarely changes is not read at every run. So a Problem that may come of it alone does not count before it was read.
"""

from collections.abc import Sequence

import sqlalchemy as sa

from fieldbridge.app.flows.context import Context
from fieldbridge.app.flows.reading import RARELY_CHANGED, Stream, is_scheduled
from fieldbridge.core.plan import Problem
from fieldbridge.store.ledger import intake, runs, windows

BECAUSE = "the reference data is read again"
MAY_COME_OF_IT = (
    "order.account_unusable",
    "order.freight_account",
    "order.tax_unusable",
    "order.tender_account",
    "order.tender_unknown",
    "order.theme_unknown",
    "order.total_differs",
    "order.tracking_unknown",
)


def is_over_old_data(tx: sa.Connection, context: Context, intake_id: int, found: Problem) -> bool:
    """Have an order planned again whose Problem may come of what this run has not read. Shape: False when it cannot.

    Where one waits for that already, what was old is forgotten and does not show as old any more; the next waits too.
    """
    if found.code not in MAY_COME_OF_IT or not is_scheduled(tx, context):
        return False
    stale = _not_read_by(tx, context)
    may_be_old = stale or intake.any_waits(tx, context.id, BECAUSE)
    if not may_be_old or not wait_for(tx, context, intake_id, stale):
        return False
    context.log(tx, "order.planned_again", key=found.key, because=found.message)
    return True


def wait_for(tx: sa.Connection, context: Context, intake_id: int, streams: Sequence[Stream]) -> bool:
    """Have some streams read again and an order planned once more. Shape: False when that was done before."""
    if not intake.wait_again(tx, intake_id, BECAUSE):
        return False
    windows.forget(tx, context.id, [stream.name for stream in streams])
    return True


def _not_read_by(tx: sa.Connection, context: Context) -> list[Stream]:
    began = runs.find(tx, context.ref.run_id).queued_at
    read = [(stream, windows.read_until(tx, context.id, stream.name)[0]) for stream in RARELY_CHANGED]
    return [stream for stream, until in read if until and until < began]
