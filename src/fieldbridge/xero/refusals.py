"""What Xero's refusals mean, who can act, and what the Bridge does next: a catalogue, not code.

Messages are matched without regard to case, all of them and untruncated. Anything unknown is held with Xero's own
words. What a whole answer means by its status is in `failures`.
Source: Xero, the error catalogue of order posting; wordings that only third parties report are matched loosely.
"""

import re
from collections.abc import Sequence
from typing import Literal

import msgspec

from fieldbridge.core.errors import RefusedError

Who = Literal["office", "rep", "service desk", "nobody"]
Reaction = Literal["look_up", "refresh_mapping", "hold"]
Link = Literal["", "invoice", "contact", "quote"]


class Refusal(msgspec.Struct, frozen=True, kw_only=True):
    """One known refusal.

    Shape: pattern may capture the `cause` that groups Problems; fixed_by says who can put it right; link says which
    record to open in Xero. A reaction of refresh_mapping reads Xero's reference data again, plans once more, and then
    holds; look_up finds what stands in the way, and adopts it if it is ours.
    """

    code: str
    pattern: str
    means: str
    fixed_by: Who = "office"
    reaction: Reaction = "hold"
    remedy: str = ""
    link: Link = ""


RETRY = "then: fieldbridge retry"
REPORT = "Report this with the lines of `fieldbridge log`: it should never have been sent."

