"""The layers around the wire: what is sent again, what never is, and what each layer adds."""

import pytest

from fieldbridge.core.errors import AccessError, OutageError, PacedError, UnsureError
from fieldbridge.net.exchange import Answer, Call
from fieldbridge.net.layers import RETRY_WAITS_S, paced, recorded, retried, signed

READ = Call(method="GET", url="http://xero.example/x")
WRITE = Call(method="PUT", url="http://xero.example/x", body=b"{}", write=True)
ATTEMPTS = len(RETRY_WAITS_S) + 1


def answer(status):
    return Answer(status=status, headers={}, body=b"", wire_bytes=0)


class Far:
    """The far side: gives or raises what it was told, in turn, and remembers what came."""

    def __init__(self, *script):
        self.script = list(script)
        self.calls = []

    def __call__(self, call):
        self.calls.append(call)
        told = self.script.pop(0) if len(self.script) > 1 else self.script[0]
        if isinstance(told, Exception):
            raise told
        return answer(told)


OUTAGE = OutageError("net.unreachable", "Nobody is there.")


@pytest.mark.parametrize("trouble", [429, 500, 502, 503, 504, OUTAGE])
def test_a_read_that_fails_is_sent_again_until_it_succeeds(trouble):
    far, pauses = Far(trouble, trouble, 200), []
    assert retried(far, pauses.append)(READ).status == 200
    assert len(far.calls) == 3
    assert tuple(pauses) == RETRY_WAITS_S[:2]


def test_a_read_that_keeps_failing_ends_with_the_last_answer():
    far, pauses = Far(503), []
    assert retried(far, pauses.append)(READ).status == 503
    assert len(far.calls) == ATTEMPTS
    assert tuple(pauses) == RETRY_WAITS_S


def test_a_read_that_keeps_getting_lost_ends_with_the_outage():
    far = Far(OUTAGE)
    with pytest.raises(OutageError):
        retried(far, lambda _: None)(READ)
    assert len(far.calls) == ATTEMPTS


@pytest.mark.parametrize("status", [200, 304, 400, 401, 403, 404, 501])
def test_a_read_that_was_answered_is_not_sent_again(status):
    far = Far(status)
    assert retried(far, pytest.fail)(READ).status == status
    assert len(far.calls) == 1


@pytest.mark.parametrize("trouble", [429, 500, 503, OUTAGE, UnsureError("net.unanswered", "Silence.")])
def test_a_write_is_never_sent_twice(trouble):
    far = Far(trouble, 200)
    try:
        assert retried(far, pytest.fail)(WRITE).status == trouble
    except (OutageError, UnsureError) as error:
        assert error is trouble  # noqa: PT017 - either way it goes through as it is
    assert far.calls == [WRITE]


@pytest.mark.parametrize("error", [PacedError("a", "b"), AccessError("a", "b")])
def test_waiting_and_denial_are_not_retried(error):
    far = Far(error)
    with pytest.raises(type(error)):
        retried(far, pytest.fail)(READ)
    assert len(far.calls) == 1


def test_each_attempt_is_signed_afresh():
    far, count = Far(500, 500, 200), iter(range(9))
    stack = retried(signed(far, lambda _: {"Authorization": f"nonce {next(count)}"}), lambda _: None)
    stack(Call(method="GET", url=READ.url, headers={"Accept": "application/json"}))
    assert [call.headers for call in far.calls] == [
        {"Accept": "application/json", "Authorization": f"nonce {number}"} for number in range(3)
    ]


def test_each_attempt_asks_the_governor_and_a_refusal_sends_nothing():
    far, asked = Far(500, 200), []
    retried(paced(far, lambda: asked.append(1)), lambda _: None)(READ)
    assert len(asked) == 2

    def refuse():
        raise PacedError("xero.rate_limit", "Spent.")

    silent = Far(200)
    with pytest.raises(PacedError):
        paced(silent, refuse)(READ)
    assert silent.calls == []


def test_what_was_answered_is_told_and_what_was_not_is_not():
    told = []
    recorded(Far(404), lambda call, got: told.append((call.url, got.status)))(READ)
    with pytest.raises(OutageError):
        recorded(Far(OUTAGE), lambda *_: pytest.fail("there was no answer"))(READ)
    assert told == [(READ.url, 404)]
