"""GET Accounts: the chart of accounts, or what changed in it."""

from collections.abc import Iterator
from datetime import datetime

import msgspec

from fieldbridge.core.records.books import Account
from fieldbridge.xero.codec import Wire, decode, instant
from fieldbridge.xero.session import Page, Session


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
    updated: str = msgspec.field(name="UpdatedDateUTC", default="")


class Envelope(Wire, frozen=True, kw_only=True):
    """The answer."""

    accounts: list[AccountWire] = []
    at: str = msgspec.field(name="DateTimeUTC")


def pages(session: Session, since: datetime | None) -> Iterator[Page]:
    """Accounts modified since then; a single page, or none when nothing changed."""
    body = session.read("Accounts", None, since)
    if body is not None:
        envelope = decode(body, Envelope, "accounts")
        yield Page(tuple(_record(one) for one in envelope.accounts), instant(envelope.at))


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
        updated_at=instant(one.updated) if one.updated else None,
    )
