"""The guards of a plan: many records, approvals, connections, uncertified applications, data pulled out."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from standin_caller import certificate_of, messages, new_key, register
from standin_oauth2 import new_app, text_of

from fieldbridge.standin import Options, running

HIGH = "Your request is not filtering Invoices efficiently, given the extremely high volume for this organisation."


@pytest.mark.parametrize(
    "query",
    [
        {"page": "1", "where": "Total>10"},
        {"page": "1", "where": 'Reference.Contains("1")'},
        {"page": "1", "where": 'Status=="DRAFT" OR Type=="ACCREC"'},
        {"page": "1", "where": 'Status!="DRAFT"'},
        {"page": "1", "order": "Total"},
        {},
    ],
)
def test_a_question_that_looks_through_too_many_invoices_is_refused(caller, query):
    assert caller.send("GET", "Invoices", query=query).status_code == 200
    caller.switch(high_volume_records=5)
    assert messages(caller.send("GET", "Invoices", query=query)) == [HIGH]


@pytest.mark.parametrize(
    "query",
    [
        {"page": "1"},
        {"page": "1", "where": 'Status=="AUTHORISED" AND Date>DateTime(2020,1,1)', "order": "Date DESC"},
        {"page": "1", "where": 'InvoiceID==guid("2f7b2c0e-98a4-4a0b-a2f4-6a8a7c5dd001") OR '
                               'InvoiceID==guid("2f7b2c0e-98a4-4a0b-a2f4-6a8a7c5dd002")'},
        {"InvoiceNumbers": "INV-0001,INV-0002"},
        {"page": "1", "InvoiceNumbers": "INV-0001", "order": "Total"},
    ],
)  # fmt: skip
def test_optimised_filters_pages_and_lists_of_keys_pass_the_guard(caller, query):
    caller.switch(high_volume_records=5)
    assert caller.send("GET", "Invoices", query=query).status_code == 200


def test_the_guard_names_the_endpoint_and_leaves_items_alone(caller):
    caller.switch(high_volume_records=5)
    (text,) = messages(caller.send("GET", "Contacts", query={"page": "1", "where": 'FirstName=="Mere"'}))
    assert "not filtering Contacts efficiently" in text
    assert caller.send("GET", "Contacts", query={"page": "1", "where": 'Name=="Kerikeri Foodmart"'}).status_code == 200
    assert len(caller.get("Items")["Items"]) == 12


def test_a_starter_plan_approves_twenty_sales_invoices_a_month(caller, invoice):
    caller.control("POST", "organisation", {"Class": "STARTER"})
    caller.switch(approvals_per_month=2)
    day = "2031-05-{:02d}"

    def approve(number: str, date: str, **more):
        return caller.put(
            "Invoices", {**invoice, "InvoiceNumber": number, "Date": date, "Status": "AUTHORISED", **more}
        )

    assert [approve(f"S-{at}", day.format(at)).status_code for at in (1, 2)] == [200, 200]
    assert messages(approve("S-3", day.format(30))) == ["You have reached the limit of invoices you can approve"]
    assert approve("S-4", "2031-06-01").status_code == 200
    assert approve("B-1", day.format(3), Type="ACCPAY").status_code == 200
    draft = {**invoice, "InvoiceNumber": "S-5", "Date": day.format(4)}
    assert caller.put("Invoices", draft).status_code == 200
    assert messages(caller.post("Invoices/S-5", {"Status": "AUTHORISED"}))
    assert caller.post("Invoices/S-1", {"Reference": "approved before"}).status_code == 200
    caller.control("POST", "organisation", {"Class": "PREMIUM"})
    assert caller.post("Invoices/S-5", {"Status": "AUTHORISED"}).status_code == 200


@pytest.fixture(scope="module")
def tight_url():
    names = ("A", "B", "C")
    options = Options(organisations=names, contacts=2, items=2, history_months=0, connections_per_app=2)
    with running(options) as url:
        yield url


def test_an_application_reaches_as_many_organisations_as_its_tier_allows(tight_url, http):
    http.post(f"{tight_url}/standin/reset", json={"keep_applications": False})
    app = new_app(http, tight_url, "web", "Wide")
    page = BeautifulSoup(app.consent_page().text, "html.parser")
    a, b, c = (str(box["value"]) for box in page.select("input[name=organisation]"))
    app.sign_in(a, b)
    refused = app.decide(c)
    assert refused.status_code == 422
    wrong = text_of(BeautifulSoup(refused.text, "html.parser"), "#organisation-wrong")
    assert wrong == "This application has reached its limit of 2 connected organisations"
    assert app.sign_in(a).tokens["access_token"]
    held = app.connections().json()[0]["id"]
    http.delete(f"{tight_url}/connections/{held}", headers=app.bearer())
    assert app.sign_in(c).tokens["access_token"]


def test_an_organisation_bears_two_uncertified_applications_custom_connections_aside(tight_url, http):
    http.post(f"{tight_url}/standin/reset", json={"keep_applications": False})
    names = ("First", "Second", "Third")
    first, second, third = (new_app(http, tight_url, "web", name) for name in names)
    page = BeautifulSoup(first.consent_page().text, "html.parser")
    organisation = str(page.select("input[name=organisation]")[0]["value"])
    new_app(http, tight_url, "custom", "Machine", organisation=organisation, scopes="accounting.contacts")
    first.sign_in(organisation)
    second.sign_in(organisation)
    refused = third.decide(organisation)
    assert refused.status_code == 422
    assert "A has reached its limit of 2 uncertified applications" in refused.text
    first.revoke()
    assert third.sign_in(organisation).tokens["access_token"]


def test_egress_counts_what_is_read_but_not_the_organisation(caller, invoice):
    def pulled() -> int:
        return sum(sum(month.values()) for month in caller.control("GET", "egress").values())

    caller.get("Organisation")
    caller.put("Invoices", invoice)
    assert pulled() == 0
    answer = caller.send("GET", "Invoices/SO-1")
    assert pulled() == len(answer.content)
    caller.switch(egress_counts_compressed=True)
    before = pulled()
    packed = caller.send("GET", "Invoices", headers={"Accept-Encoding": "gzip"})
    assert pulled() - before == int(packed.headers["content-length"]) < len(packed.content)
    caller.switch(egress_counts_writes=True)
    before = pulled()
    caller.post("Invoices/SO-1", {"Reference": "x"})
    assert pulled() > before


def test_custom_connections_may_have_a_day_of_their_own(two, http):
    two.switch(custom_connection_calls_per_day=1000)
    new = {"organisation": two.tenants[0], "scopes": "accounting.settings"}
    app = new_app(http, two.url, "custom", "Machine", **new)
    app.tokens = app.token(grant_type="client_credentials").json()
    assert app.send("GET", "Organisation").headers["x-daylimit-remaining"] == "999"


@pytest.mark.parametrize(
    ("switches", "kind", "status", "problem"),
    [
        ({}, "permission_denied", 401, "oauth_problem=permission_denied"),
        ({"oauth1_problem_status": 403}, "permission_denied", 403, "oauth_problem=permission_denied"),
        ({}, "organisation_offline", 503, "The Organisation is offline"),
        ({"legacy_organisation_offline": True}, "organisation_offline", 503, "oauth_problem=organisation%20offline"),
        ({"legacy_rate_limit": True}, "rate_day", 503, "oauth_problem=rate%20limit%20exceeded"),
        ({"legacy_rate_limit": True, "legacy_day_status": 401}, "rate_day", 401, "oauth_problem=rate%20limit"),
    ],
)
def test_legacy_problems_are_answered_as_the_switches_say(caller, switches, kind, status, problem):
    caller.switch(**switches)
    caller.control("POST", "faults", {"kind": kind})
    answer = caller.send("GET", "Contacts")
    assert (answer.status_code, answer.text.startswith(problem)) == (status, True)


def test_a_lost_role_is_a_403_for_a_token(two, web):
    web.sign_in(two.tenants[0])
    two.control("POST", "faults", {"kind": "permission_denied"})
    answer = web.send("GET", "Contacts")
    assert (answer.status_code, answer.json()["detail"]) == (403, "AuthenticationUnsuccessful")


@pytest.mark.parametrize(
    ("switches", "text"),
    [
        ({"largest_key_bits": 512}, "The RSA key must have at most 512 bits"),
        ({"certificate_hashes": "sha1"}, "The certificate must be signed with sha1; this one is with sha256"),
    ],
)
def test_certificates_are_judged_as_the_switches_say(caller, http, switches, text):
    caller.switch(**switches)
    answer = register(http, caller.url, certificate_of(new_key()), "Other")
    assert (answer.status_code, text in answer.text) == (422, True)


def test_full_organisations_may_be_missing_from_the_drop_down(two, http):
    for name in ("One", "Two"):
        assert register(http, two.url, certificate_of(new_key()), name, two.tenants[0]).status_code == 303

    def offered() -> list[str]:
        page = BeautifulSoup(http.get(f"{two.url}/my-applications/add").text, "html.parser")
        return [str(option["value"]) for option in page.select("select#organisation option") if option["value"]]

    assert offered() == two.tenants
    two.switch(full_organisations_listed=False)
    assert offered() == two.tenants[1:]


def test_the_url_limit_answers_as_switched(caller):
    caller.switch(url_limit_bytes=50, url_limit_status=400)
    assert caller.send("GET", "Invoices", query={"IDs": "0" * 60}).status_code == 400
