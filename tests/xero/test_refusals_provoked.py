"""Every row of the catalogue of refusals, provoked at the local Xero, leads to its meaning and its reaction.

What the local Xero cannot be brought to say, it is made to answer, letter by letter.
"""

import re
from datetime import timedelta
from decimal import Decimal

import pytest
from xero_scripted import TODAY, drafted, line

from fieldbridge.core.errors import (
    AccessError,
    OutageError,
    PacedError,
    RefusedError,
    SetupError,
    SurpriseError,
    UnsureError,
)
from fieldbridge.core.records.books import ContactFields, Invoice
from fieldbridge.core.records.documents import Allocation, CreditNote, Payment, Upload
from fieldbridge.xero import contacts
from fieldbridge.xero.codec import encode
from fieldbridge.xero.documents import attachments, credit_notes, history, invoices, payments
from fieldbridge.xero.reference import accounts
from fieldbridge.xero.refusals import CATALOGUE, KEY_REUSED, UNKNOWN, meaning

NO_INVOICES = b'{"Invoices":[]}'
NOBODY = "11111111-1111-1111-1111-111111111111"


class Desk:
    """Somebody who writes to the local Xero, well or badly."""

    def __init__(self, session, control, by_hand=None):
        self.session, self.control, self.by_hand = session, control, by_hand
        self.books = control.books()
        self.customer = next(one for one in self.books["contacts"] if one["AccountNumber"] == "KER014")["ContactID"]
        self._made = 0

    def key(self):
        self._made += 1
        return f"key-{self._made}"

    def invoice(self, number="SO-1", **changes):
        """Why one invoice was refused, or nothing."""
        body = invoices.body_of([drafted(Invoice, number, self.customer, **changes)])
        return self.raw("Invoices", body)

    def raw(self, collection, body):
        """Why the one element of a request was refused, or warned about."""
        made = {"Invoices": invoices.RECEIPTS, "CreditNotes": credit_notes.CREDIT_NOTES}[collection]
        (outcome,) = made.create(self.session, body, 1, self.key())
        return outcome.refusals or outcome.warnings

    def posted(self, number="SO-1"):
        assert not self.invoice(number)
        return invoices.by_number(self.session, [number])[number].invoice_id

    def paid(self, amount=115, **changes):
        bank = next(one for one in accounts.ACCOUNTS.every(self.session) if one.kind == "BANK")
        one = Payment(invoice_id=self.posted(), account_id=bank.account_id, paid_on=TODAY, amount=Decimal(amount))
        changed = {name: value for name, value in (payments._element(one) | changes).items() if value is not None}
        body = encode({"Payments": [changed]})
        (outcome,) = payments.create(self.session, body, 1, self.key())
        return outcome.posted or outcome.refusals

    def contact(self, **fields):
        (outcome,) = contacts.create(self.session, contacts.body_of([ContactFields(**fields)]), 1, self.key())
        return outcome.refusals

    def archive(self):
        contacts.archive(self.session, self.customer, self.key())

    def lock(self, name):
        self.control("POST", "organisation", {name: (TODAY + timedelta(days=1)).isoformat()})


def words(act):
    """What Xero says when something is refused as a whole."""
    with pytest.raises(RefusedError) as caught:
        act()
    assert type(caught.value) is RefusedError
    return (caught.value.message,)


def number_taken(desk):
    desk.posted()
    return desk.invoice()


def credit_number_taken(desk):
    body = credit_notes.body_of([drafted(CreditNote, "CN-1", desk.customer)])
    assert not desk.raw("CreditNotes", body)
    return desk.raw("CreditNotes", body)


def contact_name_taken(desk):
    return desk.contact(name="Kerikeri Foodmart")


def contact_number_taken(desk):
    assert not desk.contact(name="New shop", contact_number="FB-1")
    return desk.contact(name="Other shop", contact_number="FB-1")


