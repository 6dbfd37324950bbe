"""Checks the OAuth 1.0a signature of a call: key, method, time, nonce, signature, in that order of complaint."""

from __future__ import annotations

import base64
import binascii
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import parse_qsl

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from fieldbridge.standin.signin.applications import Application, Applications
from fieldbridge.standin.signin.oauth1 import header_parameters, signature_base_string
from fieldbridge.standin.switches import Switches
from fieldbridge.standin.wire.answers import CallFailedError, problem_answer

_REQUIRED = ("oauth_consumer_key", "oauth_token", "oauth_signature_method", "oauth_timestamp", "oauth_nonce",
             "oauth_signature")  # fmt: skip
_REVOKED = "The access token has not been authorized, or has been revoked by the user"


@dataclass(frozen=True)
class Signed:
    """What of a call is covered by its signature. `url` is as sent; form bodies count, JSON bodies do not."""

    method: str
    url: str
    authorization: str
    content_type: str
    body: bytes


def refusal(problem: str, advice: str, status: int = 401) -> CallFailedError:
    """What ends a call that is not signed as it must be."""
    return CallFailedError(problem_answer(problem, advice, status))


class Verifier:
    """Remembers nonces per consumer key. Callers hold the server's lock."""

    def __init__(self, applications: Applications, switches: Callable[[], Switches]) -> None:
        self._applications = applications
        self._switches = switches
        self._nonces: OrderedDict[tuple[str, str], datetime] = OrderedDict()

    def verify(self, signed: Signed, now: datetime) -> Application:
        """The application that signed the call. Errors: CallFailedError with an oauth_problem body."""
        try:
            return self._verified(signed, now)
        except CallFailedError as refused:
            status = self._switches().oauth1_problem_status
            raise CallFailedError(replace(refused.answer, status=status)) from refused

    def _verified(self, signed: Signed, now: datetime) -> Application:
        sent = header_parameters(signed.authorization)
        if sent is None:
            raise refusal("token_rejected", _REVOKED)
        for name in _REQUIRED:
            if name not in sent:
                raise refusal("parameter_absent", self._switches().text_parameter_absent.format(name=name))
        app = self._application(sent)
        if sent["oauth_signature_method"] != "RSA-SHA1":
            raise refusal("signature_method_rejected", self._switches().text_signature_method_rejected)
        self._check_time(sent["oauth_timestamp"], now)
        if (app.consumer_key, sent["oauth_nonce"]) in self._recent_nonces(now):
            raise refusal("nonce_used", f'The nonce value "{sent["oauth_nonce"]}" has already been used ')
        self._check_certificate(app, now)
        _check_signature(app, signed, sent)
        self._nonces[app.consumer_key, sent["oauth_nonce"]] = now
        return app

    def _application(self, sent: dict[str, str]) -> Application:
        key = sent["oauth_consumer_key"]
        app = self._applications.by_key(key)
        if app is None and self._applications.was_revoked(key):
            raise refusal("token_rejected", _REVOKED)
        if app is None:
            problem = self._switches().unknown_key_problem
            unknown = {"token_rejected": "Unknown consumer"}
            raise refusal(problem, unknown.get(problem, self._switches().text_consumer_key_unknown))
        if sent["oauth_token"] != key:
            raise refusal("token_rejected", _REVOKED)
        return app

    def _check_time(self, text: str, now: datetime) -> None:
        tolerance = self._switches().timestamp_tolerance_s
        seconds = int(text) if text.isascii() and text.isdigit() else 0
        if abs(now.timestamp() - seconds) > tolerance:
            advice = f"The timestamp must be at most {tolerance} seconds before the servers current date and time"
            raise refusal("timestamp_refused", advice)

    def _check_certificate(self, app: Application, now: datetime) -> None:
        if self._switches().expired_certificate_refused and app.expires <= now:
            raise refusal("token_rejected", _REVOKED)

    def _recent_nonces(self, now: datetime) -> OrderedDict[tuple[str, str], datetime]:
        """The nonces still remembered; the oldest stand first."""
        limit = now - timedelta(seconds=self._switches().nonce_memory_s)
        while self._nonces and next(iter(self._nonces.values())) < limit:
            self._nonces.popitem(last=False)
        return self._nonces


def _check_signature(app: Application, signed: Signed, sent: dict[str, str]) -> None:
    """RSASSA-PKCS1-v1_5 with SHA-1 over the base string. Source: RFC 5849 3.4.3."""
    form = signed.content_type.startswith("application/x-www-form-urlencoded")
    body = parse_qsl(signed.body.decode(errors="replace"), keep_blank_values=True) if form else []
    text = signature_base_string(signed.method, signed.url, [*sent.items(), *body])
    try:
        signature = base64.b64decode(sent["oauth_signature"], validate=True)
        app.public_key.verify(signature, text.encode(), padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 (OAuth 1.0a names it)
    except (InvalidSignature, binascii.Error) as error:
        raise refusal("signature_invalid", "Failed to validate signature") from error
