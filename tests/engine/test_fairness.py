"""A connection with very much to do holds up nobody else."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event

import sqlalchemy as sa

from fieldbridge.app import connect, workshop
from fieldbridge.app.demo.tablet import export
from fieldbridge.app.sign_in import private_app
from fieldbridge.engine.stages import RunRef, Turn
from fieldbridge.field.folder.profile import HD1
from fieldbridge.flows import TRANSACTIONS
from fieldbridge.store.schema import run
from support import bench as benches
from support.orders import order
from support.site import settled

OTHERS = [f"other-{number}" for number in range(100)]
REQUESTS = 200
"""What ten thousand orders take, fifty at a time."""
WITHIN_S = 60.0
PER_REQUEST = 50
SHORT_S = 0.9


def test_a_hundred_connections_are_served_while_one_has_ten_thousand_orders_to_send(tmp_path: Path) -> None:
    served, turns = Event(), Counter[str]()

    def send(ref: RunRef) -> Turn:
        turns[ref.connection_id] += 1
        if ref.connection_id != "kauri":
            if sum(name in turns for name in OTHERS) == len(OTHERS):
                served.set()
            return Turn()
        if turns["kauri"] == REQUESTS // 2:
            # However long it lasts, the others are all served meanwhile.
            assert served.wait(WITHIN_S)
        return Turn(again=turns["kauri"] < REQUESTS)

    with benches.opened(tmp_path / "home", "") as bench:
        bench.connection("kauri")
        with bench.working(bench.programs({"send": send})) as work:
            assert work.dispatcher.dispatch().started == 1
            busy = bench.schedule("kauri")["in_flight"]
            bench.connections(OTHERS)
            assert work.dispatcher.dispatch().started == len(OTHERS)
            assert benches.ended(work, busy).state == "done"
            with bench.installation.database.read() as tx:
                others = list(tx.execute(sa.select(run.c.id).where(run.c.connection_id != "kauri")).scalars())
            assert {benches.ended(work, one).state for one in others} == {"done"}
    assert turns == {"kauri": REQUESTS} | dict.fromkeys(OTHERS, 1)


def test_orders_of_others_come_to_xero_while_one_with_many_waits_for_xeros_minute(sqlite_site, tmp_path):
    tablet, let_go, passed = sqlite_site.publish(), Event(), timedelta(0)

    def pause(wait_s: float) -> None:
        nonlocal passed
        let_go.wait(WITHIN_S if wait_s > SHORT_S else 0.01)
        passed += timedelta(seconds=wait_s) if let_go.is_set() else timedelta(0)

    clock = replace(sqlite_site.installation, now=lambda: datetime.now(UTC) + passed, pause=pause)
    site, names = replace(sqlite_site, installation=clock), ("rata", "rimu", "totara")
    many = [order(tablet, number) for number in range(1, 301)]
    site.put("many.txt", many)
    for number, name in enumerate(names):
        (tmp_path / name).mkdir()
        request = connect.Request(name, connect.hosts_at(site.xero.url), tmp_path / name, "")
        connect.connect(site.installation, request, private_app.kept(site.installation, "kauri"))
        export(tmp_path / name, "few.txt", [order(tablet, 1000 + number)], HD1)
        settled(tmp_path / name / "few.txt")
    site.xero.fault("rate_minute", "Invoices", "PUT", skip=2)
    with workshop.opened(site.installation) as work:
        big = work.dispatcher.start("kauri", TRANSACTIONS)
        while site.xero.faults():
            assert work.run(big).ended_at is None
            clock.pause(0.01)
        ended = [list(work.watch(work.dispatcher.start(name, TRANSACTIONS)))[-1] for name in names]
        assert [one.state for one in ended] == ["done"] * len(names)
        assert len(site.xero.invoices()) == 2 * PER_REQUEST + len(names)
        assert work.run(big).state == "running"
        let_go.set()
        assert list(work.watch(big))[-1].state == "done"
    assert len(site.xero.invoices()) == len(many) + len(names)
