"""Telling: nothing is lost and nothing told twice, whatever fails; and a storm is few mails."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory

import msgspec
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from fieldbridge.app.alerts import wording
from fieldbridge.app.alerts.lookout import Lookout
from fieldbridge.app.alerts.teller import GATHER, KEPT, MESSAGES_PER_ROUND, Teller, wait_after
from fieldbridge.core.errors import OutageError
from fieldbridge.store.database import Database
from fieldbridge.store.ledger import alerts, connections, leases, notices, runs
from support import bench as benches
from support import mailroom
from support.bench import Bench

MINUTE = timedelta(minutes=1)
DESK = "mailto:desk@bridge.example"
LOST = "Xero no longer lets us in."


class Died(BaseException):
    """The process was killed."""


class World:
    """Who gets what, and what goes wrong meanwhile. Shape: got is (connection, what, when it began) by message."""

    def __init__(self) -> None:
        self.now = datetime(2026, 7, 15, tzinfo=UTC)
        self.away = self.dies = False
        self.got: dict[str, list[tuple[str, str, datetime]]] = {}
        self.sends = Counter[str]()

    @contextmanager
    def ways(self, _installation) -> Iterator["World"]:
        yield self

    def send(self, name, some) -> None:
        if self.away:
            raise OutageError("mail.unreachable", "Away.")
        content = [(one.connection_id, one.what, one.began_at) for one in some]
        assert self.got.setdefault(name, content) == content, "the same message with other content"
        self.sends[name] += 1
        if self.dies:
            self.dies = False
            raise Died


class Telling(RuleBasedStateMachine):
    """Connections are lost and come back, looks and rounds happen, the way out fails, the process dies anywhere."""

    names = ("kauri", "rata")

    @initialize()
    def begin(self) -> None:
        self.world, self.deaths = World(), 0
        self.folder = TemporaryDirectory()
        self.context = benches.opened(Path(self.folder.name) / "home", "")
        self.bench: Bench = self.context.__enter__()
        self.bench.connections(self.names)
        known = self.bench.installation.settings.model_copy(update={"alerts_to": DESK})
        self.installation = replace(self.bench.installation, settings=known, now=lambda: self.world.now)
        with self.database.write() as tx:
            for name in self.names:
                # Only what is lost is of interest: nothing is overdue.
                connections.pause(tx, name, "paused by a person")
        self.lost: set[str] = set()
        self.began: Counter[str] = Counter()
        self.ended: Counter[str] = Counter()

    @property
    def database(self) -> Database:
        return self.bench.installation.database

    def teardown(self) -> None:
        if hasattr(self, "context"):
            self.context.__exit__(None, None, None)
            self.folder.cleanup()

    @rule(name=st.sampled_from(names))
    def lose_or_find(self, name: str) -> None:
        self.lost ^= {name}
        with self.database.write() as tx:
            connections.pause(tx, name, LOST if name in self.lost else "paused by a person")

    @rule()
    def look(self) -> None:
        with self.database.read() as tx:
            before = set(alerts.keys(tx))
        Lookout(self.installation, "me").look()
        self.began.update(self.lost - before)
        self.ended.update(before - self.lost)

    @rule()
    def tell(self) -> None:
        try:
            Teller(self.installation, "me", self.world.ways).tell()
        except Died:
            self.deaths += 1

    @rule(minutes=st.integers(1, 90))
    def wait(self, minutes: int) -> None:
        self.world.now += minutes * MINUTE

    @rule(away=st.booleans())
    def way(self, away: bool) -> None:
        self.world.away = away

    @precondition(lambda self: not self.world.dies)
    @rule()
    def die_next_time(self) -> None:
        self.world.dies = True

    @invariant()
    def nothing_is_told_that_did_not_happen_nor_twice_but_for_deaths(self) -> None:
        if not hasattr(self, "world"):
            return
        told = Counter((name, what) for content in self.world.got.values() for name, what, _ in content)
        for name in self.names:
            assert told[name, "began"] <= self.began[name]
            assert told[name, "ended"] <= self.ended[name]
        assert sum(self.world.sends.values()) - len(self.world.sends) <= self.deaths

    @rule()
    def in_the_end_all_is_told(self) -> None:
        self.world.away = self.world.dies = False
        self.wait(120)
        for _ in range(3):
            self.tell()
            self.wait(120)
        told = Counter((name, what) for content in self.world.got.values() for name, what, _ in content)
        for name in self.names:
            assert (told[name, "began"], told[name, "ended"]) == (self.began[name], self.ended[name])
        with self.database.read() as tx:
            assert notices.waiting(tx) == 0


TestTelling = Telling.TestCase
TestTelling.settings = settings(max_examples=6, stateful_step_count=25, deadline=None)


@pytest.fixture
def bench(tmp_path: Path, database_url: str) -> Iterator[Bench]:
    with benches.opened(tmp_path / "home", database_url) as opened:
        yield opened


def desk_of(bench: Bench, world: World, to: str = DESK):
    known = bench.installation.settings.model_copy(update={"alerts_to": to})
    return replace(bench.installation, settings=known, now=lambda: world.now)


def lose(bench: Bench, names: list[str], because: str | None = LOST) -> None:
    with bench.installation.database.write() as tx:
        for name in names:
            connections.pause(tx, name, because)


def test_a_storm_over_many_connections_is_one_mail_to_one_desk(bench):
    world, names = World(), [f"client{number}" for number in range(60)]
    bench.connections(names)
    lose(bench, names, "paused by a person")
    installation = desk_of(bench, world)
    teller = Teller(installation, "me", world.ways)
    lose(bench, names[:1])
    Lookout(installation, "me").look()
    assert teller.tell() == 1
    lose(bench, names)
    Lookout(installation, "me").look()
    assert teller.tell() == 0
    world.now += GATHER
    assert teller.tell() == 1
    assert sorted(len(content) for content in world.got.values()) == [1, 59]


def test_many_addressees_are_told_bit_by_bit_and_who_was_reached_before_goes_first(bench):
    world, names = World(), [f"client{number}" for number in range(MESSAGES_PER_ROUND + 20)]
    bench.connections(names)
    with bench.installation.database.write() as tx:
        for name in names:
            one = connections.find(tx, name)
            connections.keep(tx, msgspec.structs.replace(one, settings=f'[alerts]\nmail_to = ["{name}@x.example"]\n'))
            connections.pause(tx, name, LOST)
        notices.failed(tx, f"mailto:{names[0]}@x.example", 3, "away", world.now)
    installation = replace(bench.installation, now=lambda: world.now)
    Lookout(installation, "me").look()
    teller = Teller(installation, "me", world.ways)
    assert teller.tell() == MESSAGES_PER_ROUND
    assert names[0] not in {name for content in world.got.values() for name, _, _ in content}
    assert teller.tell() == 20
    assert teller.tell() == 0


def test_two_workers_neither_tell_nor_look_at_once(bench):
    world = World()
    bench.connections(["kauri"])
    lose(bench, ["kauri"])
    installation = desk_of(bench, world)
    assert Lookout(installation, "one").look() == 1
    lose(bench, ["kauri"], None)
    assert Lookout(installation, "two").look() == 0
    with bench.installation.database.write() as tx:
        assert leases.take(tx, "alerts told", "one", world.now, 60)
    assert Teller(installation, "two", world.ways).tell() == 0
    world.now += 2 * MINUTE
    assert Teller(installation, "two", world.ways).tell() == 1


def test_what_cannot_be_told_for_a_week_is_forgotten_and_that_is_on_record(bench):
    world = World()
    world.away = True
    bench.connections(["kauri"])
    lose(bench, ["kauri"])
    installation = desk_of(bench, world)
    Lookout(installation, "me").look()
    teller = Teller(installation, "me", world.ways)
    teller.tell()
    teller.give_up()
    with installation.database.read() as tx:
        assert notices.waiting(tx) == 1
    world.now += KEPT + MINUTE
    teller.give_up()
    with installation.database.read() as tx:
        assert notices.waiting(tx) == 0
        (told,) = [one for one in runs.events(tx, "kauri", 10) if one.event == "alert.untold"]
    assert told.fields == {"what": "began", "kind": "reconnect", "about": "", "addressee": DESK}


def test_waits_grow_up_to_an_hour():
    assert [wait_after(failures) // MINUTE for failures in (1, 2, 3, 6, 7, 999)] == [1, 2, 4, 32, 60, 60]


def test_a_long_mail_shows_the_first_and_counts_the_rest_and_no_name_can_forge_a_header(bench, monkeypatch):
    monkeypatch.setattr(wording, "SHOWN_MAX", 5)
    world, names = World(), [f"client{number}" for number in range(8)]
    bench.connections(names)
    with bench.installation.database.write() as tx:
        one = connections.find(tx, names[0])
        forged = "Evil\nBcc: everybody@x.example\n\nKauri"
        connections.keep(tx, msgspec.structs.replace(one, organisation_name=forged))
    lose(bench, names)
    with mailroom.opened() as room:
        mailing = {"mail_server": mailroom.HOST, "mail_port": room.port, "mail_security": "none", "alerts_to": DESK}
        known = bench.installation.settings.model_copy(update=mailing)
        installation = replace(bench.installation, settings=known, now=lambda: world.now)
        Lookout(installation, "me").look()
        assert Teller(installation, "me").tell() == 1
    (mail,) = room.mails
    assert mail["Subject"] == "[fieldbridge] 8 begun"
    assert mail["Bcc"] is None
    content = mail.get_content()
    assert "Evil Bcc: everybody@x.example Kauri (client0)" in content
    assert "client4" in content
    assert "client5" not in content
    assert "And 3 more. All that stand: fieldbridge alerts" in content
