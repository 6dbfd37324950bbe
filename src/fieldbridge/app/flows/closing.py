"""Closing order files: moved away only when every order in them is posted or parked; their bytes are kept."""

from fieldbridge.app.flows.context import Context
from fieldbridge.engine.stages import Turn
from fieldbridge.field.folder.processed import move_to_processed
from fieldbridge.store.ledger import intake


def close(context: Context) -> Turn:
    """Move what is finished."""
    with context.read() as tx:
        settled = [one for one in intake.open_files(tx, context.id) if one.settled]
    for one in settled:
        name = move_to_processed(context.folder, one.name, one.digest, context.settings.profile)
        with context.write() as tx:
            intake.moved(tx, one.id, name)
            context.log(tx, "file.moved" if name else "file.gone", name=one.name, to=name)
    return Turn()
