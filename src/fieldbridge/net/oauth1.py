"""Signing as an OAuth 1.0a private application: RSA-SHA1, the consumer key doubling as the token.

Source: RFC 5849; Xero, private applications. Xero switched this sign-in off in September 2021.
"""

from collections.abc import Mapping
from functools import lru_cache

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from oauthlib.oauth1 import SIGNATURE_RSA_SHA1, Client

from fieldbridge.net.exchange import Call
from fieldbridge.net.layers import Signer
from fieldbridge.net.wire import address


def private_application(consumer_key: str, private_key_pem: str) -> Signer:
    """A signer for one consumer key. JSON bodies are not part of what is signed."""
    client = Client(
        consumer_key,
        resource_owner_key=consumer_key,
        signature_method=SIGNATURE_RSA_SHA1,
        rsa_key=_loaded(private_key_pem),
    )

    def sign(call: Call) -> Mapping[str, str]:
        _, headers, _ = client.sign(address(call), http_method=call.method)
        return {"Authorization": headers["Authorization"]}

    return sign


@lru_cache(maxsize=4)
def _loaded(private_key_pem: str) -> object:
    """The key, parsed once: proving an RSA key sound takes longer than signing with it many times over."""
    return load_pem_private_key(private_key_pem.encode(), password=None)
