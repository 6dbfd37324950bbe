"""Documents and the money between them, at the local Xero."""

import json
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from msgspec.structs import asdict
from xero_scripted import TODAY, Script, drafted, line

from fieldbridge.core.errors import RefusedError, UnsureError
from fieldbridge.core.records.books import Address, ContactFields
from fieldbridge.core.records.documents import Allocation, CreditNote, Payment
from fieldbridge.xero import contacts
from fieldbridge.xero.documents import credit_notes, history, invoices, payments
from fieldbridge.xero.reference import accounts


def bank(session):
    return next(one.account_id for one in accounts.ACCOUNTS.every(session) if one.kind == "BANK")


def pay(session, invoice_id, amount, reference="R1", key="pay-1"):
    one = Payment(
        invoice_id=invoice_id, account_id=bank(session), paid_on=TODAY, amount=Decimal(amount), reference=reference
    )
    (outcome,) = payments.create(session, payments.body_of([one]), 1, key)
    return outcome.posted


def calls(control, method):
    return [one for one in control.received() if one["method"] == method]


def test_invoices_are_read_whole_with_lines_and_what_was_paid(session, control):
    held = {one["InvoiceID"]: one for one in control.books()["invoices"]}
    found = {one.document_id: one for page in invoices.pages(session) for one in page.records}
    assert found.keys() == held.keys()
    for document_id, one in found.items():
        wanted = held[document_id]
        assert (one.total, one.due, one.paid) == (wanted["Total"], wanted["AmountDue"], wanted["AmountPaid"])
        assert len(one.lines) == len(wanted["LineItems"])
        paid = [part.amount for part in one.settlements if part.kind == "payment"]
        assert sum(paid) == one.paid
        credited = [part.amount for part in one.settlements if part.kind == "credit note"]
        assert sum(credited) == one.credited
        assert isinstance(one.issued_on, date)
        assert isinstance(one.updated_at, datetime)
    (call,) = calls(control, "GET")
    assert "page=1&pageSize=1000" in call["query"]
    assert "unitdp=4" in call["query"]


def test_one_invoice_is_read_by_its_id_or_its_number(session, invoice):
    by_id = invoices.by_id(session, invoice.invoice_id)
    assert by_id == invoices.by_id(session, "SO-1")
    assert (by_id.number, by_id.total, by_id.due_on) == ("SO-1", Decimal(115), TODAY)
    assert by_id.lines[0].amount == 100
    assert by_id.lines[0].tax == 15


def test_a_change_of_status_leaves_the_lines_alone_and_goes_by_id(session, control, invoice):
    voided = invoices.set_status(session, invoice.invoice_id, "VOIDED", "void-1")
    assert voided.status == "VOIDED"
    assert len(invoices.by_id(session, invoice.invoice_id).lines) == 1
    (call,) = calls(control, "POST")
    assert call["path"].endswith(f"/Invoices/{invoice.invoice_id}")
    assert call["idempotency_key"] == "void-1"


def test_nothing_is_ever_changed_by_number(session):
    with pytest.raises(ValueError, match="UUID"):
        session.update("Invoices", "SO-1", {}, b"{}", "key")


def test_credit_notes_are_judged_one_by_one(session, control, customer):
    wanted = [
        drafted(CreditNote, "CN-1", customer["ContactID"]),
        drafted(CreditNote, "CN-2", customer["ContactID"], lines=(line(account_code="280"),)),
        drafted(CreditNote, "CN-3", customer["ContactID"], status="DRAFT"),
    ]
    outcomes = credit_notes.create(session, credit_notes.body_of(wanted), 3, "credits-1")
    assert [bool(one.posted) for one in outcomes] == [True, False, True]
    assert "280" in outcomes[1].refusals[0]
    assert (outcomes[0].posted.remaining, outcomes[0].posted.kind) == (Decimal(115), "ACCRECCREDIT")
    (call,) = calls(control, "PUT")
    assert "summarizeErrors=false" in call["query"]


def test_a_credit_note_is_found_again_by_its_number_whatever_became_of_it(session, credit):
    credit_notes.set_status(session, credit.document_id, "VOIDED", "void-1")
    found = credit_notes.by_number(session, "CN-1")
    assert (found.document_id, found.status) == (credit.document_id, "VOIDED")
    assert credit_notes.by_number(session, "CN-2") is None


def test_a_credit_with_a_discount_is_refused_before_anything_is_sent():
    with pytest.raises(RefusedError) as caught:
        credit_notes.body_of([drafted(CreditNote, "CN-1", "c", lines=(line(discount_rate=Decimal(5)),))])
    assert caught.value.code == "credit.discount"


