"""Secrets at rest."""

import base64
import os
import secrets

import pytest
import sqlalchemy as sa

from fieldbridge.core.errors import SetupError
from fieldbridge.store.database import Database, open_engine
from fieldbridge.store.migrating import migrate
from fieldbridge.store.schema import secret
from fieldbridge.store.vault import Vault, load_key

VALUE = secrets.token_bytes(40)


@pytest.fixture
def database(tmp_path):
    engine = open_engine(f"sqlite:///{tmp_path / 'vault.sqlite'}")
    migrate(engine)
    yield Database(engine)
    engine.dispose()


@pytest.fixture
def vault():
    return Vault(secrets.token_bytes(32))


def test_what_is_sealed_opens_again_and_does_not_lie_there_in_the_clear(database, vault, tmp_path):
    with database.write() as tx:
        vault.put(tx, "kauri", "consumer-key", VALUE)
        assert vault.get(tx, "kauri", "consumer-key") == VALUE
        assert vault.get(tx, "kauri", "other") is None
    assert all(VALUE not in file.read_bytes() for file in tmp_path.iterdir())


def test_sealing_the_same_secret_twice_looks_different(database, vault):
    with database.write() as tx:
        vault.put(tx, "a", "n", VALUE)
        vault.put(tx, "b", "n", VALUE)
        first, second = tx.execute(sa.select(secret.c.sealed)).scalars()
    assert first != second


def test_a_secret_moved_to_another_row_does_not_open(database, vault):
    with database.write() as tx:
        vault.put(tx, "kauri", "consumer-key", VALUE)
        tx.execute(secret.update().values(owner="rimu"))
        with pytest.raises(SetupError, match="another key"):
            vault.get(tx, "rimu", "consumer-key")


def test_another_key_does_not_open_it_and_says_what_to_do(database, vault):
    with database.write() as tx:
        vault.put(tx, "kauri", "consumer-key", VALUE)
        with pytest.raises(SetupError, match="FIELDBRIDGE_KEY"):
            Vault(secrets.token_bytes(32)).get(tx, "kauri", "consumer-key")


def test_the_key_file_is_made_once_for_its_owner_alone(tmp_path):
    file = tmp_path / "home" / "vault.key"
    key = load_key("", file)
    assert len(key) == 32
    assert load_key("", file) == key
    assert file.stat().st_mode & 0o777 == 0o600


def test_a_key_file_others_may_read_is_refused(tmp_path):
    file = tmp_path / "vault.key"
    load_key("", file)
    file.chmod(0o644)
    with pytest.raises(SetupError, match="chmod 600"):
        load_key("", file)


def test_a_key_from_the_environment_counts_more_than_the_file(tmp_path):
    given = os.urandom(32)
    assert load_key(base64.b64encode(given).decode(), tmp_path / "vault.key") == given
    assert not (tmp_path / "vault.key").exists()


@pytest.mark.parametrize(
    "bad", ["short", "not base64 at all!", base64.b64encode(b"31 bytes are not enough for it.").decode()]
)
def test_a_key_of_the_wrong_form_is_refused_without_showing_it(tmp_path, bad):
    with pytest.raises(SetupError) as refused:
        load_key(bad, tmp_path / "vault.key")
    assert bad not in str(refused.value)
