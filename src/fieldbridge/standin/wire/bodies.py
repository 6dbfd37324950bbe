"""What a caller sent, in whichever of the accepted forms: JSON, XML, or XML in a form field of that name."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs

from fieldbridge.standin.wire.fields import DataInvalidError, decode
from fieldbridge.standin.wire.xml import decode_xml

FORM = "application/x-www-form-urlencoded"


def is_readable(content_type: str) -> bool:
    """A body of this type can be read; a body without a type is known by how it begins."""
    return not content_type or any(kind in content_type for kind in ("json", "xml", FORM))


def content_of(body: bytes, content_type: str) -> Any:
    """Errors: DataInvalidError."""
    if FORM in content_type:
        return _of_form(body)
    if "xml" in content_type or (not content_type and body.lstrip().startswith(b"<")):
        return decode_xml(body)
    return decode(body)


def _of_form(body: bytes) -> Any:
    """`xml=`; some clients label plain XML or JSON as a form too."""
    if body.lstrip()[:1] in (b"<", b"{", b"["):
        return content_of(body, "")
    sent = parse_qs(body.decode("utf-8", errors="replace"))
    if "xml" not in sent:
        raise DataInvalidError("A form must have a field xml")
    return decode_xml(sent["xml"][0].encode())
