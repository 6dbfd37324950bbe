"""Signing: the client's arithmetic, held against the standard's worked example and against an independent verifier."""

import base64
from urllib.parse import quote

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from hypothesis import given, settings
from hypothesis import strategies as st
from oauthlib.oauth1 import rfc5849
from oauthlib.oauth1.rfc5849 import signature

from fieldbridge.app.certificate import private_key
from fieldbridge.app.sign_in import private_app
from fieldbridge.net.exchange import Call
from fieldbridge.net.layers import signed
from fieldbridge.net.oauth1 import private_application
from fieldbridge.net.wire import address, open_client, wire
from fieldbridge.standin import signature_base_string
from fieldbridge.standin.signin.oauth1 import header_parameters

KEY = rsa.generate_private_key(public_exponent=65537, key_size=1024)
PEM = KEY.private_bytes(
    serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
).decode()
URL = "https://api.xero.com/api.xro/2.0/Invoices"
WORKED = (
    "GET&https%3A%2F%2Fapi.xero.com%2Fapi.xro%2F2.0%2FInvoices&oauth_consumer_key%3DCK123%26oauth_nonce%3Dn0nce1"
    "%26oauth_signature_method%3DRSA-SHA1%26oauth_timestamp%3D1600000000%26oauth_token%3DCK123%26oauth_version%3D1.0"
    "%26page%3D1%26where%3DType%253D%253D%2522ACCREC%2522"
)

tricky = st.sampled_from(
    ["", " ", "+", "~", "%", "%20", "&&", "==", '"', "'", "a b", "ā", "日本", "😀", "/", "?", "#", ";", ",", "=", "\n"]
)
texts = st.lists(tricky | st.text(st.characters(exclude_categories=["Cs"]), max_size=6), max_size=4).map("".join)
names = st.sampled_from(["where", "page", "IDs", "order", "a", "A", "oauthy"]) | texts.filter(bool)
queries = st.lists(st.tuples(names, texts), max_size=6).map(tuple)
segments = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=8).filter(
    lambda text: text not in (".", "..")
)
paths = st.lists(segments.map(lambda text: quote(text, safe="")), max_size=3).map("/".join)
methods = st.sampled_from(["GET", "PUT", "POST", "DELETE"])


@pytest.fixture
def signed_texts(monkeypatch):
    """What the signing library signs, as it signs it."""
    seen = []
    made = signature.signature_base_string

    def recording(*arguments):
        seen.append(made(*arguments))
        return seen[-1]

    monkeypatch.setattr(signature, "signature_base_string", recording)
    return seen


def test_the_worked_example_comes_out_exactly_on_both_sides(monkeypatch, signed_texts):
    monkeypatch.setattr(rfc5849, "generate_nonce", lambda: "n0nce1")
    monkeypatch.setattr(rfc5849, "generate_timestamp", lambda: "1600000000")
    call = Call(method="GET", url=URL, query=(("page", "1"), ("where", 'Type=="ACCREC"')))
    sent = header_parameters(private_application("CK123", PEM)(call)["Authorization"])
    assert signed_texts == [WORKED]
    assert sent is not None
    assert signature_base_string("GET", address(call), sent.items()) == WORKED


def test_the_header_carries_every_parameter_of_a_private_application_and_nothing_else():
    sent = header_parameters(private_application("CK123", PEM)(Call(method="GET", url=URL))["Authorization"])
    assert sent is not None
    assert set(sent) == {
        "oauth_consumer_key",
        "oauth_token",
        "oauth_signature_method",
        "oauth_timestamp",
        "oauth_nonce",
        "oauth_version",
        "oauth_signature",
    }
    assert sent["oauth_token"] == sent["oauth_consumer_key"] == "CK123"
    assert sent["oauth_signature_method"] == "RSA-SHA1"
    assert sent["oauth_version"] == "1.0"


def test_a_json_body_is_not_signed(signed_texts):
    sign = private_application("CK123", PEM)
    sign(Call(method="PUT", url=URL, body=b'{"Invoices":[]}', headers={"Content-Type": "application/json"}, write=True))
    assert "oauth_body_hash" not in signed_texts[0]
    assert "Invoices%22" not in signed_texts[0]


def test_two_signatures_never_share_a_nonce():
    sign = private_application("CK123", PEM)
    sent = [header_parameters(sign(Call(method="GET", url=URL))["Authorization"]) for _ in range(200)]
    assert len({one["oauth_nonce"] for one in sent if one}) == 200


def test_client_and_verifier_agree_on_a_thousand_random_requests(signed_texts):
    sign = private_application("CK ā+&%", PEM)

    @settings(max_examples=1000, deadline=None)
    @given(methods, paths, queries)
    def agree(method, path, query):
        call = Call(method=method, url=f"https://API.Xero.com:443/api.xro/2.0/{path}", query=query)
        sent = header_parameters(sign(call)["Authorization"])
        assert sent is not None
        assert sent["oauth_consumer_key"] == "CK ā+&%"
        text = signature_base_string(method, address(call), sent.items())
        assert text == signed_texts[-1]
        given_signature = base64.b64decode(sent["oauth_signature"])
        KEY.public_key().verify(given_signature, text.encode(), padding.PKCS1v15(), hashes.SHA1())

    agree()


def test_random_requests_pass_the_local_xeros_door(sqlite_site):
    site = sqlite_site
    site.xero.switch(url_limit_bytes=0)
    sign = private_application(
        private_app.kept(site.installation, "kauri").consumer_key, private_key(site.installation)
    )
    with open_client() as client:
        client.headers["User-Agent"] = "random requests"
        send = signed(wire(client), sign)

        @settings(max_examples=150, deadline=None)
        @given(paths, queries)
        def enters(path, query):
            answer = send(Call(method="GET", url=f"{site.xero.url}/api.xro/2.0/No/{path}", query=query))
            assert answer.status == 404, answer.body  # let in, and then told that there is nothing here

        enters()


def test_a_request_changed_on_its_way_is_turned_away_at_the_door(sqlite_site):
    site = sqlite_site
    sign = private_application(
        private_app.kept(site.installation, "kauri").consumer_key, private_key(site.installation)
    )
    url = f"{site.xero.url}/api.xro/2.0/Contacts"
    with open_client() as client:
        header = sign(Call(method="GET", url=url, query=(("page", "1"),)))
        answer = wire(client)(Call(method="GET", url=url, query=(("page", "2"),), headers=header))
    assert answer.status == 401
    assert b"oauth_problem=signature_invalid" in answer.body
