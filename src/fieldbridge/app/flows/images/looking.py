"""Looking: which files lie in the source, and what has changed since the last look."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import msgspec

from fieldbridge.app.flows import reading
from fieldbridge.app.flows.context import Context
from fieldbridge.core.errors import RefusedError, SetupError
from fieldbridge.core.identity import digest
from fieldbridge.core.records.pictures import Fault, Shot
from fieldbridge.engine.stages import Turn
from fieldbridge.field.pictures import picture
from fieldbridge.field.pictures.source import Lying, Source, place
from fieldbridge.store import pictures

PER_TURN = 200
ITEMS_FRESH_FOR = timedelta(hours=1)
Step = Callable[[Context], Turn]


def when_any(step: Step) -> Step:
    """A step that is only taken when there are pictures, and the products were not read for an hour."""
    when_stale = reading.when_stale(reading.ITEMS.name, ITEMS_FRESH_FOR, step, anew_by_hand=False)

    def stage(context: Context) -> Turn:
        with context.read() as tx:
            idle = pictures.is_idle(tx, context.id)
        return Turn() if idle else when_stale(context)

    return stage


@contextmanager
def opened_source(context: Context) -> Iterator[Source]:
    """The pictures of a connection, while it is open. Errors: SetupError when they would be made of themselves."""
    rules, shared = context.settings.images, context.folder
    path = place(shared, rules)
    if path.resolve() in (shared.resolve(), (shared / context.settings.profile.images_folder).resolve()):
        said = f"Pictures cannot be taken from {path}, which is the cloud's own."
        raise SetupError("images.source", said, remedy="Name another folder in images.source.")
    with Source(path, rules, time.time()) as source:
        yield source


def look(context: Context) -> Turn:
    """See what lies in the source; what has changed since the last look is read. Errors: OutageError."""
    with context.read() as tx:
        known = {one.source: one for one in pictures.shots(tx, context.id)}
    with opened_source(context) as source:
        lying = source.lying()
        refused = [_refused(one, one.refused) for one in lying if one.refused]
        unread = [one for one in lying if not one.refused and not _is_known(one, known.get(one.name), context)]
        context.say(f"looking at pictures: {len(lying) - len(unread)} of {len(lying)}")
        found = [_seen(one, source, context) for one in unread[:PER_TURN]]
    found += [one for one in refused if one != known.get(one.source)]
    with context.write() as tx:
        pictures.keep_shots(tx, context.id, found)
        pictures.forget_shots(tx, context.id, known.keys() - {one.name for one in lying})
    return Turn(again=len(unread) > PER_TURN)


def _is_known(one: Lying, known: Shot | None, context: Context) -> bool:
    return known is not None and known.sight in (one.sight, _sight(one, context))


def _sight(one: Lying, context: Context) -> str:
    """What is fresh is known only as long as the run lasts."""
    return f"{one.sight} in run {context.ref.run_id}" if one.is_fresh else one.sight


def _seen(one: Lying, source: Source, context: Context) -> Shot:
    try:
        content = source.read(one.name)
        picture.check(content, one.name, context.settings.images)
    except RefusedError as error:
        return msgspec.structs.replace(_refused(one, error), sight=_sight(one, context))
    return Shot(source=one.name, archive=one.archive, sight=_sight(one, context), digest=digest(content))


def _refused(one: Lying, error: RefusedError) -> Shot:
    fault = Fault(code=error.code, said=error.message, remedy=error.remedy)
    return Shot(source=one.name, archive=one.archive, fault=fault)