def item_code_taken(desk):
    body = encode({"Items": [{"Code": "APL-1L"}]})
    return words(lambda: desk.session.create("Items", {}, body, desk.key()))


def account_archived(desk):
    return desk.invoice(lines=(line(account_code="280"),))


def account_invalid(desk):
    return desk.invoice(lines=(line(account_code="090"),))


def account_removed(desk):
    return desk.invoice(status="DRAFT", lines=(line(account_code="999"),))


def tax_account(desk):
    return desk.invoice(lines=(line(tax_type="INPUT2"),))


def tax_unknown(desk):
    return desk.invoice(lines=(line(tax_type="TAX999"),))


def item_unknown(desk):
    return desk.invoice(lines=(line(item_code="NONE"),))


def contact_archived(desk):
    desk.archive()
    return desk.invoice()


def archived_contact_edited(desk):
    desk.archive()
    fields = ContactFields(email="new@example.com")
    return words(lambda: contacts.update(desk.session, desk.customer, fields, desk.key()))


def contact_missing(desk):
    body = encode({"Invoices": [{"Type": "ACCREC", "LineItems": [{"Description": "x"}]}]})
    return desk.raw("Invoices", body)


def period_locked(desk):
    desk.lock("PeriodLockDate")
    return desk.invoice()


def year_locked(desk):
    desk.lock("EndOfYearLockDate")
    return desk.invoice()


def currency(desk):
    return desk.invoice(currency_code="EUR")


def stock_short(desk):
    stocked = next(one for one in desk.books["items"] if one["IsTrackedAsInventory"] and one["IsSold"])
    return desk.invoice(lines=(line(item_code=stocked["Code"], quantity=Decimal(99_999), unit_amount=Decimal(1)),))


def line_total(desk):
    wrong = {"Description": "x", "Quantity": 2, "UnitAmount": 10, "LineAmount": 21, "AccountCode": "200"}
    element = {"Type": "ACCREC", "Contact": {"ContactID": desk.customer}, "LineItems": [wrong]}
    return desk.raw("Invoices", encode({"Invoices": [element]}))


def approved_deleted(desk):
    invoice_id = desk.posted()
    return words(lambda: invoices.set_status(desk.session, invoice_id, "DELETED", desk.key()))


def part_paid_voided(desk):
    one = desk.paid(50)
    return words(lambda: invoices.set_status(desk.session, one.target_id, "VOIDED", desk.key()))


def part_paid_edited(desk):
    one = desk.paid(50)
    fields = {"InvoiceID": one.target_id, "LineItems": [{"Description": "x", "Quantity": 9, "UnitAmount": 9}]}
    return words(lambda: invoices.RECEIPTS.update(desk.session, one.target_id, fields, desk.key()))


def overpaid(desk):
    return desk.paid(1000)


def draft_paid(desk):
    assert not desk.invoice("SO-2", status="DRAFT")
    draft = invoices.by_number(desk.session, ["SO-2"])["SO-2"].invoice_id
    return desk.paid(10, Invoice={"InvoiceID": draft})


def reconciled_reversed(desk):
    one = desk.paid(IsReconciled=True)
    return words(lambda: payments.reverse(desk.session, one.payment_id, desk.key()))


def credit_unknown(desk):
    return desk.paid(1, Invoice=None, CreditNote={"CreditNoteID": NOBODY})


def document_unknown(desk):
    return words(lambda: history.add(desk.session, "Invoices", NOBODY, "A note", desk.key()))


def paid_document_unknown(desk):
    return desk.paid(1, Invoice={"InvoiceID": NOBODY})


def tracked_by_nothing(desk):
    return desk.invoice(lines=(line(tracking=(("Sales rep", "NOBODY"),)),))


def negative(desk):
    return desk.invoice(lines=(line(unit_amount=Decimal(-1)),))


def paid_to_nowhere(desk):
    return desk.paid(1, Account={"AccountID": NOBODY})


