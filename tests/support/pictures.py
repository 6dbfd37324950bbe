"""Pictures as an office has them, small and quick to make; and archives as anybody may make them."""

import io
import os
import struct
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path

from PIL import Image

LONG_AGO_S = 60.0


def drawn(width: int = 40, height: int = 30, *, colour: object = "red", kind: str = "JPEG", mode: str = "RGB", **how):
    """A picture of one colour. Shape: its bytes."""
    made = io.BytesIO()
    Image.new(mode, (width, height), colour).save(made, kind, **how)
    return made.getvalue()


def claiming(width: int, height: int) -> bytes:
    """A small PNG whose header claims to be of another size."""
    whole = drawn(kind="PNG")
    claim = b"IHDR" + struct.pack(">II", width, height) + whole[24:29]
    return whole[:12] + claim + struct.pack(">I", zipfile.crc32(claim)) + whole[33:]


def laid(folder: Path, name: str, content: bytes) -> Path:
    """A file that was finished a minute ago."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / name
    file.write_bytes(content)
    stamp = time.time() - LONG_AGO_S
    os.utime(file, (stamp, stamp))
    return file


def packed(files: Mapping[str, bytes] | list[tuple[str, bytes]]) -> bytes:
    """A zip archive, compressed; a name may be in it twice."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items() if isinstance(files, Mapping) else files:
            archive.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def opened(file: Path) -> Image.Image:
    """A picture, read whole."""
    with Image.open(file) as image:
        image.load()
        return image.copy()
