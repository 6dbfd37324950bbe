"""What restoring and moving need beside the usual: a second, empty database, and trade that is half done."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from app.scene import lay, order, raw
from fieldbridge.app.flows.context import context_of
from fieldbridge.app.flows.programs import FIRST_WRITE, Flows
from fieldbridge.app.installation import Installation
from fieldbridge.engine.stages import RunRef
from fieldbridge.flows import TRANSACTIONS
from fieldbridge.store.ledger import deliveries, runs, schedules
from support import databases
from support.site import Site

Place = Callable[[], str]


@pytest.fixture
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path, database_url: str) -> Iterator[str]:
    """Another empty database; of the other kind, where there are two kinds."""
    if database_url.startswith("sqlite") and "postgresql" in databases.kinds():
        cluster = request.getfixturevalue("cluster")
        name = cluster.create()
        yield cluster.url(name)
        cluster.drop(name)
    else:
        yield f"sqlite:///{tmp_path / 'elsewhere.sqlite'}"


def half_done(site: Site, pending: Sequence[int], sending: Sequence[int], waiting: Sequence[int]) -> int:
    """Orders in each state they can be in when a process ends, and their run under way. Shape: the run's id."""
    opened, one = site.installation, site.connection.id
    lay(site, f"on-their-way-{pending}.txt", raw(*map(order, [*pending, *sending])))
    with opened.database.write() as tx:
        run_id = runs.queue(tx, one, TRANSACTIONS, opened.now())
        runs.start(tx, run_id, opened.now())
        due = schedules.find(tx, one, TRANSACTIONS)
        assert due is not None
        schedules.claim(tx, [(due, run_id)])
    flows = Flows(opened)
    steps = dict(flows.steps(TRANSACTIONS))
    for name in list(steps)[: list(steps).index(FIRST_WRITE)]:
        while steps[name](context_of(opened, RunRef(one, TRANSACTIONS, run_id))).again:
            pass
    if sending:
        with opened.database.write() as tx:
            planned = deliveries.in_state(tx, one, ["pending"], 100)
            deliveries.send(tx, planned[-len(sending) :], "a key", "a hash", opened.now())
    if waiting:
        lay(site, f"waiting-{waiting}.txt", raw(*map(order, waiting)))
        steps["take"](context_of(opened, RunRef(one, TRANSACTIONS, run_id)))
    return run_id


def at(site: Site, opened: Installation) -> Site:
    """The same client, worked on by another installation."""
    return replace(site, installation=opened)
