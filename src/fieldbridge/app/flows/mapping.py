"""The settings' mappings held against the Books, before anything is published or posted."""

import sqlalchemy as sa

from fieldbridge.app.flows.context import Context
from fieldbridge.core.plan import Problem
from fieldbridge.core.records.books import Account, TaxRate
from fieldbridge.engine.stages import Turn
from fieldbridge.flows.mapping import account_faults, accounts_named, refuse_without_taxes
from fieldbridge.store import books


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
