"""What the settings name and Xero must have: the accounts that are posted to, the tax rates that are sold with.

Source: field-sales facts §9 (a tax can be used only with certain accounts: the most common posting error).
"""

from collections.abc import Collection, Mapping

from fieldbridge.core.errors import SetupError
from fieldbridge.core.plan import Problem
from fieldbridge.core.records.books import Account, TaxRate
from fieldbridge.core.rules import TransactionRules
from fieldbridge.flows.taxes import taxes_of


def refuse_without_taxes(rates: Collection[TaxRate], tax_codes: Mapping[str, str], whose: str) -> None:
    """Nothing is published or posted while no tax code stands for a rate. Errors: SetupError."""
    if taxes_of(rates, tax_codes):
        return
    what = f"none of its tax codes {', '.join(sorted(tax_codes))} stands" if tax_codes else "it has no tax code"
    raise SetupError(
        "tax.no_map",
        f"{whose} has no tax map: {what} for a rate that Xero offers for sales. Nothing was published or posted.",
        remedy=f"Fill transactions.tax_codes: fieldbridge settings {whose} edit",
    )


def accounts_named(rules: TransactionRules) -> dict[str, str]:
    """Every account the settings post to. Shape: the setting, and the account's code or nothing."""
    return {
        "transactions.sales_account": rules.sales_account,
        "transactions.freight_account": rules.freight_account,
        "transactions.prepayment_account": rules.prepayment_account,
        **{f"transactions.tenders.{name}": code for name, code in rules.tenders.items()},
        **{f"transactions.credits.accounts.{name}": code for name, code in rules.credits.accounts.items()},
    }


def account_faults(named: Mapping[str, str], accounts: Mapping[str, Account]) -> list[Problem]:
    """Accounts of the settings that cannot be posted to. Shape: named maps a setting to a code; empty codes are not."""
    found = []
    for setting, code in named.items():
        account = accounts.get(code)
        if not code or (account is not None and account.status == "ACTIVE"):
            continue
        state = "does not exist" if account is None else f"({account.name}) is archived"
        problem = Problem(
            kind="setting",
            key=setting,
            code="setting.account_unusable",
            message=f"{setting} names account {code}, which {state} in Xero.",
            remedy="Name another account in the connection's settings, or restore this one in Xero.",
            cause=code,
        )
        found.append(problem)
    return found
