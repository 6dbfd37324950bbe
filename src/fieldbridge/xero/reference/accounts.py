"""Accounts: the chart of accounts, or what changed in it."""

import msgspec

from fieldbridge.core.records.books import Account
from fieldbridge.xero.codec import Wire, instant_or_none
from fieldbridge.xero.collection import Collection


class AccountWire(Wire, frozen=True, kw_only=True):
    """One element of the answer. Bank accounts may have no code."""

    account_id: str = msgspec.field(name="AccountID")
    code: str = ""
    name: str = ""
    type: str = ""
    account_class: str = msgspec.field(name="Class", default="")
    status: str = "ACTIVE"
    tax_type: str = ""
    system_account: str = ""
    enable_payments_to_account: bool = False
    updated: str = msgspec.field(name="UpdatedDateUTC", default="")


def _record(one: AccountWire) -> Account:
    return Account(
        account_id=one.account_id,
        code=one.code,
        name=one.name,
        kind=one.type,
        account_class=one.account_class,
        status=one.status,
        tax_type=one.tax_type,
        system_account=one.system_account,
        takes_payments=one.enable_payments_to_account or one.type == "BANK",
        updated_at=instant_or_none(one.updated),
    )


ACCOUNTS = Collection("Accounts", AccountWire, _record)
pages = ACCOUNTS.pages
