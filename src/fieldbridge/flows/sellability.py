"""Whether Xero would take a sale: every product with its account and its tax rate, before a rep sells it.

Source: Xero, refusals (an account must be active, a tax rate must go with the account's class).
"""

from collections.abc import Iterator, Mapping

from fieldbridge.core.plan import Problem
from fieldbridge.core.records.books import Account, Item, Record, TaxRate
from fieldbridge.core.rules import TransactionRules
from fieldbridge.flows.taxes import may_sell

REVENUE = "REVENUE"
OF_THE_CHART = ("product.account_unusable", "product.account_not_revenue", "product.tax_unusable")
"""The faults that a change of an account or a tax rate alone may mend."""


class Chart(Record, frozen=True, kw_only=True):
    """What a sale is posted with. Shape: accounts by code, rates by tax type."""

    accounts: Mapping[str, Account]
    rates: Mapping[str, TaxRate]


def faults(item: Item, chart: Chart, rules: TransactionRules) -> Iterator[Problem]:
    """Why Xero would refuse a sale of an item, or a tablet could not make one. Nothing when it is not for sale."""
    if not item.is_sold:
        return
    if item.unit_price is None:
        yield _fault(item, "product.no_price", "has no sales price", "Give it one in Xero.", item.code)
    code = item.account_code or rules.sales_account
    account = chart.accounts.get(code)
    if account is None or account.status != "ACTIVE":
        state = "does not exist" if account is None else "is archived"
        yield _fault(
            item,
            "product.account_unusable",
            f"is posted to account {code or '(none)'}, which {state}",
            "Choose another sales account for it in Xero.",
            code,
        )
    elif account.account_class not in ("", REVENUE):
        yield _fault(
            item,
            "product.account_not_revenue",
            f"is posted to account {code} ({account.name}), which is of class {account.account_class}, not revenue",
            "Choose a revenue account for it in Xero.",
            code,
        )
    yield from _tax_faults(item, account, chart, rules)


def _tax_faults(item: Item, account: Account | None, chart: Chart, rules: TransactionRules) -> Iterator[Problem]:
    tax_type = item.tax_type or (account.tax_type if account else "")
    rate = chart.rates.get(tax_type)
    if rate is None or not may_sell(rate):
        yield _fault(
            item,
            "product.tax_unusable",
            f"has the tax rate {tax_type or '(none)'}, which cannot be used on sales",
            "Change its tax rate in Xero.",
            tax_type,
        )
    elif tax_type not in rules.tax_codes.values():
        yield _fault(
            item,
            "product.tax_unmapped",
            f"has the tax rate {tax_type}, which no tax code of the tablets stands for",
            "Add a code for it to tax_codes in the connection's settings.",
            tax_type,
        )


def _fault(item: Item, code: str, said: str, remedy: str, cause: str) -> Problem:
    return Problem(
        kind="product",
        key=item.code,
        code=code,
        message=f"{item.code} ({item.name}) {said}.",
        remedy=remedy,
        cause=cause,
    )
