"""The settings' mappings held against the Books, before anything is published or posted."""

from collections.abc import Iterator

import sqlalchemy as sa

from fieldbridge.app.flows.context import Context
from fieldbridge.app.flows.goods import chart_of
from fieldbridge.app.flows.reading import is_scheduled
from fieldbridge.core.plan import Problem
from fieldbridge.core.records.books import Account, Item, TaxRate
from fieldbridge.engine.stages import Turn
from fieldbridge.flows import sellability, taxes
from fieldbridge.flows.mapping import account_faults, accounts_named, refuse_without_taxes
from fieldbridge.store import books
from fieldbridge.store.ledger import problems


def names_in_vain(context: Context) -> bool:
    """Whether the settings or an item name an account or a tax rate in vain, and nobody was told so yet.

    It may be newer than what the Books hold of these, unless the run was started by hand and has read them.
    """
    with context.read() as tx:
        if not is_scheduled(tx, context):
            return False
        told = {(one.code, one.key) for one in problems.still_open(tx, context.id)}
        return any((one.code, one.key) not in told for one in _named_in_vain(context, tx))


def _named_in_vain(context: Context, tx: sa.Connection) -> Iterator[Problem]:
    rules, chart = context.settings.transactions, chart_of(tx, context.id)
    yield from account_faults(accounts_named(rules), chart.accounts)
    yield from taxes.faults(chart.rates.values(), rules.tax_codes)
    for item in books.every(tx, context.id, Item):
        yield from (one for one in sellability.faults(item, chart, rules) if one.code in sellability.OF_THE_CHART)


def check_taxes(context: Context) -> Turn:
    """Halt while the organisation has no tax map. Errors: SetupError."""
    with context.read() as tx:
        rates = list(books.every(tx, context.id, TaxRate))
    refuse_without_taxes(rates, context.settings.transactions.tax_codes, context.id)
    return Turn()


def faults(context: Context, tx: sa.Connection) -> list[Problem]:
    """What the settings name and Xero does not have, or not any more."""
    accounts = {one.code: one for one in books.every(tx, context.id, Account)}
    return account_faults(accounts_named(context.settings.transactions), accounts)
