"""Balances: whether what the Books add up to is what Xero itself says a customer owes."""

from fieldbridge.core.ageing import Aged
from fieldbridge.core.calendar_days import zone_of
from fieldbridge.core.plan import Problem
from fieldbridge.core.records.books import Contact, Organisation

DIFFERS = "balance.differs"


def difference(contact: Contact, balance: Aged) -> list[Problem]:
    """The Problem of a customer whose open documents do not add up to what Xero says is outstanding."""
    if balance.total == contact.outstanding:
        return []
    rates = " Some are in another currency, and Xero may count at another day's rate." if balance.is_converted else ""
    found = Problem(
        kind="contact",
        key=contact.code,
        code="balance.differs",
        message=f"Xero says that {contact.name} owes {contact.outstanding}; "
        f"the open documents in the Books add up to {balance.total}, which tablets show.{rates}",
        remedy="What is open is read again within a day. If it stays so, compare with Aged Receivables in Xero.",
        cause=DIFFERS,
    )
    return [found]


def zone_faults(own: Organisation, chosen: str) -> list[Problem]:
    """The Problem of an organisation whose calendar day cannot be told."""
    if zone_of(own.timezone, chosen) is not None:
        return []
    found = Problem(
        kind="organisation",
        key=own.name,
        code="organisation.time_zone",
        message=f"Xero says that {own.name} lives in the time zone {own.timezone or '(none)'}, which is not known "
        "here. Its days are counted as in Greenwich.",
        remedy='Set time_zone in the settings, for instance time_zone = "Pacific/Auckland".',
    )
    return [found]
