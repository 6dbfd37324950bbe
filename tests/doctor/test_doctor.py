"""The doctor: what is wrong is found, said with what to do, and nothing is changed by looking."""

import os
import sqlite3
import zipfile
from datetime import timedelta
from importlib.metadata import PackageNotFoundError

import msgspec
import pytest
import sqlalchemy as sa

from app.scene import Clock, lay, order, raw, settle_for
from fieldbridge.app import certificate, workshop
from fieldbridge.app.doctor import bundle as bundling
from fieldbridge.app.doctor import calling, installed, machine, visit
from fieldbridge.app.doctor.bundle import bundle
from fieldbridge.app.doctor.examine import examine
from fieldbridge.app.doctor.finding import asked
from fieldbridge.app.doctor.visit import Visit
from fieldbridge.app.keeping.backup import backup
from fieldbridge.app.settings import Settings
from fieldbridge.app.sign_in import private_app
from fieldbridge.core.errors import SetupError
from fieldbridge.flows import MASTER_DATA
from fieldbridge.store.ledger import connections, notices, schedules
from fieldbridge.store.schema import connection, secret


def found(site, *, offline=True) -> dict[str, tuple[str, str]]:
    """Each check's state and words."""
    return {one.check: (one.state, one.said) for one in examine(site.settings, offline=offline)}


def at_connection(site) -> dict[str, tuple[str, str]]:
    """The checks of the connection as it is in the ledger now, by the site's own clock."""
    with site.installation.database.read() as tx:
        known = connections.find(tx, site.connection.id)
    answers = asked(visit.CHECKS + calling.CHECKS, Visit(site.installation, known))
    return {one.check: (one.state, one.said) for one in answers}


def change(site, **values):
    with site.installation.database.write() as tx:
        tx.execute(connection.update().values(**values))


def test_when_all_is_well_every_check_says_so(site, tmp_path):
    site.settings.home.chmod(0o700)
    site.publish()
    backup(site.installation, tmp_path / "kept.backup")
    with workshop.opened(site.installation, stays=True):
        answers = list(examine(site.settings.model_copy(update={"alerts_to": "mailto:desk@x.example"})))
    assert {one.check: one.said for one in answers if one.state != "ok"} == {}
    every = (*machine.CHECKS, *installed.CHECKS, *visit.CHECKS, *calling.CHECKS)
    assert [one.check for one in answers] == [check.__name__.replace("_", " ") for check in every]
    assert [one.about for one in answers if one.check == "sign in"] == ["kauri"]


def test_who_is_told_of_nothing_and_who_could_not_be_reached_are_found(sqlite_site):
    site = sqlite_site
    assert found(site)["alerts"] == ("warn", "Nobody is told when 1 of 1 connections need a person.")
    settle_for(site, '\n[alerts]\nmail_to = ["office@kauri.example"]\n')
    assert found(site)["alerts"][0] == "ok"
    with site.installation.database.write() as tx:
        notices.failed(tx, "mailto:office@kauri.example", 1, "mail.unreachable", site.installation.now())
    assert found(site)["alerts"] == ("warn", "1 of those to be told could not be reached.")


def test_an_empty_place_is_told_what_to_begin_with_and_nothing_is_made(tmp_path):
    home = tmp_path / "nowhere"
    answers = {one.check: one for one in examine(Settings(home=home, database_url="", key=""))}
    assert answers["home"].state == answers["database"].state == "fail"
    assert "fieldbridge connect" in answers["home"].remedy
    assert not home.exists()


def test_a_home_others_may_look_into_and_a_key_others_may_read_are_told(sqlite_site):
    sqlite_site.settings.home.chmod(0o755)
    assert found(sqlite_site)["home"][0] == "warn"
    sqlite_site.settings.key_file.chmod(0o644)
    state, said = found(sqlite_site)["key"]
    assert state == "fail"
    assert "may read the key" in said
    sqlite_site.settings.key_file.unlink()
    assert found(sqlite_site)["key"][0] == "fail"
    assert not sqlite_site.settings.key_file.exists()


def test_a_key_that_is_not_this_databases_is_told(sqlite_site):
    sqlite_site.settings.key_file.write_text("b3RoZXIgb3RoZXIgb3RoZXIgb3RoZXIgb3RoZXIgb3Q=\n")
    state, said = found(sqlite_site)["secrets"]
    assert state == "fail"
    assert "sealed with another key" in said


def test_a_schema_of_another_version_ends_the_examination_and_is_left_as_it_is(site):
    for stands, words in (("9999", "newer fieldbridge"), ("0001", "not 0")):
        with site.installation.database.write() as tx:
            tx.execute(sa.text(f"UPDATE alembic_version SET version_num = '{stands}'"))
        answers = found(site)
        assert answers["schema"][0] == "fail"
        assert words in answers["schema"][1]
        assert "worker" not in answers
        with site.installation.database.read() as tx:
            assert tx.execute(sa.text("SELECT version_num FROM alembic_version")).scalar_one() == stands


