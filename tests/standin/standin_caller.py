"""A caller for the tests: registers an application through the pages and signs requests with its key."""

from __future__ import annotations

import base64
import datetime
import json
import time
import uuid
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from urllib.parse import quote, urlencode

import httpx2
from bs4 import BeautifulSoup
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

from fieldbridge.standin import signature_base_string


def new_key(bits: int = 1024) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def certificate_of(key: rsa.RSAPrivateKey, *, days: int = 1825) -> str:
    """Self-signed, from yesterday (or long ago when `days` is negative)."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Test bridge")])
    start = datetime.datetime.now(datetime.UTC) - datetime.timedelta(days=30)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(start)
        .not_valid_after(start + datetime.timedelta(days=29 if days < 0 else days))
        .sign(key, hashes.SHA256())
    )
    return built.public_bytes(serialization.Encoding.PEM).decode()


def encode(text: str) -> str:
    return quote(text, safe="-._~")


@dataclass
class Caller:
    """Signs and sends; `changes` to the OAuth parameters make wrong requests on purpose."""

    http: httpx2.Client
    url: str
    consumer_key: str
    key: rsa.RSAPrivateKey
    offset_s: float = 0.0

    def authorization(self, method: str, url: str, **changes: str) -> str:
        parameters = {
            "oauth_consumer_key": self.consumer_key,
            "oauth_token": self.consumer_key,
            "oauth_signature_method": "RSA-SHA1",
            "oauth_timestamp": str(int(time.time() + self.offset_s)),
            "oauth_nonce": uuid.uuid4().hex,
            "oauth_version": "1.0",
        } | changes
        text = signature_base_string(method, url, parameters.items())
        signed = self.key.sign(text.encode(), padding.PKCS1v15(), hashes.SHA1())
        parameters.setdefault("oauth_signature", base64.b64encode(signed).decode())
        return "OAuth " + ", ".join(f'{name}="{encode(value)}"' for name, value in parameters.items())

    def send(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        oauth: dict[str, str] | None = None,
    ) -> httpx2.Response:
        """`path` is what follows /api.xro/2.0/."""
        text = f"?{urlencode(query, quote_via=quote)}" if query else ""
        url = f"{self.url}/api.xro/2.0/{path}{text}"
        sent = {"Accept": "application/json", "Authorization": self.authorization(method, url, **(oauth or {}))}
        content = body if isinstance(body, (bytes, type(None))) else json.dumps(body, default=str).encode()
        if content is not None:
            sent["Content-Type"] = "application/json"
        return self.http.request(method, url, content=content, headers=sent | (headers or {}))

    def get(self, path: str, **query: str) -> Any:
        """The decoded answer, numbers as Decimal; the call must succeed."""
        answer = self.send("GET", path, query=query)
        assert answer.status_code == 200, answer.text
        return decoded(answer)

    def put(self, path: str, body: Any, **query: str) -> httpx2.Response:
        return self.send("PUT", path, body, query=query)

    def post(self, path: str, body: Any, **query: str) -> httpx2.Response:
        return self.send("POST", path, body, query=query)

    def control(self, method: str, path: str, body: Any = None) -> Any:
        """A /standin/ route; moving the clock keeps this caller's timestamps in step."""
        answer = self.http.request(method, f"{self.url}/standin/{path}", json=body)
        assert answer.status_code == 200, answer.text
        if path == "reset":
            self.offset_s = 0.0
        if path == "clock":
            self.offset_s = self.http.get(f"{self.url}/standin/clock").json()["offset_s"]
        return decoded(answer)

    def switch(self, **switches: Any) -> None:
        self.control("POST", "switches", switches)


def decoded(answer: httpx2.Response) -> Any:
    return json.loads(answer.content, parse_float=Decimal)


def messages(answer: httpx2.Response) -> list[str]:
    """Every validation text of a 400."""
    assert answer.status_code == 400, answer.text
    return [error["Message"] for element in decoded(answer)["Elements"] for error in element["ValidationErrors"]]


def register(http: httpx2.Client, url: str, certificate: str, name: str, organisation: str = "") -> httpx2.Response:
    """Fill in and send the add form; the answer is not followed."""
    page = BeautifulSoup(http.get(f"{url}/my-applications/add").text, "html.parser")
    offered = [str(option["value"]) for option in page.select("select#organisation option") if option["value"]]
    form = {"kind": "private", "name": name, "organisation": organisation or offered[0], "certificate": certificate}
    return http.post(f"{url}/my-applications/add", data=form, follow_redirects=False)


def consumer_key(http: httpx2.Client, url: str, name: str) -> str:
    """Click from the list into the application, as the user does."""
    listed = BeautifulSoup(http.get(f"{url}/my-applications").text, "html.parser")
    link = next(link for link in listed.select("ul.plain a") if link.text == name)
    shown = BeautifulSoup(http.get(f"{url}{link['href']}").text, "html.parser")
    return str(shown.select("#consumer-key")[0].text)
