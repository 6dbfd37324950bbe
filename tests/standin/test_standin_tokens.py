"""OAuth 2.0: refreshing, revoking, connections, custom connections, and calls with a token."""

from __future__ import annotations

import base64
import hashlib
import re

import httpx2
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from standin_oauth2 import app_page, new_app, text_of

DAY_S = 86_400


def error(answer):
    assert answer.status_code == 400, answer.text
    return answer.json()["error"]


def test_every_refresh_brings_a_new_pair(two, web):
    first = web.sign_in(two.tenants[0]).tokens
    second = web.refresh().json()
    assert second["refresh_token"] != first["refresh_token"]
    assert second["access_token"] != first["access_token"]
    web.tokens = second
    assert web.send("GET", "Organisation").status_code == 200


def test_a_replaced_refresh_token_works_for_thirty_minutes_more(two, web):
    first = web.sign_in(two.tenants[0]).tokens["refresh_token"]
    web.refresh(first)
    two.advance(29 * 60)
    assert web.refresh(first).status_code == 200
    two.advance(2 * 60)
    assert error(web.refresh(first)) == "invalid_grant"


def test_a_refresh_in_its_grace_brings_another_or_the_same_token_as_the_switch_says(two, web):
    first = web.sign_in(two.tenants[0]).tokens["refresh_token"]
    pair = [web.refresh(first).json()["refresh_token"] for _ in range(2)]
    assert pair[0] != pair[1]
    assert web.refresh(pair[0]).status_code == 200
    two.switch(graced_refresh_repeats=True)
    assert web.refresh(first).json()["refresh_token"] == pair[1]


def test_a_refresh_token_dies_after_sixty_idle_days(two, web):
    web.sign_in(two.tenants[0])
    two.advance(59 * DAY_S)
    web.tokens = web.refresh().json()
    two.advance(59 * DAY_S)
    assert web.refresh().status_code == 200
    web.tokens = web.refresh().json()
    two.advance(61 * DAY_S)
    assert error(web.refresh()) == "invalid_grant"


def test_a_refresh_answered_500_may_have_rotated_all_the_same(two, web):
    web.sign_in(two.tenants[0])
    two.control("POST", "faults", {"kind": "status", "status": 500, "commits": True, "path": "/connect/token"})
    assert web.refresh().status_code == 500
    assert web.refresh().status_code == 200


@pytest.mark.parametrize("kind", ["lost_after", "truncated"])
def test_a_refresh_whose_answer_never_came_is_retried_with_the_old_token(two, web, kind):
    web.sign_in(two.tenants[0])
    two.control("POST", "faults", {"kind": kind, "path": "/connect/token"})
    with pytest.raises(httpx2.TransportError):
        web.refresh()
    two.advance(29 * 60)
    assert web.refresh().status_code == 200
    two.advance(2 * 60)
    assert error(web.refresh()) == "invalid_grant"


def test_a_refresh_that_never_arrived_has_not_rotated(two, web):
    web.sign_in(two.tenants[0])
    two.control("POST", "faults", {"kind": "lost_before", "path": "/connect/token"})
    with pytest.raises(httpx2.TransportError):
        web.refresh()
    two.advance(DAY_S)
    assert web.refresh().status_code == 200


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"grant_type": "refresh_token", "refresh_token": "made up"}, "invalid_grant"),
        ({"grant_type": "refresh_token"}, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "x"}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({}, "invalid_request"),
        ({"grant_type": "client_credentials", "scope": "accounting.contacts"}, "unauthorized_client"),
    ],
)
def test_malformed_token_requests_are_told_apart(web, form, code):
    assert error(web.token(**form)) == code


def test_a_wrong_secret_is_an_invalid_client_with_the_status_of_the_switch(two, web):
    web.client_secret = "wrong"
    assert error(web.token(grant_type="refresh_token", refresh_token="x")) == "invalid_client"
    two.switch(bad_client_status=401, token_error_description=True)
    answer = web.token(grant_type="refresh_token", refresh_token="x")
    assert (answer.status_code, set(answer.json())) == (401, {"error", "error_description"})


