"""Whether traces are sent, and with what."""

from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from typing import TYPE_CHECKING

from fieldbridge.app.traces.spans import Traces
from fieldbridge.core.errors import SetupError

if TYPE_CHECKING:
    from fieldbridge.app.traces.otlp import OtlpTraces


@contextmanager
def sending(address: str, seed: str) -> Iterator[Traces]:
    """Send traces to an address while the context lasts, or forget them when there is none.

    Errors: SetupError when the libraries for it are not installed.
    """
    if not address:
        yield Traces()
        return
    traces = _opened(address, seed)
    try:
        yield traces
    finally:
        traces.close()


def _opened(address: str, seed: str) -> "OtlpTraces":
    try:
        from fieldbridge.app.traces.otlp import OtlpTraces  # noqa: PLC0415 - an extra, which may be missing
    except ImportError:
        raise SetupError(
            "traces.missing",
            "Traces are to be sent, and the libraries for it are not installed.",
            remedy="Install them with requirements/traces.txt, or unset FIELDBRIDGE_TRACES_TO.",
        ) from None
    return OtlpTraces(address, version("fieldbridge"), seed)
