"""What reps were told about their transactions: each answer is kept, the last one counts."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

import msgspec
import sqlalchemy as sa

from fieldbridge.core.records.answers import Answer, Told
from fieldbridge.store.database import chunks
from fieldbridge.store.ledger.links import CUSTOMER, KNOWN_AS
from fieldbridge.store.schema import answer, book, delivery, intake, intake_file, link, problem

KEYS_PER_QUERY = 500
_encode = msgspec.json.Encoder().encode


def touched(tx: sa.Connection, connection_id: str, since: datetime) -> set[str]:
    """The keys of transactions that were taken, planned, sent, settled, or given or rid of a Problem since a moment."""
    of_one = intake.c.connection_id == connection_id
    taken = sa.select(intake.c.key).join(intake_file).where(of_one, intake_file.c.taken_at >= since)
    moved = sa.select(delivery.c.key).where(
        delivery.c.connection_id == connection_id,
        sa.or_(delivery.c.settled_at.is_(None), delivery.c.settled_at >= since),
    )
    news = sa.or_(problem.c.opened_at >= since, problem.c.closed_at >= since)
    judged = sa.select(intake.c.key).join(problem, problem.c.intake_id == intake.c.id).where(of_one, news)
    return set(tx.execute(sa.union(taken, moved, judged)).scalars()) - {""}


def changed_at_xero(tx: sa.Connection, connection_id: str, kinds: Iterable[str], since: datetime) -> set[str]:
    """The keys of transactions whose documents were modified at Xero since a moment, as far as the Books know."""
    query = (
        sa.select(link.c.key)
        .join(book, sa.and_(book.c.connection_id == link.c.connection_id, book.c.far_id == link.c.far_id))
        .where(
            link.c.connection_id == connection_id,
            link.c.kind.not_in((CUSTOMER, KNOWN_AS)),
            book.c.kind.in_(list(kinds)),
            book.c.updated_at >= since,
        )
    )
    return set(tx.execute(query).scalars())


def last(tx: sa.Connection, connection_id: str, keys: Iterable[str]) -> dict[str, Answer]:
    """What was told last about some transactions."""
    found: dict[str, Answer] = {}
    for some in chunks(sorted(set(keys)), KEYS_PER_QUERY):
        newest = (
            sa.select(sa.func.max(answer.c.id))
            .where(answer.c.connection_id == connection_id, answer.c.key.in_(some))
            .group_by(answer.c.key)
        )
        query = sa.select(answer.c.key, answer.c.answer).where(answer.c.id.in_(newest))
        found |= {key: _decode(text) for key, text in tx.execute(query)}
    return found


def tell(tx: sa.Connection, connection_id: str, answers: Mapping[str, Answer], at: datetime) -> None:
    """Keep what reps are told from now on."""
    rows = [
        {"connection_id": connection_id, "key": key, "answer": _encode(one).decode(), "told_at": at}
        for key, one in answers.items()
    ]
    if rows:
        tx.execute(answer.insert(), rows)


def in_force(tx: sa.Connection, connection_id: str, since: datetime) -> Iterator[Told]:
    """The last answer about each transaction, where it was given since a moment, by key."""
    newest = (
        sa.select(sa.func.max(answer.c.id))
        .where(answer.c.connection_id == connection_id, answer.c.told_at >= since)
        .group_by(answer.c.key)
    )
    query = sa.select(answer.c.told_at, answer.c.answer).where(answer.c.id.in_(newest)).order_by(answer.c.key)
    for told_at, text in tx.execute(query.execution_options(yield_per=1000)):
        yield Told(at=told_at, answer=_decode(text))


def of_key(tx: sa.Connection, connection_id: str, key: str) -> list[Told]:
    """Everything that was ever told about one transaction, oldest first."""
    query = sa.select(answer.c.told_at, answer.c.answer).where(
        answer.c.connection_id == connection_id, answer.c.key == key
    )
    return [Told(at=told_at, answer=_decode(text)) for told_at, text in tx.execute(query.order_by(answer.c.id))]


def _decode(text: str) -> Answer:
    return msgspec.json.decode(text, type=Answer)
