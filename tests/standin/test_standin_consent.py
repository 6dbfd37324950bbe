"""OAuth 2.0: registering applications, the consent page, codes and what they are exchanged for."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from standin_oauth2 import CHALLENGE, REDIRECT, SCOPES, VERIFIER, add_app, app_page, new_app, returned, text_of


@pytest.mark.parametrize(
    ("form", "text"),
    [
        ({"kind": "web", "redirect_uris": ""}, "Enter at least one redirect URI."),
        ({"kind": "web", "redirect_uris": "http://127.0.0.1:8000/back"}, "must begin with https://"),
        ({"kind": "mobile", "redirect_uris": "myapp://back"}, "must begin with https://"),
        ({"kind": "web", "redirect_uris": "https://a.example/#x"}, "without a fragment"),
        ({"kind": "custom", "scopes": ""}, "Enter at least one scope."),
        ({"kind": "custom", "scopes": "accounting.invoice"}, "Unknown scope: accounting.invoice"),
        ({"kind": "custom", "scopes": "accounting.transactions"}, "Invalid scope for client"),
        ({"kind": "custom", "scopes": "accounting.settings"}, "Choose an organisation."),
        ({"kind": ""}, "Choose a kind."),
    ],
)
def test_unusable_applications_are_refused_with_the_reason(two, http, form, text):
    answer = add_app(http, two.url, name="Odd", **form)
    assert answer.status_code == 422
    assert text in answer.text


def test_a_mobile_app_has_no_secret(two, http):
    new_app(http, two.url, "mobile", "Tablet")
    _, page = app_page(http, two.url, "Tablet")
    assert text_of(page, "#client-id")
    assert page.select_one("#client-secret") is None


def test_the_consent_page_offers_every_organisation_and_comes_back_with_a_code(two, web):
    page = BeautifulSoup(web.consent_page().text, "html.parser")
    assert [str(box["value"]) for box in page.select("input[name=organisation]")] == two.tenants
    assert [code.text for code in page.select("#scopes code")] == SCOPES.split()
    form = {str(field["name"]): str(field["value"]) for field in page.select("input[type=hidden]")}
    sent = form | {"organisation": two.tenants[1], "decision": "allow"}
    answer = web.http.post(f"{web.url}/identity/connect/authorize", data=sent, follow_redirects=False)
    assert returned(answer)["state"] == "s t&1"
    assert len(returned(answer)["code"]) > 20


def test_cancel_comes_back_with_access_denied(two, web):
    answer = web.decide(two.tenants[0], decision="cancel")
    assert returned(answer) == {"error": "access_denied", "state": "s t&1"}
    two.switch(cancel_tells_client=False)
    assert web.decide(decision="cancel").status_code == 400


@pytest.mark.parametrize(
    ("changes", "code", "text"),
    [
        ({"client_id": "NOBODY"}, "unauthorized_client", "Unknown client"),
        ({"redirect_uri": f"{REDIRECT}/"}, "invalid_request", "Invalid redirect_uri"),
        ({"response_type": "token"}, "unsupported_response_type", "must be code"),
        ({"scope": "accounting.orders"}, "invalid_scope", "accounting.orders"),
        ({"scope": ""}, "invalid_request", "scope is missing"),
        ({"scope": "accounting.transactions"}, "unauthorized_client", "Invalid scope for client"),
        ({"code_challenge": CHALLENGE, "code_challenge_method": "plain"}, "invalid_request", "S256"),
    ],
)
def test_wrong_requests_end_on_a_page_and_never_at_the_application(web, changes, code, text):
    answer = web.consent_page(**changes)
    page = BeautifulSoup(answer.text, "html.parser")
    assert (answer.status_code, text_of(page, "#error")) == (400, code)
    assert text in text_of(page, "#error-text")


def test_broad_scopes_are_granted_where_the_switch_allows_them(two, web):
    two.switch(broad_scopes_refused=False)
    web.sign_in(two.tenants[0], scope="accounting.transactions.read")
    assert web.send("GET", "Invoices").status_code == 200
    assert web.send("PUT", "Invoices", {}).status_code == 401


def test_broad_scopes_end_for_everybody_in_september_2027(two, web):
    two.switch(broad_scopes_refused=False)
    two.control("POST", "clock", {"set": "2027-09-12T23:50:00Z"})
    web.sign_in(two.tenants[0], scope="accounting.transactions accounting.contacts")
    assert web.send("GET", "Invoices").status_code == 200
    two.advance(15 * 60)
    assert web.send("GET", "Invoices").status_code == 401
    assert web.send("GET", "Contacts").status_code == 200
    assert web.consent_page(scope="accounting.transactions").status_code == 400


def test_sign_in_scopes_can_be_refused(two, web):
    two.switch(sign_in_scopes_refused=True)
    assert web.consent_page(scope="openid").status_code == 400


def test_an_organisation_must_be_chosen_and_only_one_without_bulk_connect(two, web):
    assert "Choose at least one organisation." in web.decide().text
    single = web.decide(*two.tenants, acr_values="bulk_connect:false")
    assert (single.status_code, "Choose one organisation." in single.text) == (422, True)


def test_a_code_brings_tokens_once(two, web):
    code = web.code(two.tenants[0])
    tokens = web.redeem(code).json()
    assert (tokens["expires_in"], tokens["token_type"], tokens["scope"]) == (1800, "Bearer", SCOPES)
    assert "id_token" not in tokens
    again = web.redeem(code)
    assert (again.status_code, again.json()) == (400, {"error": "invalid_grant"})


def test_a_code_lasts_five_minutes(two, web):
    codes = [web.code(two.tenants[0]), web.code(two.tenants[0])]
    two.advance(299)
    assert web.redeem(codes[0]).status_code == 200
    two.advance(2)
    assert web.redeem(codes[1]).json() == {"error": "invalid_grant"}


def test_a_code_needs_the_redirect_uri_of_its_consent(two, web):
    assert web.redeem(web.code(two.tenants[0]), redirect_uri="https://a.example").json() == {"error": "invalid_grant"}


def test_a_code_belongs_to_its_application(two, web, mobile):
    assert mobile.redeem(web.code(two.tenants[0])).json() == {"error": "invalid_grant"}


def test_pkce_needs_the_verifier_of_the_challenge_and_no_secret(two, mobile):
    assert mobile.sign_in(two.tenants[0]).send("GET", "Organisation").status_code == 200
    for verifier in ("w" * 43, "v" * 42, ""):
        answer = mobile.redeem(mobile.code(two.tenants[0]), code_verifier=verifier)
        assert answer.json() == {"error": "invalid_grant"}
    assert mobile.consent_page(code_challenge="", code_challenge_method="").status_code == 400


def test_a_web_app_may_use_pkce_too(two, web):
    code = web.code(two.tenants[0], code_challenge=CHALLENGE, code_challenge_method="S256")
    assert web.redeem(code, code_verifier=VERIFIER).status_code == 200


def test_an_id_token_comes_with_openid_and_a_refresh_token_with_offline_access(two, web):
    web.sign_in(two.tenants[0], scope="openid profile email accounting.contacts", nonce="n1")
    assert "refresh_token" not in web.tokens
    claims = web.claims("id_token")
    assert (claims["nonce"], claims["aud"], claims["email"]) == ("n1", web.client_id, "stella.smithson@kauri.example")
    assert claims["exp"] - claims["iat"] == 300


def test_the_access_token_says_who_what_and_how_long(two, web):
    claims = web.sign_in(two.tenants[0]).claims()
    assert claims["scope"] == SCOPES.split()
    assert claims["client_id"] == web.client_id
    assert claims["exp"] - claims["nbf"] == 1800
    assert claims["authentication_event_id"] == web.connections().json()[0]["authEventId"]
    assert claims["xero_userid"]


def test_accounting_scopes_add_up_over_consents(two, web):
    web.sign_in(two.tenants[0], scope="accounting.contacts offline_access")
    web.sign_in(two.tenants[0], scope="accounting.invoices")
    assert web.tokens["scope"] == "accounting.invoices accounting.contacts"
    assert "refresh_token" not in web.tokens


def test_the_form_shows_only_the_fields_of_the_chosen_kind(two, http):
    page = http.get(f"{two.url}/my-applications/add").text
    assert 'form:has(input[name=kind][value=web]:checked) [class*="for-"]:not(.for-web) { display: none; }' in page
