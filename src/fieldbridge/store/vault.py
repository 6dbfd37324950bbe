"""Secrets at rest: sealed with AES-256-GCM under one key that is kept apart from the database."""

import base64
import binascii
import os
from collections.abc import Callable
from pathlib import Path

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from fieldbridge.core.errors import SetupError
from fieldbridge.store.database import upsert
from fieldbridge.store.schema import secret

KEY_BYTES = 32
NONCE_BYTES = 12


class Vault:
    """Keeps named secrets of an owner (a connection, or the installation itself).

    The owner and the name are authenticated with the secret, so that a sealed value cannot be moved to another row.
    """

    def __init__(self, key: bytes, random_bytes: Callable[[int], bytes] = os.urandom) -> None:
        self._cipher = AESGCM(key)
        self._random_bytes = random_bytes

    def put(self, tx: sa.Connection, owner: str, name: str, value: bytes) -> None:
        """Seal and keep one secret."""
        nonce = self._random_bytes(NONCE_BYTES)
        sealed = nonce + self._cipher.encrypt(nonce, value, _label(owner, name))
        upsert(tx, secret, [{"owner": owner, "name": name, "sealed": sealed}])

    def get(self, tx: sa.Connection, owner: str, name: str) -> bytes | None:
        """Open one secret. Errors: SetupError when it was sealed with another key."""
        query = sa.select(secret.c.sealed).where(secret.c.owner == owner, secret.c.name == name)
        sealed = tx.execute(query).scalar()
        if sealed is None:
            return None
        try:
            return self._cipher.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], _label(owner, name))
        except InvalidTag:
            raise SetupError(
                "vault.wrong_key",
                f"The secret {name} of {owner} cannot be opened: it was sealed with another key.",
                remedy="Give back the key file or the FIELDBRIDGE_KEY that this database was made with.",
            ) from None

    def names(self, tx: sa.Connection, owner: str) -> list[str]:
        """What an owner has kept."""
        return list(tx.execute(sa.select(secret.c.name).where(secret.c.owner == owner)).scalars())

    def check(self, tx: sa.Connection) -> None:
        """Open every secret. Errors: SetupError when one was sealed with another key."""
        for owner, name in tx.execute(sa.select(secret.c.owner, secret.c.name)).all():
            self.get(tx, owner, name)

    def delete(self, tx: sa.Connection, owner: str, name: str) -> None:
        """Forget one secret."""
        tx.execute(secret.delete().where(secret.c.owner == owner, secret.c.name == name))


def _label(owner: str, name: str) -> bytes:
    return f"{owner}\x00{name}".encode()


def holds_secrets(tx: sa.Connection) -> bool:
    """Whether anything is sealed here."""
    return tx.execute(sa.select(sa.exists().select_from(secret))).scalar_one()


def load_key(from_environment: str, file: Path) -> bytes:
    """The vault's key: from the environment when given, else from a file that only its owner may read.

    The file is made when it is missing. Errors: SetupError for a key of the wrong form or a file open to others.
    """
    if from_environment:
        return _decoded(from_environment, "FIELDBRIDGE_KEY")
    if not file.exists():
        _make_key_file(file)
    if os.name == "posix" and file.stat().st_mode & 0o077:
        raise SetupError(
            "vault.key_exposed",
            f"Others on this machine may read the key file {file}.",
            remedy=f"Run: chmod 600 {file}",
        )
    return _decoded(file.read_text().strip(), str(file))


def _make_key_file(file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return
    with os.fdopen(descriptor, "w") as handle:
        handle.write(base64.b64encode(os.urandom(KEY_BYTES)).decode() + "\n")
        handle.flush()
        os.fsync(handle.fileno())


def _decoded(text: str, where: str) -> bytes:
    try:
        key = base64.b64decode(text, validate=True)
    except binascii.Error:
        key = b""
    if len(key) != KEY_BYTES:
        raise SetupError(
            "vault.bad_key", f"The key in {where} is not {KEY_BYTES} bytes in base64.", remedy="Restore the right key."
        )
    return key
