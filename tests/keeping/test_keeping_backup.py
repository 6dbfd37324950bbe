"""A backup restored: nothing lost, nothing sent twice, no secret in the clear, and never over anything."""

import gzip
import json
import shutil
import stat

import pytest
import sqlalchemy as sa

from app.scene import lay, numbers, order, posted, puts, raw
from fieldbridge.app import certificate, installation
from fieldbridge.app.keeping.backup import backup
from fieldbridge.app.keeping.restore import restore
from fieldbridge.app.settings import Settings
from fieldbridge.app.sign_in.private_app import kept
from fieldbridge.core.errors import SetupError
from fieldbridge.flows import MASTER_DATA
from fieldbridge.store import archive
from fieldbridge.store.ledger import connections, deliveries, marks, runs
from fieldbridge.store.schema import delivery, link
from keeping.conftest import at, half_done
from support.site import HOLD_S


def empty_home(tmp_path, site, url: str = "") -> Settings:
    """A home that has been given the vault's key and nothing else, and an empty database."""
    home = tmp_path / "new-home"
    home.mkdir()
    shutil.copy2(site.settings.key_file, home)
    return Settings(home=home, database_url=url, unsure_hold_s=HOLD_S, key="")


@pytest.fixture
def new_home(tmp_path, site, elsewhere):
    return empty_home(tmp_path, site, elsewhere)


@pytest.fixture
def sqlite_home(tmp_path, sqlite_site):
    return empty_home(tmp_path, sqlite_site)


def kept_file(site, tmp_path):
    file = tmp_path / "kept.backup"
    backup(site.installation, file)
    return file


def sent(xero) -> list[str]:
    """The numbers of the invoices that were asked of Xero, each time they were."""
    return [one["InvoiceNumber"] for call in puts(xero) for one in json.loads(call["body"])["Invoices"]]


def states(opened) -> dict[str, str]:
    with opened.database.read() as tx:
        return dict(map(tuple, tx.execute(sa.select(delivery.c.key, delivery.c.state))))


def test_after_restoring_an_old_backup_what_was_posted_since_is_found_and_not_sent_again(site, new_home, tmp_path):
    # Voided or not, its number proves an invoice; that Xero refuses a taken number must not be what saves us.
    site.xero.switch(voided_number_blocks=False)
    lay(site, "before.txt", raw(order(1), order(2)))
    assert site.sync().exit_code == 0
    half_done(site, pending=[3, 4], sending=[5], waiting=[6, 7])
    assert states(site.installation) == {
        "BV1": "posted", "BV2": "posted", "BV3": "pending", "BV4": "pending", "BV5": "sending",
    }  # fmt: skip
    file = kept_file(site, tmp_path)

    lay(site, "since.txt", raw(order(8)))
    assert site.sync().error is None
    assert posted(site).keys() == numbers(order(number) for number in range(1, 9))
    for number in ("SO-BV4", "SO-BV6"):
        site.xero.edit("invoices", number, Status="VOIDED")
    site.xero.forget_received()

    found = restore(new_home, file, site.installation.now())
    assert (found.to_look_up, found.rows["link"]) == (3, 2)
    with installation.opened(new_home) as opened:
        restored = at(site, opened)
        # The cloud sends a file again that the backup knows nothing of, and there is a new one.
        lay(restored, "since.txt", raw(order(8), order(1)))
        lay(restored, "new.txt", raw(order(9)))
        run = restored.sync()
        assert (run.exit_code, run.error) == (0, None)
        assert sent(site.xero) == ["SO-BV9"]
        assert posted(site).keys() == numbers(order(number) for number in range(1, 10))
        with opened.database.read() as tx:
            assert len(deliveries.links(tx, "kauri")) == 9
        assert restored.problems() == []