def test_a_damaged_database_file_is_found(sqlite_site, tmp_path):
    sqlite_site.publish()
    file = tmp_path / "damaged.sqlite"
    with sqlite_site.installation.database.read() as tx, sqlite3.connect(file) as copy:
        tx.connection.driver_connection.backup(copy)
    content = bytearray(file.read_bytes())
    for start in range(8192, len(content), 4096):
        content[start : start + 64] = os.urandom(64)
    file.write_bytes(content)
    damaged = Settings(home=sqlite_site.settings.home, database_url=f"sqlite:///{file}", key="")
    answers = {one.check: one for one in examine(damaged, offline=True)}
    assert answers["database"].state == "fail"
    assert "worker" not in answers


def test_a_database_that_does_not_answer_is_told_without_its_password(sqlite_site):
    away = Settings(home=sqlite_site.settings.home, database_url="postgresql://x:hunter2@127.0.0.1:1/x", key="")
    answers = list(examine(away))
    assert {one.check: one.state for one in answers}["database"] == "fail"
    assert "hunter2" not in str(answers)


def test_that_nobody_is_at_work_and_no_backup_was_made_is_told(sqlite_site):
    answers = found(sqlite_site)
    assert answers["worker"][0] == answers["backup"][0] == "warn"
    assert "nothing moves by itself" in answers["worker"][1]


def test_an_old_backup_and_a_certificate_that_ends_soon_are_told(sqlite_site, tmp_path):
    backup(sqlite_site.installation, tmp_path / "kept.backup")
    later = Clock(timedelta(days=3640)).given_to(sqlite_site).installation
    states = {one.check: one.state for one in asked(installed.CHECKS, later)}
    assert (states["backup"], states["certificate"]) == ("warn", "warn")


def test_a_folder_that_is_gone_or_may_not_be_written_is_told(sqlite_site, tmp_path):
    change(sqlite_site, folder=str(tmp_path / "unplugged"))
    state, said = at_connection(sqlite_site)["folder"]
    assert (state, "unplugged" in said) == ("fail", True)


def test_the_folder_is_left_as_it_was(sqlite_site):
    before = sorted(one.name for one in sqlite_site.folder.iterdir())
    assert found(sqlite_site)["folder"][0] == "ok"
    assert sorted(one.name for one in sqlite_site.folder.iterdir()) == before


def test_flows_that_should_have_run_long_ago_are_told(sqlite_site):
    late = Clock(timedelta(minutes=40)).given_to(sqlite_site)
    state, said = at_connection(late)["schedule"]
    assert state == "fail"
    assert "master-data by 40 minutes" in said or "master-data by 39 minutes" in said
    with late.installation.database.write() as tx:
        for one in schedules.of_connection(tx, "kauri"):
            schedules.put_off(tx, [(one, late.installation.now())])
    assert at_connection(late)["schedule"][0] == "ok"


def test_a_pause_a_halted_flow_and_open_problems_are_told(sqlite_site):
    lay(sqlite_site, "orders.txt", raw(order(1, customer="NOB000")))
    sqlite_site.sync()
    assert at_connection(sqlite_site)["open problems"] == ("warn", "1 wait for a person: order.customer_unknown.")
    sqlite_site.xero.fault("status", "Organisation", "GET", status=401, body="oauth_problem=token_rejected")
    sqlite_site.sync(MASTER_DATA)
    answers = at_connection(sqlite_site)
    assert answers["pause"][0] == "fail"
    assert answers["last runs"][0] == "fail"
    assert "master-data (access.token_rejected)" in answers["last runs"][1]


def test_a_tax_code_and_an_account_that_lead_nowhere_are_told(sqlite_site):
    assert at_connection(sqlite_site)["tax map"][0] == "warn"
    sqlite_site.publish()
    text = sqlite_site.connection.settings
    rules = sqlite_site.rules.transactions
    wrong = text.replace(f'"{rules.tax_codes["1"]}"', '"NOTAX"').replace(f'"{rules.sales_account}"', '"999"')
    assert wrong != text
    change(sqlite_site, settings=wrong)
    answers = at_connection(sqlite_site)
    assert (answers["tax map"][0], answers["sales account"][0]) == ("fail", "fail")
    assert "NOTAX" in answers["tax map"][1]
    change(sqlite_site, settings="")
    assert at_connection(sqlite_site)["tax map"] == ("fail", "There is no tax code, so nothing is published or posted.")
    change(sqlite_site, settings="[transactions]\ntolerence = 1")
    answers = at_connection(sqlite_site)
    assert answers["settings"][0] == "fail"
    assert "tolerance" in answers["settings"][1]


def test_few_calls_left_are_told(sqlite_site):
    sqlite_site.publish()
    change(sqlite_site, settings="calls_per_day = 8\n" + sqlite_site.connection.settings)
    assert at_connection(sqlite_site)["calls left"] == ("warn", "0 of 8 calls are left today.")


@pytest.mark.parametrize(("ahead_s", "state"), [(0, "ok"), (100, "warn"), (900, "fail")])
def test_a_clock_that_differs_from_xeros_is_told(sqlite_site, ahead_s, state):
    wrong = Clock(timedelta(seconds=ahead_s)).given_to(sqlite_site)
    answers = at_connection(wrong)
    assert answers["clock"][0] == state, answers["clock"]


