"""What a rep adds to a transaction: a photo of the shelf, or a slip as a PDF. Small, and different each time."""

import struct
import zlib
from random import Random

SIDE = 8
SLIP = (
    b"%%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 %d %d]>>endobj\ntrailer<</Root 1 0 R>>\n"
)


def papers(chance: Random, key: str) -> dict[str, bytes]:
    """One or two files by name."""
    made = {f"{key}-shelf.png": _photo(chance), f"{key}-slip.pdf": SLIP % (chance.randint(90, 900), 99)}
    names = chance.choice((*((name,) for name in made), tuple(made)))
    return {name: made[name] for name in names}


def _photo(chance: Random) -> bytes:
    """A PNG of one colour."""
    row = b"\0" + chance.randbytes(3) * SIDE
    head = struct.pack(">IIBBBBB", SIDE, SIDE, 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(row * SIDE)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(map(_part, parts))


def _part(named: tuple[bytes, bytes]) -> bytes:
    kind, data = named
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