def test_what_never_went_is_sent_after_a_restore(site, new_home, tmp_path):
    half_done(site, pending=[1], sending=[2], waiting=[3])
    file = kept_file(site, tmp_path)
    restore(new_home, file, site.installation.now())
    with installation.opened(new_home) as opened:
        assert states(opened) == {"BV1": "unsure", "BV2": "unsure"}
        run = at(site, opened).sync()
    assert (run.exit_code, run.error) == (0, None)
    assert sorted(sent(site.xero)) == ["SO-BV1", "SO-BV2", "SO-BV3"]
    assert posted(site).keys() == {"SO-BV1", "SO-BV2", "SO-BV3"}


def test_a_restored_installation_begins_its_runs_anew_and_goes_on_with_master_data(sqlite_site, sqlite_home, tmp_path):
    run_id = half_done(sqlite_site, pending=[1], sending=[], waiting=[])
    restore(sqlite_home, kept_file(sqlite_site, tmp_path), sqlite_site.installation.now())
    with installation.opened(sqlite_home) as opened:
        with opened.database.read() as tx:
            left = runs.find(tx, run_id)
            events = {one.event for one in runs.events(tx, "kauri", 10)}
        assert (left.state, left.exit_code) == ("unfinished", 4)
        assert "restored" in str(left.error)
        assert "ledger.restored" in events
        restored = at(sqlite_site, opened)
        assert restored.sync(MASTER_DATA).error is None
        assert (sqlite_site.folder / "Customer.csv").exists()


def test_a_backup_shows_one_moment_while_orders_are_being_posted(site):
    lay(site, "first.txt", raw(order(1)))
    site.sync()
    with site.installation.database.snapshot() as tx:
        lines = archive.written(tx, "now", site.installation.now())
        first = next(lines)
        lay(site, "second.txt", raw(order(2)))
        assert site.sync().exit_code == 0
        rest = [json.loads(line) for line in lines]
    assert json.loads(first)["line"] == "archive"
    assert (rest[-1]["rows"]["link"], rest[-1]["rows"]["intake"]) == (1, 1)
    with site.installation.database.read() as tx:
        assert len(tx.execute(sa.select(link)).all()) == 2


def test_a_backup_holds_secrets_only_as_the_vault_sealed_them_and_never_the_key(sqlite_site, tmp_path):
    file = kept_file(sqlite_site, tmp_path)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    unpacked = gzip.decompress(file.read_bytes())
    credentials = kept(sqlite_site.installation, "kauri")
    pem = certificate.private_key(sqlite_site.installation).splitlines()[3]
    key = sqlite_site.settings.key_file.read_text().strip()
    assert b'"consumer-secret"' in unpacked
    for secret in (credentials.consumer_key, credentials.consumer_secret, pem, key):
        assert secret.encode() not in unpacked
    assert [one.name for one in tmp_path.iterdir() if "kept" in one.name] == ["kept.backup"]


def test_a_backup_is_never_written_over_anything(sqlite_site, tmp_path):
    file = kept_file(sqlite_site, tmp_path)
    before = file.read_bytes()
    with pytest.raises(SetupError) as refused:
        backup(sqlite_site.installation, file)
    assert refused.value.code == "backup.exists"
    with pytest.raises(SetupError) as refused:
        backup(sqlite_site.installation, tmp_path / "nowhere" / "kept.backup")
    assert refused.value.code == "backup.folder"
    assert file.read_bytes() == before


def test_a_place_that_holds_anything_is_not_restored_into(sqlite_site, tmp_path):
    lay(sqlite_site, "orders.txt", raw(order(1)))
    file = kept_file(sqlite_site, tmp_path)
    sqlite_site.sync()
    with pytest.raises(SetupError) as refused:
        restore(sqlite_site.settings, file, sqlite_site.installation.now())
    assert refused.value.code == "restore.not_empty"
    with sqlite_site.installation.database.read() as tx:
        assert [one.key for one in deliveries.links(tx, "kauri")] == ["BV1"]


