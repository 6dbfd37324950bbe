"""Every table the Bridge keeps."""

from fieldbridge.store.schema.alerts import addressee, alert, digest, notice
from fieldbridge.store.schema.books import DOCUMENT, book, rep_since, tally, watermark, webhook_event
from fieldbridge.store.schema.columns import PASSING, Id, Instant, Json, metadata, of_connection, only_where
from fieldbridge.store.schema.connections import connection, installation, lease, secret, settings_version
from fieldbridge.store.schema.files import catalogue_picture, file_version, person, picture, sheet, sheet_row
from fieldbridge.store.schema.outbox import (
    UNSENT,
    answer,
    attempt,
    delivery,
    intake,
    intake_file,
    link,
    past,
    problem,
    written_call,
)
from fieldbridge.store.schema.runs import WENT_WELL, budget, call_count, log, run, schedule, worker

__all__ = [
    "DOCUMENT",
    "PASSING",
    "UNSENT",
    "WENT_WELL",
    "Id",
    "Instant",
    "Json",
    "addressee",
    "alert",
    "answer",
    "attempt",
    "book",
    "budget",
    "call_count",
    "catalogue_picture",
    "connection",
    "delivery",
    "digest",
    "file_version",
    "installation",
    "intake",
    "intake_file",
    "lease",
    "link",
    "log",
    "metadata",
    "notice",
    "of_connection",
    "only_where",
    "past",
    "person",
    "picture",
    "problem",
    "rep_since",
    "run",
    "schedule",
    "secret",
    "settings_version",
    "sheet",
    "sheet_row",
    "tally",
    "watermark",
    "webhook_event",
    "worker",
    "written_call",
]
