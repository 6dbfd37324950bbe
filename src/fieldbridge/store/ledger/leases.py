"""Leases: one holder at a time for something, across processes and machines; a dead holder's lease runs out.

One that would last longer than any is taken for was written by a clock that has been put back since: it has run out.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa

from fieldbridge.store.schema import lease

CLOCKS_DIFFER = timedelta(minutes=1)


def take(tx: sa.Connection, name: str, holder: str, now: datetime, for_s: float) -> bool:
    """Take a lease that is free or has run out. Shape: whether the holder has it now."""
    until = now + timedelta(seconds=for_s)
    free = sa.or_(lease.c.until <= now, lease.c.until > until + CLOCKS_DIFFER, lease.c.holder == holder)
    if tx.execute(lease.update().where(lease.c.name == name, free).values(holder=holder, until=until)).rowcount:
        return True
    if tx.execute(sa.select(lease.c.name).where(lease.c.name == name)).first():
        return False
    try:
        with tx.begin_nested():
            tx.execute(lease.insert().values(name=name, holder=holder, until=until))
    except sa.exc.IntegrityError:
        return False
    return True


def release(tx: sa.Connection, name: str, holder: str) -> None:
    """Give a lease back."""
    tx.execute(lease.delete().where(lease.c.name == name, lease.c.holder == holder))
