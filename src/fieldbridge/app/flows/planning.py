"""Planning: from orders that wait to the Deliveries of the Outbox, by a pure function over the Books."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal

import sqlalchemy as sa

from fieldbridge.app.flows import again
from fieldbridge.app.flows.context import Context
from fieldbridge.app.flows.outlets import holders, merged_into
from fieldbridge.app.flows.price_list import price_list
from fieldbridge.core.ageing import Aged
from fieldbridge.core.errors import RefusedError
from fieldbridge.core.plan import Change, Problem
from fieldbridge.core.records.books import Account, Contact, Item, TaxRate
from fieldbridge.core.records.documents import BookedLine
from fieldbridge.core.records.field import DeliveryAddress, Order
from fieldbridge.core.records.reference import BrandingTheme, TrackingCategory
from fieldbridge.core.records.sheets import AddressRow
from fieldbridge.core.rules import TransactionRules
from fieldbridge.engine.stages import Turn
from fieldbridge.flows.addresses import addresses_of
from fieldbridge.flows.credit import stops
from fieldbridge.flows.groups import marks_of
from fieldbridge.flows.new_customers import plain_name
from fieldbridge.flows.orders import Shelf
from fieldbridge.flows.owing import Debt, Owing
from fieldbridge.flows.sheets import addresses_with
from fieldbridge.flows.transactions import changes_of
from fieldbridge.store import books, owing, sheets
from fieldbridge.store.ledger import deliveries, intake, marks, parts, problems, runs, waking
from fieldbridge.store.ledger.intake import Waiting
from fieldbridge.xero.links import Links

ORDERS_PER_TURN = 200
# Kinds of transactions that settle invoices which are there already.
SETTLING = ("P", "C")
WAITING = "waiting"
# A tablet's calendar day may be ahead of the day in UTC.
ZONES = timedelta(days=1)


def plan_first(context: Context) -> Turn:
    """Plan what waits, except for what is refused over reference data that may be old."""
    return plan(context, is_first=True)


def plan(context: Context, *, is_first: bool = False) -> Turn:
    """Plan the oldest orders that wait: Deliveries, Problems and their new states move together."""
    with context.write() as tx:
        waiting = intake.waiting(tx, context.id, ORDERS_PER_TURN, except_for=again.BECAUSE if is_first else None)
        if not waiting:
            return Turn()
        cheap = _below_price(context, tx, [one.order for one in waiting])
        shelf = shelf_for(tx, context, waiting, cheap)
        decided = [(one.id, decide(one.order, shelf, context.settings.transactions, context.links)) for one in waiting]
        going = [(row_id, found) for row_id, found in decided if not isinstance(found, Problem)]
        _keep(context, tx, going)
        _doubt(tx, waiting, [row_id for row_id, _ in going])
        for row_id, changes in going:
            for change in changes:
                for note in (*change.notes, *cheap.pop(change.key, ())):
                    context.log(tx, "order.note", key=change.key, intake=row_id, note=note)
        for row_id, found in decided:
            if isinstance(found, Problem) and not (is_first and again.is_over_old_data(tx, context, row_id, found)):
                park(context, tx, row_id, found)
    return Turn(again=True)


def _keep(context: Context, tx: sa.Connection, going: Sequence[tuple[int, Sequence[Change]]]) -> None:
    """Store the Deliveries of some transactions. One of which nothing is missing any more is posted."""
    row_ids = [row_id for row_id, _ in going]
    deliveries.plan(tx, context.id, [(row_id, one) for row_id, changes in going for one in changes], context.now())
    intake.planned(tx, row_ids)
    finish(context, tx, row_ids)


def finish(context: Context, tx: sa.Connection, intake_ids: Sequence[int]) -> None:
    """Those of some transactions of which every part is in Xero are posted, and nothing is open about them."""
    done = parts.complete(tx, intake_ids)
    intake.settle(tx, done, "posted")
    problems.close_of_intake(tx, done, "posted", context.now())
    runs.count(tx, context.ref.run_id, posted=len(done))


def _below_price(context: Context, tx: sa.Connection, orders: Sequence[Order]) -> dict[str, list[str]]:
    """Remarks about prices below the best one, by order. The rep's price always stands."""
    customers = {order.customer for order in orders}
    prices = price_list(tx, context.id, context.settings.prices, customers, _products(orders))
    return {order.key: list(prices.below(order)) for order in orders}


def _doubt(tx: sa.Connection, waiting: Sequence[Waiting], planned: Sequence[int]) -> None:
    """An order captured before the ledger was restored may be in Xero already: it is looked up before it is sent."""
    restored_at = marks.restored_at(tx)
    if restored_at is not None:
        old = {one.id for one in waiting if one.order.captured_on <= restored_at.date() + ZONES}
        deliveries.doubt(tx, restored_at, old.intersection(planned))


def decide(order: Order, shelf: Shelf, rules: TransactionRules, links: Links) -> Sequence[Change] | Problem:
    """What one order becomes: the Changes that post it, or the Problem that stops it."""
    try:
        return changes_of(order, shelf, rules)
    except RefusedError as error:
        return Problem(
            kind=WAITING if error.code == waking.AWAITED else "order",
            key=order.key,
            code=error.code,
            message=error.message,
            remedy=error.remedy,
            cause=f"{error.code} {order.customer}",
            link=_link(order, shelf, links) if error.code.startswith("order.customer") else "",
        )


