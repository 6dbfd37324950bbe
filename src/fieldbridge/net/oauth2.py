"""OAuth 2.0 with Xero: consent with PKCE, tokens, refresh, client credentials, revocation.

Source: RFC 6749, RFC 7636, RFC 7009; Xero, OAuth 2.0: tokens live 30 minutes, refresh tokens rotate and the previous
one still works for 30 minutes, 60 idle days end a grant.
"""

from base64 import b64encode
from datetime import datetime, timedelta
from urllib.parse import quote_plus

import jwt
import msgspec
from oauthlib.oauth2 import BackendApplicationClient, OAuth2Error, WebApplicationClient

from fieldbridge.core.errors import AccessError, OutageError, SetupError, SurpriseError
from fieldbridge.net.exchange import UNREADABLE, Answer, Call, Handler

VERIFIER_LENGTH = 96
IF_IT_STAYS = "It is tried again. If it stays so, report it with the lines of `fieldbridge log`."
FORM = "application/x-www-form-urlencoded"


class Application(msgspec.Struct, frozen=True, kw_only=True):
    """The app registered at Xero. client_secret is empty for an app that signs in with PKCE alone."""

    client_id: str
    client_secret: str = ""


class Tokens(msgspec.Struct, frozen=True, kw_only=True):
    """What Xero granted. Shape: refresh_token is empty for client credentials, which are simply asked for again."""

    access_token: str
    refresh_token: str
    expires_at: datetime
    obtained_at: datetime
    scopes: tuple[str, ...]


class Consent(msgspec.Struct, frozen=True, kw_only=True):
    """One request for consent: the page to open, and what must be remembered until the answer comes."""

    address: str
    redirect_uri: str
    state: str
    verifier: str


def ask_consent(
    application: Application, login_url: str, redirect_uri: str, scopes: tuple[str, ...], random: str, state: str
) -> Consent:
    """The page where somebody lets us in. Shape: random is unguessable text of at least 43 characters."""
    client = WebApplicationClient(application.client_id)
    # The library insists on https, and a local Xero has none: it builds the query, and the address is ours.
    asked = client.prepare_request_uri(
        "https://localhost",
        redirect_uri=redirect_uri,
        scope=list(scopes),
        state=state,
        code_challenge=client.create_code_challenge(random, "S256"),
        code_challenge_method="S256",
    )
    address = f"{login_url}/identity/connect/authorize?{asked.partition('?')[2]}"
    return Consent(address=address, redirect_uri=redirect_uri, state=state, verifier=random)


def code_of(consent: Consent, came_back: str) -> str:
    """The code in the address the browser was sent back to. Errors: AccessError for a refusal or another's state."""
    # The library insists on https, and Xero allows plain http for localhost alone; only the query matters here.
    query = came_back.partition("?")[2]
    try:
        answer = WebApplicationClient("").parse_request_uri_response(f"https://localhost/?{query}", state=consent.state)
    except OAuth2Error as error:
        said = PLAINLY.get(error.error, f"the answer is wrong ({error.error})")
        raise AccessError(f"access.{error.error}", f"Xero was not connected: {said}.", remedy="Start again.") from None
    return str(answer["code"])


def exchange(
    handler: Handler, identity_url: str, application: Application, consent: Consent, code: str, now: datetime
) -> Tokens:
    """Turn a code into tokens. A code works once, so this is never sent twice."""
    body = WebApplicationClient(application.client_id).prepare_request_body(
        code=code,
        redirect_uri=consent.redirect_uri,
        code_verifier=consent.verifier,
        include_client_id=not application.client_secret,
    )
    return _tokens(handler(_token_call(identity_url, application, body, write=True)), now)


def refresh(handler: Handler, identity_url: str, application: Application, tokens: Tokens, now: datetime) -> Tokens:
    """Trade tokens in for new ones. May be repeated: the previous refresh token keeps working for a while."""
    client = WebApplicationClient(application.client_id)
    extra = {} if application.client_secret else {"client_id": application.client_id}
    body = client.prepare_refresh_body(refresh_token=tokens.refresh_token, **extra)
    answer = handler(_token_call(identity_url, application, body, write=False))
    return _tokens(answer, now, tokens.scopes, tokens.refresh_token)


