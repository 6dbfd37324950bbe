"""The schema, its migrations and what every ledger function stands on, on SQLite and PostgreSQL."""

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from fieldbridge.app.connection_settings import parse
from fieldbridge.core.errors import SetupError
from fieldbridge.core.records.books import Contact, Item
from fieldbridge.store import books
from fieldbridge.store.database import Database, open_engine, upsert
from fieldbridge.store.ledger import runs, schedules, standings
from fieldbridge.store.migrating import MIGRATIONS, migrate, revision, revisions
from fieldbridge.store.schema import connection, installation, metadata, run

NOW = datetime(2026, 7, 14, 10, 32, 5, 123456, tzinfo=UTC)


@pytest.fixture
def database(database_url):
    engine = open_engine(database_url)
    yield Database(engine)
    engine.dispose()


@pytest.fixture
def kauri(database):
    with database.write() as tx:
        texts = {column.name: "x" for column in connection.c if isinstance(column.type, sa.Text)}
        instants = {column.name: NOW for column in connection.c if not isinstance(column.type, sa.Text)}
        tx.execute(connection.insert().values({**texts, **instants, "id": "kauri", "paused_because": None}))
    return database


def test_the_migrations_make_exactly_the_schema(empty_database_url):
    engine = open_engine(empty_database_url)
    migrate(engine)
    with engine.connect() as live:
        assert compare_metadata(MigrationContext.configure(live), metadata) == []
    engine.dispose()


def test_migrating_again_changes_nothing_and_asks_nobody_to_wait(database):
    with database.write():
        # A writer holds the database meanwhile; migrating again only reads.
        migrate(database.engine)


def test_the_newest_revision_is_the_head_of_the_migrations():
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == revisions()[-1:]


def test_a_database_of_a_newer_version_is_refused_in_plain_words_and_left_alone(database):
    with database.write() as tx:
        tx.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(SetupError) as refused:
        migrate(database.engine)
    assert refused.value.code == "database.newer"
    assert "newer fieldbridge" in refused.value.message
    assert "Install that version again" in refused.value.remedy
    with database.read() as tx:
        assert revision(tx) == "9999"


def test_periods_of_an_older_version_are_kept_under_their_new_name(empty_database_url):
    engine = open_engine(empty_database_url)
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    made = "INSERT INTO connection VALUES ('kauri', 'x', 'x', 'x', 'x', 'x', 'x', 'x', :settings, :at, :at, NULL)"
    with engine.begin() as tx:
        config.attributes["connection"] = tx
        command.upgrade(config, "0001")
        old = "calls_per_day = 1000\n[schedule]\ntransactions_s = 30\n"
        tx.execute(sa.text(made), {"settings": old, "at": "2026-07-14 10:32:05"})
    migrate(engine)
    with engine.connect() as tx:
        settings = parse(tx.execute(sa.select(connection.c.settings)).scalar_one())
    engine.dispose()
    assert settings.schedule.every_s == {"transactions": 30}
    assert settings.calls_per_day == 1000


def test_a_database_of_another_kind_is_refused_without_its_password():
    with pytest.raises(SetupError) as refused:
        open_engine("mysql://somebody:hunter2@localhost/x")
    assert "mysql" in str(refused.value)
    assert "hunter2" not in str(refused.value)


def test_an_upsert_replaces_what_has_the_same_key_and_keeps_the_rest(database):
    with database.write() as tx:
        upsert(tx, installation, [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}])
        upsert(tx, installation, [{"name": "b", "value": "3"}])
        assert sorted(tx.execute(sa.select(installation)).all()) == [("a", "1"), ("b", "3")]


def test_a_failed_transaction_leaves_nothing(database):
    with pytest.raises(ZeroDivisionError), database.write() as tx:
        upsert(tx, installation, [{"name": "a", "value": "1"}])
        raise ZeroDivisionError
    with database.read() as tx:
        assert tx.execute(sa.select(installation)).all() == []


def test_instants_come_back_as_they_went_and_naive_times_are_refused(kauri):
    with kauri.write() as tx:
        run_id = runs.queue(tx, "kauri", "transactions", NOW)
        assert runs.find(tx, run_id).queued_at == NOW
    with pytest.raises(sa.exc.StatementError, match="time zone"), kauri.write() as tx:
        runs.queue(tx, "kauri", "transactions", NOW.replace(tzinfo=None))


