"""The check of a test run's traffic finds what is wrong with it; shown on descriptions made for the purpose."""

from __future__ import annotations

import json

import check
import pytest
import yaml

ID = "3f2c7c4e-0000-4000-8000-000000000001"
INVOICES = {
    "type": "object",
    "properties": {"Invoices": {"type": "array", "items": {"$ref": "#/components/schemas/Invoice"}}},
}
INVOICE = {
    "type": "object",
    "required": ["Type"],
    "properties": {
        "Type": {"type": "string", "enum": ["ACCREC", "ACCPAY"]},
        "InvoiceID": {"type": "string", "format": "uuid"},
        "InvoiceNumber": {"type": "string", "maxLength": 5},
        "Date": {"type": "string", "x-is-msdate": True},
        "Total": {"type": "number", "readOnly": True},
    },
}
ERROR = {"type": "object", "properties": {"Message": {"type": "string"}}}


def body_of(name):
    return {"content": {"application/json": {"schema": {"$ref": f"#/components/schemas/{name}"}}}}


TENANT = {"in": "header", "name": "xero-tenant-id", "required": True, "schema": {"type": "string"}}
ACCOUNTING = {
    "servers": [{"url": "https://api.xero.com/api.xro/2.0"}],
    "components": {
        "schemas": {"Invoices": INVOICES, "Invoice": INVOICE, "Error": ERROR},
        "responses": {"400Error": body_of("Error")},
    },
    "paths": {
        "/Invoices": {
            "parameters": [TENANT],
            "put": {
                "operationId": "createInvoices",
                "parameters": [{"in": "query", "name": "unitdp", "schema": {"type": "integer"}}],
                "requestBody": body_of("Invoices"),
                "responses": {"200": body_of("Invoices"), "400": {"$ref": "#/components/responses/400Error"}},
            },
        },
        "/Invoices/{InvoiceID}": {
            "get": {
                "operationId": "getInvoice",
                "parameters": [
                    {"in": "path", "name": "InvoiceID", "required": True, "schema": INVOICE["properties"]["InvoiceID"]}
                ],
                "responses": {"200": body_of("Invoices")},
            }
        },
    },
}
TOKEN = {"type": "object", "properties": {"access_token": {"type": "string"}, "expires_in": {"type": "integer"}}}
IDENTITY = {
    "servers": [{"url": "https://api.xero.com"}],
    "components": {"schemas": {"AccessToken": TOKEN}},
    "paths": {},
}
WEBHOOK = {
    "required": ["events"],
    "properties": {
        "events": {"items": {"required": ["resourceId"], "properties": {"eventCategory": {"oneOf": [
            {"const": "INVOICE"}, {"const": "CREDITNOTE"}]}}}},
        "firstEventSequence": {"type": "integer", "minimum": 1},
    },
}  # fmt: skip
CREDIT_NOTE = {"properties": {"events": {"items": {"required": ["data"]}}}}
WEBHOOKS = {"components": {"schemas": {"WebhookEvent": WEBHOOK, "CreditNoteWebhookEvent": CREDIT_NOTE}}}
SENT = {"Type": "ACCREC", "InvoiceNumber": "SO-1", "Date": "2026-11-20"}
KEPT = {**SENT, "InvoiceID": ID, "Date": "/Date(1795132800000+0000)/", "Total": 11.5}
CALL = {
    "method": "PUT", "path": "/api.xro/2.0/Invoices", "query": "unitdp=4", "signed_in": "Bearer",
    "headers": {"user-agent": "fieldbridge/1", "content-type": "application/json", "xero-tenant-id": ID},
    "body": {"Invoices": [SENT]}, "status": 200, "content_type": "application/json; charset=utf-8",
    "answer": {"Invoices": [KEPT]}, "fault": "",
}  # fmt: skip
NAMELESS = {"user-agent": "fieldbridge/1", "content-type": "application/json"}
OTHERS = {"headers": {**CALL["headers"], "user-agent": "somebody"}}
READ = {"method": "GET", "path": f"/api.xro/2.0/Invoices/{ID}", "query": "", "body": ""}


def call(**changes):
    return CALL | changes


def sent(**changes):
    return call(body={"Invoices": [{**SENT, **changes}]})


def kept(**changes):
    return call(answer={"Invoices": [{**KEPT, **changes}]})


@pytest.fixture
def checked(tmp_path, capsys):
    """A function that checks these exchanges and a good one of each kind. Shape: (exit code, what was printed)."""
    files = [tmp_path / f"{name}.yaml" for name in ("accounting", "identity", "webhooks")]
    for file, doc in zip(files, (ACCOUNTING, IDENTITY, WEBHOOKS), strict=True):
        file.write_text(yaml.safe_dump(doc))
    folder = tmp_path / "journal"
    folder.mkdir()

    def run(*exchanges):
        with (folder / "1.jsonl").open("w") as journal:
            for one in exchanges:
                texts = {name: one[name] if isinstance(one[name], str) else json.dumps(one[name]) for name in TEXTS}
                journal.write(json.dumps(one | texts) + "\n")
        return check.main(*files, folder), capsys.readouterr().out

    return run


def told(*events, first=1):
    body = {"events": list(events), "firstEventSequence": first}
    return call(path="http://127.0.0.1/hook", signed_in="x-xero-signature", body=body)


