"""Flows: one file for each kind of record, holding its declaration and its pure mapping."""

from dataclasses import dataclass

MASTER_DATA, TRANSACTIONS = "master-data", "transactions"
SALES_HISTORY, IMAGES, CONTACTS = "sales-history", "images", "contacts"


@dataclass(frozen=True)
class Kind:
    """What is known of a flow before it runs.

    Shape: lane says which runs it waits for; may_spend_reserve lets it have the last tenth of the day's calls; scopes
    is the leave it needs at Xero, as granular as Xero gives it.
    Units: every_s is its period unless the office decides otherwise.
    """

    says: str
    every_s: float
    lane: str = "bulk"
    may_spend_reserve: bool = False
    scopes: tuple[str, ...] = ()


FLOWS = {
    MASTER_DATA: Kind(
        "Xero to tablets",
        every_s=900,
        scopes=(
            "accounting.contacts",
            "accounting.invoices.read",
            "accounting.payments.read",
            "accounting.settings.read",
        ),
    ),
    TRANSACTIONS: Kind(
        "tablets to Xero",
        every_s=60,
        lane="transactions",
        may_spend_reserve=True,
        scopes=("accounting.contacts", "accounting.invoices", "accounting.settings.read"),
    ),
    SALES_HISTORY: Kind(
        "what was invoiced and credited, Xero to tablets",
        every_s=3600,
        scopes=("accounting.contacts.read", "accounting.invoices.read", "accounting.settings.read"),
    ),
    CONTACTS: Kind(
        "people at customers, both ways",
        every_s=3600,
        scopes=("accounting.contacts", "accounting.settings.read"),
    ),
    IMAGES: Kind("product pictures, site to tablets", every_s=3600, scopes=("accounting.settings.read",)),
}
