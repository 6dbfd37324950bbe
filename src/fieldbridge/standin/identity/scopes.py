"""Scopes: which exist, which an application may ask for, and which one a call needs. Pure.

Source: Xero, OAuth 2.0 scopes, and the FAQ on granular scopes.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from fieldbridge.standin.switches import Switches

SIGN_IN = ("openid", "profile", "email")
_BROAD = ("accounting.transactions", "accounting.transactions.read", "accounting.reports.read")
_REPORTS = ("aged", "balancesheet", "banksummary", "budgetsummary", "executivesummary", "profitandloss",
            "trialbalance", "taxreports", "tenninetynine")  # fmt: skip
_FAMILIES = ("invoices", "payments", "banktransactions", "manualjournals", "settings", "contacts", "attachments")
KNOWN = frozenset(
    (
        *SIGN_IN, "offline_access", "app.connections", "accounting.budgets.read", "accounting.journals.read", *_BROAD,
        *(f"accounting.{family}{right}" for family in _FAMILIES for right in ("", ".read")),
        *(f"accounting.reports.{report}.read" for report in _REPORTS),
    )
)  # fmt: skip
_TRANSACTIONS = ("invoices", "payments", "banktransactions", "manualjournals")
_FAMILY_OF = {
    **dict.fromkeys(
        ("invoices", "creditnotes", "quotes", "purchaseorders", "repeatinginvoices", "linkedtransactions"), "invoices"
    ),
    **dict.fromkeys(("payments", "batchpayments", "overpayments", "prepayments"), "payments"),
    **dict.fromkeys(("banktransactions", "banktransfers"), "banktransactions"),
    "manualjournals": "manualjournals",
    **dict.fromkeys(("contacts", "contactgroups"), "contacts"),
}


def asked(text: str) -> list[str]:
    """The scopes in a space separated parameter, each once."""
    return list(dict.fromkeys(text.split()))


def _is_over(switches: Switches, now: datetime) -> bool:
    """The broad scopes have ended."""
    return now.date().isoformat() >= switches.broad_scopes_end


def in_force(scopes: Iterable[str], switches: Switches, now: datetime) -> list[str]:
    """The granted scopes that still count."""
    return [scope for scope in scopes if scope not in _BROAD or not _is_over(switches, now)]


def scope_fault(scopes: Iterable[str], switches: Switches, now: datetime) -> tuple[str, str] | None:
    """The error code and text for a list an application may not ask for; None when it may."""
    for scope in scopes:
        if scope not in KNOWN:
            return "invalid_scope", f"Unknown scope: {scope}"
        is_refused = scope in _BROAD and (switches.broad_scopes_refused or _is_over(switches, now))
        if is_refused or (switches.sign_in_scopes_refused and scope in SIGN_IN):
            return "unauthorized_client", "Invalid scope for client"
    return None


def allows(scopes: Iterable[str], method: str, segments: tuple[str, ...], switches: Switches) -> bool:
    """One of the granted scopes covers this call; reading is covered by a `.read` scope too."""
    wanted = [f"accounting.{family}" for family in _families(method, segments, switches)]
    if any(family in wanted for family in (f"accounting.{name}" for name in _TRANSACTIONS)):
        wanted.append("accounting.transactions")
    if method == "GET":
        wanted += [f"{scope}.read" for scope in wanted]
    return not set(wanted).isdisjoint(scopes)


def _families(method: str, segments: tuple[str, ...], switches: Switches) -> list[str]:
    names = [segment.lower() for segment in segments]
    if len(names) > 2 and names[2] == "attachments":
        return ["attachments"]
    if names[:1] == ["items"]:
        by_invoices = method == "GET" or switches.invoices_scope_writes_items
        return ["settings", "invoices"] if by_invoices else ["settings"]
    return [_FAMILY_OF.get(names[0] if names else "", "settings")]
