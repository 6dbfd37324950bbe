"""The examination: what stands on something unsound is not asked."""

from collections.abc import Iterator
from contextlib import contextmanager

from fieldbridge.app.doctor import calling, installed, machine, visit
from fieldbridge.app.doctor.finding import Finding, asked
from fieldbridge.app.doctor.visit import Visit
from fieldbridge.app.installation import Installation
from fieldbridge.app.settings import Settings
from fieldbridge.store.database import Database, open_engine
from fieldbridge.store.ledger import connections
from fieldbridge.store.vault import Vault, load_key


def examine(settings: Settings, only: str | None = None, *, offline: bool = False) -> Iterator[Finding]:
    """Every check's answer. Errors: SetupError when no connection has the name in `only`."""
    found = list(asked(machine.CHECKS, settings))
    yield from found
    if not any(one.state == "fail" for one in found):
        with standing(settings) as installation:
            yield from _within(installation, only, offline=offline)


def _within(installation: Installation, only: str | None, *, offline: bool) -> Iterator[Finding]:
    yield from asked(installed.CHECKS, installation)
    with installation.database.read() as tx:
        chosen = [installation.connection(only)] if only else connections.every(tx)
    for one in chosen:
        yield from asked(visit.CHECKS if offline else visit.CHECKS + calling.CHECKS, Visit(installation, one), one.id)


@contextmanager
def standing(settings: Settings) -> Iterator[Installation]:
    """The installation as it stands: nothing is made and nothing brought forward."""
    engine = open_engine(settings.url)
    key = load_key(settings.key.get_secret_value(), settings.key_file)
    try:
        with Installation(settings, Database(engine), Vault(key)) as installation:
            installation.check_here()
            yield installation
    finally:
        engine.dispose()