def paid_to_an_account_of_sales(desk):
    return desk.paid(1, Account={"Code": "200"})


def allocated_to_a_paid_invoice(desk):
    one = desk.paid()
    assert not desk.raw("CreditNotes", credit_notes.body_of([drafted(CreditNote, "CN-1", desk.customer)]))
    note = next(each for page in credit_notes.pages(desk.session) for each in page.records if each.number == "CN-1")
    wanted = Allocation(invoice_id=one.target_id, amount=Decimal(1), allocated_on=TODAY)
    return words(lambda: credit_notes.allocate(desk.session, note.document_id, wanted, desk.key()))


def file_of_a_kind_not_kept(desk):
    file = Upload(name="slip.webp", mime_type="image/webp", content=b"RIFF")
    return words(lambda: attachments.add(desk.session, "Invoices", desk.posted(), file, desk.key()))


def malformed(desk):
    body = encode({"Invoices": [{"Type": "ACCREC", "Date": "yesterday"}]})
    return words(lambda: desk.by_hand.create("Invoices", {}, body, desk.key()))


PROVOKED = [
    (number_taken, "xero.number_taken"),
    (credit_number_taken, "xero.number_taken"),
    (contact_name_taken, "xero.contact_name_taken"),
    (contact_number_taken, "xero.contact_number_taken"),
    (item_code_taken, "xero.item_code_taken"),
    (account_archived, "xero.account_archived"),
    (account_invalid, "xero.account_invalid"),
    (account_removed, "xero.account_removed"),
    (tax_account, "xero.tax_account"),
    (tax_unknown, "xero.tax_unknown"),
    (item_unknown, "xero.item_unknown"),
    (contact_archived, "xero.contact_archived"),
    (archived_contact_edited, "xero.contact_archived"),
    (contact_missing, "xero.contact_missing"),
    (period_locked, "xero.locked_period"),
    (year_locked, "xero.locked_period"),
    (currency, "xero.currency"),
    (stock_short, "xero.stock_short"),
    (line_total, "xero.line_total"),
    (approved_deleted, "xero.status"),
    (part_paid_voided, "xero.document_settled"),
    (part_paid_edited, "xero.document_settled"),
    (overpaid, "xero.overpaid"),
    (draft_paid, "xero.not_payable"),
    (reconciled_reversed, "xero.payment_fixed"),
    (credit_unknown, "xero.credit_unknown"),
    (document_unknown, "xero.document_unknown"),
    (paid_document_unknown, "xero.document_unknown"),
    (tracked_by_nothing, "xero.tracking"),
    (negative, "xero.total_negative"),
    (paid_to_nowhere, "xero.payment_account"),
    (paid_to_an_account_of_sales, "xero.payment_account"),
    (allocated_to_a_paid_invoice, "xero.allocation"),
    (file_of_a_kind_not_kept, "xero.file_type"),
    (malformed, "xero.refused_request"),
]
LITERAL = [
    ("The TaxType code 'TAX9' does not exist or cannot be used with this type of transaction.", "xero.tax_unknown"),
    ("Users Organisation is not subscribed to currency EUR", "xero.currency"),
    ("The status 'ARCHIVED' is not valid for contacts", "xero.contact_archived"),
    ("Email address must be valid.", "xero.contact_email"),
    ("Website must be valid", "xero.contact_website"),
    ("The contact number X-1 is already linked to another contact.", "xero.contact_number_taken"),
    ("The contact number X-1 is already assigned to another contact.", "xero.contact_number_taken"),
    ("The Contact Name already exists. Please enter a different Contact Name.", "xero.contact_name_taken"),
    ("You must specify an Account code or Account ID for the payment", "xero.payment_account"),
    ("The document cannot be edited as it is currently dated before the period lock date", "xero.locked_period"),
    ("You have reached the limit of invoices you can approve", "xero.plan_limit"),
    ("This document cannot be edited as it has a payment or credit note allocated to it.", "xero.document_settled"),
    (
        "The status AUTHORISED cannot be applied to the invoice because it has payments or credit notes allocated to "
        "it.",
        "xero.document_settled",
    ),
    ("Payments within a batch cannot be deleted.", "xero.payment_fixed"),
    (
        "Your request is not filtering Invoices efficiently, given the extremely high volume for this organisation",
        "xero.inefficient",
    ),
    ("The daily email limit has been reached", "xero.email"),
]
HOLD, REFRESH, LOOK_UP = "hold", "refresh_mapping", "look_up"
REACTIONS = {
    "xero.number_taken": LOOK_UP,
    "xero.contact_name_taken": LOOK_UP,
    "xero.contact_number_taken": LOOK_UP,
    "xero.item_code_taken": LOOK_UP,
    "xero.key_reused": LOOK_UP,
    "xero.account_archived": REFRESH,
    "xero.account_invalid": REFRESH,
    "xero.account_removed": REFRESH,
    "xero.tax_account": REFRESH,
    "xero.tax_unknown": REFRESH,
    "xero.item_unknown": REFRESH,
    "xero.tracking": REFRESH,
}


