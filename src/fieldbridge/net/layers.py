"""The layers around the wire. Each takes the next layer and gives back one of the same shape."""

from collections.abc import Callable, Mapping

import msgspec

from fieldbridge.core.errors import OutageError
from fieldbridge.net.exchange import Answer, Call, Handler

Signer = Callable[[Call], Mapping[str, str]]
RETRY_WAITS_S = (0.5, 2.0, 8.0)
# 429 too: by then the Governor has read how long to wait, and does so before the next attempt.
TRY_AGAIN = (429, 500, 502, 503, 504)


def recorded(inner: Handler, tell: Callable[[Call, Answer], None]) -> Handler:
    """Tell somebody about every exchange that was answered."""

    def send(call: Call) -> Answer:
        answer = inner(call)
        tell(call, answer)
        return answer

    return send


def signed(inner: Handler, signer: Signer) -> Handler:
    """Put fresh credentials on every request; a request that is sent again is signed again."""

    def send(call: Call) -> Answer:
        headers = {**call.headers, **signer(call)}
        return inner(msgspec.structs.replace(call, headers=headers))

    return send


def paced(inner: Handler, admit: Callable[[], None]) -> Handler:
    """Ask the Governor before every request."""

    def send(call: Call) -> Answer:
        admit()
        return inner(call)

    return send


def retried(inner: Handler, pause: Callable[[float], None]) -> Handler:
    """Send a read again when the far side fails or is silent. A write passes through exactly once."""

    def send(call: Call) -> Answer:
        if call.write:
            return inner(call)
        for wait_s in RETRY_WAITS_S:
            answer = _attempt(inner, call)
            if answer is not None:
                return answer
            pause(wait_s)
        return inner(call)

    return send


def _attempt(inner: Handler, call: Call) -> Answer | None:
    try:
        answer = inner(call)
    except OutageError:
        return None
    return None if answer.status in TRY_AGAIN else answer


def renewed(inner: Handler, is_stale: Callable[[Answer], bool], renew: Callable[[], None]) -> Handler:
    """When credentials turn out stale, renew them and send once more: what was refused was not carried out."""

    def send(call: Call) -> Answer:
        answer = inner(call)
        if not is_stale(answer):
            return answer
        renew()
        return inner(call)

    return send
