"""Notices: what somebody is still to be told, by whom it is awaited. One is forgotten only when it has been sent.

A notice gets its place in a message before the message is sent: whoever dies meanwhile sends the same message again,
under the same name, so that a mailbox or a program can tell that it came twice.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Literal

import msgspec
import sqlalchemy as sa

from fieldbridge.store.database import upsert
from fieldbridge.store.schema import addressee, notice

What = Literal["began", "ended", "digest", "test"]


class Notice(msgspec.Struct, frozen=True, kw_only=True):
    """One thing to tell one addressee. Shape: kind and about as of the alert, empty for a digest."""

    connection_id: str
    addressee: str
    what: What
    kind: str = ""
    about: str = ""
    said: str
    remedy: str = ""
    began_at: datetime
    ended_at: datetime | None = None


class Reach(msgspec.Struct, frozen=True, kw_only=True):
    """What became of an addressee's messages. Shape: said is why the last one failed, empty when it did not."""

    address: str
    next_at: datetime
    sent_at: datetime | None
    failures: int
    said: str


def put(tx: sa.Connection, some: Sequence[Notice]) -> None:
    """Have things told."""
    if some:
        tx.execute(notice.insert(), [msgspec.structs.asdict(one) for one in some])


def waiting(tx: sa.Connection) -> int:
    """How many are still to be sent."""
    return int(tx.execute(sa.select(sa.func.count()).select_from(notice)).scalar_one())


def due(tx: sa.Connection, at: datetime, limit: int) -> list[str]:
    """Whom to tell something now: those that could be reached first, then who has waited longest."""
    failures = sa.func.coalesce(addressee.c.failures, 0)
    query = (
        sa.select(notice.c.addressee)
        .outerjoin(addressee, addressee.c.address == notice.c.addressee)
        .where(sa.or_(addressee.c.next_at.is_(None), addressee.c.next_at <= at))
        .group_by(notice.c.addressee, failures)
        .order_by(failures, sa.func.min(notice.c.id))
        .limit(limit)
    )
    return list(tx.execute(query).scalars())


def gather(tx: sa.Connection, address: str, fresh: str, limit: int | None) -> tuple[str, list[Notice]]:
    """The message an addressee is to get. Shape: its name, and what is in it.

    One that was begun and never noted as sent is gathered as it was; else what waits gets the name `fresh`.
    """
    begun = sa.select(notice.c.message).where(notice.c.addressee == address, notice.c.message != "").limit(1)
    name = tx.execute(begun).scalar()
    if name is None:
        name = fresh
        free = sa.select(notice.c.id).where(notice.c.addressee == address, notice.c.message == "")
        chosen = free.order_by(notice.c.id).limit(limit)
        tx.execute(notice.update().where(notice.c.id.in_(chosen)).values(message=name))
    columns = [notice.c[field] for field in Notice.__struct_fields__]
    query = sa.select(*columns).where(notice.c.addressee == address, notice.c.message == name).order_by(notice.c.id)
    return name, [Notice(**row) for row in tx.execute(query).mappings()]


def sent(tx: sa.Connection, address: str, message: str, at: datetime, next_at: datetime) -> None:
    """Note that a message was sent; no other before next_at."""
    tx.execute(notice.delete().where(notice.c.addressee == address, notice.c.message == message))
    row = {"address": address, "next_at": next_at, "sent_at": at, "failures": 0, "said": ""}
    upsert(tx, addressee, [row])


def failed(tx: sa.Connection, address: str, failures: int, said: str, next_at: datetime) -> None:
    """Note that a message could not be sent; it is tried again at next_at."""
    before = reach(tx, address)
    row = {"address": address, "next_at": next_at, "failures": failures, "said": said}
    upsert(tx, addressee, [{**row, "sent_at": before.sent_at if before else None}])


def bring_back(tx: sa.Connection, at: datetime) -> None:
    """The clock was put back: nobody is left alone until an hour that comes a second time."""
    tx.execute(addressee.update().where(addressee.c.next_at > at).values(next_at=at))


def reach(tx: sa.Connection, address: str) -> Reach | None:
    """What became of one addressee's messages."""
    row = tx.execute(sa.select(addressee).where(addressee.c.address == address)).mappings().first()
    return Reach(**row) if row else None


def unreached(tx: sa.Connection) -> list[Reach]:
    """Addressees whose last message failed."""
    query = sa.select(addressee).where(addressee.c.failures > 0).order_by(addressee.c.address)
    return [Reach(**row) for row in tx.execute(query).mappings()]


def give_up(tx: sa.Connection, before: datetime) -> list[Notice]:
    """Forget what could not be told for long. Shape: what was forgotten."""
    when = sa.func.coalesce(notice.c.ended_at, notice.c.began_at)
    columns = [notice.c[field] for field in Notice.__struct_fields__]
    gone = tx.execute(notice.delete().where(when < before).returning(*columns)).mappings().all()
    return [Notice(**row) for row in gone]
