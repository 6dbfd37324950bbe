"""What Xero's refusals mean, who can act, and what the Bridge does next: a catalogue, not code.

Messages are matched without regard to case. Anything unknown is held with Xero's own words.
Source: Xero, the error catalogue of order posting.
"""

import re
from collections.abc import Sequence
from typing import Literal

import msgspec

Reaction = Literal["look_up", "hold"]


class Refusal(msgspec.Struct, frozen=True):
    """One known refusal. pattern may capture the value that groups Problems of the same cause."""

    code: str
    pattern: str
    remedy: str
    reaction: Reaction = "hold"


UNKNOWN = Refusal("xero.refused", "", "Put it right in Xero, then: fieldbridge retry")
CATALOGUE = (
    Refusal("xero.number_taken", r"invoice # must be unique", "", "look_up"),
    Refusal(
        "xero.account_archived",
        r"account code '(?P<cause>[^']*)' has been archived",
        "Choose another account for the item in Xero, then: fieldbridge retry",
    ),
    Refusal(
        "xero.account_invalid",
        r"account code '(?P<cause>[^']*)' is not a valid code",
        "Choose a sales account for the item in Xero, then: fieldbridge retry",
    ),
    Refusal(
        "xero.tax_account",
        r"taxtype code '(?P<cause>[^']*)' cannot be used with account code",
        "Change the item's tax rate or its account in Xero, then: fieldbridge retry",
    ),
    Refusal(
        "xero.tax_unknown",
        r"taxtype code '(?P<cause>[^']*)' does not exist",
        "Change tax_codes in the connection's settings, then: fieldbridge retry",
    ),
    Refusal(
        "xero.contact_archived",
        r"contact.*has been archived|matched an archived contact|status 'archived' is not valid for contacts",
        "Restore the contact in Xero, or have the order taken again for another customer, then: fieldbridge retry",
    ),
    Refusal(
        "xero.locked_period",
        r"(end of year|period) lock date",
        "Move the lock date in Xero, or have the order re-dated, then: fieldbridge retry",
    ),
    Refusal(
        "xero.item_unknown",
        r"item code '(?P<cause>[^']*)' is not valid",
        "Restore the item in Xero, then: fieldbridge retry",
    ),
    Refusal(
        "xero.currency",
        r"not subscribed to currency (?P<cause>\w+)",
        "Add the currency in Xero, then: fieldbridge retry",
    ),
    Refusal(
        "xero.plan_limit",
        r"limit of invoices you can approve",
        "Set order_status to DRAFT, or change the Xero plan, then: fieldbridge retry",
    ),
)


class Meaning(msgspec.Struct, frozen=True):
    """A refusal understood: words are Xero's own, cause is what the same Problems have in common."""

    refusal: Refusal
    words: str
    cause: str


def meaning(messages: Sequence[str]) -> Meaning:
    """Understand why one element was refused. A number that is taken counts only when nothing else is wrong."""
    words = "; ".join(message.strip().rstrip(".") for message in messages)
    each = [_match(message) or Meaning(UNKNOWN, message, "") for message in messages]
    # What is known says more than what is not; what must be held counts before what may be our own.
    each.sort(key=lambda one: (one.refusal.reaction == "look_up", one.refusal is UNKNOWN))
    first = each[0] if each else Meaning(UNKNOWN, words, "")
    return Meaning(first.refusal, words, first.cause)


def _match(message: str) -> Meaning | None:
    for refusal in CATALOGUE:
        found = re.search(refusal.pattern, message, re.IGNORECASE)
        if found:
            return Meaning(refusal, message, found.groupdict().get("cause") or "")
    return None