def test_a_credit_is_put_against_an_invoice_and_taken_back(session, invoice, credit):
    wanted = Allocation(invoice_id=invoice.invoice_id, amount=Decimal("60.50"), allocated_on=TODAY)
    made = credit_notes.allocate(session, credit.document_id, wanted, "allocate-1")
    assert made.amount == Decimal("60.50")
    held = credit_notes.by_id(session, credit.document_id)
    assert held.remaining == Decimal("54.50")
    assert [(one.invoice_id, one.amount, one.allocated_on) for one in held.allocations] == [
        (invoice.invoice_id, Decimal("60.50"), TODAY)
    ]
    settled = invoices.by_id(session, invoice.invoice_id)
    assert [(one.kind, one.settler_id, one.amount) for one in settled.settlements] == [
        ("credit note", credit.document_id, Decimal("60.50"))
    ]
    credit_notes.take_back(session, credit.document_id, held.allocations[0].allocation_id, "back-1")
    assert credit_notes.by_id(session, credit.document_id).allocations == ()


def test_more_than_is_left_is_not_allocated(session, invoice, credit):
    wanted = Allocation(invoice_id=invoice.invoice_id, amount=Decimal(500), allocated_on=TODAY)
    with pytest.raises(RefusedError) as caught:
        credit_notes.allocate(session, credit.document_id, wanted, "allocate-1")
    assert caught.value.code == "xero.allocation"


def test_credit_notes_are_read_whole(session, control, credit):
    held = {one["CreditNoteID"]: one for one in control.books()["credit_notes"]}
    found = {one.document_id: one for page in credit_notes.pages(session) for one in page.records}
    assert found.keys() == held.keys()
    for document_id, one in found.items():
        wanted = held[document_id]
        assert (one.number, one.total, one.remaining) == (
            wanted["CreditNoteNumber"],
            wanted["Total"],
            wanted["RemainingCredit"],
        )
        assert len(one.lines) == len(wanted["LineItems"])
    assert found[credit.document_id].lines[0].amount == 100


def test_a_taken_number_is_refused_and_nothing_of_the_first_is_changed(session, customer, credit):
    again = drafted(CreditNote, "CN-1", customer["ContactID"], reference="PO 2")
    (outcome,) = credit_notes.create(session, credit_notes.body_of([again]), 1, "credit-2")
    assert outcome.refusals == ("Credit Note # must be unique.",)
    assert credit_notes.by_id(session, credit.document_id).reference == "PO 1"


def test_payments_are_read_with_what_they_settle(session, control):
    held = {one["PaymentID"]: one for one in control.books()["payments"]}
    found = {one.payment_id: one for page in payments.pages(session) for one in page.records}
    assert found.keys() == held.keys()
    assert {one.target for one in found.values()} <= {"invoice", "credit note"}
    assert all(one.target_id and one.paid_on and one.account_id for one in found.values())


def test_a_payment_is_made_found_again_and_reversed(session, invoice):
    made = pay(session, invoice.invoice_id, "50.00")
    assert (made.target, made.target_id, made.amount) == ("invoice", invoice.invoice_id, Decimal(50))
    assert payments.by_id(session, made.payment_id).reference == "R1"
    (found,) = payments.of_invoice(session, invoice.invoice_id, "R1")
    assert found.payment_id == made.payment_id
    assert payments.of_invoice(session, invoice.invoice_id, 'R"2') == []
    assert payments.reverse(session, made.payment_id, "reverse-1").status == "DELETED"
    assert payments.of_invoice(session, invoice.invoice_id, "R1") == []
    assert invoices.by_id(session, invoice.invoice_id).due == 115


def test_a_payment_that_is_too_high_does_not_keep_the_good_ones_beside_it(session, invoice):
    some = [
        Payment(invoice_id=invoice.invoice_id, account_id=bank(session), paid_on=TODAY, amount=Decimal(amount))
        for amount in (15, 500, 100)
    ]
    outcomes = payments.create(session, payments.body_of(some), 3, "payments-1")
    assert [bool(one.posted) for one in outcomes] == [True, False, True]
    assert outcomes[1].refusals == ("Payment amount exceeds the amount outstanding on this document",)
    assert invoices.by_id(session, invoice.invoice_id).status == "PAID"


def test_a_payment_that_was_taken_back_cannot_be_taken_back_again(session, invoice):
    made = pay(session, invoice.invoice_id, "50.00")
    payments.reverse(session, made.payment_id, "reverse-1")
    with pytest.raises(RefusedError):
        payments.reverse(session, made.payment_id, "reverse-2")


def test_the_same_request_under_the_same_key_pays_once(session, invoice):
    first, second = (pay(session, invoice.invoice_id, "50.00") for _ in range(2))
    assert first.payment_id == second.payment_id
    assert invoices.by_id(session, invoice.invoice_id).paid == 50


def test_a_payment_whose_answer_is_lost_is_unsure_and_can_be_found(session, control, invoice):
    control("POST", "faults", {"kind": "lost_after", "method": "PUT", "path": "*/Payments"})
    with pytest.raises(UnsureError):
        pay(session, invoice.invoice_id, "50.00")
    assert len(payments.of_invoice(session, invoice.invoice_id, "R1")) == 1


