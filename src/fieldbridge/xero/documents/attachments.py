"""Attachments: files on a record, listed, added and read.

Source: Xero, attachments: at most ten on a record, and 10 MB each (25 on some pages); some characters may not be in a
name; uploading a name again replaces that file, so the name is its key.
"""

import re

import msgspec

from fieldbridge.core.errors import RefusedError
from fieldbridge.core.records.documents import Attachment, Upload
from fieldbridge.xero.outcomes import ElementWire, Writable
from fieldbridge.xero.session import Session, segment

PER_RECORD_MAX = 10
BYTES_MAX = 10 * 1024 * 1024
SHOWN_ONLINE = ("Invoices", "CreditNotes")
FORBIDDEN = re.compile(r'[<>:"/\\|?*+\x00]')


class AttachmentWire(ElementWire, frozen=True, kw_only=True):
    """One element of the answer."""

    attachment_id: str = msgspec.field(name="AttachmentID", default="")
    file_name: str = ""
    mime_type: str = ""
    content_length: int = 0
    include_online: bool = False


def _record(one: AttachmentWire) -> Attachment:
    return Attachment(
        attachment_id=one.attachment_id,
        name=one.file_name,
        mime_type=one.mime_type,
        size=one.content_length,
        is_online=one.include_online,
    )


ATTACHMENTS = Writable("Attachments", AttachmentWire, _record)


def read(session: Session, collection: str, record_id: str) -> list[Attachment]:
    """The files of one record, without their content."""
    return ATTACHMENTS.records(session.read(_under(collection, record_id)) or b"{}")


def add(session: Session, collection: str, record_id: str, file: Upload, idempotency_key: str) -> Attachment:
    """Attach a file, or replace the one of that name.

    Errors: RefusedError, before anything is sent, for a name, a size or a number of files Xero does not take.
    """
    _check(file)
    names = {one.name.casefold() for one in read(session, collection, record_id)}
    if len(names) >= PER_RECORD_MAX and file.name.casefold() not in names:
        raise _refused("number", f"{collection}/{record_id} has {len(names)} files already", "Remove one in Xero.")
    query = {"IncludeOnline": "true"} if file.is_online and collection in SHOWN_ONLINE else {}
    resource = f"{_under(collection, record_id)}/{segment(file.name)}"
    answer = session.upload(resource, query, file.content, file.mime_type, idempotency_key)
    return ATTACHMENTS.sole(answer, f"the file {file.name}")


def content(session: Session, collection: str, record_id: str, file: Attachment) -> bytes:
    """The bytes of one file."""
    return session.download(f"{_under(collection, record_id)}/{file.attachment_id}", file.mime_type)


def _check(file: Upload) -> None:
    if not file.name.strip(" .") or FORBIDDEN.search(file.name):
        raise _refused("name", f"Xero takes no file called {file.name!r}", 'Leave out < > : " / \\ | ? * and +.')
    if not 0 < len(file.content) <= BYTES_MAX:
        raise _refused("size", f"{file.name} has {len(file.content)} bytes", f"Xero takes 1 to {BYTES_MAX} bytes.")


def _refused(what: str, said: str, remedy: str) -> RefusedError:
    return RefusedError(f"attachment.{what}", f"{said}.", remedy=remedy)


def _under(collection: str, record_id: str) -> str:
    return f"{collection}/{record_id}/Attachments"
