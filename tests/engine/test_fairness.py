"""A connection with very much to do holds up nobody else."""

from collections import Counter
from pathlib import Path
from threading import Event

import sqlalchemy as sa

from fieldbridge.engine.stages import RunRef, Turn
from fieldbridge.store.schema import run
from support import bench as benches

OTHERS = [f"other-{number}" for number in range(100)]
REQUESTS = 200
"""What ten thousand orders take, fifty at a time."""
WITHIN_S = 60.0


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
