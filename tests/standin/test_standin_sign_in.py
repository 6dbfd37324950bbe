"""Registering an application and signing calls with its key."""

from __future__ import annotations

from urllib.parse import parse_qs

import httpx2
import pytest
from cryptography.hazmat.primitives import serialization
from standin_caller import Caller, certificate_of, consumer_key, new_key, register
from standin_certificate import VENDOR_CERTIFICATE


@pytest.fixture
def fresh(caller: Caller, http: httpx2.Client, base_url: str):
    """No application registered; afterwards the shared one is registered again."""
    caller.control("POST", "reset", {"keep_applications": False})
    yield base_url
    caller.control("POST", "reset", {"keep_applications": False})
    register(http, base_url, certificate_of(caller.key), "Bridge")
    caller.consumer_key = consumer_key(http, base_url, "Bridge")


def problem(answer: httpx2.Response) -> tuple[str, str]:
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("text/html")
    parts = parse_qs(answer.text)
    return parts["oauth_problem"][0], parts["oauth_problem_advice"][0]


def test_vendor_certificate_registers_and_leads_to_a_consumer_key(fresh, http):
    answer = register(http, fresh, VENDOR_CERTIFICATE, "Opmetrix")
    assert (answer.status_code, answer.headers["location"]) == (303, "/my-applications")
    assert len(consumer_key(http, fresh, "Opmetrix")) == 30


def test_vendor_certificate_registers_with_stray_spaces_and_windows_line_ends(fresh, http):
    pasted = "\r\n".join(f"  {line} " for line in VENDOR_CERTIFICATE.splitlines())
    assert register(http, fresh, pasted, "Opmetrix").status_code == 303


@pytest.mark.parametrize(
    ("certificate", "text"),
    [
        ("", "Paste the certificate."),
        ("nonsense", "not an X509 certificate"),
        (certificate_of(new_key(), days=-1), "The certificate expired on"),
        ("-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----", "not an X509"),
    ],
)
def test_unusable_certificates_are_refused_with_the_reason(fresh, http, certificate, text):
    answer = register(http, fresh, certificate, "Bridge")
    assert answer.status_code == 422
    assert text in answer.text


def test_private_key_is_refused(fresh, http):
    pem = new_key().private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    assert "This holds a private key." in register(http, fresh, pem.decode(), "Bridge").text


def test_refused_form_keeps_what_was_typed(fresh, http):
    answer = http.post(
        f"{fresh}/my-applications/add",
        data={"kind": "public", "name": "My <bridge>", "organisation": "", "certificate": "half a certificate"},
    )
    assert answer.status_code == 422
    assert "choose Web app instead" in answer.text
    assert "My &lt;bridge&gt;" in answer.text
    assert "half a certificate" in answer.text
    assert "Choose an organisation." in answer.text


def test_an_organisation_has_two_private_applications_at_most(fresh, http):
    for name in ("One", "Two"):
        assert register(http, fresh, VENDOR_CERTIFICATE, name).status_code == 303
    assert "already has 2 private applications" in register(http, fresh, VENDOR_CERTIFICATE, "Three").text


def test_names_are_unique_and_without_xero(fresh, http):
    register(http, fresh, VENDOR_CERTIFICATE, "Bridge")
    assert "Another application has this name." in register(http, fresh, VENDOR_CERTIFICATE, "BRIDGE").text
    assert "must not contain Xero" in register(http, fresh, VENDOR_CERTIFICATE, "Xero bridge").text


def test_home_page_leads_to_the_applications(base_url, http):
    assert 'href="/my-applications"' in http.get(base_url).text
    assert http.get(f"{base_url}/my-applications/0000").status_code == 404


def test_deleted_application_is_revoked(fresh, http):
    key = new_key()
    register(http, fresh, certificate_of(key), "Short lived")
    caller = Caller(http, fresh, consumer_key(http, fresh, "Short lived"), key)
    assert caller.send("GET", "Organisation").status_code == 200
    link = http.get(f"{fresh}/my-applications").text.split('href="/my-applications/')[-2].split('"')[0]
    http.post(f"{fresh}/my-applications/{link}/delete")
    assert problem(caller.send("GET", "Organisation"))[0] == "token_rejected"


def test_signature_of_another_key_is_invalid(caller, http):
    other = Caller(http, caller.url, caller.consumer_key, new_key())
    assert problem(other.send("GET", "Organisation")) == ("signature_invalid", "Failed to validate signature")


def test_unknown_key_is_told_so_in_the_way_the_switch_says(caller):
    wrong = {"oauth_consumer_key": "NOBODY", "oauth_token": "NOBODY"}
    assert problem(caller.send("GET", "Organisation", oauth=wrong))[0] == "consumer_key_unknown"
    caller.switch(unknown_key_problem="token_rejected")
    assert problem(caller.send("GET", "Organisation", oauth=wrong)) == ("token_rejected", "Unknown consumer")


def test_nonce_works_once(caller):
    assert caller.send("GET", "Organisation", oauth={"oauth_nonce": "once"}).status_code == 200
    again = caller.send("GET", "Organisation", oauth={"oauth_nonce": "once"})
    assert problem(again) == ("nonce_used", 'The nonce value "once" has already been used ')


def test_nonce_is_forgotten_after_ten_minutes(caller):
    caller.send("GET", "Organisation", oauth={"oauth_nonce": "once"})
    caller.control("POST", "clock", {"advance_s": 601})
    assert caller.send("GET", "Organisation", oauth={"oauth_nonce": "once"}).status_code == 200


@pytest.mark.parametrize(("shift_s", "status"), [(-290, 200), (290, 200), (-310, 401), (310, 401)])
def test_timestamp_may_be_five_minutes_off(caller, shift_s, status):
    caller.control("POST", "clock", {"advance_s": shift_s})
    caller.offset_s = 0
    answer = caller.send("GET", "Organisation")
    assert answer.status_code == status
    if status == 401:
        assert problem(answer)[0] == "timestamp_refused"


def test_only_rsa_sha1_is_accepted(caller):
    answer = caller.send("GET", "Organisation", oauth={"oauth_signature_method": "HMAC-SHA1"})
    assert problem(answer)[0] == "signature_method_rejected"


def test_call_without_signature_is_rejected(caller, http):
    assert problem(http.get(f"{caller.url}/api.xro/2.0/Organisation"))[0] == "token_rejected"


def test_certificate_past_its_validity_signs_no_more_unless_switched(caller):
    caller.control("POST", "clock", {"advance_s": 6 * 365 * 86400})
    assert problem(caller.send("GET", "Organisation"))[0] == "token_rejected"
    caller.switch(expired_certificate_refused=False)
    assert caller.send("GET", "Organisation").status_code == 200


@pytest.mark.parametrize("value", ["a b+c", "é&ō=1", "100% ~sure~ (yes)", 'Name=="Ōtaki Dairy"', "/?#[]@!$'*,;:"])
def test_encoding_traps_verify(caller, value):
    answer = caller.send("GET", "Organisation", query={"note": value})
    assert answer.status_code == 200, answer.text


def test_plus_for_a_space_in_the_query_counts_as_a_space(caller, http):
    url = f"{caller.url}/api.xro/2.0/Organisation?note=a+b"
    headers = {"Authorization": caller.authorization("GET", url.replace("+", "%20")), "Accept": "application/json"}
    assert http.get(url, headers=headers).status_code == 200
