"""Traces: what a collector sees of a run, over real HTTP, and that nothing of it names anybody."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.scene import lay, order, raw
from fieldbridge.app import installation, workshop
from fieldbridge.app.settings import Settings
from fieldbridge.core.errors import SetupError
from fieldbridge.flows import TRANSACTIONS
from support.collector import collecting
from support.site import Site

IMPORTED = "import sys, fieldbridge.app.workshop; print('opentelemetry.sdk' in sys.modules)"


def facts(span) -> dict[str, object]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in span.attributes}


def traced(site: Site, url: str) -> tuple[int, str]:
    """What `fieldbridge sync transactions` does with an address set. Shape: the run and how it ended."""
    settings = site.settings.model_copy(update={"traces_to": url})
    with installation.opened(settings) as opened, workshop.opened(opened) as work:
        *_, last = work.watch(work.dispatcher.start("kauri", TRANSACTIONS))
    return last.id, last.state


def test_a_run_is_one_trace_of_its_steps_and_their_calls(sqlite_site):
    site = sqlite_site
    lay(site, "orders.txt", raw(order(1), order(2, customer="NOB000")))
    site.xero.fault("status", "Invoices", "PUT", status=500)
    with collecting() as collector:
        run_id, state = traced(site, collector.url)
    assert state == "done"
    (root,) = collector.named("transactions")
    assert root.parent_span_id == b""
    assert {one.trace_id for one in collector.spans} == {root.trace_id}
    assert facts(root)["fieldbridge.run"] == run_id
    assert facts(root)["fieldbridge.count.posted"] == 1
    steps = [one for one in collector.spans if one.parent_span_id == root.span_id]
    assert {"take", "deliver"} <= {one.name for one in steps}
    assert all(root.start_time_unix_nano <= one.start_time_unix_nano for one in steps)
    puts = collector.named("PUT Invoices")
    assert [facts(one)["http.response.status_code"] for one in puts] == [500, 200]
    assert {one.parent_span_id for one in puts} <= {one.span_id for one in collector.named("deliver")}
    body = b"".join(collector.bodies)
    for private in (b"BV1", b"BV2", b"KER014", b"Kerikeri", b"Kauri Wholesale", bytes(site.folder)):
        assert private not in body


def test_a_run_that_fails_shows_its_code_and_no_words(sqlite_site):
    site = sqlite_site
    site.folder.rename(site.folder.with_name("away"))
    with collecting() as collector:
        traced(site, collector.url)
    (root,) = collector.named("transactions")
    assert root.status.message == "folder.unreachable"
    assert b"away" not in b"".join(collector.bodies)


def test_a_collector_that_is_away_holds_up_no_run(sqlite_site):
    lay(sqlite_site, "orders.txt", raw(order(1)))
    assert traced(sqlite_site, "http://127.0.0.1:9")[1] == "done"
    assert sqlite_site.xero.invoices().keys() == {"SO-BV1"}


def test_without_an_address_the_libraries_are_not_even_loaded(sqlite_site):
    place = {**os.environ, "FIELDBRIDGE_HOME": str(sqlite_site.settings.home)}
    done = subprocess.run([sys.executable, "-c", IMPORTED], capture_output=True, text=True, check=True, env=place)
    assert done.stdout.strip() == "False"


def test_without_the_libraries_an_address_is_refused_in_plain_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.delitem(sys.modules, "fieldbridge.app.traces.otlp", raising=False)
    monkeypatch.setitem(sys.modules, "opentelemetry", None)
    settings = Settings(home=tmp_path, database_url="", key="", traces_to="http://127.0.0.1:9")
    with pytest.raises(SetupError, match="not installed"), installation.opened(settings):
        pass
