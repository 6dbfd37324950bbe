"""The wire: one request, sent once, and its failures sorted by whether it may have arrived."""

import gzip
import socket
import threading
from contextlib import contextmanager

import pytest

from fieldbridge.core.errors import OutageError, SurpriseError, UnsureError
from fieldbridge.net.exchange import Call
from fieldbridge.net.wire import address, open_client, wire


def read(url, **more):
    return Call(method="GET", url=url, **more)


def write(url):
    return Call(method="PUT", url=url, body=b'{"Invoices":[]}', write=True)


@contextmanager
def server(*replies):
    """Answers each connection with the next bytes and hangs up. Shape: (address, requests received)."""
    received = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve():
            for reply in replies:
                try:
                    connection, _ = listening.accept()
                except OSError:
                    return
                with connection:
                    received.append(_request(connection))
                    connection.sendall(reply)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{listening.getsockname()[1]}/x", received
        finally:
            # A last connection wakes a server that still waits for one.
            socket.create_connection(listening.getsockname()).close()
            thread.join(5)


def _request(connection):
    """One request: its head and as much body as it announces."""
    data = b""
    while b"\r\n\r\n" not in data:
        more = connection.recv(65536)
        if not more:
            return data
        data += more
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(one[15:]) for one in head.lower().split(b"\r\n") if one.startswith(b"content-length:")), 0)
    while len(body) < length:
        body += connection.recv(65536)
    return head + b"\r\n\r\n" + body


@contextmanager
def sender(timeout_s=5.0):
    with open_client(timeout_s) as client:
        yield wire(client)


@contextmanager
def nobody():
    """The address of a port at which nobody listens: bound, never listening."""
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{bound.getsockname()[1]}/x"


@pytest.mark.parametrize("make", [read, write])
def test_a_refused_connection_is_an_outage_because_nothing_left(make):
    with nobody() as url, sender() as send, pytest.raises(OutageError) as caught:
        send(make(url))
    assert caught.value.code == "net.unreachable"
    assert "127.0.0.1" in caught.value.message


@pytest.mark.parametrize("make", [read, write])
def test_a_name_nobody_knows_is_an_outage(make):
    with sender() as send, pytest.raises(OutageError):
        send(make("http://nobody.invalid/x"))


CUT_OFF = {
    "nothing": b"",
    "half a head": b"HTTP/1.1 200 OK\r\nContent-Le",
    "half a body": b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
    "half a chunk": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n40\r\n{",
    "no http": b"what?\r\n\r\n",
    "broken packing": b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\nnope",
}


@pytest.mark.parametrize("reply", CUT_OFF.values(), ids=CUT_OFF)
def test_a_write_that_got_no_whole_answer_is_unsure_and_was_sent_once(reply):
    with server(reply, b"") as (url, received), sender() as send:
        with pytest.raises(UnsureError) as caught:
            send(write(url))
        assert len(received) == 1
    assert caught.value.code == "net.unanswered"
    assert "PUT /x" in caught.value.message


@pytest.mark.parametrize("reply", CUT_OFF.values(), ids=CUT_OFF)
def test_a_read_that_got_no_whole_answer_is_an_outage(reply):
    with server(reply) as (url, _), sender() as send, pytest.raises(OutageError) as caught:
        send(read(url))
    assert caught.value.code == "net.unanswered"


@pytest.mark.parametrize(("make", "error"), [(read, OutageError), (write, UnsureError)])
def test_silence_ends_with_the_time_out(make, error):
    with socket.create_server(("127.0.0.1", 0)) as silent, sender(timeout_s=0.1) as send, pytest.raises(error):
        send(make(f"http://127.0.0.1:{silent.getsockname()[1]}/x"))


@pytest.mark.parametrize(("make", "error"), [(read, SurpriseError), (write, UnsureError)])
def test_a_small_answer_that_unpacks_without_end_is_cut_off(make, error):
    packed = gzip.compress(bytes(200_000))
    head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}\r\n\r\n".encode()
    with server(head + packed) as (url, _), open_client(5.0) as client, pytest.raises(error) as caught:
        wire(client, answer_max=100_000)(make(url))
    assert caught.value.code == "net.too_large"


def test_an_answer_comes_unpacked_with_its_size_on_the_wire():
    packed = gzip.compress(b"x" * 10_000)
    head = f"HTTP/1.1 200 OK\r\nX-MinLimit-Remaining: 59\r\nContent-Encoding: gzip\r\nContent-Length: {len(packed)}"
    with server(head.encode() + b"\r\n\r\n" + packed) as (url, _), sender() as send:
        got = send(read(url))
    assert got.body == b"x" * 10_000
    assert got.wire_bytes == len(packed)
    assert got.headers["x-minlimit-remaining"] == "59"


def test_a_redirect_is_not_followed():
    moved = b"HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\nContent-Length: 0\r\n\r\n"
    with server(moved) as (url, _), sender() as send:
        assert send(read(url)).status == 302


def test_what_is_signed_is_what_is_sent():
    query = (("where", 'Name=="A+B & C~%"'), ("IDs", "ā,b"), ("empty", ""), ("where", "2"))
    call = read("http://127.0.0.1/x", query=query)
    with server(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n") as (url, received), sender() as send:
        send(read(url, query=query))
    sent = received[0].split(b" ")[1].decode()
    assert sent == address(call).removeprefix("http://127.0.0.1")
    assert "+" not in sent
    assert sent == "/x?where=Name%3D%3D%22A%2BB%20%26%20C~%25%22&IDs=%C4%81%2Cb&empty=&where=2"
