"""Heeding the settings file: an edit is taken whole or refused whole, and what was in force stays."""

from collections.abc import Iterable

from fieldbridge.app import change_settings, settings_file
from fieldbridge.app.connection_settings import faults
from fieldbridge.app.flows.context import Context
from fieldbridge.core.plan import Problem
from fieldbridge.engine.stages import Turn
from fieldbridge.store.ledger import problems, runs

FLOW, FAULTS_TOLD = "settings", 20


def heed(context: Context) -> Turn:
    """Put an edited settings file in force, where the settings say that there is one. Errors: OutageError."""
    if not context.settings.sheets.settings_file:
        return Turn()
    refused = _take(context)
    with context.write() as tx:
        seen = {(one.code, one.key) for one in refused}
        problems.close_unless_seen(tx, context.id, FLOW, seen, context.now())
        for one in refused:
            problems.report(tx, context.id, FLOW, one, context.now())
        if refused:
            runs.count(tx, context.ref.run_id, problems=len(refused))
    return Turn()


def _take(context: Context) -> list[Problem]:
    """Shape: the Problem of a file that cannot be used, or none."""
    in_force = settings_file.plain(context.connection.settings)
    try:
        text = settings_file.read(context.folder)
    except ValueError as error:
        return [_problem(context, [str(error)])]
    if text is None:
        settings_file.renew(context.folder, in_force, in_force)
    elif text != in_force:
        if found := faults(text):
            return [_problem(context, map(str, found))]
        change_settings.change(context.installation, context.id, text, f"{settings_file.NAME} was edited")
    return []


def _problem(context: Context, said: Iterable[str]) -> Problem:
    told, file = list(said), settings_file.place(context.folder)
    more = f"; and {len(told) - FAULTS_TOLD} more" if len(told) > FAULTS_TOLD else ""
    return Problem(
        kind="setting",
        key=settings_file.NAME,
        code="settings.file_refused",
        message=f"{file} was refused: {'; '.join(told[:FAULTS_TOLD])}{more}. The settings from before stay in force.",
        remedy=f"Correct the file; the next run takes it. Every fault: fieldbridge settings {context.id} check {file}",
        cause=settings_file.NAME,
    )
