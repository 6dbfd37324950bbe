"""Making: pictures into the catalogue, some at a time; then its list; and last, what is gone is taken out."""

import time
from collections.abc import Sequence

import msgspec

from fieldbridge.app.flows.context import Context
from fieldbridge.app.flows.images.judging import folder_of, plan_for
from fieldbridge.app.flows.images.looking import opened_source
from fieldbridge.app.flows.publishing import note_published, staged
from fieldbridge.core.errors import RefusedError
from fieldbridge.core.identity import digest
from fieldbridge.core.records.pictures import Fault, Picture, Shot
from fieldbridge.engine.stages import Turn
from fieldbridge.field.pictures import catalogue, picture
from fieldbridge.field.pictures.source import Source
from fieldbridge.flows.images import PicturePlan, Wish, made_by, problem_of
from fieldbridge.store import pictures
from fieldbridge.store.database import chunks
from fieldbridge.store.ledger import problems, runs

# A turn is to be over soon, as a run that is told to stop ends after it. What was made is noted by so many.
TURN_S, BATCH = 5.0, 10


def publish(context: Context) -> Turn:
    """Make some of the pictures that are lacking; when there are no more, write the list and take out what is gone."""
    plan = plan_for(context)
    if not plan.publish:
        return _finish(context, plan.retire)
    over_at = time.monotonic() + TURN_S
    with opened_source(context) as source:
        source.lying()
        for done, some in enumerate(chunks(plan.publish, BATCH)):
            context.say(f"making pictures: {len(plan.publish) - done * BATCH} to go")
            _make(context, source, some)
            if time.monotonic() > over_at:
                break
    return Turn(again=True)


def _make(context: Context, source: Source, some: Sequence[Wish]) -> None:
    made = [_made(one, source, context) for one in some]
    for one, content in made:
        if isinstance(one, Picture):
            catalogue.put(folder_of(context), one.name, content)
    _note(context, [one for one, _ in made])


def try_out(context: Context) -> PicturePlan:
    """What `publish` would do, tried on every picture; one that cannot be made is among the Problems."""
    plan = plan_for(context)
    with opened_source(context) as source:
        source.lying()
        for one in plan.publish:
            _note(context, [made for made, _ in [_made(one, source, context)] if isinstance(made, Shot)])
    return plan_for(context)


def _made(wish: Wish, source: Source, context: Context) -> tuple[Picture | Shot, bytes]:
    """A picture and its content; or what is wrong with it, which may be that it is another by now."""
    rules, shot = context.settings.images, wish.shot
    try:
        content = source.read(shot.source)
        if digest(content) != shot.digest:
            return msgspec.structs.replace(shot, sight="", digest=""), b""
        made = picture.rendered(content, shot.source, rules)
    except RefusedError as error:
        fault = Fault(code=error.code, said=error.message, remedy=error.remedy)
        return msgspec.structs.replace(shot, digest="", fault=fault), b""
    published = Picture(
        name=wish.name,
        product=wish.product,
        position=wish.position,
        source=shot.source,
        made_from=shot.digest,
        made_by=made_by(rules),
        digest=digest(made.content),
        width=made.width,
        height=made.height,
        size=len(made.content),
    )
    return published, made.content


def _note(context: Context, made: Sequence[Picture | Shot]) -> None:
    published = [one for one in made if isinstance(one, Picture)]
    refused = [one for one in made if isinstance(one, Shot)]
    found = [problem_of(one, one.fault) for one in refused if one.fault]
    with context.write() as tx:
        pictures.keep(tx, context.id, published)
        pictures.keep_shots(tx, context.id, refused)
        for one in found:
            problems.report(tx, context.id, context.ref.flow, one, context.now())
        told = [{"name": one.name, "source": one.source, "bytes": one.size} for one in published]
        context.log_each(tx, "picture.published", told)
        runs.count(tx, context.ref.run_id, pictures=len(published), problems=len(found))


def _finish(context: Context, retire: Sequence[Picture]) -> Turn:
    """The list first, so that the cloud is never told of a picture that is not there."""
    profile, gone = context.settings.profile, {one.name for one in retire}
    folder = folder_of(context)
    with context.read() as tx:
        left = [one for one in pictures.catalogue(tx, context.id) if one.name not in gone]
    if not left and not gone:
        return Turn()
    made, replaced = staged(context, profile.images, catalogue.image_rows(left))
    changed = [(made, replaced)] if made.commit() else []
    for one in retire:
        catalogue.remove(folder, one.name, one.digest)
    catalogue.sweep(folder)
    with context.write() as tx:
        pictures.forget(tx, context.id, gone)
        note_published(context, tx, changed)
        context.log_each(tx, "picture.retired", [{"name": one.name, "source": one.source} for one in retire])
        runs.count(tx, context.ref.run_id, files=len(changed), retired=len(retire))
    return Turn()