def test_revoking_ends_the_tokens_and_removes_every_connection(two, web):
    web.sign_in(*two.tenants)
    answer = web.revoke()
    assert (answer.status_code, answer.content) == (200, b"")
    assert error(web.refresh()) == "invalid_grant"
    assert web.send("GET", "Organisation").status_code == 403
    assert web.connections().json() == []


def test_connections_tell_what_one_consent_added(two, web):
    web.sign_in(two.tenants[0])
    web.sign_in(two.tenants[1])
    found = web.connections().json()
    assert [one["tenantId"] for one in found] == two.tenants
    assert set(found[0]) == {
        "id", "authEventId", "tenantId", "tenantType", "tenantName", "createdDateUtc", "updatedDateUtc"
    }  # fmt: skip
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{7}", found[0]["createdDateUtc"])
    event = web.claims()["authentication_event_id"]
    assert [one["tenantName"] for one in web.connections(f"?authEventId={event}").json()] == ["Rimu Retail Limited"]


def test_a_deleted_connection_is_forbidden_and_keeps_its_id_when_made_again(two, web):
    before = web.sign_in(two.tenants[0]).connections().json()[0]
    gone = web.http.delete(f"{web.url}/connections/{before['id']}", headers=web.bearer())
    assert (gone.status_code, gone.content) == (204, b"")
    assert web.http.delete(f"{web.url}/connections/{before['id']}", headers=web.bearer()).status_code == 404
    refused = web.send("GET", "Organisation")
    assert refused.status_code == 403
    assert refused.json()["title"] == "Forbidden"
    assert refused.json()["detail"] == "AuthenticationUnsuccessful"
    two.advance(60)
    after = web.sign_in(two.tenants[0]).connections().json()[0]
    assert after["id"] == before["id"]
    assert after["createdDateUtc"] == before["createdDateUtc"]
    assert after["updatedDateUtc"] > before["updatedDateUtc"]


@pytest.mark.parametrize("tenant", ["", "11111111-1111-4111-8111-111111111111"])
def test_a_missing_or_foreign_tenant_is_forbidden(two, web, tenant):
    web.sign_in(two.tenants[0])
    assert web.send("GET", "Organisation", xero_tenant_id=tenant).status_code == 403


def test_each_tenant_shows_its_own_books(two, web):
    web.sign_in(*two.tenants)
    names = [
        web.send("GET", "Organisation", xero_tenant_id=tenant).json()["Organisations"][0]["Name"]
        for tenant in two.tenants
    ]
    assert names == ["Kauri Wholesale Limited", "Rimu Retail Limited"]


def test_limits_are_counted_per_tenant(two, web):
    web.sign_in(*two.tenants)
    left = [web.send("GET", "Organisation", xero_tenant_id=one).headers["x-daylimit-remaining"] for one in two.tenants]
    assert left[0] == left[1]


def test_an_expired_token_says_when_it_expired(two, web):
    web.sign_in(two.tenants[0])
    two.advance(1801)
    answer = web.send("GET", "Organisation")
    content = answer.json()
    assert (answer.status_code, content["Title"], content["Status"]) == (401, "Unauthorized", 401)
    assert re.fullmatch(r"TokenExpired: token expired at \d\d/\d\d/\d{4} \d\d:\d\d:\d\d", content["Detail"])
    assert set(content) == {"Type", "Title", "Status", "Detail", "Instance", "Extensions"}


@pytest.mark.parametrize("token", ["nonsense", "a.b.c", "a.b."])
def test_a_foreign_token_is_unsuccessful(two, web, token):
    web.sign_in(two.tenants[0]).tokens["access_token"] = token
    for answer in (web.send("GET", "Organisation"), web.connections()):
        assert (answer.status_code, answer.json()["Detail"]) == (401, "AuthenticationUnsuccessful")