def test_credentials_that_no_longer_work_are_told_and_the_clock_is_still_compared(sqlite_site):
    sqlite_site.xero.fault("status", "Organisation", "GET", status=401, body="oauth_problem=token_rejected")
    answers = at_connection(sqlite_site)
    assert answers["sign in"][0] == "fail"
    assert answers["clock"][0] == "ok"


def test_a_connection_without_credentials_is_told(sqlite_site):
    with sqlite_site.installation.database.write() as tx:
        private_app.forget(sqlite_site.installation, tx, "kauri")
    assert at_connection(sqlite_site)["sign in"][0] == "fail"


def test_offline_nothing_is_asked_of_xero(sqlite_site):
    sqlite_site.xero.forget_received()
    assert "sign in" not in found(sqlite_site)
    assert sqlite_site.xero.received() == []
    assert "sign in" in found(sqlite_site, offline=False)
    assert len(sqlite_site.xero.received()) == 1


def test_an_unknown_connection_is_a_mistake(sqlite_site):
    with pytest.raises(SetupError, match="nobody"):
        list(examine(sqlite_site.settings, "nobody", offline=True))


def unzipped(file) -> dict[str, bytes]:
    with zipfile.ZipFile(file) as packed:
        return {name: packed.read(name) for name in packed.namelist()}


def test_the_bundle_holds_what_helps_and_no_secret_name_or_record(site, tmp_path):
    site.publish()
    lay(site, "orders-CANARY-file.txt", raw(order(1), order(2, customer="NOB000", customer_order_no="CANARY-PO")))
    site.sync()
    staff = '\n[staff]\nCANARYREP = "Canary Representative"\n'
    settle_for(site, staff)
    change(site, paused_because="CANARY pause")
    answers = list(examine(site.settings))
    held = bundle(site.settings, answers, tmp_path / "bundle.zip")
    parts = unzipped(tmp_path / "bundle.zip")
    assert sorted(parts) == sorted(f"{name}.json" for name in held)
    (one,) = msgspec.json.decode(parts["connections.json"])
    assert (one["problems"], one["is_paused"]) == ({"order.customer_unknown": 1}, True)
    assert one["settings"]["transactions"]["order_status"] == "DRAFT"
    assert one["settings"]["staff"] == "1 entries"
    assert {"event": "order.posted"}.items() <= next(e for e in one["log"] if e["event"] == "order.posted").items()
    ledger = msgspec.json.decode(parts["ledger.json"])
    assert (ledger["rows"]["link"], ledger["connections"]) == (21, 1)
    told = {(line["check"], line["connection"]) for line in msgspec.json.decode(parts["findings.json"])}
    assert {("disk", 0), ("folder", 1)} <= told
    assert msgspec.json.decode(parts["libraries.json"])["sqlalchemy"].startswith("2.")

    credentials = private_app.kept(site.installation, "kauri")
    books = site.xero.books()
    canaries = [
        "CANARY", "Canary", "kauri", "BV1", "NOB000", "KER014", str(tmp_path), site.connection.organisation_name,
        site.connection.organisation_id, site.connection.short_code, credentials.consumer_key,
        credentials.consumer_secret, certificate.private_key(site.installation).splitlines()[2],
        certificate.certificate(site.installation).splitlines()[2], site.settings.key_file.read_text().strip(),
        *(str(one["Name"]) for one in books["contacts"]), *(str(one["Name"]) for one in books["items"]),
    ]  # fmt: skip
    assert len(canaries) > 50
    content = b"\n".join(parts.values()).decode()
    assert [one for one in canaries if one in content] == []
    with pytest.raises(SetupError, match="there already"):
        bundle(site.settings, answers, tmp_path / "bundle.zip")


def test_a_bundle_is_made_of_a_broken_installation_too(sqlite_site, tmp_path):
    with sqlite_site.installation.database.write() as tx:
        tx.execute(secret.delete())
        tx.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    answers = list(examine(sqlite_site.settings))
    assert bundle(sqlite_site.settings, answers, tmp_path / "bundle.zip") == ["findings", "libraries"]
    gone = Settings(home=tmp_path / "nowhere", database_url="", key="")
    assert bundle(gone, list(examine(gone)), tmp_path / "other.zip") == ["findings", "libraries"]


def test_a_bundle_names_no_library_of_an_extra_that_is_not_installed(sqlite_site, tmp_path, monkeypatch):
    real = bundling.version

    def without_extras(name):
        if name.startswith("opentelemetry"):
            raise PackageNotFoundError(name)
        return real(name)

    monkeypatch.setattr(bundling, "version", without_extras)
    bundle(sqlite_site.settings, [], tmp_path / "bundle.zip")
    libraries = msgspec.json.decode(unzipped(tmp_path / "bundle.zip")["libraries.json"])
    assert libraries["dbos"]
    assert not [one for one in libraries if one.startswith("opentelemetry")]
