"""A small PDF of lines of text in a fixed-width type, on as many pages as they need. Source: ISO 32000-1, 7.5."""

from __future__ import annotations

import unicodedata

LINES_PER_PAGE = 54
_SIZE, _LEADING, _LEFT, _TOP = 10, 13, 50, 780
_PAGE_SIZE = b"[0 0 595 842]"
_HEAD = b"%PDF-1.4\n%\xe2\xe3\xcf\xd3\n"


def pdf_of(title: str, lines: list[str]) -> bytes:
    """The file. Characters that the type lacks lose their marks, or become a question mark."""
    starts = range(0, max(len(lines), 1), LINES_PER_PAGE)
    pages = [lines[start : start + LINES_PER_PAGE] for start in starts]
    first = 5
    numbers = range(first, first + 2 * len(pages), 2)
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [%s] /Count %d >>" % (b" ".join(b"%d 0 R" % one for one in numbers), len(pages)),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding >>",
        b"<< /Title %s /Producer (A local Xero) >>" % _text(title),
    ]
    for number, page in zip(numbers, pages, strict=True):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox %s /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R >>"
            % (_PAGE_SIZE, number + 1)
        )
        drawn = _drawn(page)
        objects.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(drawn), drawn))
    return _file(objects)


def _drawn(page: list[str]) -> bytes:
    rows = b"\n".join(b"%s Tj T*" % _text(line) for line in page)
    return b"BT /F1 %d Tf %d TL %d %d Td\n%s\nET" % (_SIZE, _LEADING, _LEFT, _TOP, rows)


def _text(line: str) -> bytes:
    """A literal string in the type's own encoding."""
    known = "".join(_known(character) for character in line).encode("cp1252", "replace")
    return b"(%s)" % known.replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")


def _known(character: str) -> str:
    """`ā` is not in the type, `a` is."""
    try:
        character.encode("cp1252")
    except UnicodeEncodeError:
        return unicodedata.normalize("NFD", character)[0]
    return character


def _file(objects: list[bytes]) -> bytes:
    """Objects, the table of where each begins, and the trailer."""
    body, starts = bytearray(_HEAD), []
    for number, content in enumerate(objects, start=1):
        starts.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    body += b"".join(b"%010d 00000 n \n" % start for start in starts)
    body += b"trailer\n<< /Size %d /Root 1 0 R /Info 4 0 R >>\n" % (len(objects) + 1)
    return bytes(body + b"startxref\n%d\n%%%%EOF\n" % table)
