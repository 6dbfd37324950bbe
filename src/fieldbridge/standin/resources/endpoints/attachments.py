"""Files kept with a document or contact: listed as JSON, sent and fetched as they are.

Source: Xero, attachments: at most ten per document, names without the characters a path or shell would trip over.
"""

from __future__ import annotations

from fieldbridge.standin.resources.call import Call
from fieldbridge.standin.resources.listing import Listing
from fieldbridge.standin.wire.answers import Answer, Record, not_found, validation_fault

MOST = 10
_TYPES = frozenset((
    "7z", "bmp", "csv", "doc", "docx", "eml", "gif", "jpeg", "jpg", "key", "keynote", "msg", "numbers", "odf", "ods",
    "odt", "pages", "pdf", "png", "ppt", "pptx", "rar", "rtf", "tif", "tiff", "txt", "xls", "xlsx", "zip",
))  # fmt: skip
"""By the end of the name. Source: Xero's announcement of files, and ApprovalMax's list of what it takes since."""
_FORBIDDEN = set('<>:"/\\|?*+\0')


def is_file(segments: tuple[str, ...]) -> bool:
    """The path names one file, whose content may be anything."""
    return len(segments) == 4 and segments[2].lower() == "attachments"


def list_files(listing: Listing, call: Call) -> Answer:
    """What is attached, without the content."""
    return call.answer("Attachments", [_shown(listing, call, row) for row in _rows(listing, call)])


def read_file(listing: Listing, call: Call) -> Answer:
    """One file by its id or its name."""
    wanted = call.segments[3]
    for row in _rows(listing, call):
        if wanted.lower() == row["AttachmentID"] or wanted.casefold() == row["FileName"].casefold():
            return Answer(200, row["Content"], row["MimeType"])
    raise not_found()


def write_file(listing: Listing, call: Call) -> Answer:
    """Keep a file, or replace the one with its name. Errors: 400 for its name, its type or one too many."""
    rows, name, switches = _rows(listing, call), call.segments[3], call.books.switches
    before = next((row for row in rows if row["FileName"].casefold() == name.casefold()), None)
    faults = []
    if _FORBIDDEN & set(name):
        faults.append(switches.text_attachment_name.format(name=name))
    if name.rpartition(".")[2].lower() not in _TYPES:
        faults.append("The file couldn't be uploaded because it isn't a supported file type.")
    if before is None and len(rows) >= MOST:
        faults.append(switches.text_attachment_count)
    if faults:
        errors = [{"Message": text} for text in faults]
        raise validation_fault([{"FileName": name, "HasValidationErrors": True, "ValidationErrors": errors}])
    stored = call.books.attachments.put(
        {
            "AttachmentID": before["AttachmentID"] if before else call.books.new_id(),
            "DocumentID": _owner(listing, call),
            "FileName": name,
            "MimeType": call.headers.get("content-type", "application/octet-stream"),
            "ContentLength": len(call.body),
            "IncludeOnline": call.query.flag("IncludeOnline"),
            "Content": call.body,
        }
    )
    return call.answer("Attachments", [_shown(listing, call, stored)])


def _owner(listing: Listing, call: Call) -> str:
    found = listing.find(call.books, call.key)
    if found is None:
        raise not_found()
    return str(found[listing.id_field])


def _rows(listing: Listing, call: Call) -> list[Record]:
    return call.books.attachments.find("document", _owner(listing, call))


def _shown(listing: Listing, call: Call, row: Record) -> Record:
    shown = {name: value for name, value in row.items() if name not in ("Content", "DocumentID")}
    url = f"{call.address}/{listing.name}/{row['DocumentID']}/Attachments/{row['FileName']}"
    return {**shown, "Url": url}