def _link(order: Order, shelf: Shelf, links: Links) -> str:
    holders = shelf.contacts.get(order.customer, ())
    return links.contact(holders[0].contact_id) if holders else ""


def park(context: Context, tx: sa.Connection, intake_id: int, found: Problem) -> None:
    """Set one order aside with its Problem; the others go on. One that waits for another needs no person."""
    intake.settle(tx, [intake_id], "parked", found.code)
    problems.report(tx, context.id, context.ref.flow, found, context.now(), intake_id)
    if found.kind == WAITING:
        context.log(tx, "order.waiting", key=found.key, code=found.code, message=found.message)
        return
    context.log(tx, "order.parked", key=found.key, code=found.code, message=found.message)
    runs.count(tx, context.ref.run_id, parked=1)


def shelf_for(
    tx: sa.Connection, context: Context, waiting: Sequence[Waiting], cheap: Mapping[str, Sequence[str]]
) -> Shelf:
    """The part of the Books these orders need. Errors: SetupError when nothing was read yet."""
    connection_id = context.id
    orders = [one.order for one in waiting]
    contacts = holders(tx, connection_id, {order.customer for order in orders})
    unknown = {order.customer for order in orders if order.customer not in contacts}
    return Shelf(
        organisation=books.own(tx, connection_id),
        contacts=contacts,
        items=books.by_code(tx, connection_id, Item, _products(orders)),
        accounts={one.code: one for one in books.every(tx, connection_id, Account)},
        tax_rates={one.tax_type: one for one in books.every(tx, connection_id, TaxRate)},
        addresses=_addresses(tx, connection_id, orders),
        owing=_owing(tx, connection_id, orders, contacts),
        going=parts.totals(tx, [one.id for one in waiting]),
        coming=waking.coming(tx, connection_id, unknown),
        namesakes=_namesakes(tx, connection_id, orders, unknown),
        codes=lambda: {one.code for one in books.every(tx, connection_id, Contact)},
        tracking=list(books.every(tx, connection_id, TrackingCategory)),
        themes=list(books.every(tx, connection_id, BrandingTheme)),
        stops=_stops(context),
        cheap=dict(cheap),
    )


def _stops(context: Context) -> Callable[[Contact, Decimal], Sequence[str]]:
    """Why a contact that owes so much more gets nothing on account, by what the Books say it owes."""
    rules, today = context.settings.customers, context.now().date()

    def reasons(one: Contact, more: Decimal) -> Sequence[str]:
        balance = Aged(parts=(one.outstanding + more,), overdue=one.overdue)
        return stops(marks_of(one.groups), balance, rules, today)

    return reasons


def _owing(
    tx: sa.Connection, connection_id: str, orders: Sequence[Order], contacts: Mapping[str, Sequence[Contact]]
) -> Owing:
    """What the customers owe of those orders that may settle it. What a merged contact owed, its heir owes."""
    settling = [order for order in orders if order.kind in SETTLING]
    contact_ids = {one.contact_id for order in settling for one in contacts.get(order.customer, ())}
    heirs = merged_into(tx, connection_id, contact_ids) if contact_ids else {}
    numbers = {order.against for order in settling if order.against}
    found = owing.owed(tx, connection_id, contact_ids | heirs.keys(), numbers)
    return Owing(
        Debt(
            invoice_id=one.document_id,
            contact_id=heirs.get(one.contact_id, one.contact_id),
            number=one.number,
            status=one.status,
            currency=one.currency_code,
            issued_on=one.issued_on,
            due=one.due,
            total=one.total,
            credited=one.credited,
            quantities=_quantities(one.lines),
        )
        for one in found
    )


def _quantities(lines: Iterable[BookedLine]) -> dict[str, Decimal]:
    found: dict[str, Decimal] = {}
    for line in lines:
        if line.item_code and line.quantity:
            found[line.item_code] = found.get(line.item_code, Decimal(0)) + line.quantity
    return found


def _namesakes(
    tx: sa.Connection, connection_id: str, orders: Sequence[Order], unknown: Container[str]
) -> dict[str, list[Contact]]:
    """The contacts that are called as new customers are, by name in small letters."""
    new = (order.new_customer for order in orders if order.customer in unknown)
    names = {plain_name(one.name).casefold() for one in new if one is not None}
    found: dict[str, list[Contact]] = {}
    for one in books.every(tx, connection_id, Contact) if names else ():
        if one.name.casefold() in names:
            found.setdefault(one.name.casefold(), []).append(one)
    return found


def _addresses(
    tx: sa.Connection, connection_id: str, orders: Sequence[Order]
) -> Callable[[Contact], Sequence[DeliveryAddress]]:
    listed = sheets.by_key(tx, connection_id, AddressRow, {order.customer for order in orders})
    return lambda one: addresses_with(addresses_of(one), [row for _, row in listed.get(one.code, ())])


def _products(orders: Iterable[Order]) -> set[str]:
    return {line.product for order in orders for line in order.lines if line.product}
