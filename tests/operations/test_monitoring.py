"""What a monitor sees: health, readiness and metrics, over real HTTP."""

import re
import secrets
from dataclasses import replace
from pathlib import Path

import httpx2
import pytest
import sqlalchemy as sa
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from app.scene import order
from fieldbridge.app import readiness, workshop
from fieldbridge.app.installation import Installation
from fieldbridge.core.pacing import Budget
from fieldbridge.flows import MASTER_DATA
from fieldbridge.store.database import Database, open_engine
from fieldbridge.store.ledger import budgets
from support.site import Site
from support.web import served

NOT_TODAY = {"Retry-After": "3600", "X-Rate-Limit-Problem": "day"}
DOCS = Path(__file__).parents[2] / "docs" / "reference"


def configured(installation: Installation, **settings: object) -> Installation:
    return replace(installation, settings=installation.settings.model_copy(update=settings))


def samples(text: str) -> dict[tuple[str, ...], float]:
    """Shape: the name without its prefix, then the values of its labels, to the figure."""
    found = (one for family in text_string_to_metric_families(text) for one in family.samples)
    return {(one.name.removeprefix("fieldbridge_"), *one.labels.values()): one.value for one in found}


def traded(site: Site) -> Site:
    """A day with one order posted, one set aside and one not read yet."""
    site.sync(MASTER_DATA)
    site.put("a.txt", [order(1), order(2, customer="NOB000")])
    site.sync()
    return site


def test_metrics_count_what_the_ledger_holds(site):
    traded(site)
    now = site.installation.now().timestamp()
    with site.installation.database.write() as tx:
        budgets.save(tx, "kauri", Budget(day_from=now, day_used=4990))
    with served(site.installation) as url:
        answer = httpx2.get(f"{url}/metrics")
    seen = samples(answer.text)
    assert answer.headers["content-type"].startswith("text/plain")
    assert (seen["connections", "active"], seen["connections", "paused"]) == (1, 0)
    assert seen["last_runs", "master-data", "done"] == 1
    assert seen["last_runs", "transactions", "problems"] == 1
    assert seen["problems_open", "order.customer_unknown"] == 1
    assert seen["orders_unsent",] == 0
    assert seen["calls_today", "transactions"] > 0
    assert seen["received_bytes_today", "master-data"] > 1000
    assert seen["calls_left_min",] == 10
    assert not any("deliveries" in key[0] for key in seen)


def test_an_order_that_cannot_go_shows_as_unsent_and_on_its_way_and_grows_old(site):
    site.put("a.txt", [order(1)])
    site.xero.fault("status", "Invoices", "PUT", status=429, headers=NOT_TODAY)
    site.sync()
    with served(site.installation) as url:
        before, after = (samples(httpx2.get(f"{url}/metrics").text) for _ in range(2))
    assert before["orders_unsent",] == 1
    assert before["deliveries", "pending"] == 1
    assert 0 < before["oldest_unsent_order_seconds",] < after["oldest_unsent_order_seconds",]
    assert before["last_runs", "transactions", "unfinished"] == 1


def test_no_name_shows_in_the_metrics_and_connections_only_when_asked_for(sqlite_site):
    site = traded(sqlite_site)
    with served(site.installation) as url:
        plain = httpx2.get(f"{url}/metrics").text
    with served(configured(site.installation, metrics_by_connection=True)) as url:
        named = httpx2.get(f"{url}/metrics").text
    assert "kauri" not in plain.lower()
    assert samples(named)["connection_problems_open", "kauri"] == 1
    for private in (site.connection.organisation_name, site.connection.folder, "NOB000", "BV2", "Foodmart"):
        assert private not in named


def test_without_a_token_only_this_machine_may_look_and_nobody_behind_a_proxy(sqlite_site):
    with served(sqlite_site.installation) as url:
        assert httpx2.get(f"{url}/metrics").status_code == 200
        for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"):
            assert httpx2.get(f"{url}/metrics", headers={header: "127.0.0.1"}).status_code == 403


def test_with_a_token_nobody_may_look_without_it(sqlite_site):
    token = secrets.token_urlsafe(32)
    with served(configured(sqlite_site.installation, metrics_token=SecretStr(token))) as url:
        for wrong in ({}, {"Authorization": token}, {"Authorization": "Bearer wrong"}):
            refused = httpx2.get(f"{url}/metrics", headers=wrong)
            assert (refused.status_code, refused.content) == (401, b"")
        shown = httpx2.get(f"{url}/metrics", headers={"Authorization": f"Bearer {token}", "X-Forwarded-For": "1.2.3.4"})
    assert shown.status_code == 200
    assert token not in shown.text


def test_it_is_ready_while_a_worker_beats_and_alive_all_the_time(site):
    with served(site.installation) as url:
        with workshop.opened(site.installation, stays=True):
            ready, figures = httpx2.get(f"{url}/readyz"), samples(httpx2.get(f"{url}/metrics").text)
        alone, figures_alone = httpx2.get(f"{url}/readyz"), samples(httpx2.get(f"{url}/metrics").text)
        assert httpx2.get(f"{url}/healthz").status_code == 200
    assert (ready.status_code, ready.json()) == (200, {"ready": True, "faults": []})
    assert (alone.status_code, alone.json()) == (503, {"ready": False, "faults": ["no worker beats"]})
    assert (figures["workers",], figures_alone["workers",]) == (1, 0)


def test_it_is_not_ready_with_the_schema_of_another_version(site):
    with site.installation.database.write() as tx:
        tx.execute(sa.text("UPDATE alembic_version SET version_num = '0001'"))
    with served(site.installation) as url:
        answer = httpx2.get(f"{url}/readyz")
        assert httpx2.get(f"{url}/healthz").status_code == 200
    assert (answer.status_code, answer.json()["faults"]) == (503, ["the database has the schema of another version"])


def test_it_is_not_ready_without_room_on_its_disk(sqlite_site, monkeypatch):
    monkeypatch.setattr(readiness, "SPENT_BYTES", 10**18)
    with served(sqlite_site.installation) as url:
        answer = httpx2.get(f"{url}/readyz")
    assert (answer.status_code, answer.json()["faults"]) == (503, ["the disk is full"])


@pytest.mark.parametrize(
    "address", ["sqlite:////nowhere/at/all.sqlite", "postgresql://nobody:hunter2@127.0.0.1:1/none"]
)
def test_it_is_not_ready_without_its_database_and_does_not_say_where_that_is(sqlite_site, address):
    engine = open_engine(address)
    with served(replace(sqlite_site.installation, database=Database(engine))) as url:
        answer = httpx2.get(f"{url}/readyz")
    engine.dispose()
    assert (answer.status_code, answer.json()["faults"]) == (503, ["the database does not answer"])
    assert "hunter2" not in answer.text


def test_every_figure_is_in_the_reference(sqlite_site):
    site = traded(sqlite_site)
    site.put("b.txt", [order(3)])
    site.xero.fault("status", "Invoices", "PUT", status=429, headers=NOT_TODAY)
    site.sync()
    with served(configured(site.installation, metrics_by_connection=True)) as url:
        names = {family.name for family in text_string_to_metric_families(httpx2.get(f"{url}/metrics").text)}
    written = set(re.findall(r"^\| `(fieldbridge_\w+)`", (DOCS / "monitoring.md").read_text(encoding="utf-8"), re.M))
    assert names == written
