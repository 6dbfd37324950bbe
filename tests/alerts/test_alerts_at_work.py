"""Alerts beside real work: what `fieldbridge run` sends by itself, and that nothing waits for a mail server."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Event

from fieldbridge.app.workshop import Rhythm
from fieldbridge.engine.stages import Turn
from fieldbridge.flows import TRANSACTIONS
from fieldbridge.store.ledger import connections, notices
from support import bench as benches
from support import mailroom
from support.bench import Bench, ended

WITHIN_S = 60.0
QUICK = Rhythm(alerts_s=0.1, telling_s=0.1)


@contextmanager
def told_by(tmp_path, port: int) -> Iterator[Bench]:
    mailing = {"mail_server": mailroom.HOST, "mail_port": port, "mail_security": "none"}
    with benches.opened(tmp_path / "home", "") as made:
        made.connections(["kauri", "rata"])
        told = made.installation.settings.model_copy(update=mailing | {"alerts_to": "mailto:desk@bridge.example"})
        with made.installation.database.write() as tx:
            connections.pause(tx, "kauri", "Xero no longer lets us in.")
        yield Bench(replace(made.installation, settings=told))


def until(true: Callable[[], bool]) -> None:
    deadline, pause = time.monotonic() + WITHIN_S, Event()
    while not true():
        assert time.monotonic() < deadline
        pause.wait(0.02)


def test_a_worker_tells_by_itself(tmp_path):
    with (
        mailroom.opened() as room,
        told_by(tmp_path, room.port) as bench,
        bench.working(bench.programs({"work": lambda _: Turn()}), rhythm=QUICK),
    ):
        until(lambda: bool(room.mails))
    mail = room.mails[0]
    assert "must be connected to Xero again" in mail["Subject"] or "begun" in mail["Subject"]


def test_a_mail_server_that_never_answers_holds_up_no_flow(tmp_path):
    with socket.create_server((mailroom.HOST, 0)) as silent, told_by(tmp_path, silent.getsockname()[1]) as bench:
        programs = bench.programs({"work": lambda _: Turn()})
        with bench.working(programs, rhythm=QUICK) as work:
            caller, _ = silent.accept()
            with caller:
                assert ended(work, work.dispatcher.start("rata", TRANSACTIONS)).state == "done"
            with bench.installation.database.read() as tx:
                assert notices.waiting(tx) > 0
