"""A picture of any kind becomes a JPEG on white, of bounded size."""

import io
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some
from PIL import Image

from fieldbridge.core.errors import RefusedError
from fieldbridge.core.rules import ImageRules
from fieldbridge.field.pictures import picture
from support.pictures import drawn

RULES = ImageRules(longest_side=20)
KINDS = [
    ("a.png", drawn(colour=(0, 0, 0, 0), mode="RGBA", kind="PNG")),
    ("a.PNG", drawn(colour=65535, mode="I;16", kind="PNG")),
    ("a.png", drawn(colour=(255, 0), mode="LA", kind="PNG")),
    ("a.gif", drawn(colour=255, mode="L", kind="GIF")),
    ("a.webp", drawn(colour="white", kind="WEBP")),
    ("a.bmp", drawn(colour=1, mode="1", kind="BMP")),
    ("a.jpeg", drawn(colour=(0, 0, 0, 0), mode="CMYK")),
    ("a.jfif", drawn(colour="white", progressive=True)),
]


@pytest.mark.parametrize(("name", "content"), KINDS)
def test_every_kind_becomes_a_jpeg_on_white(name, content):
    made = picture.rendered(content, name, RULES)
    image = Image.open(io.BytesIO(made.content))
    assert (image.format, image.mode, image.size) == ("JPEG", "RGB", (20, 15))
    assert min(image.getpixel((5, 5))) >= 250
    assert (made.width, made.height) == (20, 15)


@pytest.mark.filterwarnings("ignore::PIL.Image.DecompressionBombWarning")
@settings(max_examples=150, deadline=None)
@given(some.sampled_from(KINDS), some.integers(0, 400), some.binary(min_size=1, max_size=8), some.booleans())
def test_bytes_that_were_tampered_with_are_made_or_refused_and_nothing_else_happens(kind, at, bytes_, cut):
    name, content = kind
    tampered = content[:at] + bytes_ + (b"" if cut else content[at + len(bytes_) :])
    with suppress(RefusedError):
        made = picture.rendered(tampered, name, RULES)
        assert max(made.width, made.height) <= 20


def test_the_same_picture_is_made_the_same():
    assert picture.rendered(KINDS[0][1], "a.png", RULES) == picture.rendered(KINDS[0][1], "a.png", RULES)