NO_REASON = "Xero gave no reason"
UNKNOWN = Refusal(code="xero.refused", pattern="", means="", remedy=f"Put it right in Xero, {RETRY}")
KEY_REUSED = Refusal(
    code="xero.key_reused",
    pattern=r"idempotency key:? .* (is|was) used with a different request",
    means="another request went out under the same key",
    fixed_by="nobody",
    reaction="look_up",
)
NUMBER_TAKEN = Refusal(
    code="xero.number_taken",
    pattern=r"(invoice|credit note|quote) (#|number) must be unique",
    means="a document with this number exists",
    reaction="look_up",
    remedy=f"Renumber that document in Xero, {RETRY}",
    link="invoice",
)
CATALOGUE = (
    # Numbers, names and codes that are taken: perhaps by ourselves.
    NUMBER_TAKEN,
    Refusal(
        code="xero.contact_name_taken",
        pattern=r"contact name (?P<cause>.*?) is already assigned to another contact|contact name already exists",
        means="another active contact has this name",
        reaction="look_up",
        remedy=f"Give one of the two contacts another name in Xero, {RETRY}",
        link="contact",
    ),
    Refusal(
        code="xero.contact_number_taken",
        pattern=r"another contact has this contact number|"
        r"contact number (?P<cause>.*?) is already (assigned|linked) to another contact",
        means="another contact has this contact number",
        reaction="look_up",
        remedy=f"Remove the number from the other contact in Xero, {RETRY}",
        link="contact",
    ),
    Refusal(
        code="xero.item_code_taken",
        pattern=r"price list item with code '(?P<cause>[^']*)' already exists",
        means="an item with this code exists",
        reaction="look_up",
        remedy=f"Give one of the two items another code in Xero, {RETRY}",
    ),
    KEY_REUSED,
    # Accounts, taxes, items: our copy of the reference data may be old.
    Refusal(
        code="xero.account_archived",
        pattern=r"account code '(?P<cause>[^']*)' has been archived",
        means="the account is archived or deleted",
        reaction="refresh_mapping",
        remedy=f"Choose another account for the item in Xero, {RETRY}",
    ),
    Refusal(
        code="xero.account_invalid",
        pattern=r"account code '(?P<cause>[^']*)' is not a valid code",
        means="the account does not exist, or cannot be used for sales",
        reaction="refresh_mapping",
        remedy=f"Choose a sales account for the item in Xero, {RETRY}",
    ),
    Refusal(
        code="xero.account_removed",
        pattern=r"account code '(?P<cause>[^']*)' has been removed",
        means="the account does not exist any more",
        reaction="refresh_mapping",
        remedy=f"Choose another account for the item or the contact in Xero, {RETRY}",
    ),
    Refusal(
        code="xero.tax_account",
        pattern=r"taxtype code '(?P<cause>[^']*)' cannot be used with account code",
        means="the tax rate cannot be used with the account",
        reaction="refresh_mapping",
        remedy=f"Change the item's tax rate or its account in Xero, {RETRY}",
    ),
    Refusal(
        code="xero.tax_unknown",
        pattern=r"taxtype code '(?P<cause>[^']*)' does not exist",
        means="the tax rate does not exist, or is not for sales",
        fixed_by="service desk",
        reaction="refresh_mapping",
        remedy=f"Change tax_codes in the connection's settings, {RETRY}",
    ),
    Refusal(
        code="xero.item_unknown",
        pattern=r"item code '(?P<cause>[^']*)' is not valid",
        means="the item was deleted or has another code now",
        reaction="refresh_mapping",
        remedy=f"Restore the item in Xero, {RETRY}",
    ),
    Refusal(
        code="xero.tracking",
        pattern=r"unknown tracking details",
        means="a tracking category or its option is not active any more",
        reaction="refresh_mapping",
        remedy=f"Restore the category or its option in Xero, {RETRY}",
    ),
    # The customer.
    Refusal(
        code="xero.contact_archived",
        pattern=r"contact.*has been archived|matched an archived contact|status 'archived' is not valid for contacts",
        means="the contact is archived",
        remedy=f"Restore the contact in Xero, or have the order taken again for another customer, {RETRY}",
        link="contact",
    ),
    Refusal(
        code="xero.contact_missing",
        pattern=r"contact must contain at least 1 of the following elements",
        means="the document names no contact",
        fixed_by="service desk",
        remedy=REPORT,
    ),
    Refusal(
        code="xero.contact_email",
        pattern=r"email address must be valid",
        means="the contact's e-mail address is not one",
        fixed_by="rep",
        remedy=f"Correct the e-mail address, {RETRY}",
        link="contact",
    ),
    Refusal(
        code="xero.contact_website",
        pattern=r"website must be valid",
        means="the contact's website is not an address",
        fixed_by="rep",
        remedy=f"Correct the website, {RETRY}",
        link="contact",
    ),
    # The document: what it is, when, and what became of it.
    Refusal(
        code="xero.locked_period",
        pattern=r"(end of year|period) lock date",
        means="the books are locked on that day",
        remedy=f'Move the lock date in Xero, or set locked to "move" in the settings, {RETRY}',
    ),
    Refusal(
        code="xero.currency",
        pattern=r"not subscribed to currency (?P<cause>\w+)",
        means="the organisation does not use this currency",
        remedy=f"Add the currency in Xero, {RETRY}",
    ),
    Refusal(
        code="xero.plan_limit",
        pattern=r"limit of invoices you can approve",
        means="the organisation's Xero plan allows no more approved invoices this month",
        remedy=f"Set order_status to DRAFT, or change the Xero plan, {RETRY}",
    ),
    Refusal(
        code="xero.stock_short",
        pattern=r"item '(?P<cause>[^']*)' exceeds the quantity on hand|(insufficient|not enough) (stock|quantity)",
        means="Xero does not have enough of a tracked item",
        remedy=f"Enter the goods received in Xero, {RETRY}",
    ),
    Refusal(
        code="xero.total_negative",
        pattern=r"total for this document must be greater than or equal to zero",
        means="the document comes to less than nothing",
        fixed_by="rep",
        remedy="Have what comes back taken again as a credit.",
    ),
    Refusal(
        code="xero.line_total",
        pattern=r"line total .* does not match the expected line total",
        means="the amounts of a line do not agree",
        fixed_by="service desk",
        remedy=REPORT,
    ),
    Refusal(
        code="xero.status",
        pattern=r"not of valid status for modification",
        means="the document was paid, voided or deleted, and can no longer be changed",
        remedy="Look at the document in Xero, and change it there if it must be.",
        link="invoice",
    ),
    Refusal(
        code="xero.document_settled",
        pattern=r"cannot be edited as it has a payment or credit note|"
        r"status \w+ cannot be applied to the invoice because it has payments or credit notes",
        means="a payment or credit note is allocated to the document",
        remedy=f"Remove the payment or the allocation in Xero, {RETRY}",
        link="invoice",
    ),
    # Money.
    Refusal(
        code="xero.overpaid",
        pattern=r"payment amount exceeds the amount outstanding",
        means="less is owed on the document than the payment",
        remedy="Look at the document's payments in Xero: it may have been paid twice.",
        link="invoice",
    ),
    Refusal(
        code="xero.not_payable",
        pattern=r"payments can only be made against authorised documents",
        means="the document is a draft, or was paid or voided",
        remedy=f"Approve the document in Xero, {RETRY}",
        link="invoice",
    ),
    Refusal(
        code="xero.payment_account",
        pattern=r"^account (could not be found|type is invalid for making a payment)|"
        r"specify an account code or account id for the payment",
        means="the account that takes the money does not exist any more, or takes no payments",
        fixed_by="service desk",
        remedy=f"Choose another account for the payments in the connection's settings, {RETRY}",
    ),
    Refusal(
        code="xero.allocation",
        pattern=r"cannot be allocated (as amount|to an incorrect)|trying to allocate to has already been paid off",
        means="less is left on the credit or owed on the invoice than is put against it",
        remedy="Look at the invoice in Xero, and put the credit against another one there.",
        link="contact",
    ),
    Refusal(
        code="xero.payment_fixed",
        pattern=r"payment has been reconciled and cannot be deleted|"
        r"payments within a batch cannot be deleted",
        means="the payment is reconciled or part of a batch, and cannot be reversed",
        remedy="Undo the reconciliation or the batch in Xero, and reverse the payment there.",
        link="invoice",
    ),
    Refusal(
        code="xero.credit_unknown",
        pattern=r"credit note with the specified creditnoteid could not be found",
        means="the credit note does not exist",
        remedy="Look at the customer's credit notes in Xero.",
        link="contact",
    ),
    Refusal(
        code="xero.document_unknown",
        pattern=r"document with the supplied id was not found|^document could not be found",
        means="the document does not exist",
        remedy="Look at the customer's documents in Xero.",
        link="contact",
    ),
    Refusal(
        code="xero.file_type",
        pattern=r"isn't a supported file type",
        means="Xero keeps no files of this kind",
        remedy="Save it as a PDF or a JPEG, and attach it in Xero.",
    ),
    # The way we asked.
    Refusal(
        code="xero.inefficient",
        pattern=r"not filtering \w+ efficiently",
        means="the organisation has too many records for such a question",
        fixed_by="service desk",
        remedy=REPORT,
    ),
    Refusal(
        code="xero.refused_request",
        pattern=r"error converting value",
        means="a value had a form Xero does not read",
        fixed_by="service desk",
        remedy=REPORT,
    ),
    Refusal(
        code="xero.email",
        pattern=r"(daily )?email (rate )?limit|cannot be emailed|not (in )?a valid status .*email",
        means="Xero sends no more e-mail today, or not for a document of this status",
        fixed_by="nobody",
        remedy="Try again tomorrow: fieldbridge retry",
        link="invoice",
    ),
)