def event(category):
    return {"resourceId": ID, "eventCategory": category}


TEXTS = ("body", "answer")
GOOD = (CALL, CALL | OTHERS)


def test_traffic_as_described_is_good_and_counted_by_operation(checked):
    code, said = checked(*GOOD, call(**READ))
    assert code == 0
    assert "3 exchanges, 0 faults" in said
    counts = {line.split()[0]: line.split()[1:] for line in said.splitlines() if line.startswith(("create", "get"))}
    assert counts == {"createInvoices": ["1", "1", "2"], "getInvoice": ["1", "0", "1"]}


@pytest.mark.parametrize("exchanges", [(), (CALL,), (CALL | OTHERS,)])
def test_a_run_that_shows_too_little_is_not_good(checked, exchanges):
    assert checked(*exchanges)[0] == 1


WRONG = {
    "request of ours: Invoices.*: not described: Colour": sent(Colour="red"),
    'request of ours: Invoices.*.Type: "accrec" is not one of': sent(Type="accrec"),
    "request of ours: Invoices.*.InvoiceNumber:": sent(InvoiceNumber="SO-100"),
    "request of ours: Invoices.*.Date:": sent(Date="yesterday"),
    "request of ours: Invoices.*.Total: only Xero writes this": sent(Total=1),
    'request of ours: Invoices.*: "Type" is a required property': call(body={"Invoices": [{}]}),
    "request of ours: Invoices is not around the elements": call(body=SENT),
    "request of ours: content type 'text/xml'": call(headers={**CALL["headers"], "content-type": "text/xml"}),
    "request of ours: query unitdp: 'four' is not integer": call(query="unitdp=four"),
    "request of ours: query colour is not described": call(query="colour=red"),
    "request of others: Invoices.*: not described: Colour": sent(Colour="red") | OTHERS,
    "answer 200: Invoices.*: not described: Colour": kept(Colour="red"),
    "answer 200: Invoices.*.InvoiceID:": kept(InvoiceID="1"),
    "answer 200: Invoices.*.Date:": kept(Date="2026-11-20"),
    "answer 200: Invoices.*.Total:": kept(Total="11.50"),
    "answer 200: content type 'text/plain'": call(content_type="text/plain"),
    "answer 400: not described: Colour": call(status=400, answer={"Colour": "red"}),
    "answer 418: not described": call(status=418),
    "header xero-tenant-id is missing": call(headers=NAMELESS, status=403),
    "DELETE /api.xro/2.0/Invoices no such path and method": call(method="DELETE", status=404),
    "POST /connect/revoke no such path and method": call(method="POST", path="/connect/revoke") | OTHERS,
    'webhook events.*: "resourceId" is a required property': told({"eventCategory": "INVOICE"}),
    'webhook events.*: "data" is a required property': told(event("CREDITNOTE")),
    "webhook events.*.eventCategory:": told(event("ITEM")),
    "webhook firstEventSequence:": told(event("INVOICE"), first=0),
    "token answer 200: not described: colour": call(method="POST", path="/connect/token", answer={"colour": "red"}),
    "token request of others:": call(method="POST", path="/connect/token", body="grant_type=magic", headers={
        "content-type": "application/x-www-form-urlencoded"}, answer={"access_token": "withheld"}),
}  # fmt: skip


@pytest.mark.parametrize("fault", WRONG)
def test_what_is_wrong_is_told_with_its_place(checked, fault):
    code, said = checked(*GOOD, WRONG[fault])
    assert code == 1
    (line,) = [line for line in said.splitlines() if fault in line]
    assert "first at 1.jsonl:3" in line


def test_a_wrong_request_of_others_may_be_refused_but_its_answer_must_be_right(checked):
    refused = sent(Colour="red") | OTHERS | {"status": 400, "answer": {"Message": "No."}}
    code, said = checked(*GOOD, refused)
    assert code == 0
    assert "1 x request of others, not carried out: 400" in said
    assert checked(*GOOD, refused | {"answer": {"Colour": "red"}})[0] == 1


def test_what_a_planned_fault_answers_is_left_out_and_counted_but_not_our_request(checked):
    broken = call(fault="status", status=500, content_type="text/plain", answer="oops")
    code, said = checked(*GOOD, broken)
    assert code == 0
    assert "1 x answer by planned fault: status" in said
    assert checked(*GOOD, broken | {"body": {}})[0] == 1
    assert checked(*GOOD, kept(Colour="red") | {"fault": "lost_after"})[0] == 1


def test_what_xero_takes_besides_is_excused_for_others_and_counted(checked):
    loose = {"query": "UNITDP=4&colour=red", "body": {**SENT, "Total": 1}} | OTHERS
    code, said = checked(*GOOD, call(**loose), call(**READ | OTHERS | {"path": "/api.xro/2.0/Invoices/SO-1"}))
    assert code == 0
    excused = said.partition("Excused:")[2]
    assert len([line for line in excused.splitlines() if "x others: " in line]) == 5


def test_what_subscribers_are_told_is_checked_but_for_what_is_later_than_the_description(checked):
    code, said = checked(*GOOD, told(event("INVOICE")), told(event("PREPAYMENT")), told(first=0))
    assert code == 0
    assert ["webhook", "0", "0", "3"] in [line.split() for line in said.splitlines()]
    assert said.count("x local Xero: ") == 2
