"""Publishing master data: from the Books to the six files, each atomically, only when changed, never shrunk unseen."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator

import sqlalchemy as sa

from fieldbridge.app.flows import goods, history, mapping, references, shadows
from fieldbridge.app.flows import sheets as sheet_taking
from fieldbridge.app.flows.balances import balances_of, today_of
from fieldbridge.app.flows.context import Context
from fieldbridge.app.flows.outlets import agree
from fieldbridge.app.flows.reps import remember, reps_of
from fieldbridge.core.errors import GuardError
from fieldbridge.core.identity import digest
from fieldbridge.core.plan import Problem
from fieldbridge.core.records.books import Contact, TaxRate
from fieldbridge.core.records.sheets import AddressRow, CustomerRow, StaffRow
from fieldbridge.engine.stages import Turn
from fieldbridge.field.folder import master_files as rows
from fieldbridge.field.folder.encode import Misfit, encode_rows
from fieldbridge.field.folder.master_files import Row
from fieldbridge.field.folder.profile import FileLayout
from fieldbridge.field.folder.publish import Staged, stage
from fieldbridge.flows import addresses, customers, staff, taxes
from fieldbridge.flows.sheets import addresses_with, customer_with, staff_with
from fieldbridge.store import books, sheets
from fieldbridge.store.database import batches
from fieldbridge.store.ledger import problems, runs

SMALL_FILE = 20
BATCH = 500


def publish(context: Context) -> Turn:
    """Write every master file that would change. Errors: GuardError before anything is replaced by far less."""
    found: list[Problem] = sheet_taking.refresh(context)
    with context.write() as tx:
        found += agree(context, tx)
        remember(context, tx, today_of(context, books.own(tx, context.id)))
    goods.release_stock(context)
    context.say("writing master files")
    with context.read() as tx:
        found += references.problems_of(tx, context.id) + mapping.faults(context, tx)
        found += shadows.problems_of(tx, context.id, context.settings.prices)
        made = [staged(context, layout, make(context, tx, found)) for layout, make in _files(context)]
    _guard(context, [one for one, _ in made])
    fresh = history.archive(context, [one for one, _ in made])
    changed = [(one, replaced) for one, replaced in made if one.commit()]
    history.note(context, fresh)
    with context.write() as tx:
        note_published(context, tx, changed)
        runs.count(tx, context.ref.run_id, files=len(changed), rows=sum(one.rows for one, _ in changed))
        _report(context, tx, found)
    return Turn()


Published = tuple[Staged, Counter[str]]
RowMaker = Callable[[Context, sa.Connection, list[Problem]], Iterator[Row]]


def _files(context: Context) -> list[tuple[FileLayout, RowMaker]]:
    profile = context.settings.profile
    return [
        (profile.tax, _taxes),
        (profile.staff, _staff),
        (profile.products, _products),
        (profile.customers, _customers),
        (profile.deliveries, _addresses),
        (profile.pricing, _prices),
    ]


def note_published(context: Context, tx: sa.Connection, changed: Iterable[Published]) -> None:
    """Tell the activity log of files that were put in place."""
    for one, replaced in changed:
        context.log(tx, "file.published", name=one.path.name, rows=one.rows, rows_before=one.rows_before)
        if replaced:
            context.log(tx, "file.characters_replaced", name=one.path.name, characters=dict(replaced))


def staged(context: Context, layout: FileLayout, made: Iterable[Row]) -> Published:
    """A file beside the published one, and how often each character the encoding lacks was replaced."""
    replaced: Counter[str] = Counter()

    def report(misfit: Misfit) -> None:
        replaced[f"{misfit.character}→{misfit.written}"] += 1

    chunks = encode_rows(made, layout, context.settings.profile, report)
    return stage(context.folder, layout.name, chunks, header=layout.header), replaced


def _outlets(context: Context, tx: sa.Connection) -> Iterator[Contact]:
    return filter(customers.is_outlet, books.every(tx, context.id, Contact))


def _customers(context: Context, tx: sa.Connection, found: list[Problem]) -> Iterator[Row]:
    balances = balances_of(context, tx)
    found += balances.own_faults
    for some in batches(_outlets(context, tx), BATCH):
        more = sheets.by_key(tx, context.id, CustomerRow, {one.code for one in some})
        rep_on = reps_of(context, tx, some)
        for contact in some:
            found += (*customers.faults(contact), *balances.faults(contact))
            standing = customers.Standing(
                own=balances.own,
                balance=balances.of(contact),
                rep=rep_on(contact, balances.today),
                today=balances.today,
                rules=context.settings.customers,
            )
            row = more[contact.code][0][1] if contact.code in more else None
            made = customer_with(customers.customer_of(contact, standing), contact, row)
            yield from rows.customer_rows([made], context.settings.profile)


def _products(context: Context, tx: sa.Connection, found: list[Problem]) -> Iterator[Row]:
    return rows.product_rows(goods.products_of(context, tx, found), context.settings.profile)


def _addresses(context: Context, tx: sa.Connection, _found: list[Problem]) -> Iterator[Row]:
    for some in batches(_outlets(context, tx), BATCH):
        more = sheets.by_key(tx, context.id, AddressRow, {one.code for one in some})
        for one in some:
            listed = [row for _, row in more.get(one.code, ())]
            yield from rows.delivery_rows(addresses_with(addresses.addresses_of(one), listed))


def _staff(context: Context, tx: sa.Connection, found: list[Problem]) -> Iterator[Row]:
    today = today_of(context, books.own(tx, context.id))
    reps = {one.after for one in context.settings.customers.handovers}
    for some in batches(_outlets(context, tx), BATCH):
        rep_on = reps_of(context, tx, some)
        reps |= {rep_on(one, today) for one in some}
    listed = [row for _, row in sheets.every(tx, context.id, StaffRow)]
    everybody = staff_with(staff.staff_of(context.settings.staff), listed, reps)
    found += staff.faults(everybody)
    return rows.staff_rows(everybody)


def _taxes(context: Context, tx: sa.Connection, found: list[Problem]) -> Iterator[Row]:
    rates = list(books.every(tx, context.id, TaxRate))
    codes = context.settings.transactions.tax_codes
    found += taxes.faults(rates, codes)
    return rows.tax_rows(taxes.taxes_of(rates, codes))


def _prices(context: Context, tx: sa.Connection, _found: list[Problem]) -> Iterator[Row]:
    return rows.pricing_rows(goods.price_rules(context, tx), context.settings.profile)


def _guard(context: Context, staged: list[Staged]) -> None:
    """Halt when a file would lose more rows than allowed, unless exactly this was accepted."""
    keep_percent = 100 - context.settings.master_data.shrink_percent
    shrunk = [
        one
        for one in staged
        if one.changed and one.rows_before > SMALL_FILE and one.rows * 100 < one.rows_before * keep_percent
    ]
    seen = digest("".join(one.digest for one in shrunk).encode())[:12]
    if not shrunk or context.accepted() == seen:
        return
    for one in staged:
        one.discard()
    lost = ", ".join(f"{one.path.name} from {one.rows_before} to {one.rows} rows" for one in shrunk)
    raise GuardError(
        "guard.shrink",
        f"Publishing would shrink {lost}.",
        remedy=f"If that is right: fieldbridge sync master-data --accept {seen}",
    )


def _report(context: Context, tx: sa.Connection, found: list[Problem]) -> None:
    now = context.now()
    seen = {(one.code, one.key) for one in found}
    problems.close_unless_seen(tx, context.id, context.ref.flow, seen, now)
    for one in found:
        problems.report(tx, context.id, context.ref.flow, one, now)
    runs.count(tx, context.ref.run_id, problems=len(found))
