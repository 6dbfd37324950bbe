"""The local Xero judged by programs written against the real one.

Xero's own SDK, xero-python, reads every answer through models generated from Xero's published description: a
missing, misspelt or wrongly typed member fails there. pyxero 0.9.2 signs with OAuth 1.0a, as private
applications do.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import httpx2
import pytest
from cryptography.hazmat.primitives import serialization
from standin_caller import certificate_of, consumer_key, new_key, register
from standin_oauth2 import new_app
from standin_sdk import BANK, HELLO, TODAY, Sdk, line, new_client, signed_in
from xero import Xero as PyXero
from xero.auth import PrivateCredentials
from xero_python.accounting import models as m
from xero_python.api_client.oauth2 import TokenApi
from xero_python.exceptions import AccountingBadRequestException

from fieldbridge.standin import Options, running

LONG_AGO = datetime(2010, 1, 1)
# Lists that come in pages and take If-Modified-Since, that take only the latter, and that take neither
PAGED = ["contacts", "invoices", "credit_notes", "payments", "overpayments", "prepayments", "bank_transactions"]
DATED = ["items", "accounts", "users", "quotes"]
WHOLE = [
    "organisations",
    "organisation_actions",
    "contact_groups",
    "tax_rates",
    "tracking_categories",
    "branding_themes",
    "currencies",
]


@pytest.fixture(scope="module")
def traded_url() -> Iterator[str]:
    """Two organisations with a history to read."""
    names = ("Kauri Wholesale Limited", "Rimu Retail Limited")
    with running(Options(organisations=names, contacts=20, items=10, history_months=2, calls_per_minute=5000)) as url:
        yield url


@dataclass(frozen=True)
class Books:
    """A server and the ids of its two organisations."""

    http: httpx2.Client
    url: str
    tenants: list[str]


@pytest.fixture
def books(traded_url: str, http: httpx2.Client, monkeypatch: pytest.MonkeyPatch) -> Books:
    """Freshly seeded, with no application registered; the SDK looks for tokens there."""
    monkeypatch.setattr(TokenApi, "refresh_token_url", f"{traded_url}/connect/token")
    monkeypatch.setattr(TokenApi, "client_credentials_token_url", f"{traded_url}/connect/token")
    monkeypatch.setattr(TokenApi, "revoke_token_url", f"{traded_url}/connect/revocation")
    assert http.post(f"{traded_url}/standin/reset", json={"keep_applications": False}).status_code == 200
    shown = http.get(f"{traded_url}/standin/books").json()
    return Books(http, traded_url, [one["id"] for one in shown["organisations"]])


@pytest.fixture
def sdk(books: Books) -> Sdk:
    return signed_in(new_app(books.http, books.url, "web", "SDK"), books.tenants)


def test_xeros_own_sdk_signs_in_refreshes_and_revokes(books: Books, sdk: Sdk) -> None:
    connections = sdk.identity.get_connections()
    assert [one.tenant_id for one in connections] == books.tenants
    assert connections[0].created_date_utc
    of_event = sdk.identity.get_connections(auth_event_id=connections[0].auth_event_id)
    assert [one.id for one in of_event] == [one.id for one in connections]

    before = sdk.kept["token"]["refresh_token"]
    sdk.client.refresh_oauth2_token()
    assert sdk.kept["token"]["refresh_token"] != before
    bearer = {"Authorization": f"Bearer {sdk.kept['token']['access_token']}"}

    sdk.identity.delete_connection(connections[1].id)
    assert [one.tenant_id for one in sdk.identity.get_connections()] == books.tenants[:1]
    sdk.client.revoke_oauth2_token()
    assert books.http.get(f"{books.url}/connections", headers=bearer).json() == []


def test_xeros_own_sdk_signs_in_by_a_custom_connection(books: Books) -> None:
    scopes = "accounting.contacts accounting.settings"
    app = new_app(books.http, books.url, "custom", "Machine", organisation=books.tenants[0], scopes=scopes)
    machine = new_client(books.url, app, "")
    machine.client.get_client_credentials_token()
    assert machine.get_organisations().organisations[0].organisation_id == books.tenants[0]


@pytest.mark.parametrize("name", [*PAGED, *DATED, *WHOLE])
def test_xeros_own_sdk_reads_every_list(sdk: Sdk, name: str) -> None:
    read = getattr(sdk, f"get_{name}")
    all_of_it = getattr(read(), "actions" if name == "organisation_actions" else name)
    assert isinstance(all_of_it, list)
    if name in PAGED:
        page = read(page=1, page_size=7, order="UpdatedDateUTC ASC")
        assert page.pagination.page_size == 7
        assert len(getattr(page, name)) == min(7, page.pagination.item_count)
    if name in [*PAGED, *DATED]:
        assert len(getattr(read(if_modified_since=LONG_AGO), name)) == len(all_of_it)


def test_xeros_own_sdk_reads_single_records_of_the_settings(sdk: Sdk) -> None:
    account = sdk.get_accounts().accounts[0]
    assert sdk.get_account(account.account_id).accounts[0].code == account.code
    assert sdk.get_tax_rate_by_tax_type("OUTPUT2").tax_rates[0].effective_rate == 15
    category = sdk.get_tracking_categories().tracking_categories[0]
    found = sdk.get_tracking_category(category.tracking_category_id).tracking_categories[0]
    assert [one.name for one in found.options] == [one.name for one in category.options]
    theme = sdk.get_branding_themes().branding_themes[0]
    assert sdk.get_branding_theme(theme.branding_theme_id).branding_themes[0].name == theme.name
    user = sdk.get_users().users[0]
    assert sdk.get_user(user.user_id).users[0].email_address == user.email_address


def test_xeros_own_sdk_reads_and_writes_contacts(sdk: Sdk) -> None:
    deli = m.Contact(
        name="SDK deli",
        contact_number="SDK1",
        email_address="a@b.example",
        phones=[m.Phone(phone_number="123", phone_type="DEFAULT")],
        addresses=[m.Address(address_type="STREET", city="Levin")],
        contact_persons=[m.ContactPerson(first_name="A", last_name="B", email_address="c@d.example")],
    )
    new = sdk.create_contacts(m.Contacts(contacts=[deli]), summarize_errors=False).contacts[0]
    sdk.update_contact(new.contact_id, m.Contacts(contacts=[m.Contact(first_name="Zoe")]))
    sdk.update_or_create_contacts(m.Contacts(contacts=[m.Contact(contact_number="SDK1", last_name="Quill")]))

    found = sdk.get_contact_by_contact_number("SDK1").contacts[0]
    assert (found.contact_id, found.first_name, found.last_name) == (new.contact_id, "Zoe", "Quill")
    assert found.contact_persons[0].email_address == "c@d.example"
    assert [one.city for one in found.addresses if one.address_type == "STREET"] == ["Levin"]
    assert sdk.get_contacts(search_term="sdk deli", summary_only=True).contacts[0].contact_id == new.contact_id

    sdk.create_contact_history(new.contact_id, HELLO)
    assert sdk.get_contact_history(new.contact_id).history_records[0].details == "hello"
    sdk.create_contact_attachment_by_file_name(new.contact_id, "a.png", b"x")
    assert sdk.get_contact_attachments(new.contact_id).attachments[0].file_name == "a.png"
    with pytest.raises(AccountingBadRequestException, match="already assigned"):
        sdk.create_contacts(m.Contacts(contacts=[m.Contact(name="SDK deli")]))


def test_xeros_own_sdk_reads_and_writes_contact_groups(sdk: Sdk) -> None:
    member = sdk.customer()
    made = sdk.create_contact_group(m.ContactGroups(contact_groups=[m.ContactGroup(name="SDK group")]))
    group = made.contact_groups[0].contact_group_id

    def members() -> list[str]:
        return [one.contact_id for one in sdk.get_contact_group(group).contact_groups[0].contacts or []]

    sdk.create_contact_group_contacts(group, m.Contacts(contacts=[member]))
    assert members() == [member.contact_id]
    sdk.delete_contact_group_contact(group, member.contact_id)
    assert members() == []
    sdk.create_contact_group_contacts(group, m.Contacts(contacts=[member]))
    sdk.delete_contact_group_contacts(group)
    assert members() == []
    sdk.update_contact_group(group, m.ContactGroups(contact_groups=[m.ContactGroup(status="DELETED")]))
    assert sdk.get_contact_group(group).contact_groups[0].status == "DELETED"


def test_xeros_own_sdk_reads_and_writes_items(sdk: Sdk) -> None:
    price = m.Purchase(unit_price=Decimal("1.2345"), account_code="200")
    sent = m.Items(items=[m.Item(code="SDK-I", name="n", sales_details=price)])
    item = sdk.create_items(sent, unitdp=4).items[0]
    sdk.update_or_create_items(m.Items(items=[m.Item(code="SDK-I", description="d")]))
    sdk.update_item(item.item_id, m.Items(items=[m.Item(code="SDK-I", name="m")]))
    found = sdk.get_item("SDK-I", unitdp=4).items[0]
    assert (found.item_id, found.name, found.description) == (item.item_id, "m", "d")
    assert found.sales_details.unit_price == Decimal("1.2345")
    sdk.create_item_history(item.item_id, HELLO)
    assert sdk.get_item_history(item.item_id).history_records[0].details == "hello"
    sdk.delete_item(item.item_id)
    assert "SDK-I" not in [one.code for one in sdk.get_items().items]


def test_xeros_own_sdk_reads_and_writes_invoices_through_its_own_models(sdk: Sdk) -> None:
    sent = sdk.invoices("SDK-1", "SDK-2")
    sent.invoices[1].status = "DRAFT"
    first, draft = sdk.create_invoices(sent, summarize_errors=False, idempotency_key="sdk").invoices
    assert (first.total, first.total_tax, first.amount_due) == (Decimal(23), Decimal(3), Decimal(23))
    assert (first.date, first.due_date, first.status_attribute_string) == (TODAY, TODAY, "OK")
    again = sdk.create_invoices(sent, summarize_errors=False, idempotency_key="sdk").invoices
    assert [one.invoice_id for one in again] == [first.invoice_id, draft.invoice_id]
    with pytest.raises(AccountingBadRequestException, match="must be unique"):
        sdk.create_invoices(sdk.invoices("SDK-1"))

    sdk.update_invoice(draft.invoice_id, m.Invoices(invoices=[m.Invoice(reference="changed")]))
    sdk.update_or_create_invoices(sdk.invoices("SDK-2", status="SUBMITTED"))
    changed = sdk.get_invoice(draft.invoice_id).invoices[0]
    assert (changed.status, changed.reference) == ("SUBMITTED", "changed")
    sdk.update_invoice(first.invoice_id, m.Invoices(invoices=[m.Invoice(status="VOIDED")]))
    assert sdk.get_invoice(first.invoice_id).invoices[0].status == "VOIDED"


def test_xeros_own_sdk_finds_invoices(sdk: Sdk) -> None:
    made = sdk.approved("SDK-1")
    by_contact = {"contact_i_ds": [made.contact.contact_id], "include_archived": True}
    for query in (
        {"invoice_numbers": ["SDK-1", "SDK-2"]},
        {"i_ds": [made.invoice_id], **by_contact},
        {"search_term": "SDK", "summary_only": True, "page": 1},
    ):
        assert [one.invoice_id for one in sdk.get_invoices(**query).invoices] == [made.invoice_id], query
    mine = sdk.get_invoices(created_by_my_app=True).invoices  # taken, though it narrows nothing down here
    assert made.invoice_id in [one.invoice_id for one in mine]
    seen = sdk.get_invoices(page=1, statuses=["AUTHORISED", "PAID"], unitdp=4).invoices
    assert {one.status for one in seen} == {"AUTHORISED", "PAID"}


def test_xeros_own_sdk_mails_and_shows_an_invoice_online(sdk: Sdk) -> None:
    made = sdk.approved("SDK-1")
    sdk.update_contact(made.contact.contact_id, m.Contacts(contacts=[m.Contact(email_address="k@k.example")]))
    sdk.email_invoice(made.invoice_id, m.RequestEmpty())
    assert sdk.get_invoice(made.invoice_id).invoices[0].sent_to_contact
    online = sdk.get_online_invoice(made.invoice_id).online_invoices[0]
    assert online.online_invoice_url.startswith("https://in.xero.com/")
    sdk.create_invoice_history(made.invoice_id, HELLO)
    assert "hello" in [one.details for one in sdk.get_invoice_history(made.invoice_id).history_records]


def test_xeros_own_sdk_attaches_files(sdk: Sdk) -> None:
    invoice = sdk.approved("SDK-1").invoice_id
    sdk.create_invoice_attachment_by_file_name(invoice, "hello world.txt", b"first bytes")
    sdk.update_invoice_attachment_by_file_name(invoice, "hello world.txt", b"some bytes")
    (attached,) = sdk.get_invoice_attachments(invoice).attachments
    assert (attached.file_name, attached.content_length) == ("hello world.txt", 10)
    by_name = sdk.get_invoice_attachment_by_file_name(invoice, "hello world.txt", "text/plain")
    by_id = sdk.get_invoice_attachment_by_id(invoice, attached.attachment_id, "application/octet-stream")
    for path in (Path(by_name), Path(by_id)):
        assert path.read_bytes() == b"some bytes"
        path.unlink()


def test_xeros_own_sdk_pays_and_takes_payments_back(sdk: Sdk) -> None:
    invoice = sdk.approved("SDK-1").invoice_id

    def payment(amount: int) -> m.Payment:
        of = m.Invoice(invoice_id=invoice)
        return m.Payment(invoice=of, account=BANK, date=TODAY, amount=Decimal(amount))

    kept = sdk.create_payment(payment(5)).payments[0]
    taken = sdk.create_payments(m.Payments(payments=[payment(1)]), summarize_errors=False).payments[0]
    assert sdk.get_invoice(invoice).invoices[0].amount_paid == 6
    sdk.delete_payment(taken.payment_id, m.PaymentDelete(status="DELETED"))
    assert sdk.get_invoice(invoice).invoices[0].amount_paid == 5
    assert sdk.get_payment(kept.payment_id).payments[0].amount == 5
    standing = [one.payment_id for one in sdk.get_payments(where='Status=="AUTHORISED"').payments]
    assert kept.payment_id in standing
    assert taken.payment_id not in standing
    sdk.create_payment_history(kept.payment_id, HELLO)
    assert "hello" in [one.details for one in sdk.get_payment_history(kept.payment_id).history_records]


def test_xeros_own_sdk_credits_allocates_and_refunds(sdk: Sdk) -> None:
    invoice = sdk.approved("SDK-1")
    sent = m.CreditNote(
        type="ACCRECCREDIT",
        contact=sdk.customer(),
        date=TODAY,
        line_items=[line()],
        status="AUTHORISED",
        credit_note_number="SDK-CN",
    )
    note = sdk.create_credit_notes(m.CreditNotes(credit_notes=[sent])).credit_notes[0].credit_note_id
    made = sdk.create_credit_note_allocation(note, allocations(invoice, 3)).allocations[0]
    assert sdk.get_credit_note(note).credit_notes[0].remaining_credit == 20
    assert sdk.delete_credit_note_allocations(note, made.allocation_id).is_deleted
    refund = m.Payment(credit_note=m.CreditNote(credit_note_id=note), account=BANK, date=TODAY, amount=Decimal(5))
    sdk.create_payment(refund)
    assert sdk.get_credit_note(note).credit_notes[0].remaining_credit == 18

    sdk.update_credit_note(note, m.CreditNotes(credit_notes=[m.CreditNote(reference="z")]))
    again = m.CreditNote(credit_note_id=note, reference="zz")
    sdk.update_or_create_credit_notes(m.CreditNotes(credit_notes=[again]))
    assert sdk.get_credit_note(note).credit_notes[0].reference == "zz"
    sdk.create_credit_note_history(note, HELLO)
    assert "hello" in [one.details for one in sdk.get_credit_note_history(note).history_records]
    sdk.create_credit_note_attachment_by_file_name(note, "a.png", b"x", include_online=True)
    assert sdk.get_credit_note_attachments(note).attachments[0].include_online


def test_xeros_own_sdk_quotes(sdk: Sdk) -> None:
    contact = sdk.customer()
    exclusive = m.QuoteLineAmountTypes.EXCLUSIVE
    sent = m.Quote(
        contact=contact,
        date=TODAY,
        expiry_date=TODAY,
        line_items=[line()],
        line_amount_types=exclusive,
        title="t",
    )
    quote = sdk.create_quotes(m.Quotes(quotes=[sent])).quotes[0]
    step = m.Quote(status=m.QuoteStatusCodes.SENT, contact=contact, date=TODAY)
    sdk.update_quote(quote.quote_id, m.Quotes(quotes=[step]))
    step = m.Quote(quote_id=quote.quote_id, status=m.QuoteStatusCodes.ACCEPTED, contact=contact, date=TODAY)
    sdk.update_or_create_quotes(m.Quotes(quotes=[step]))
    found = sdk.get_quote(quote.quote_id).quotes[0]
    assert (found.status, found.line_amount_types) == (m.QuoteStatusCodes.ACCEPTED, exclusive)

    days = dict.fromkeys(("date_from", "date_to", "expiry_date_from", "expiry_date_to"), TODAY)
    about = {"contact_id": contact.contact_id, "status": "ACCEPTED", "quote_number": quote.quote_number}
    listed = sdk.get_quotes(**days, **about, page=1, order="Date ASC").quotes
    assert [one.quote_id for one in listed] == [quote.quote_id]
    sdk.create_quote_history(quote.quote_id, HELLO)
    assert "hello" in [one.details for one in sdk.get_quote_history(quote.quote_id).history_records]
    sdk.create_quote_attachment_by_file_name(quote.quote_id, "a.png", b"x")
    assert sdk.get_quote_attachments(quote.quote_id).attachments[0].file_name == "a.png"


def test_xeros_own_sdk_receives_money_at_the_bank_and_takes_it_back(sdk: Sdk) -> None:
    made = sdk.create_bank_transactions(bank_transactions(sdk, "RECEIVE")).bank_transactions[0]
    assert sdk.get_bank_transaction(made.bank_transaction_id).bank_transactions[0].total == 23
    gone = m.BankTransaction(type="RECEIVE", bank_account=BANK, line_items=[], status="DELETED")
    sdk.update_bank_transaction(made.bank_transaction_id, m.BankTransactions(bank_transactions=[gone]))
    assert sdk.get_bank_transaction(made.bank_transaction_id).bank_transactions[0].status == "DELETED"


@pytest.mark.parametrize("kind", ["overpayment", "prepayment"])
def test_xeros_own_sdk_allocates_and_refunds_money_that_came_early(sdk: Sdk, kind: str) -> None:
    def named(verb: str, suffix: str = "") -> object:
        return getattr(sdk, f"{verb}_{kind}{suffix}")

    invoice = sdk.approved("SDK-1")
    sent = bank_transactions(sdk, f"RECEIVE-{kind.upper()}")
    put = sdk.create_bank_transactions if kind == "overpayment" else sdk.update_or_create_bank_transactions
    early = getattr(put(sent).bank_transactions[0], f"{kind}_id")

    made = named("create", "_allocations")(early, allocations(invoice, 2)).allocations[0]
    on_invoice = getattr(sdk.get_invoice(invoice.invoice_id).invoices[0], f"{kind}s")
    assert [getattr(one, f"{kind}_id") for one in on_invoice] == [early]
    assert named("delete", "_allocations")(early, made.allocation_id).is_deleted
    model = {"overpayment": m.Overpayment, "prepayment": m.Prepayment}[kind]
    of = {kind: model(**{f"{kind}_id": early})}
    refund = sdk.create_payment(m.Payment(**of, account=BANK, date=TODAY, amount=Decimal(5))).payments[0]
    assert refund.payment_id in [one.payment_id for one in sdk.get_payments().payments]

    found = getattr(named("get")(early), f"{kind}s")[0]
    # An overpayment bears no tax.
    assert found.remaining_credit == found.total - 5
    named("create", "_history")(early, HELLO)
    assert "hello" in [one.details for one in named("get", "_history")(early).history_records]


def test_an_invoice_on_paper(sdk: Sdk) -> None:
    (made,) = sdk.create_invoices(sdk.invoices("SDK-PDF")).invoices
    assert Path(sdk.get_invoice_as_pdf(made.invoice_id)).read_bytes().startswith(b"%PDF-1.")


def test_pyxero_with_private_application_credentials_signs_in_with_oauth_1_0a_and_reads(books: Books) -> None:
    key = new_key()
    pem = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    assert register(books.http, books.url, certificate_of(key), "Private", books.tenants[0]).status_code == 303
    credentials = PrivateCredentials(consumer_key(books.http, books.url, "Private"), pem.decode())
    credentials.base_url = books.url
    xero = PyXero(credentials)

    assert xero.organisations.all()[0]["OrganisationID"] == books.tenants[0]
    (contact,) = xero.contacts.filter(Name="Kerikeri Foodmart")
    assert xero.contacts.get(contact["ContactID"])[0]["Name"] == "Kerikeri Foodmart"
    assert len(xero.contacts.filter(since=LONG_AGO)) == len(xero.contacts.all())
    assert xero.invoices.filter(page=1)[0]["InvoiceID"]
    assert xero.items.all()


def allocations(invoice: m.Invoice, amount: int) -> m.Allocations:
    of = m.Invoice(invoice_id=invoice.invoice_id)
    return m.Allocations(allocations=[m.Allocation(amount=Decimal(amount), date=TODAY, invoice=of)])


def bank_transactions(sdk: Sdk, kind: str) -> m.BankTransactions:
    made = m.BankTransaction(type=kind, contact=sdk.customer(), bank_account=BANK, date=TODAY, line_items=[line()])
    return m.BankTransactions(bank_transactions=[made])