@pytest.mark.parametrize(("provoke", "code"), PROVOKED, ids=lambda one: getattr(one, "__name__", ""))
def test_what_the_local_xero_refuses_is_understood(session, control, by_hand, provoke, code):
    said = provoke(Desk(session, control, by_hand))
    assert said
    understood = meaning(said)
    assert understood.refusal.code == code, said
    assert understood.refusal.reaction == REACTIONS.get(code, HOLD)


@pytest.mark.parametrize(("message", "code"), LITERAL)
def test_what_only_others_report_is_understood_when_xero_says_it(session, control, message, code):
    refusal = {"Message": "A validation exception occurred", "Elements": [{"ValidationErrors": [{"Message": message}]}]}
    control.answers("Invoices", 400, refusal, method="PUT")
    with pytest.raises(RefusedError) as caught:
        session.create("Invoices", {}, NO_INVOICES, "key-1")
    assert caught.value.code == code
    assert message.rstrip(".") in caught.value.message
    understood = meaning([message.upper()])
    assert (understood.refusal.code, understood.refusal.reaction) == (code, REACTIONS.get(code, HOLD))


@pytest.mark.parametrize("in_elements", [False, True])
def test_a_key_used_for_another_request_leaves_a_write_unsure(session, control, in_elements):
    control("POST", "switches", {"key_mismatch_in_elements": in_elements})
    desk = Desk(session, control)
    body = [invoices.body_of([drafted(Invoice, number, desk.customer)]) for number in ("SO-1", "SO-2")]
    invoices.create(session, body[0], 1, "same")
    with pytest.raises(UnsureError) as caught:
        invoices.create(session, body[1], 1, "same")
    assert caught.value.code == KEY_REUSED.code


def test_every_row_of_the_catalogue_is_provoked_here():
    shown = {code for _, code in PROVOKED} | {code for _, code in LITERAL} | {KEY_REUSED.code}
    assert {one.code for one in CATALOGUE} == shown
    assert len({one.code for one in CATALOGUE}) == len(CATALOGUE)


def test_every_row_says_what_it_means_and_what_to_do_unless_it_mends_itself():
    for one in CATALOGUE:
        assert one.means, one.code
        assert one.remedy or one.reaction == "look_up", one.code
        assert re.compile(one.pattern)


def test_what_is_unknown_is_held_with_xeros_own_words_whole():
    long = "Something new, " + "and on " * 300
    understood = meaning([long, "And more."])
    assert understood.refusal is UNKNOWN
    assert understood.refusal.reaction == "hold"
    assert understood.said == f"{long.strip()}; And more"


