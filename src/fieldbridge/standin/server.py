"""Running the local Xero on a socket: for a command (`serve`) and inside a test (`running`)."""

from __future__ import annotations

import contextlib
import queue
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from types import FrameType

import uvicorn

from fieldbridge.standin.app import create_app
from fieldbridge.standin.options import Options
from fieldbridge.standin.webhooks.automatic import sending
from fieldbridge.standin.wires import Wires, protocol_with


class _Server(uvicorn.Server):
    """uvicorn's server that says when it listens and ends quietly on Ctrl-C and SIGTERM."""

    def __init__(self, config: uvicorn.Config, on_listening: Callable[[], None]) -> None:
        super().__init__(config)
        self._on_listening = on_listening

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._on_listening()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        before = {number: signal.signal(number, self._stop) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)

    def _stop(self, number: int, frame: FrameType | None) -> None:
        self.should_exit = True


@contextlib.contextmanager
def _prepared(
    host: str, port: int, options: Options, ready: Callable[[str], None]
) -> Iterator[tuple[_Server, socket.socket]]:
    """The server and its socket; webhooks may send themselves as long as the `with` block lasts."""
    wires = Wires()
    bound = _bound(host, port)
    url = f"http://{host}:{bound.getsockname()[1]}"
    app = create_app(options, wires, url)
    config = uvicorn.Config(
        app, http=protocol_with(wires), ws="none", lifespan="off", log_config=None, log_level="critical",
        access_log=False, server_header=False, date_header=False, timeout_graceful_shutdown=1,
    )  # fmt: skip
    with bound, sending(app.state.xero.webhooks):
        yield _Server(config, lambda: ready(url)), bound


def _bound(host: str, port: int) -> socket.socket:
    """A listening socket that names its protocol: asyncio only then turns Nagle's 40 ms wait off."""
    bound = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind((host, port))
    bound.listen(128)
    return bound


def serve(host: str = "127.0.0.1", port: int = 0, *, options: Options, ready: Callable[[str], None]) -> None:
    """Serve until Ctrl-C or SIGTERM. `ready` gets the base address once calls can be made; port 0 picks a free one."""
    with _prepared(host, port, options, ready) as (server, bound):
        server.run(sockets=[bound])


@contextlib.contextmanager
def running(options: Options) -> Iterator[str]:
    """A server on a thread for the length of a `with` block; yields its base address."""
    listening: queue.Queue[str] = queue.Queue()
    with _prepared("127.0.0.1", 0, options, listening.put) as (server, bound):
        thread = threading.Thread(target=server.run, kwargs={"sockets": [bound]}, daemon=True)
        thread.start()
        try:
            yield listening.get(timeout=30)
        finally:
            server.should_exit = True
            thread.join()