def cut(content: bytes) -> bytes:
    return content[: len(content) // 2]


def flipped(content: bytes) -> bytes:
    return content[:400] + bytes([content[400] ^ 0xFF]) + content[401:]


def without_a_row(content: bytes) -> bytes:
    lines = gzip.decompress(content).splitlines(keepends=True)
    gone = next(at for at, line in enumerate(lines) if line.startswith(b"["))
    return gzip.compress(b"".join(lines[:gone] + lines[gone + 1 :]))


def without_the_end(content: bytes) -> bytes:
    return gzip.compress(b"".join(gzip.decompress(content).splitlines(keepends=True)[:-1]))


def of_a_later_version(content: bytes) -> bytes:
    return gzip.compress(gzip.decompress(content).replace(b'"schema":"', b'"schema":"9', 1))


def of_a_later_form(content: bytes) -> bytes:
    return gzip.compress(gzip.decompress(content).replace(b'"format":1', b'"format":2', 1))


def of_nothing_known(content: bytes) -> bytes:
    return gzip.compress(gzip.decompress(content).replace(b'"name":"link"', b'"name":"links"', 1))


def another_file(_: bytes) -> bytes:
    return b"PK\x03\x04 this is a zip"


DAMAGES = (cut, flipped, without_a_row, without_the_end, of_a_later_version, of_a_later_form, another_file)


def test_what_is_not_a_whole_backup_is_refused_and_the_place_stays_empty(sqlite_site, sqlite_home, tmp_path):
    lay(sqlite_site, "orders.txt", raw(order(1)))
    sqlite_site.sync()
    whole = kept_file(sqlite_site, tmp_path)
    for damage in DAMAGES:
        damaged = tmp_path / damage.__name__
        damaged.write_bytes(damage(whole.read_bytes()))
        with pytest.raises(SetupError) as refused:
            restore(sqlite_home, damaged, sqlite_site.installation.now())
        wanted = "database.newer" if damage is of_a_later_version else "restore.unusable"
        assert refused.value.code == wanted, (damage, refused.value)
    with pytest.raises(SetupError, match="is not there"):
        restore(sqlite_home, tmp_path / "nowhere", sqlite_site.installation.now())
    assert restore(sqlite_home, whole, sqlite_site.installation.now()).rows["link"] == 1


def test_a_backup_that_names_an_unknown_table_is_refused(sqlite_site, sqlite_home, tmp_path):
    lay(sqlite_site, "orders.txt", raw(order(1)))
    sqlite_site.sync()
    odd = tmp_path / "odd"
    odd.write_bytes(of_nothing_known(kept_file(sqlite_site, tmp_path).read_bytes()))
    with pytest.raises(SetupError) as refused:
        restore(sqlite_home, odd, sqlite_site.installation.now())
    assert refused.value.code == "restore.unusable"


def test_without_the_key_nothing_is_restored_unless_secrets_are_left_out(sqlite_site, sqlite_home, tmp_path):
    file, key = kept_file(sqlite_site, tmp_path), sqlite_home.key_file
    key.unlink()
    with pytest.raises(SetupError) as refused:
        restore(sqlite_home, file, sqlite_site.installation.now())
    assert (refused.value.code, key.exists()) == ("restore.no_key", False)
    key.write_text("b3RoZXIgb3RoZXIgb3RoZXIgb3RoZXIgb3RoZXIgb3Q=\n")
    key.chmod(0o600)
    with pytest.raises(SetupError) as refused:
        restore(sqlite_home, file, sqlite_site.installation.now())
    assert refused.value.code == "vault.wrong_key"
    restore(sqlite_home, file, sqlite_site.installation.now(), with_secrets=False)
    with installation.opened(sqlite_home) as opened, opened.database.read() as tx:
        (one,) = connections.every(tx)
        assert "Connect it again" in str(one.paused_because)
        assert marks.find(tx, marks.CERTIFICATE) is None
