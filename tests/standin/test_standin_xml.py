"""XML: the answer to whoever does not ask for JSON, and the bodies old clients send."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import urlencode
from xml.etree import ElementTree

import pytest
from cryptography.hazmat.primitives import serialization
from standin_caller import certificate_of, consumer_key, new_key, register
from xero import Xero as PyXero
from xero.auth import PrivateCredentials
from xero.exceptions import XeroBadRequest

XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
FORM = "application/x-www-form-urlencoded"
SALE = """<Invoices xmlns:i="http://www.w3.org/2001/XMLSchema-instance"><Invoice>
  <Type>ACCREC</Type><Contact><Name>Kerikeri Foodmart</Name></Contact><InvoiceNumber>SO-1</InvoiceNumber>
  <Date>2031-05-27T00:00:00</Date><DueDate>2031-06-20</DueDate><Reference></Reference><Status>AUTHORISED</Status>
  <CurrencyRate></CurrencyRate><BrandingThemeID i:nil="true"/><LineAmountTypes>Exclusive</LineAmountTypes>
  <LineItems>
    <LineItem><Description>Crates &amp; lids — 30 %</Description><Quantity>3</Quantity><UnitAmount>4.35</UnitAmount>
      <DiscountRate>10</DiscountRate><AccountCode>200</AccountCode>
      <Tracking><TrackingCategory><Name>Area</Name><Option>North</Option></TrackingCategory></Tracking></LineItem>
    <LineItem><Description>A line of text</Description></LineItem>
  </LineItems></Invoice></Invoices>"""


def put_xml(caller, body, content_type="application/xml", accept="*/*", **query):
    headers = {"Content-Type": content_type, "Accept": accept}
    return caller.send("PUT", "Invoices", body.encode(), headers=headers, query=query)


def tree(answer, status=200):
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/xml; charset=utf-8"), answer.text
    return ElementTree.fromstring(answer.content)


@pytest.mark.parametrize("accept", ["*/*", "application/xml", "text/xml", "text/html, image/gif, *; q=.2"])
def test_without_asking_for_json_the_envelope_is_xml(caller, accept):
    root = tree(caller.send("GET", "Organisation", headers={"Accept": accept}))
    assert root.tag == "Response"
    assert [child.tag for child in root] == ["Id", "Status", "ProviderName", "DateTimeUTC", "Organisations"]
    assert root.findtext("Status") == "OK"
    assert root.findtext("Organisations/Organisation/Name") == "Kauri Wholesale Limited"
    assert root.findtext("Organisations/Organisation/IsDemoCompany") == "false"


def test_an_invoice_sent_in_xml_is_priced_as_in_json_and_reads_back_in_both(caller):
    invoice = tree(put_xml(caller, SALE)).find("Invoices/Invoice")
    assert (invoice.findtext("SubTotal"), invoice.findtext("Total")) == ("11.75", "13.51")
    assert (invoice.findtext("Date"), invoice.findtext("DueDate")) == ("2031-05-27T00:00:00", "2031-06-20T00:00:00")
    lines = invoice.findall("LineItems/LineItem")
    assert lines[0].findtext("Description") == "Crates & lids — 30 %"
    assert lines[0].findtext("Tracking/TrackingCategory/Option") == "North"
    assert invoice.find("DateString") is None
    read = caller.get("Invoices/SO-1")["Invoices"][0]
    assert (read["Total"], read["Reference"], len(read["LineItems"])) == (Decimal("13.51"), "", 2)
    assert read["InvoiceID"] == invoice.findtext("InvoiceID")


@pytest.mark.parametrize("start", ["", '<?xml version="1.0" encoding="utf-8"?>\n', "\ufeff"])
@pytest.mark.parametrize("content_type", ["application/xml", "text/xml; charset=utf-8", FORM])
def test_xml_is_read_from_a_body_and_from_the_form_field_of_old_clients(two, web, start, content_type):
    web.sign_in(two.tenants[0])
    body = urlencode({"xml": start + SALE}) if content_type == FORM else start + SALE
    headers = {**web.bearer(), "xero-tenant-id": web.tenant, "Content-Type": content_type}
    answer = web.http.put(f"{two.url}/api.xro/2.0/Invoices", content=body.encode(), headers=headers)
    assert answer.status_code == 200, answer.text
    assert answer.json()["Invoices"][0]["InvoiceNumber"] == "SO-1"


def test_refusals_are_an_api_exception_in_xml(caller):
    assert put_xml(caller, SALE).status_code == 200
    root = tree(put_xml(caller, SALE), 400)
    assert [root.tag, root.findtext("ErrorNumber"), root.findtext("Type")] == [
        "ApiException", "10", "ValidationException",
    ]  # fmt: skip
    element = root.find("Elements/DataContractBase")
    assert element.get(f"{XSI}type") == "Invoice"
    assert element.findtext("ValidationErrors/ValidationError/Message") == "Invoice # must be unique."
    several = tree(put_xml(caller, SALE, summarizeErrors="false"))
    assert several.find("Invoices/Invoice").get("status") == "ERROR"


@pytest.mark.parametrize(
    "body",
    [
        "<Invoice><Type>ACCREC</Invoice>",
        "not xml at all",
        '<!DOCTYPE a [<!ENTITY x "y">]><Invoice><Reference>&x;</Reference></Invoice>',
        "<Invoice><Type>ACCREC</Type><Date>someday</Date></Invoice>",
        "<Invoices><Invoice>text</Invoice></Invoices>",
    ],
)
def test_xml_that_cannot_be_read_is_refused(caller, body):
    assert tree(put_xml(caller, body), 400).findtext("ErrorNumber") == "14"


@pytest.mark.parametrize(("body", "content_type", "status"), [("a,b", "text/csv", 415), ("json=1", FORM, 400)])
def test_other_bodies_are_refused(two, web, body, content_type, status):
    web.sign_in(two.tenants[0])
    headers = {**web.bearer(), "xero-tenant-id": web.tenant, "Content-Type": content_type}
    assert web.http.put(f"{two.url}/api.xro/2.0/Invoices", content=body, headers=headers).status_code == status


def test_an_unknown_record_stays_an_empty_404(caller):
    missing = caller.send("GET", "Invoices/none", headers={"Accept": "*/*"})
    assert (missing.status_code, missing.content) == (404, b"")


def test_pyxero_writes_xml_in_forms_signed_with_oauth_1_0a(two, http):
    key = new_key()
    pem = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.TraditionalOpenSSL, serialization.NoEncryption()
    )
    assert register(http, two.url, certificate_of(key), "Private", two.tenants[0]).status_code == 303
    credentials = PrivateCredentials(consumer_key(http, two.url, "Private"), pem.decode())
    credentials.base_url = two.url
    xero = PyXero(credentials)
    line = {"Description": "Pears + plums & more", "Quantity": 4, "UnitAmount": 2.5, "AccountCode": "200"}
    sale = {"Type": "ACCREC", "Contact": {"Name": "New Café"}, "InvoiceNumber": "PX-1", "LineItems": [line]}
    (made,) = xero.invoices.put(sale)
    assert (made["SubTotal"], made["Contact"]["Name"]) == (10, "New Café")
    assert made["LineItems"][0]["Description"] == "Pears + plums & more"
    (changed,) = xero.invoices.save({"InvoiceID": made["InvoiceID"], "Reference": "by POST"})
    assert (changed["InvoiceNumber"], changed["Reference"]) == ("PX-1", "by POST")
    with pytest.raises(XeroBadRequest):
        xero.invoices.put(sale)
    assert [one["Name"] for one in xero.contacts.save([{"Name": "One"}, {"Name": "Two"}])] == ["One", "Two"]
