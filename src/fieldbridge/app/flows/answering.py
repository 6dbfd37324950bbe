"""Answering: what became of each transaction goes back to the rep, in a file that is written when it would change.

An answer is kept before it is published, so that what a rep was told can be proven, and a killed run's are published
by the next. Two flows answer, so the file has a lease. Many answers are kept bite by bite, because on SQLite nobody
else can write meanwhile.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import chain, islice

import sqlalchemy as sa

from fieldbridge.app.evidence.transactions import TYPES, known_of
from fieldbridge.app.flows.context import Context
from fieldbridge.app.flows.publishing import Published, note_published, staged
from fieldbridge.core.records.answers import Answer
from fieldbridge.engine.stages import Turn
from fieldbridge.field.folder.answers_file import answer_rows
from fieldbridge.flows.answers import Known, answer_of
from fieldbridge.store.database import batches
from fieldbridge.store.ledger import answers, leases, runs

BATCH = 500
LEASE_S, WAIT_S = 60.0, 2.0
"""A run that was killed takes its own lease again; another waits for that of one that never comes back."""


def answer_news(context: Context) -> Turn:
    """Answer what this run has touched. A run that touched nothing answers nothing."""
    with context.read() as tx:
        run = runs.find(tx, context.ref.run_id)
    return _answer(context, since=run.started_at or run.queued_at, documents=False) if run.counts else Turn()


def answer_all(context: Context) -> Turn:
    """Answer whatever changed in the ledger or at Xero, as far as answers are kept in the file."""
    return _answer(context, since=_from(context), documents=True)


def _answer(context: Context, since: datetime, *, documents: bool) -> Turn:
    if not context.settings.answers.written:
        return Turn()
    if not _hold(context):
        return Turn(again=True, wait_s=WAIT_S)
    try:
        told = _keep(context, since, documents=documents)
        changed = _publish(context)
    except BaseException:
        with context.write() as tx:
            leases.release(tx, *_lease(context))
        raise
    with context.write() as tx:
        note_published(context, tx, changed)
        runs.count(tx, context.ref.run_id, answers=told)
        leases.release(tx, *_lease(context))
    return Turn()


def _lease(context: Context) -> tuple[str, str]:
    """Shape: its name, and who holds it."""
    return f"answers {context.id}", f"run {context.ref.run_id}"


def _hold(context: Context) -> bool:
    with context.write() as tx:
        return leases.take(tx, *_lease(context), context.now(), LEASE_S)


def _touched(context: Context, tx: sa.Connection, since: datetime, *, documents: bool) -> set[str]:
    keys = answers.touched(tx, context.id, since)
    return keys | answers.changed_at_xero(tx, context.id, TYPES, since) if documents else keys


def _keep(context: Context, since: datetime, *, documents: bool) -> int:
    """Keep every answer that is another than the last. Shape: how many."""
    with context.read() as tx:
        touched = sorted(_touched(context, tx, since, documents=documents))
    count = 0
    for some in batches(touched, BATCH):
        with context.write() as tx:
            leases.take(tx, *_lease(context), context.now(), LEASE_S)  # again, so that it lasts until the last bite
            count += _keep_some(context, tx, some)
    return count


def _keep_some(context: Context, tx: sa.Connection, keys: Sequence[str]) -> int:
    known, before = known_of(tx, context.id, keys), answers.last(tx, context.id, keys)
    news: dict[str, Answer] = {}
    for key, one in known.items():
        made = answer_of(one)
        if made != before.get(key) and not _is_forgotten(one):
            news[key] = made
    answers.tell(tx, context.id, news, context.now())
    return len(news)


def _is_forgotten(one: Known) -> bool:
    """Whether nobody knows any more who captured it, so that nobody can be told."""
    return one.state == "posted" and one.order is None


def _publish(context: Context) -> list[Published]:
    profile = context.settings.profile
    with context.read() as tx:
        told = answers.in_force(tx, context.id, _from(context))
        first = list(islice(told, 1))
        if not first and not (context.folder / profile.answers.name).exists():
            return []
        made, replaced = staged(context, profile.answers, answer_rows(chain(first, told), profile))
    return [(made, replaced)] if made.commit() else []


def _from(context: Context) -> datetime:
    return context.now() - timedelta(days=context.settings.answers.window_days)
