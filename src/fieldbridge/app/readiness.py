"""Whether an installation can do its work now."""

import shutil

import sqlalchemy as sa

from fieldbridge.app.installation import Installation
from fieldbridge.app.workshop import RHYTHM
from fieldbridge.engine.membership import living_among
from fieldbridge.store.database import clock
from fieldbridge.store.ledger import workers
from fieldbridge.store.ledger.workers import Worker
from fieldbridge.store.migrating import is_current

SPENT_BYTES = 100_000_000
"""With less room than this where the home is, a disk counts as full."""


def checked(installation: Installation) -> list[str]:
    """What is in the way, in words without names; nothing when all is well."""
    if shutil.disk_usage(installation.settings.home).free < SPENT_BYTES:
        return ["the disk is full"]
    try:
        if not is_current(installation.database.engine):
            return ["the database has the schema of another version"]
        with installation.database.read() as tx:
            staying = at_work(installation, tx)
    except sa.exc.SQLAlchemyError:
        return ["the database does not answer"]
    return [] if staying else ["no worker beats"]


def at_work(installation: Installation, tx: sa.Connection) -> list[Worker]:
    """The workers that stay and were heard of lately, of all machines."""
    living = living_among(workers.every(tx), installation.settings.home, clock(tx), RHYTHM.dead_after_s)
    return [one for one in living if one.stays]
