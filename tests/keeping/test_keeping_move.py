"""Moving to another database in the middle of trade: every order exactly one document, and the old ledger closed."""

import pytest

from app.scene import lay, numbers, order, posted, raw
from fieldbridge.app import installation, workshop
from fieldbridge.app.keeping.move import move
from fieldbridge.app.settings import Settings
from fieldbridge.core.errors import SetupError
from fieldbridge.store.ledger import deliveries, marks
from keeping.conftest import at, half_done
from support.site import HOLD_S


def there(site, elsewhere) -> Settings:
    """The same home, with the new database named."""
    return Settings(home=site.settings.home, database_url=elsewhere, unsure_hold_s=HOLD_S, key="")


def test_moving_in_the_middle_of_trade_gives_every_order_exactly_one_document(site, elsewhere):
    lay(site, "before.txt", raw(order(1), order(2)))
    site.sync()
    half_done(site, pending=[3, 4], sending=[5], waiting=[6])
    moved = move(site.installation, elsewhere)
    assert moved.to_look_up == 3
    with pytest.raises(SetupError) as closed, installation.opened(site.settings):
        pass
    assert closed.value.code == "database.moved"
    lay(site, "after.txt", raw(order(7), order(1)))
    with installation.opened(there(site, elsewhere)) as opened:
        run = at(site, opened).sync()
        assert (run.exit_code, run.error) == (0, None)
        with opened.database.read() as tx:
            assert len(deliveries.links(tx, "kauri")) == 7
    assert posted(site).keys() == numbers(order(number) for number in range(1, 8))


def test_and_back_again(site, elsewhere, tmp_path):
    lay(site, "orders.txt", raw(order(1)))
    site.sync()
    move(site.installation, elsewhere)
    home_again = f"sqlite:///{tmp_path / 'home-again.sqlite'}"
    with installation.opened(there(site, elsewhere)) as opened:
        move(opened, home_again)
    lay(site, "more.txt", raw(order(2)))
    with installation.opened(there(site, home_again)) as opened:
        assert at(site, opened).sync().exit_code == 0
    assert posted(site).keys() == {"SO-BV1", "SO-BV2"}


def test_nothing_moves_while_a_worker_runs(sqlite_site, tmp_path):
    elsewhere = f"sqlite:///{tmp_path / 'elsewhere.sqlite'}"
    with workshop.opened(sqlite_site.installation), pytest.raises(SetupError) as refused:
        move(sqlite_site.installation, elsewhere)
    assert refused.value.code == "move.working"
    with installation.opened(sqlite_site.settings) as opened:
        assert opened.connections()


def test_nothing_moves_into_a_database_that_holds_anything(sqlite_site, tmp_path):
    elsewhere = f"sqlite:///{tmp_path / 'elsewhere.sqlite'}"
    with installation.opened(there(sqlite_site, elsewhere)) as opened, opened.database.write() as tx:
        marks.keep(tx, "certificate", "of somebody else")
    with pytest.raises(SetupError) as refused:
        move(sqlite_site.installation, elsewhere)
    assert refused.value.code == "restore.not_empty"
    with installation.opened(sqlite_site.settings) as opened:
        assert opened.connections()


def test_moving_to_where_nothing_answers_changes_nothing(sqlite_site):
    with pytest.raises(SetupError) as refused:
        move(sqlite_site.installation, "postgresql://somebody:hunter2@127.0.0.1:1/x")
    assert refused.value.code == "database.unreachable"
    assert "hunter2" not in str(refused.value)
    assert sqlite_site.sync().exit_code == 0


def test_nothing_moves_to_where_it_is_already(sqlite_site):
    with pytest.raises(SetupError) as refused:
        move(sqlite_site.installation, sqlite_site.settings.url)
    assert refused.value.code == "move.same"
    assert sqlite_site.sync().exit_code == 0


def test_a_move_cut_short_after_the_new_ledger_was_complete_doubles_nothing_on_either(site, elsewhere, monkeypatch):
    half_done(site, pending=[1], sending=[2], waiting=[3])

    def keep(tx, name, value, kept=marks.keep):
        if name == marks.MOVED_TO:
            raise KeyboardInterrupt
        kept(tx, name, value)

    with monkeypatch.context() as patch:
        patch.setattr(marks, "keep", keep)
        with pytest.raises(KeyboardInterrupt):
            move(site.installation, elsewhere)
    assert site.sync().exit_code == 0
    with installation.opened(there(site, elsewhere)) as opened:
        assert at(site, opened).sync().exit_code == 0
    assert posted(site).keys() == {"SO-BV1", "SO-BV2", "SO-BV3"}