class Meaning(msgspec.Struct, frozen=True):
    """A refusal understood: words are Xero's own, cause is what the same Problems have in common."""

    refusal: Refusal
    words: str
    cause: str

    @property
    def said(self) -> str:
        """What it means in plain words, with Xero's own."""
        return f"{self.refusal.means}. Xero says: {self.words}" if self.refusal.means else self.words

    @property
    def remedy(self) -> str:
        """What to do, and who can."""
        who = "" if self.refusal is UNKNOWN or self.refusal.fixed_by == "nobody" else f"For the {self.refusal.fixed_by}"
        return ": ".join(part for part in (who, self.refusal.remedy) if part)


def meaning(messages: Sequence[str]) -> Meaning:
    """Understand why one element was refused.

    What is known says more than what is not; what must be held counts before what may mend itself, and a taken
    number counts only when nothing else is wrong.
    """
    words = "; ".join(message.strip().rstrip(".") for message in messages)
    each = [_match(message) or Meaning(UNKNOWN, message, "") for message in messages]
    rank = {"hold": 0, "refresh_mapping": 1, "look_up": 3}
    each.sort(key=lambda one: 2 if one.refusal is UNKNOWN else rank[one.refusal.reaction])
    first = each[0] if each else Meaning(UNKNOWN, words, "")
    return Meaning(first.refusal, words, first.cause)


def refused(messages: Sequence[str], what: str, unknown: str = UNKNOWN.code) -> RefusedError:
    """The error for one record that cannot go, in plain words and in Xero's."""
    understood = meaning(messages)
    code = unknown if understood.refusal is UNKNOWN else understood.refusal.code
    said = f"Xero refused {what}: {understood.said}."
    return RefusedError(code, said, remedy=understood.remedy, reasons=messages)


def _match(message: str) -> Meaning | None:
    for refusal in CATALOGUE:
        found = re.search(refusal.pattern, message, re.IGNORECASE)
        if found:
            return Meaning(refusal, message, found.groupdict().get("cause") or "")
    return None