@pytest.mark.parametrize(
    ("scope", "allowed", "refused"),
    [
        ("accounting.invoices.read", [("GET", "Invoices"), ("GET", "Items")], [("POST", "Invoices"), ("GET", "Users")]),
        ("accounting.invoices", [("PUT", "CreditNotes"), ("PUT", "Items")], [("GET", "Payments"), ("GET", "Contacts")]),
        ("accounting.payments", [("GET", "Payments"), ("GET", "Overpayments")], [("GET", "Invoices")]),
        ("accounting.contacts.read", [("GET", "Contacts"), ("GET", "ContactGroups")], [("PUT", "Contacts")]),
        ("accounting.settings.read", [("GET", "TaxRates"), ("GET", "Organisation")], [("PUT", "Items")]),
        ("accounting.attachments", [], [("GET", "Invoices")]),
    ],
)
def test_every_call_needs_its_scope(two, web, scope, allowed, refused):
    web.sign_in(two.tenants[0], scope=scope)
    for method, path in allowed:
        assert web.send(method, path, {} if method == "PUT" else None).status_code not in (401, 403), path
    for method, path in refused:
        answer = web.send(method, path, {} if method != "GET" else None)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "insufficent_scope")


def test_items_may_need_the_settings_scope_to_be_written(two, web):
    two.switch(invoices_scope_writes_items=False)
    web.sign_in(two.tenants[0], scope="accounting.invoices")
    assert web.send("PUT", "Items", {}).status_code == 401


def test_idempotency_keys_belong_to_the_application_or_by_switch_to_the_tenant(two, web):
    web.sign_in(*two.tenants)

    def made(tenant, name):
        body = {"Contacts": [{"Name": name}]}
        answer = web.send("PUT", "Contacts", body, xero_tenant_id=tenant, Idempotency_Key=name)
        return answer.json()["Contacts"][0]["ContactID"]

    assert made(two.tenants[0], "One") == made(two.tenants[1], "One")
    two.switch(idempotency_per_tenant=True)
    assert made(two.tenants[0], "Other") != made(two.tenants[1], "Other")


def test_a_custom_connection_needs_neither_consent_nor_tenant(two, http):
    scopes = "accounting.contacts.read accounting.settings.read"
    app = new_app(http, two.url, "custom", "Machine", organisation=two.tenants[1], scopes=scopes)
    app.tokens = app.token(grant_type="client_credentials", scope="accounting.settings.read").json()
    assert set(app.tokens) == {"access_token", "expires_in", "token_type", "scope"}
    assert "xero_userid" not in app.claims()
    assert app.send("GET", "Organisation").json()["Organisations"][0]["Name"] == "Rimu Retail Limited"
    assert app.send("GET", "Contacts").status_code == 401
    assert app.send("GET", "Organisation", xero_tenant_id=two.tenants[0]).status_code == 403
    assert [one["tenantId"] for one in app.connections().json()] == [two.tenants[1]]
    assert app.token(grant_type="client_credentials").json()["scope"] == scopes
    assert error(app.token(grant_type="client_credentials", scope="accounting.payments")) == "invalid_scope"
    assert error(app.refresh("x")) == "unauthorized_client"
    assert app.consent_page().status_code == 400


def test_a_web_app_manages_its_connections_on_its_own(two, web):
    web.sign_in(two.tenants[0])
    web.tokens = web.token(grant_type="client_credentials", scope="app.connections").json()
    assert len(web.connections().json()) == 1
    assert web.send("GET", "Organisation").status_code == 401


def test_a_deleted_application_is_an_invalid_client_and_its_tokens_are_void(two, web):
    web.sign_in(two.tenants[0])
    path, page = app_page(web.http, web.url, "Web")
    assert text_of(page, "#connected") == "Kauri Wholesale Limited"
    web.http.post(f"{web.url}{path}/delete")
    assert error(web.refresh()) == "invalid_client"
    assert web.send("GET", "Organisation").status_code == 401


