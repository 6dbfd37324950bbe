"""The log file: the events of the activity log that this process wrote, one a line, and its warnings.

Warnings go to stderr too, where whoever keeps the service looks, and where there is room when the disk is full.

An event is written when its transaction is committed, never before: what is in the file is true.
"""

import json
import logging
import os
import re
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from io import TextIOWrapper
from itertools import count
from logging.handlers import RotatingFileHandler
from pathlib import Path

from filelock import FileLock, Timeout

from fieldbridge.app.settings import Settings

ROOT = "fieldbridge"
# What JSON lets pass: rubout, the second set of control characters, and two separators of lines.
_UNSAFE = re.compile("[\x7f-\x9f\u2028\u2029]")
# All others would make one field look like another, or one line like two.
_UNQUOTED = frozenset("-_.:/+@,#&()*$!?;~")


@contextmanager
def kept(settings: Settings) -> Iterator[Path]:
    """Write the log file while the context lasts. Shape: its path; a second process of a home has a file of its own."""
    folder = settings.home / "log"
    folder.mkdir(mode=0o700, exist_ok=True)
    with ExitStack() as stack:
        file = _free(folder, stack)
        handler = _Private(file, maxBytes=settings.log_bytes, backupCount=settings.log_files - 1, encoding="utf-8")
        stack.callback(handler.close)
        seen = logging.StreamHandler()
        seen.setLevel(logging.WARNING)
        logger = logging.getLogger(ROOT)
        before = logger.level
        logger.setLevel(logging.INFO)
        stack.callback(logger.setLevel, before)
        for one in (handler, seen):
            one.setFormatter(_Json() if settings.log_json else _Words())
            logger.addHandler(one)
            stack.callback(logger.removeHandler, one)
        yield file


def _free(folder: Path, stack: ExitStack) -> Path:
    """The first file nobody writes: rotating one file from two processes would lose lines."""
    for number in count(1):
        name = "fieldbridge" if number == 1 else f"fieldbridge-{number}"
        try:
            stack.enter_context(FileLock(folder / f"{name}.lock", timeout=0))
        except Timeout:
            continue
        return folder / f"{name}.log"
    raise AssertionError


class _Private(RotatingFileHandler):
    """A log file that only its owner may read."""

    def _open(self) -> TextIOWrapper:
        descriptor = os.open(self.baseFilename, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        return TextIOWrapper(os.fdopen(descriptor, "ab"), encoding=self.encoding)


class _Words(logging.Formatter):
    """One event a line: the moment, the event, then name=value."""

    def format(self, record: logging.LogRecord) -> str:
        at, event, fields = told(record)
        return " ".join((at, event, *(f"{name}={_quoted(value)}" for name, value in fields.items())))


class _Json(logging.Formatter):
    """One JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        at, event, fields = told(record)
        return _json({"at": at, "event": event, **fields})


def told(record: logging.LogRecord) -> tuple[str, str, Mapping[str, object]]:
    """What a line says. Shape: (moment, event, fields); what is not an event of the activity log is a warning."""
    moment = datetime.fromtimestamp(record.created, UTC)
    at = f"{moment:%Y-%m-%dT%H:%M:%S}.{moment.microsecond // 1000:03}Z"
    fields = getattr(record, "fields", None)
    if fields is None:
        return at, record.levelname.lower(), {"said": record.getMessage()}
    return (
        at,
        record.getMessage(),
        {name.replace(" ", "_"): value for name, value in fields.items() if value is not None},
    )


def _quoted(value: object) -> str:
    text = value if isinstance(value, str) else _json(value)
    plain = bool(text) and all(sign.isalnum() or sign in _UNQUOTED for sign in text)
    return text if plain else _json(text)


def _json(value: object) -> str:
    """JSON in which macrons can be read, and nothing ends a line or moves a terminal's cursor."""
    text = json.dumps(value, default=str, ensure_ascii=False)
    return _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
