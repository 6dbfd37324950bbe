"""Intake: which capture of a transaction counts."""

from datetime import UTC, datetime

import pytest

from fieldbridge.store.database import Database, open_engine
from fieldbridge.store.ledger import connections, intake
from fieldbridge.store.ledger.connections import Connection
from fieldbridge.store.migrating import migrate

NOW = datetime(2026, 7, 14, 10, 0, tzinfo=UTC)


@pytest.fixture
def database(database_url):
    engine = open_engine(database_url)
    migrate(engine)
    made = Database(engine)
    one = Connection(
        id="a",
        sign_in="private-app",
        xero_url="x",
        identity_url="x",
        organisation_id="o",
        organisation_name="K",
        short_code="",
        folder="/",
        settings="",
        connected_at=NOW,
        renewed_at=NOW,
    )
    with made.write() as tx:
        connections.keep(tx, one)
    yield made
    engine.dispose()


def captured(tx, *states):
    """One capture after the other under the same key. Shape: their row ids."""
    file_id = intake.add_file(tx, "a", "orders.txt", "digest", b"bytes", NOW)
    rows = [
        {
            "connection_id": "a",
            "file_id": file_id,
            "position": at,
            "kind": "order",
            "key": "BV1",
            "digest": f"d{at}",
            "raw": b"raw",
            "record": None,
            "state": state,
            "reason": "",
        }
        for at, state in enumerate(states)
    ]
    return intake.add(tx, rows)


@pytest.mark.parametrize(
    ("states", "counts"),
    [
        (["parked", "waiting"], 1),
        (["waiting", "ignored"], 0),
        (["posted", "parked"], 0),
        (["planned", "parked", "parked"], 0),
        (["parked", "posted", "parked"], 1),
        (["parked", "parked"], 1),
    ],
)
def test_what_is_on_its_way_or_in_xero_counts_before_the_latest_and_repeats_never(database, states, counts):
    with database.write() as tx:
        ids = captured(tx, *states)
        known = intake.known(tx, "a", ["BV1", "BV2"])
    assert known.keys() == {"BV1"}
    assert (known["BV1"].row, known["BV1"].state) == (ids[counts], states[counts])


def test_only_repeats_are_as_good_as_unknown(database):
    with database.write() as tx:
        captured(tx, "ignored", "ignored")
        assert intake.known(tx, "a", ["BV1"]) == {}


@pytest.mark.parametrize(
    ("state", "settled"), [("waiting", False), ("planned", False), ("parked", True), ("posted", True)]
)
def test_a_file_is_settled_when_nothing_in_it_waits_or_is_on_its_way(database, state, settled):
    with database.write() as tx:
        captured(tx, "posted", state, "ignored")
        (file,) = intake.open_files(tx, "a")
        assert file.settled is settled
        assert intake.with_open(tx, ["a", "b"]) == {"a"}
        assert intake.is_taken(tx, "a", "orders.txt", "digest")
        intake.moved(tx, file.id, "orders.txt")
        assert intake.open_files(tx, "a") == []
        assert intake.with_open(tx, ["a", "b"]) == (set() if settled else {"a"})
        assert not intake.is_taken(tx, "a", "orders.txt", "digest")
