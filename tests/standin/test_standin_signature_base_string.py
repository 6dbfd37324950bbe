"""The base string is the one RFC 5849 and Xero's signing profile prescribe."""

from __future__ import annotations

from urllib.parse import quote, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as some
from oauthlib.oauth1.rfc5849 import signature as judge

from fieldbridge.standin import signature_base_string

OAUTH = [
    ("oauth_consumer_key", "CK123"),
    ("oauth_nonce", "n0nce1"),
    ("oauth_signature_method", "RSA-SHA1"),
    ("oauth_timestamp", "1600000000"),
    ("oauth_token", "CK123"),
    ("oauth_version", "1.0"),
]


def test_worked_example_of_an_invoice_filter():
    url = "https://api.xero.com/api.xro/2.0/Invoices?page=1&where=Type%3D%3D%22ACCREC%22"
    assert signature_base_string("GET", url, OAUTH) == (
        "GET&https%3A%2F%2Fapi.xero.com%2Fapi.xro%2F2.0%2FInvoices&oauth_consumer_key%3DCK123%26oauth_nonce%3Dn0nce1"
        "%26oauth_signature_method%3DRSA-SHA1%26oauth_timestamp%3D1600000000%26oauth_token%3DCK123"
        "%26oauth_version%3D1.0%26page%3D1%26where%3DType%253D%253D%2522ACCREC%2522"
    )


def test_worked_example_of_rfc_5849_section_3_4_1():
    """The RFC's own request: repeated names, an empty value, a plus for a space, a form body."""
    url = "http://EXAMPLE.COM:80/request?b5=%3D%253D&a3=a&c%40=&a2=r%20b"
    header = [
        ("oauth_consumer_key", "9djdj82h48djs9d2"),
        ("oauth_token", "kkk9d7dh3k39sjv7"),
        ("oauth_signature_method", "HMAC-SHA1"),
        ("oauth_timestamp", "137131201"),
        ("oauth_nonce", "7d8f3e4a"),
        ("realm", "Example"),
        ("oauth_signature", "ignored"),
    ]
    body = [("c2", ""), ("a3", "2 q")]
    assert signature_base_string("post", url, [*header, *body]) == (
        "POST&http%3A%2F%2Fexample.com%2Frequest&a2%3Dr%2520b%26a3%3D2%2520q%26a3%3Da%26b5%3D%253D%25253D%26c%2540%3D"
        "%26c2%3D%26oauth_consumer_key%3D9djdj82h48djs9d2%26oauth_nonce%3D7d8f3e4a%26oauth_signature_method%3DHMAC-SHA1"
        "%26oauth_timestamp%3D137131201%26oauth_token%3Dkkk9d7dh3k39sjv7"
    )


@pytest.mark.parametrize(
    ("url", "uri"),
    [
        ("HTTPS://Api.Xero.com:443/A/b", "https%3A%2F%2Fapi.xero.com%2FA%2Fb"),
        ("http://127.0.0.1:8123/A#part", "http%3A%2F%2F127.0.0.1%3A8123%2FA"),
        ("http://example.com", "http%3A%2F%2Fexample.com%2F"),
        ("http://example.com/a%20b", "http%3A%2F%2Fexample.com%2Fa%2520b"),
    ],
)
def test_base_uri_drops_default_port_query_and_fragment(url, uri):
    assert signature_base_string("GET", url, []).split("&")[1] == uri


TEXT = some.text(some.characters(exclude_categories=["Cs"]), min_size=1, max_size=8)


@given(some.lists(some.tuples(TEXT, TEXT), max_size=5), TEXT)
def test_an_independent_library_agrees_on_any_query(query, nonce):
    """The tests sign with the function under test, so somebody else has to vouch for it."""
    url = f"http://127.0.0.1:8123/api.xro/2.0/Invoices?{urlencode(query, quote_via=quote)}"
    header = [("oauth_nonce", nonce), ("oauth_token", "CK123")]
    parameters = judge.normalize_parameters(judge.collect_parameters(url.partition("?")[2]) + header)
    expected = judge.signature_base_string("GET", judge.base_string_uri(url), parameters)
    assert signature_base_string("GET", url, header) == expected