def test_a_note_is_added_and_found_again(session, invoice):
    assert not history.has_note(session, "Invoices", invoice.invoice_id, "Taken by Steve")
    history.add(session, "Invoices", invoice.invoice_id, "Taken by Steve", "note-1")
    assert history.has_note(session, "Invoices", invoice.invoice_id, "Taken by Steve")
    newest = history.read(session, "Invoices", invoice.invoice_id)[0]
    assert newest.made_at <= datetime.now(UTC)
    assert newest.user


@pytest.mark.parametrize("text", ["", "x" * 2501])
def test_a_note_xero_would_not_take_is_refused_before_anything_is_sent(text):
    script = Script()
    with pytest.raises(RefusedError):
        history.add(script.session, "Invoices", "i", text, "note-1")
    assert script.calls == []


SHOP = ContactFields(
    name="Paihia Dairy",
    contact_number="FB-77",
    account_number="PAI001",
    email="shop@paihia.example",
    phone="09 402 7000",
    street=Address(lines=("1 Marsden Rd",), city="Paihia", postal_code="0200"),
)


def test_contacts_are_created_and_found_again_by_their_number(session):
    taken = ContactFields(name="Kerikeri Foodmart")
    first, second = contacts.create(session, contacts.body_of([SHOP, taken]), 2, "contacts-1")
    assert second.posted is None
    found = contacts.by_number(session, "FB-77")
    assert found.contact_id == first.posted.contact_id
    assert (found.name, found.code, found.email) == ("Paihia Dairy", "PAI001", "shop@paihia.example")
    assert found.phone == "09 402 7000"
    assert found.street == SHOP.street
    assert contacts.by_number(session, "FB-78") is None
    contacts.archive(session, found.contact_id, "archive-1")
    assert contacts.by_number(session, "FB-77").status == "ARCHIVED"


def test_a_change_of_a_contact_sends_exactly_the_fields_meant(session, control, customer):
    before = contacts.by_id(session, customer["ContactID"])
    after = contacts.update(session, customer["ContactID"], ContactFields(email="new@foodmart.example"), "edit-1")
    assert after.email == "new@foodmart.example"
    (call,) = calls(control, "POST")
    sent = {"ContactID": customer["ContactID"], "EmailAddress": "new@foodmart.example"}
    assert json.loads(call["body"]) == {"Contacts": [sent]}
    kept = contacts.by_id(session, customer["ContactID"])
    assert (kept.name, kept.street, kept.terms) == (before.name, before.street, before.terms)


def test_a_change_of_an_archived_contact_is_refused_in_xeros_words(session, customer):
    contacts.archive(session, customer["ContactID"], "archive-1")
    with pytest.raises(RefusedError) as caught:
        contacts.update(session, customer["ContactID"], ContactFields(email="new@foodmart.example"), "edit-1")
    assert caught.value.code == "xero.contact_archived"
    assert "Archived contacts cannot currently be edited" in caught.value.message


LISTS = [
    (contacts.CONTACTS, "ContactID", "contacts"),
    (invoices.INVOICES, "InvoiceID", "invoices"),
    (credit_notes.CREDIT_NOTES, "CreditNoteID", "credit_notes"),
    (payments.PAYMENTS, "PaymentID", "payments"),
]


@pytest.mark.parametrize(("collection", "key", "table"), LISTS, ids=[table for _, _, table in LISTS])
def test_every_page_of_a_list_is_read_once_and_the_last_one_is_known(
    session, control, customer, collection, key, table
):
    some = [drafted(CreditNote, f"CN-{number}", customer["ContactID"]) for number in range(6)]
    credit_notes.create(session, credit_notes.body_of(some), len(some), "credits-1")
    held = [one[key] for one in control.books()[table]]
    size = -(-len(held) // 3)
    pages = list(replace(collection, page_size=size).pages(session))
    found = [next(iter(asdict(one).values())) for page in pages for one in page.records]
    assert sorted(found) == sorted(held)
    assert [page.is_last for page in pages] == [False, False, True]
    assert len(calls(control, "GET")) == 3


def test_an_empty_text_clears_a_field_and_none_leaves_it():
    script = Script({"Contacts": [{"ContactID": "c", "Name": "N"}]})
    contacts.update(script.session, "11111111-1111-1111-1111-111111111111", ContactFields(email=""), "edit-1")
    assert script.sent["Contacts"][0].keys() == {"ContactID", "EmailAddress"}


def test_every_write_carries_its_key_and_every_element_only_the_contacts_id(session, control, invoice, credit):
    pay(session, invoice.invoice_id, "1.00")
    history.add(session, "Invoices", invoice.invoice_id, "Note", "note-1")
    writes = calls(control, "PUT")
    assert [one["idempotency_key"] for one in writes] == ["invoice-1", "credit-1", "pay-1", "note-1"]
    for one in writes[:2]:
        (element,) = next(iter(json.loads(one["body"]).values()))
        assert element["Contact"].keys() == {"ContactID"}
