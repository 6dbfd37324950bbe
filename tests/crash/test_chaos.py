"""Workers killed at random (kill -9), answers lost at random, sales arriving all the while: each is one document.

SQLite with one worker, SQLite with two, PostgreSQL with three on as many machines; three connections at once. What is
chosen follows from a seed. FIELDBRIDGE_TEST_CHAOS_S: for how many seconds each goes on, FIELDBRIDGE_TEST_CHAOS_SEED:
which seed. The figures are printed at the end of the test session.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from support import databases
from support.company import company

LASTS_S = float(os.environ.get("FIELDBRIDGE_TEST_CHAOS_S", "40"))
SEED = os.environ.get("FIELDBRIDGE_TEST_CHAOS_SEED", "4")
CREWS = {"sqlite-1": 1, "sqlite-2": 2, "postgresql-3": 3}


@pytest.mark.parametrize("kind", [kind for kind in CREWS if kind.partition("-")[0] in databases.kinds()])
def test_whoever_dies_and_whatever_is_lost_every_transaction_becomes_one_document(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest, record_property: Callable[[str, object], None]
) -> None:
    cluster = request.getfixturevalue("cluster") if kind.startswith("postgresql") else None
    with company(tmp_path, CREWS[kind], cluster, f"{SEED} {kind}") as at_work:
        at_work.crew.begin()
        at_work.rage(LASTS_S)
        at_work.calm()
        drained_s = at_work.drain(LASTS_S)
        at_work.crew.end()
        at_work.check()
    said = f"chaos on {kind}, {LASTS_S:g} s: {at_work.figures()}; all was posted {drained_s:.1f} s later"
    record_property("figures", said)
