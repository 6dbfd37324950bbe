"""What travels through the stack, and the one shape every layer has."""

from collections.abc import Callable, Mapping

import msgspec


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One request. A `write` changes the far side, so no layer may ever send it twice by itself."""

    method: str
    url: str
    query: tuple[tuple[str, str], ...] = ()
    headers: Mapping[str, str] = {}
    body: bytes = b""
    write: bool = False


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """One response, unpacked. Units: wire_bytes as they came, before unpacking."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    wire_bytes: int


Handler = Callable[[Call], Answer]
UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What decoding an answer may raise: it is cut off, of another shape, no text, or nested without end."""
