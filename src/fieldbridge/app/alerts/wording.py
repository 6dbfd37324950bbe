"""What an addressee reads: one message of all that is new, as a mail or as JSON."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from email.message import EmailMessage
from email.utils import format_datetime
from itertools import groupby

import msgspec

from fieldbridge.core.alerts.rules import MAIL
from fieldbridge.store.ledger.notices import Notice

SHOWN_MAX = 200
TITLES = {
    "reconnect": "must be connected to Xero again",
    "halted": "{about} is halted",
    "no_success": "{about} does not succeed",
    "problems_old": "Problems wait for long",
    "problem_dear": "{about} is set aside",
    "calls_low": "few calls are left today",
}


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """One notice as a program reads it. Shape: organisation is its name at Xero."""

    what: str
    connection: str
    organisation: str
    kind: str
    about: str
    said: str
    remedy: str
    began_at: datetime
    ended_at: datetime | None


def mail(
    name: str, some: Sequence[Notice], organisations: Mapping[str, str], sender: str, at: datetime
) -> EmailMessage:
    """One mail to the addressee they share. Shape: name is the message's own, so that a second copy shows as one."""
    told = _merged(some)
    message = EmailMessage()
    message["From"] = sender
    message["To"] = some[0].addressee.removeprefix(MAIL)
    message["Subject"] = _subject(told)
    message["Date"] = format_datetime(at)
    message["Message-ID"] = f"<{name}@{sender.rpartition('@')[2]}>"
    # Nobody's absence note is wanted in return.
    message["Auto-Submitted"] = "auto-generated"
    message.set_content("\n".join(_lines(told, organisations)))
    return message


def body(name: str, some: Sequence[Notice], organisations: Mapping[str, str]) -> bytes:
    """The same for a program. Shape: {id, notices}."""
    told = [_told(one, organisations) for one in some]
    return msgspec.json.encode({"id": name, "notices": told})


def _told(one: Notice, organisations: Mapping[str, str]) -> Told:
    shared = msgspec.structs.asdict(one)
    organisation = organisations.get(one.connection_id, "")
    fields = {field: shared[field] for field in Told.__struct_fields__ if field in shared}
    return Told(connection=one.connection_id, organisation=organisation, **fields)


def title(kind: str, about: str) -> str:
    """An alert in a few words."""
    return TITLES.get(kind, kind).format(about=about)


def _merged(some: Sequence[Notice]) -> list[Notice]:
    """What began and is over by now is told once."""
    over = {(one.connection_id, one.kind, one.about, one.began_at) for one in some if one.what == "ended"}
    return [
        one for one in some if one.what != "began" or (one.connection_id, one.kind, one.about, one.began_at) not in over
    ]


def _subject(some: Sequence[Notice]) -> str:
    """On one line, whatever names hold."""
    if len(some) == 1 and some[0].what in ("began", "ended"):
        over = "Over: " if some[0].what == "ended" else ""
        said = f"{over}{some[0].connection_id}: {title(some[0].kind, some[0].about)}"
    else:
        counts = Counter[str](one.what for one in some)
        names = {"began": "begun", "ended": "over", "digest": "in the digest", "test": "test"}
        said = ", ".join(f"{counts[what]} {word}" for what, word in names.items() if counts[what])
    return " ".join(f"[fieldbridge] {said}".split())


def _lines(some: Sequence[Notice], organisations: Mapping[str, str]) -> Iterator[str]:
    shown = sorted(some[:SHOWN_MAX], key=lambda one: one.connection_id)
    for name, group in groupby(shown, key=lambda one: one.connection_id):
        yield " ".join(f"{organisations.get(name, '')} ({name})".split())
        for one in group:
            yield from (f"  {line}" for line in _said(one))
        yield ""
    if len(some) > SHOWN_MAX:
        yield f"And {len(some) - SHOWN_MAX} more. All that stand: fieldbridge alerts"


def _said(one: Notice) -> Iterator[str]:
    if one.what == "ended":
        yield f"Over: {title(one.kind, one.about)}, from {_moment(one.began_at)} to {_moment(one.ended_at)}."
        return
    yield from one.said.splitlines()
    if one.what == "began":
        yield f"Since {_moment(one.began_at)}. {one.remedy}"


def _moment(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC" if at else ""