def client_credentials(
    handler: Handler, identity_url: str, application: Application, scopes: tuple[str, ...], now: datetime
) -> Tokens:
    """Tokens of a custom connection, for which nobody needs to be present."""
    body = BackendApplicationClient(application.client_id).prepare_request_body(scope=list(scopes))
    return _tokens(handler(_token_call(identity_url, application, body, write=False)), now, scopes)


def revoke(handler: Handler, identity_url: str, application: Application, tokens: Tokens) -> None:
    """Give the grant back, and with it all of this user's connections to the app."""
    body = f"token={quote_plus(tokens.refresh_token)}"
    extra = "" if application.client_secret else f"&client_id={quote_plus(application.client_id)}"
    answer = handler(_call(f"{identity_url}/connect/revocation", application, body + extra, write=False))
    if answer.status != 200:
        raise _refusal(answer)


def consent_id(tokens: Tokens) -> str:
    """Which consent a token came from, as Xero's own claim in it. Nothing is trusted on its strength."""
    try:
        claims = jwt.decode(tokens.access_token, options={"verify_signature": False})
    except jwt.InvalidTokenError as error:
        raise SurpriseError("access.unreadable", "Xero's access token could not be read.") from error
    return str(claims.get("authentication_event_id", ""))


class _TokenAnswer(msgspec.Struct):
    access_token: str
    expires_in: int
    refresh_token: str = ""
    scope: str = ""


class _TokenError(msgspec.Struct):
    error: str = ""


def _token_call(identity_url: str, application: Application, body: str, *, write: bool) -> Call:
    return _call(f"{identity_url}/connect/token", application, body, write=write)


def _call(url: str, application: Application, body: str, *, write: bool) -> Call:
    headers = {"Content-Type": FORM, "Accept": "application/json"}
    if application.client_secret:
        pair = f"{quote_plus(application.client_id)}:{quote_plus(application.client_secret)}"
        headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    return Call(method="POST", url=url, headers=headers, body=body.encode(), write=write)


def _tokens(answer: Answer, now: datetime, scopes: tuple[str, ...] = (), refresh_token: str = "") -> Tokens:
    """What was granted. Scopes and a refresh token that the answer leaves out are those of before. Source: RFC 6749."""
    if answer.status != 200:
        raise _refusal(answer)
    try:
        granted = msgspec.json.decode(answer.body, type=_TokenAnswer)
    except UNREADABLE as error:
        said = "Xero's answer with the tokens could not be read."
        raise OutageError("access.unreadable", said, remedy=IF_IT_STAYS) from error
    return Tokens(
        access_token=granted.access_token,
        refresh_token=granted.refresh_token or refresh_token,
        expires_at=now + timedelta(seconds=granted.expires_in),
        obtained_at=now,
        scopes=tuple(granted.scope.split()) or scopes,
    )


def _refusal(answer: Answer) -> AccessError | SetupError | OutageError:
    """Only invalid_grant means that somebody must consent again; a busy, broken or odd host never does."""
    if answer.status == 429 or answer.status >= 500:
        return OutageError("access.identity_outage", f"Xero's sign-in answered {answer.status}.")
    try:
        code = msgspec.json.decode(answer.body, type=_TokenError).error
    except UNREADABLE:
        code = ""
    if code == "invalid_grant":
        return AccessError(
            "access.invalid_grant",
            "Xero no longer accepts this connection's sign-in.",
            remedy="Run `fieldbridge connect`.",
        )
    if code in REMEDIES:
        return SetupError(f"access.{code}", f"Xero's sign-in answered {code}.", remedy=REMEDIES[code])
    return OutageError("access.unexpected", f"Xero's sign-in answered {answer.status} {code}.", remedy=IF_IT_STAYS)


PLAINLY = {
    "access_denied": "somebody chose Cancel on Xero's page",
    "mismatching_state": "the answer that came belongs to another attempt, so it was not used",
}
REMEDIES = {
    "invalid_client": "Check the client id and secret with the app's page at Xero. The tokens were kept.",
    "unauthorized_client": "The app may not ask for these scopes: try without --broad-scopes.",
    "invalid_scope": "The app may not ask for these scopes: try without --broad-scopes.",
    "unsupported_grant_type": "The app at Xero is of another kind than --sign-in says.",
    "invalid_request": "Report this with the lines of `fieldbridge log`.",
}