@pytest.mark.parametrize(
    ("fault", "status", "text"),
    [
        ({"kind": "unavailable"}, 503, "The Xero API is temporarily unavailable"),
        ({"kind": "organisation_offline"}, 503, "The Organisation is offline"),
        ({"kind": "status", "status": 500}, 500, ""),
        ({"kind": "rate_minute"}, 429, ""),
        ({"kind": "not_modified"}, 304, ""),
    ],
)
@pytest.mark.parametrize("path", ["/connect/token", "/connections", "/identity/connect/authorize"])
def test_identity_meets_faults_too(two, web, fault, status, text, path):
    web.sign_in(two.tenants[0])
    two.control("POST", "faults", {**fault, "path": path})
    calls = {"/connect/token": web.refresh, "/connections": web.connections}
    answer = calls.get(path, web.consent_page)()
    assert (answer.status_code, answer.text) == (status, text)
    assert calls.get(path, web.consent_page)().status_code == 200


def test_received_identity_calls_hold_no_secrets(two, web):
    web.sign_in(two.tenants[0])
    secrets = [web.client_secret, web.tokens["refresh_token"], web.tokens["access_token"]]
    web.refresh()
    web.send("GET", "Organisation")
    calls = two.control("GET", "received")["received"]
    assert "grant_type=refresh_token" in calls[-2]["body"]
    assert not any(secret in str(calls) for secret in secrets)


def test_other_methods_are_not_allowed(two, http):
    assert http.get(f"{two.url}/connect/token").status_code == 405


def test_an_openid_client_finds_everything_and_checks_both_tokens_with_the_published_key(two, web):
    web.sign_in(two.tenants[0], scope="openid profile email accounting.contacts", nonce="n-1")
    found = web.http.get(f"{two.url}/.well-known/openid-configuration").json()
    assert found["issuer"] == two.url
    keys = jwt.PyJWKClient(found["jwks_uri"])
    identity = web.tokens["id_token"]
    claims = jwt.decode(
        identity, keys.get_signing_key_from_jwt(identity), algorithms=found["id_token_signing_alg_values_supported"],
        audience=web.client_id, issuer=found["issuer"], options={"require": ["exp", "iat", "sub", "nonce"]},
    )  # fmt: skip
    assert (claims["nonce"], claims["email"]) == ("n-1", "stella.smithson@kauri.example")
    access = web.tokens["access_token"]
    half = hashlib.sha256(access.encode()).digest()[:16]
    assert claims["at_hash"] == base64.urlsafe_b64encode(half).rstrip(b"=").decode()
    key = keys.get_signing_key_from_jwt(access)
    said = jwt.decode(access, key, algorithms=["RS256"], audience=f"{two.url}/resources")
    assert said["xero_userid"] == claims["xero_userid"]
    for name in ("authorization_endpoint", "token_endpoint", "revocation_endpoint"):
        assert web.http.post(found[name]).status_code != 404


def test_a_token_of_another_key_or_of_none_is_refused(two, web):
    web.sign_in(two.tenants[0], scope="openid accounting.settings")
    head, body, _ = web.tokens["access_token"].split(".")
    nobody = base64.urlsafe_b64encode(b'{"alg":"none"}').rstrip(b"=").decode()
    foreign = jwt.encode(web.claims(), rsa.generate_private_key(public_exponent=65537, key_size=2048), "RS256")
    symmetric = jwt.encode(web.claims(), "x" * 32, "HS256")
    for token in (
        foreign,
        symmetric,
        f"{nobody}.{body}.",
        f"{head}.{body}.",
        "a.b",
        web.tokens.get("id_token", "a.b.c"),
    ):
        web.tokens["access_token"] = token
        assert web.send("GET", "Organisation").status_code == 401


def test_access_tokens_may_say_only_what_is_documented(two, web):
    two.switch(access_tokens_say_little=True)
    web.sign_in(two.tenants[0])
    assert sorted(web.claims()) == ["authentication_event_id", "client_id", "exp", "scope", "xero_userid"]
    assert web.send("GET", "Organisation").status_code == 200
