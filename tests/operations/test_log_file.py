"""The log file: every event that became true, one a line, never too much of it, and no secret."""

import json
import logging
import re
import stat
from datetime import UTC, datetime

import pytest

from app.scene import order
from fieldbridge.app import certificate, dry_run
from fieldbridge.app.log_file import kept
from fieldbridge.app.settings import Settings
from fieldbridge.app.sign_in.private_app import PrivateApp
from fieldbridge.flows import TRANSACTIONS
from fieldbridge.store.database import Database, open_engine
from fieldbridge.store.ledger import runs
from fieldbridge.store.migrating import migrate
from fieldbridge.store.schema import connection

NOW = datetime(2026, 7, 14, 10, 32, 5, tzinfo=UTC)
FIELD = re.compile(r' (\w+)=("(?:[^"\\]|\\.)*"|\S+)')


@pytest.fixture
def database(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    migrate(engine)
    made = Database(engine)
    texts = dict.fromkeys(("sign_in", "xero_url", "identity_url", "organisation_id", "organisation_name"), "x")
    texts |= {"short_code": "x", "folder": "x", "settings": "", "id": "kauri"}
    with made.write() as tx:
        tx.execute(connection.insert().values(**texts, connected_at=NOW, renewed_at=NOW))
    yield made
    engine.dispose()


def settings(tmp_path, **changes: object) -> Settings:
    return Settings(home=tmp_path, database_url="", key="", **changes)


def tell(database: Database, event: str, **fields: object) -> None:
    with database.write() as tx:
        runs.record(tx, "kauri", None, NOW, event, **fields)


def fields(line: str) -> dict[str, str]:
    return {name: json.loads(value) if value[0] == '"' else value for name, value in FIELD.findall(line)}


def test_a_run_leaves_its_events_in_the_order_they_became_true(site):
    site.put("a.txt", [order(1), order(2, customer="NOB000")])
    with kept(site.settings) as file:
        run = site.sync()
    lines = file.read_text(encoding="utf-8").splitlines()
    events = [line.split()[1] for line in lines]
    assert events[0] == "run.started"
    assert events[-1] == "run.finished"
    assert events.index("order.parked") < events.index("order.posted")
    assert all(
        re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z [a-z_.]+ connection=kauri run=\d+ ", line) for line in lines
    )
    told = fields(lines[-1])
    assert (told["flow"], told["run"], told["posted"], told["parked"]) == ("transactions", str(run.id), "1", "1")
    assert 0 < int(told["took_ms"]) < 60_000
    assert told["tax_rates"].isdecimal()
    with site.installation.database.read() as tx:
        assert [one.event for one in runs.events(tx, "kauri", 100) if one.run_id == run.id] == events


def test_json_is_one_object_a_line_on_request(database, tmp_path):
    with kept(settings(tmp_path, log_json=True)) as file:
        tell(database, "order.posted", key="BV1", total="58.65", warnings=["a", "b"], said="Akaroa “Ltd”\nand Co")
    (line,) = file.read_text(encoding="utf-8").splitlines()
    seen = json.loads(line)
    assert seen.pop("at").endswith("Z")
    assert seen == {
        "event": "order.posted",
        "connection": "kauri",
        "key": "BV1",
        "total": "58.65",
        "warnings": ["a", "b"],
        "said": "Akaroa “Ltd”\nand Co",
    }


def test_what_was_rolled_back_is_never_told(database, tmp_path):
    with kept(settings(tmp_path)) as file:
        with pytest.raises(ZeroDivisionError), database.write() as tx:
            runs.record(tx, "kauri", None, NOW, "order.posted", key="NEVER")
            raise ZeroDivisionError
        tell(database, "order.posted", key="BV1")
    assert [fields(line)["key"] for line in file.read_text().splitlines()] == ["BV1"]


def test_a_rehearsal_tells_nothing(sqlite_site):
    sqlite_site.put("a.txt", [order(1)])
    with kept(sqlite_site.settings) as file:
        plan = dry_run.plan(sqlite_site.installation, sqlite_site.connection, TRANSACTIONS)
    assert len(plan.invoices) == 1
    assert file.read_text() == ""


def test_a_value_from_outside_cannot_make_up_a_line_or_a_field(database, tmp_path):
    naughty = 'x" total=0\n2026-01-01T00:00:00.000Z order.posted key=BV9\r\x1b[31m\u2028\x85'
    with kept(settings(tmp_path)) as file:
        tell(database, "order.parked", key="BV1", message=naughty)
    text = file.read_text(encoding="utf-8")
    assert "\x1b" not in text
    (line,) = text.splitlines()
    assert fields(line) == {"connection": "kauri", "key": "BV1", "message": naughty}


def test_warnings_of_the_process_are_in_it_too_and_on_stderr(tmp_path, capsys):
    with kept(settings(tmp_path)) as file:
        logging.getLogger("fieldbridge.engine.rounds").warning("%s failed and is tried again: %s", "upkeep", "Outage")
    assert fields(file.read_text())["said"] == "upkeep failed and is tried again: Outage"
    assert capsys.readouterr().err == file.read_text()


def test_it_is_rotated_by_size_and_old_files_go(database, tmp_path):
    with kept(settings(tmp_path, log_bytes=2000, log_files=3)) as file:
        for number in range(200):
            tell(database, "order.posted", key=f"BV{number:04}", total="58.65")
    files = sorted(file.parent.glob("fieldbridge.log*"))
    assert [one.name for one in files] == ["fieldbridge.log", "fieldbridge.log.1", "fieldbridge.log.2"]
    assert all(one.stat().st_size <= 2000 for one in files)
    keys = [fields(line)["key"] for one in reversed(files) for line in one.read_text().splitlines()]
    assert keys == [f"BV{number:04}" for number in range(200 - len(keys), 200)]


def test_only_its_owner_may_read_it_and_a_restart_goes_on_in_it(database, tmp_path):
    for key in ("first", "second"):
        with kept(settings(tmp_path)) as file:
            tell(database, "order.posted", key=key)
    assert [fields(line)["key"] for line in file.read_text().splitlines()] == ["first", "second"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_second_process_of_the_home_writes_a_file_of_its_own(tmp_path):
    with kept(settings(tmp_path)) as first, kept(settings(tmp_path)) as second:
        assert (first.name, second.name) == ("fieldbridge.log", "fieldbridge-2.log")
    with kept(settings(tmp_path)) as again:
        assert again == first


def test_nothing_is_written_once_it_is_closed(database, tmp_path):
    with kept(settings(tmp_path)) as file:
        tell(database, "order.posted", key="BV1")
    tell(database, "order.posted", key="BV2")
    assert len(file.read_text().splitlines()) == 1


def test_no_secret_is_in_it_when_xero_refuses_the_sign_in(sqlite_site):
    site = sqlite_site
    vault, database = site.installation.vault, site.installation.database
    with database.read() as tx:
        app = PrivateApp(*(vault.get(tx, "kauri", name).decode() for name in ("consumer-key", "consumer-secret")))
    denied = "oauth_problem=token_rejected&oauth_problem_advice=gone"
    site.put("a.txt", [order(1)])
    site.xero.fault("status", "Organisation", "GET", status=401, body=denied)
    with kept(site.settings) as file:
        assert site.sync().exit_code == 3
    text = file.read_text()
    assert "token_rejected" in text
    pem = [line for line in certificate.private_key(site.installation).splitlines() if "PRIVATE" not in line]
    for canary in (app.consumer_key, app.consumer_secret, *pem[:3]):
        assert canary not in text
