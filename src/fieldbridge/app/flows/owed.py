"""What is owed, read again before money is put against it: only when something waits that needs to know.

A named invoice the Books lack is looked up: it may be older than what they hold, or long paid.
"""

from fieldbridge.app.flows.context import Context
from fieldbridge.app.flows.documents import INVOICES, reader
from fieldbridge.app.flows.planning import ORDERS_PER_TURN, SETTLING
from fieldbridge.engine.stages import Turn
from fieldbridge.store import books, owing
from fieldbridge.store.ledger import intake

LOOK_UPS_PER_RUN = 20
_read_invoices = reader(INVOICES)


def read_what_is_owed(context: Context) -> Turn:
    """Bring the invoices up to date for the payments and credits that wait."""
    with context.read() as tx:
        waiting = intake.waiting(tx, context.id, ORDERS_PER_TURN)
    settling = [one.order for one in waiting if one.order.kind in SETTLING]
    if settling:
        _read_invoices(context)
        _look_up(context, {one.against for one in settling if one.against})
    return Turn()


def _look_up(context: Context, numbers: set[str]) -> None:
    with context.read() as tx:
        lacking = owing.lacking(tx, context.id, numbers)[:LOOK_UPS_PER_RUN]
    found = [INVOICES.sales.one(context.session(), number) for number in lacking]
    with context.write() as tx:
        books.keep(tx, context.id, [one for one in found if one is not None], context.now())
