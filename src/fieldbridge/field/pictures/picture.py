"""From the bytes of a picture, which may hold anything, to a fresh JPEG of bounded size.

Nothing of the original passes but its pixels: no place where it was taken, no hidden content. What a file says it is
by its name must be what it holds.
"""

import io
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import PurePosixPath
from threading import Lock

import msgspec
from PIL import Image, ImageOps, UnidentifiedImageError

from fieldbridge.core.errors import RefusedError
from fieldbridge.core.rules import ImageRules

_ENDINGS = {
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "PNG": (".png",),
    "WEBP": (".webp",),
    "GIF": (".gif",),
    "BMP": (".bmp",),
}
# What phones call a JPEG with a second picture behind the first.
_SAME = {"MPO": "JPEG"}
# We judge sizes ourselves; far beyond them the library refuses a picture by itself.
warnings.simplefilter("ignore", Image.DecompressionBombWarning)
_WHITE = (255, 255, 255)
_SIXTEEN_BITS = 256
# Unpacked, a large picture takes hundreds of megabytes, and many connections may be at it at once.
_one_at_a_time = Lock()


class Rendered(msgspec.Struct, frozen=True, kw_only=True):
    """A JPEG. Units: width and height in pixels."""

    content: bytes
    width: int
    height: int


def check(content: bytes, name: str, rules: ImageRules) -> None:
    """Look at what a picture states of itself. Errors: RefusedError picture.* when it cannot be published."""
    with _opened(content, name, rules):
        return


def rendered(content: bytes, name: str, rules: ImageRules) -> Rendered:
    """A picture as the catalogue has it. Errors: RefusedError picture.*, also when it is damaged."""
    with _one_at_a_time, _opened(content, name, rules) as image, _unpacking(name):
        # Colours of a palette cannot be blended.
        whole = _on_white(image) if image.mode in ("P", "1") else image
        whole.thumbnail((rules.longest_side,) * 2, Image.Resampling.LANCZOS, reducing_gap=2.0)
        small = _on_white(ImageOps.exif_transpose(whole))
        small.info.clear()
        made = io.BytesIO()
        small.save(made, "JPEG", quality=rules.quality, optimize=True)
        return Rendered(content=made.getvalue(), width=small.width, height=small.height)


def _opened(content: bytes, name: str, rules: ImageRules) -> Image.Image:
    if not content:
        raise RefusedError("picture.empty", f"{name} is empty.", remedy="Save the picture anew.")
    if len(content) > rules.max_file_bytes:
        said = f"{name} has more than {rules.max_file_bytes} bytes."
        raise RefusedError("picture.too_large", said, remedy="Save it smaller, or raise images.max_file_bytes.")
    with _unpacking(name):
        try:
            image = Image.open(io.BytesIO(content), formats=tuple(_ENDINGS))
        except UnidentifiedImageError as error:
            raise _no_picture(name) from error
        except Image.DecompressionBombError as error:
            raise _too_many_pixels(name, "far more pixels", rules) from error
    _check_kind(image, name)
    if image.width * image.height > rules.max_pixels:
        raise _too_many_pixels(name, f"{image.width} × {image.height} pixels", rules)
    return image


@contextmanager
def _unpacking(name: str) -> Iterator[None]:
    """A decoder may fail on hostile bytes in any way, and the other pictures must go on."""
    try:
        yield
    except RefusedError:
        raise
    except Exception as error:
        said = f"{name} is damaged: it cannot be unpacked to its end."
        raise RefusedError("picture.damaged", said, remedy="Save the picture anew, or copy it again.") from error


def _check_kind(image: Image.Image, name: str) -> None:
    kind = _SAME.get(image.format or "", image.format or "")
    if not name.lower().endswith(_ENDINGS[kind]):
        said = f"{name} is not what its name says: it holds a {kind} picture."
        stem = PurePosixPath(name).stem
        raise RefusedError("picture.extension", said, remedy=f"Name it {stem}{_ENDINGS[kind][0]}, or save it anew.")


def _too_many_pixels(name: str, said: str, rules: ImageRules) -> RefusedError:
    return RefusedError(
        "picture.too_many_pixels",
        f"{name} would unpack to {said}; {rules.max_pixels} are allowed.",
        remedy="Save it smaller, or raise images.max_pixels.",
    )


def _no_picture(name: str) -> RefusedError:
    return RefusedError(
        "picture.format",
        f"{name} holds no picture of a kind that can be published.",
        remedy="Save it as JPEG, PNG, WebP, GIF or BMP, or take the file away.",
    )


def _on_white(image: Image.Image) -> Image.Image:
    """The colours a JPEG has; what is transparent becomes white, and 16 bits become 8."""
    if image.mode.startswith(("I", "F")):
        image = image.point(lambda value: value * (1 / _SIXTEEN_BITS)).convert("L")
    if not image.has_transparency_data:
        return image.convert("RGB")
    seen = image.convert("RGBA")
    white = Image.new("RGB", seen.size, _WHITE)
    white.paste(seen, mask=seen.getchannel("A"))
    return white