def test_the_books_find_by_code_stream_all_and_forget_what_a_full_read_no_longer_shows(kauri):
    twins = [Contact(contact_id=str(number), name=f"C{number}", account_number="TWIN") for number in (1, 2)]
    later = NOW.replace(hour=11)
    with kauri.write() as tx:
        books.keep(tx, "kauri", [*twins, Item(item_id="i", code="TWIN", name="An item of the same code")], NOW)
        books.keep(tx, "kauri", twins[:1], later)
        assert {one.name for one in books.by_code(tx, "kauri", Contact, ["TWIN", "NONE"])["TWIN"]} == {"C1", "C2"}
        assert books.retire_unread(tx, "kauri", Contact, later) == 1
        assert [one.name for one in books.every(tx, "kauri", Contact)] == ["C1"]
        assert [one.code for one in books.every(tx, "kauri", Item)] == ["TWIN"]


def held(tx, at=NOW):
    return [(one.connection_id, one.flow) for one in schedules.hold_due(tx, ["transactions"], at, 10)]


def test_a_due_flow_is_in_one_hand_and_free_again_after_its_run(kauri):
    mine = [("kauri", "transactions")]
    with kauri.write() as tx:
        schedules.keep(tx, "kauri", "transactions", 60, NOW)
        (due,) = schedules.hold_due(tx, ["transactions"], NOW, 10)
        run_id = runs.queue(tx, "kauri", "transactions", NOW)
        schedules.claim(tx, [(due, run_id)])
        assert held(tx) == []
        assert schedules.in_flight(tx, ["transactions"]) == 1
        schedules.rearm(tx, "kauri", "transactions", run_id, NOW)
        assert schedules.in_flight(tx, ["transactions"]) == 0
        assert held(tx) == []
        schedules.nudge(tx, "kauri", "transactions", NOW)
        assert held(tx) == mine


def test_an_event_during_a_run_makes_the_flow_due_right_after_it(kauri):
    with kauri.write() as tx:
        schedules.keep(tx, "kauri", "transactions", 60, NOW)
        (due,) = schedules.hold_due(tx, ["transactions"], NOW, 10)
        run_id = runs.queue(tx, "kauri", "transactions", NOW)
        schedules.claim(tx, [(due, run_id)])
        schedules.nudge(tx, "kauri", "transactions", NOW)
        assert held(tx) == []
        schedules.rearm(tx, "kauri", "transactions", run_id, NOW)
        assert held(tx) == [("kauri", "transactions")]


def test_a_paused_connection_is_never_due(kauri):
    with kauri.write() as tx:
        schedules.keep(tx, "kauri", "transactions", 60, NOW)
        tx.execute(connection.update().values(paused_because="reconnect"))
        assert held(tx) == []


def test_how_a_flow_stands_is_found_by_steps_into_indexes_however_often_it_failed(kauri):
    with kauri.write() as tx:
        row = {"connection_id": "kauri", "flow": "transactions", "state": "done", "counts": {}, "queued_at": NOW}
        schedules.keep(tx, "kauri", "transactions", 60, NOW)
        for exit_code in (0, 1, *[4] * 50):
            ended = {"ended_at": NOW + timedelta(minutes=exit_code), "exit_code": exit_code}
            tx.execute(run.insert().values(**row, **ended))
        (seen,) = standings.every(tx, NOW.date())
        (flow,) = seen.flows
        assert (flow.good_at, flow.trying_since, flow.exit_code) == (NOW + timedelta(minutes=1), NOW, 4)
        if tx.dialect.name == "postgresql":
            tx.execute(sa.text("SET enable_seqscan = off"))
        explain = "EXPLAIN " if tx.dialect.name == "postgresql" else "EXPLAIN QUERY PLAN "
        asked = standings.flows().compile(tx.engine, compile_kwargs={"literal_binds": True})
        plan = " ".join(str(row) for row in tx.execute(sa.text(f"{explain}{asked}")))
    assert "ix_run_good" in plan
    assert "ix_run_connection" in plan
