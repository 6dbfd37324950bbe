"""The way of one API call: signed in? allowed now? seen before? then the books.

Order as in Xero: sign-in, rate limits, idempotency, the endpoint.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime

from fieldbridge.standin.gate.idempotency import fingerprint
from fieldbridge.standin.gate.planned import with_fault
from fieldbridge.standin.identity.bearer import forbidden, is_bearer, signed_in_by_token
from fieldbridge.standin.local_xero import LocalXero
from fieldbridge.standin.passage import Passage
from fieldbridge.standin.request import Request, signed
from fieldbridge.standin.resources.call import Call
from fieldbridge.standin.resources.endpoints.attachments import is_file
from fieldbridge.standin.resources.routes import answer_call
from fieldbridge.standin.signin.signed_in import SignedIn
from fieldbridge.standin.signin.verifier import refusal
from fieldbridge.standin.switches import Switches
from fieldbridge.standin.wire.answers import Answer, CallFailedError, fault, json_answer, text_answer
from fieldbridge.standin.wire.bodies import is_readable
from fieldbridge.standin.wire.query import Query
from fieldbridge.standin.wire.xml import as_xml, kind_of

_MEGABYTE = 1024 * 1024
LARGEST_BODY_MB = 10
_SEND_JSON = "Send JSON (Content-Type: application/json) or XML (application/xml, or a form with the field xml)."


def answer_api(xero: LocalXero, request: Request, passage: Passage, now: datetime) -> Answer:
    """Errors: CallFailedError with the answer that ends the call early."""
    switches, planned = xero.board.now, passage.fault
    if switches.url_limit_bytes and len(request.target) > switches.url_limit_bytes:
        too_long = fault(10, "ValidationException", "The address of the request is too long")
        raise too_long if switches.url_limit_status == 400 else CallFailedError(Answer(414))
    caller = _signed_in(xero, request, now)
    tenant = (caller.client, caller.organisation_id)
    if planned and planned.kind == "permission_denied":
        raise _denied(request, switches)
    if planned and planned.kind.startswith("rate_"):
        raise CallFailedError(xero.limits.refusal(planned.kind.removeprefix("rate_"), *tenant, now, switches))
    if refused := xero.limits.admit(*tenant, now, switches):
        raise CallFailedError(refused)
    passage.place = tenant
    answer = _once(xero, request, passage, caller, now)
    if answer.committed:
        xero.webhooks.note(xero.books[caller.organisation_id])
    named = {"Xero-Correlation-Id": str(uuid.uuid4())}
    return answer.with_headers({**xero.limits.headers(*tenant, now), **named})


def _denied(request: Request, switches: Switches) -> CallFailedError:
    """The person behind the call has lost the role it needs."""
    if is_bearer(request):
        return forbidden()
    return refusal("permission_denied", switches.text_permission_denied, switches.oauth1_problem_status)


def _signed_in(xero: LocalXero, request: Request, now: datetime) -> SignedIn:
    """Who calls, for which organisation: an OAuth 2.0 token or an OAuth 1.0a signature."""
    if is_bearer(request):
        return signed_in_by_token(xero, request, now)
    app = xero.verifier.verify(signed(request), now)
    return SignedIn(app.consumer_key, app.name, app.organisation_id)


def _once(xero: LocalXero, request: Request, passage: Passage, caller: SignedIn, now: datetime) -> Answer:
    """Through the idempotency store: a known key is replayed, a new one is kept with its answer."""
    key, switches = request.idempotency_key, xero.board.now
    if not key:
        return with_fault(passage.fault, lambda: _endpoint(xero, request, caller))
    owner = f"{caller.client} {caller.organisation_id}" if switches.idempotency_per_tenant else caller.client
    mark = fingerprint(request.method, request.target, request.body)
    if known := xero.keys.replay(owner, key, mark, now, switches):
        return replace(known, committed=False)
    answer = with_fault(passage.fault, lambda: _endpoint(xero, request, caller))
    if answer.status not in (304, 503):
        xero.keys.keep(owner, key, mark, answer, now, switches)
        passage.key = (owner, key)
    return answer


def _endpoint(xero: LocalXero, request: Request, caller: SignedIn) -> Answer:
    """JSON for whoever asks for it, and after a DELETE; XML for everybody else."""
    if refused := _body_refusal(request, xero.board.now):
        return refused
    answer = answer_call(_call(xero, request, caller))
    if request.method == "DELETE" or _takes_json(request.headers.get("accept", "")):
        return answer
    return as_xml(answer, kind_of(request.segments[0] if request.segments else ""))


def _body_refusal(request: Request, switches: Switches) -> Answer | None:
    """What is too large is refused by what stands before the API (Source: XeroAPI/Xero-Java issue 349)."""
    is_attached = is_file(request.segments)
    if len(request.body) > (switches.attachment_limit_mb if is_attached else LARGEST_BODY_MB) * _MEGABYTE:
        told = {"Title": "RequestEntityTooLarge", "Status": 413, "Detail": "PayloadTooLarge",
                "Instance": str(uuid.uuid4()), "Extensions": {}}  # fmt: skip
        return json_answer(told, 413)
    if request.body and not is_attached and not is_readable(request.headers.get("content-type", "")):
        return text_answer(_SEND_JSON, 415)
    return None


def _takes_json(accept: str) -> bool:
    return any(kind in accept for kind in ("application/json", "application/*", "text/json"))


def _call(xero: LocalXero, request: Request, caller: SignedIn) -> Call:
    books, query = xero.books[caller.organisation_id], Query(request.query)
    return Call(request.method, request.segments, query, request.headers, request.body, books, caller.app_name)
