"""Versions of what is published: each is kept, and forgotten after the days the settings say."""

from collections.abc import Sequence
from datetime import timedelta

from fieldbridge.app.flows.context import Context
from fieldbridge.field.folder.publish import Staged
from fieldbridge.store import versions


def archive(context: Context, staged: Sequence[Staged]) -> list[Staged]:
    """Keep the content of every file whose newest version is another, before it is put in place. Shape: those files.

    That includes what a killed run published without noting it.
    """
    with context.read() as tx:
        newest = {one.path: versions.listed(tx, context.id, one.path.name, limit=1) for one in staged}
    fresh = [one for one in staged if not newest[one.path] or newest[one.path][0].digest != one.digest]
    for one in fresh:
        context.installation.archive(context.id).put(one.path_tmp if one.changed else one.path, one.digest)
    return fresh


def note(context: Context, published: Sequence[Staged]) -> None:
    """Note what was put in place, and forget what is too old."""
    now = context.now()
    too_old = now - timedelta(days=context.settings.master_data.keep_versions_days)
    with context.write() as tx:
        for one in published:
            versions.keep(tx, context.id, one.path.name, one.digest, one.rows, now)
        unneeded = versions.prune(tx, context.id, too_old)
    context.installation.archive(context.id).discard(unneeded)
