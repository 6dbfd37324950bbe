"""Files on records, and where a customer sees an invoice, at the local Xero."""

import pytest
from xero_scripted import TODAY, drafted

from fieldbridge.core.errors import RefusedError
from fieldbridge.core.records.books import Invoice
from fieldbridge.core.records.documents import Quote, Upload
from fieldbridge.xero.documents import attachments, invoices, quotes
from fieldbridge.xero.documents.attachments import BYTES_MAX, PER_RECORD_MAX

PICTURE = bytes(range(256)) * 5
FILE = Upload(name="signature.png", mime_type="image/png", content=PICTURE, is_online=True)


def uploads(control):
    return [one for one in control.received() if one["method"] == "PUT" and "/Attachments/" in one["path"]]


def test_a_file_comes_back_byte_for_byte(session, control, invoice):
    made = attachments.add(session, "Invoices", invoice.invoice_id, FILE, "file-1")
    assert (made.name, made.mime_type, made.size, made.is_online) == ("signature.png", "image/png", len(PICTURE), True)
    assert attachments.read(session, "Invoices", invoice.invoice_id) == [made]
    assert attachments.content(session, "Invoices", invoice.invoice_id, made) == PICTURE
    (put,) = uploads(control)
    assert (put["idempotency_key"], put["query"]) == ("file-1", "IncludeOnline=true")
    assert put["headers"]["content-type"] == "image/png"
    assert invoices.by_id(session, invoice.invoice_id).has_attachments


def test_bytes_that_look_like_json_or_like_compression_stay_as_they_are(session, invoice):
    for name, content in (("a.txt", b'{"Attachments":[]}'), ("b.zip", b"\x1f\x8b\x08\x00not gzip"), ("c.txt", b"\x00")):
        file = Upload(name=name, mime_type="application/octet-stream", content=content)
        made = attachments.add(session, "Invoices", invoice.invoice_id, file, name)
        assert attachments.content(session, "Invoices", invoice.invoice_id, made) == content


def test_the_same_name_replaces_the_file(session, invoice):
    first = attachments.add(session, "Invoices", invoice.invoice_id, FILE, "file-1")
    new = Upload(name="SIGNATURE.png", mime_type="image/png", content=b"new")
    second = attachments.add(session, "Invoices", invoice.invoice_id, new, "file-2")
    assert (second.attachment_id, second.is_online) == (first.attachment_id, False)
    assert attachments.content(session, "Invoices", invoice.invoice_id, first) == b"new"


@pytest.mark.parametrize("name", ["PO 1 & 100% & café.png", "#1 = ~;,'$@!.png", "日本語.png"])
def test_a_files_name_arrives_as_it_is_whatever_is_in_it(session, invoice, name):
    file = Upload(name=name, mime_type="image/png", content=b"png")
    assert attachments.add(session, "Invoices", invoice.invoice_id, file, "file-1").name == name
    (found,) = attachments.read(session, "Invoices", invoice.invoice_id)
    assert found.name == name
    assert attachments.content(session, "Invoices", invoice.invoice_id, found) == b"png"


def test_an_eleventh_file_is_refused_before_it_is_sent_but_a_tenth_may_be_replaced(session, control, invoice):
    for number in range(PER_RECORD_MAX - 1):
        file = Upload(name=f"{number}.png", mime_type="image/png", content=b"png")
        attachments.add(session, "Invoices", invoice.invoice_id, file, f"file-{number}")
    attachments.add(session, "Invoices", invoice.invoice_id, FILE, "tenth")
    with pytest.raises(RefusedError) as caught:
        attachments.add(
            session, "Invoices", invoice.invoice_id, Upload(name="11.png", mime_type="image/png", content=b"x"), "more"
        )
    assert caught.value.code == "attachment.number"
    assert len(uploads(control)) == PER_RECORD_MAX
    assert attachments.add(session, "Invoices", invoice.invoice_id, FILE, "tenth again").size == len(PICTURE)


@pytest.mark.parametrize("name", ["", " ", ".", "..", *(f"a{sign}b.png" for sign in '<>:"/\\|?*+\0')])
def test_a_name_xero_does_not_take_is_refused_before_anything_is_asked(session, control, name):
    file = Upload(name=name, mime_type="image/png", content=b"x")
    with pytest.raises(RefusedError) as caught:
        attachments.add(session, "Invoices", "i1", file, "key")
    assert caught.value.code == "attachment.name"
    assert control.received() == []


@pytest.mark.parametrize("content", [b"", b"x" * (BYTES_MAX + 1)], ids=["empty", "too large"])
def test_a_size_xero_does_not_take_is_refused_before_anything_is_asked(session, control, content):
    file = Upload(name="a.png", mime_type="image/png", content=content)
    with pytest.raises(RefusedError) as caught:
        attachments.add(session, "Invoices", "i1", file, "key")
    assert caught.value.code == "attachment.size"
    assert control.received() == []


def test_the_largest_file_that_is_allowed_arrives(session, invoice):
    file = Upload(name="scan.pdf", mime_type="application/pdf", content=b"x" * BYTES_MAX)
    assert attachments.add(session, "Invoices", invoice.invoice_id, file, "file-1").size == BYTES_MAX


def test_contacts_and_quotes_keep_files_too_but_show_none_online(session, control, customer):
    body = quotes.body_of([drafted(Quote, "QU-1", customer["ContactID"], status="DRAFT")])
    (made,) = quotes.create(session, body, 1, "quote-1")
    for collection, record_id in (("Contacts", customer["ContactID"]), ("Quotes", made.posted.document_id)):
        attachments.add(session, collection, record_id, FILE, f"file {collection}")
        (found,) = attachments.read(session, collection, record_id)
        assert attachments.content(session, collection, record_id, found) == PICTURE
    assert [put["query"] for put in uploads(control)] == ["", ""]


def test_a_file_for_a_record_that_is_not_there_is_refused(session):
    with pytest.raises(RefusedError) as caught:
        attachments.add(session, "Invoices", "11111111-1111-4111-8111-111111111111", FILE, "key")
    assert caught.value.code == "xero.record_unknown"


def test_an_approved_invoice_has_an_address_for_the_customer_and_a_draft_has_none(session, customer, invoice):
    assert invoices.online_url(session, invoice.invoice_id).startswith("https://in.xero.com/")
    draft = drafted(Invoice, "SO-2", customer["ContactID"], status="DRAFT", due_on=TODAY)
    (made,) = invoices.create(session, invoices.body_of([draft]), 1, "invoice-2")
    with pytest.raises(RefusedError) as caught:
        invoices.online_url(session, made.posted.invoice_id)
    assert "can be viewed online" in caught.value.message
