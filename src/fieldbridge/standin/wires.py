"""The live TCP connections of the server, so that one can be dropped in the middle of a call."""

from __future__ import annotations

import asyncio

from uvicorn.protocols.http.h11_impl import H11Protocol

Address = tuple[str, int]


class Wires:
    """Transports by the caller's address, which is unique among the open connections of one listening port."""

    def __init__(self) -> None:
        self._transports: dict[Address, asyncio.Transport] = {}

    def cut(self, address: Address) -> None:
        """Close now: nothing more is sent, not even what is buffered."""
        self._transports[address].abort()

    def hang_up(self, address: Address) -> None:
        """Close after what is buffered has been sent."""
        self._transports[address].close()

    def opened(self, transport: asyncio.Transport) -> Address:
        """Remember a new connection."""
        host, port = transport.get_extra_info("peername")[:2]
        self._transports[host, port] = transport
        return host, port

    def closed(self, address: Address) -> None:
        """Forget a connection."""
        self._transports.pop(address, None)


def protocol_with(wires: Wires) -> type[H11Protocol]:
    """Uvicorn's HTTP protocol, telling `wires` of every connection."""

    class WiredProtocol(H11Protocol):
        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            self._address = wires.opened(transport)
            super().connection_made(transport)

        def connection_lost(self, exc: Exception | None) -> None:
            wires.closed(self._address)
            super().connection_lost(exc)

    return WiredProtocol
