"""Judging: what the catalogue needs, what cannot go into it, and whether far too much would leave it."""

from collections.abc import Sequence
from pathlib import Path

from fieldbridge.app.flows.context import Context
from fieldbridge.app.flows.publishing import SMALL_FILE
from fieldbridge.core.errors import GuardError
from fieldbridge.core.identity import digest
from fieldbridge.core.records.books import Item
from fieldbridge.core.records.pictures import Picture
from fieldbridge.engine.stages import Turn
from fieldbridge.field.pictures import catalogue
from fieldbridge.field.pictures.source import place
from fieldbridge.flows.images import PicturePlan, Products, made_by, plan_of
from fieldbridge.store import books, pictures
from fieldbridge.store.ledger import problems, runs


def judge(context: Context) -> Turn:
    """Say what cannot be published. Errors: GuardError before far too much is retired."""
    plan = plan_for(context)
    now, seen = context.now(), {(one.code, one.key) for one in plan.problems}
    with context.write() as tx:
        problems.close_unless_seen(tx, context.id, context.ref.flow, seen, now)
        for one in plan.problems:
            problems.report(tx, context.id, context.ref.flow, one, now)
        runs.count(tx, context.ref.run_id, problems=len(plan.problems))
        left = len(list(pictures.catalogue(tx, context.id))) - len(plan.retire)
    _guard(context, plan.retire, left)
    return Turn()


def plan_for(context: Context) -> PicturePlan:
    """What the catalogue needs now."""
    with context.read() as tx:
        return plan_of(
            pictures.shots(tx, context.id),
            pictures.catalogue(tx, context.id),
            catalogue.sizes(folder_of(context)),
            Products(books.codes(tx, context.id, Item)),
            made_by(context.settings.images),
        )


def _guard(context: Context, retire: Sequence[Picture], left: int) -> None:
    """Halt when the source is suddenly empty, or would retire more than allowed, unless exactly this was accepted."""
    rules = context.settings.images
    before = left + len(retire)
    is_many = len(retire) > SMALL_FILE and len(retire) * 100 > before * rules.shrink_percent
    seen = digest("\n".join(sorted(one.name for one in retire)).encode())[:12]
    if not retire or (left and not is_many) or context.accepted() == seen:
        return
    lost = f"{len(retire)} of the catalogue's {before} pictures" if left else f"All {before} pictures of the catalogue"
    raise GuardError(
        "guard.pictures_gone",
        f"{lost} have gone from {place(context.folder, rules)}. Nothing was retired.",
        remedy=f"Put them back; or, if that is right: fieldbridge sync images --accept {seen}",
    )


def folder_of(context: Context) -> Path:
    """The catalogue's folder."""
    return context.folder / context.settings.profile.images_folder