@pytest.mark.parametrize("other", ["Something new.", LITERAL[2][0], "Account code '9' is not a valid code"])
def test_a_taken_number_counts_only_when_nothing_else_is_wrong(other):
    taken = "Invoice # must be unique."
    for messages in ([taken, other], [other, taken]):
        assert meaning(messages).refusal.reaction != "look_up"


def test_what_must_be_held_counts_before_what_may_mend_itself():
    messages = ["Account code '9' is not a valid code", "Email address must be valid."]
    assert meaning(messages).refusal.code == "xero.contact_email"
    assert "Account code" in meaning(messages).said


EXPIRED = {"Title": "Unauthorized", "Status": 401, "Detail": "TokenExpired: token expired at 01/02/2026 03:04:05"}
FOREIGN = {"title": "Forbidden", "status": 403, "detail": "AuthenticationUnsuccessful"}
SCOPE = {"WWW-Authenticate": "insufficent_scope"}
ANSWERS = [
    (401, EXPIRED, {}, AccessError, AccessError),
    (401, {"Title": "Unauthorized", "Detail": "AuthenticationUnsuccessful"}, {}, AccessError, AccessError),
    (401, "", SCOPE, SetupError, SetupError),
    (403, FOREIGN, {}, AccessError, AccessError),
    (412, "", {}, SurpriseError, SurpriseError),
    (413, {"Title": "RequestEntityTooLarge", "Status": 413}, {}, RefusedError, RefusedError),
    (429, "", {"Retry-After": "26", "X-Rate-Limit-Problem": "minute"}, PacedError, PacedError),
    (429, "", {"Retry-After": "7200", "X-Rate-Limit-Problem": "day"}, PacedError, PacedError),
    (429, "", {"Retry-After": "9" * 30, "X-Rate-Limit-Problem": "day"}, PacedError, PacedError),
    (429, "", {"X-Rate-Limit-Problem": "concurrent"}, PacedError, PacedError),
    (500, "", {}, OutageError, UnsureError),
    (501, "", {}, SurpriseError, SurpriseError),
    (503, "The Xero API is currently offline for maintenance", {}, OutageError, UnsureError),
    (503, "The Xero API is temporarily unavailable", {}, OutageError, UnsureError),
    (503, "The Organisation is offline", {}, OutageError, UnsureError),
    (503, "oauth_problem=rate%20limit%20exceeded", {}, PacedError, PacedError),
]


@pytest.mark.parametrize(("status", "body", "headers", "reading", "writing"), ANSWERS)
def test_every_status_leads_to_its_reaction(session, control, status, body, headers, reading, writing):
    control.answers("Invoices", status, body, headers=headers, times=2)
    with pytest.raises(reading) as caught:
        session.read("Invoices")
    assert type(caught.value) is reading
    with pytest.raises(writing) as caught:
        session.create("Invoices", {}, NO_INVOICES, "key-1")
    assert type(caught.value) is writing


@pytest.mark.parametrize(("kind", "writing"), [("lost_before", UnsureError), ("lost_after", UnsureError)])
def test_a_silent_xero_is_an_outage_for_a_read_and_leaves_a_write_unsure(session, control, kind, writing):
    control("POST", "faults", {"kind": kind, "path": "*/Invoices", "times": 2})
    with pytest.raises(OutageError):
        session.read("Invoices")
    with pytest.raises(writing):
        session.create("Invoices", {}, NO_INVOICES, "key-1")


def test_a_record_that_is_gone_is_none_to_a_look_up_and_refused_to_a_write(session, control):
    assert invoices.by_id(session, NOBODY) is None
    with pytest.raises(RefusedError) as caught:
        invoices.set_status(session, NOBODY, "VOIDED", "key-1")
    assert caught.value.code == "xero.record_unknown"
    wanted = Allocation(invoice_id=NOBODY, amount=Decimal(1), allocated_on=TODAY)
    with pytest.raises(RefusedError):
        credit_notes.allocate(session, NOBODY, wanted, "key-2")
