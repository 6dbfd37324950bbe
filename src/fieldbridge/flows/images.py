"""Images: which pictures of the site become which pictures of the catalogue.

A picture is named by its product: `APL-1L.jpg`, and further ones `APL-1L_2.jpg`. The last good picture stays: what
cannot be used now replaces nothing, and only a file that is gone retires its picture.
Source: field-sales facts §17 no. 3.
"""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from fieldbridge.core.plan import Problem
from fieldbridge.core.records.pictures import Fault, Picture, Shot
from fieldbridge.core.rules import ImageRules

_NUMBERED = re.compile(r"(.+)_([2-9]|[1-9][0-9])", re.DOTALL)
_PATH = re.compile(r"[/\\:\x00-\x1f]|^\.\.?$")
# What a file cannot be called on one system or another.
_UNFIT = re.compile(r'[<>:"/\\|?*\x00-\x1f]|[. ]$|^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])$', re.IGNORECASE)


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """A picture the catalogue should have. Shape: shot is what it is made of."""

    name: str
    product: str
    position: int
    shot: Shot


class PicturePlan(msgspec.Struct, frozen=True, kw_only=True):
    """What must be done to the catalogue, and what cannot go into it."""

    publish: list[Wish]
    retire: list[Picture]
    problems: list[Problem]


class Products:
    """The products a picture may be named by."""

    def __init__(self, codes: Iterable[str]) -> None:
        self._codes = set(codes)
        self._folded: dict[str, list[str]] = defaultdict(list)
        for code in self._codes:
            self._folded[_folded(code)].append(code)

    def named(self, name: str) -> tuple[str, int] | None:
        """The product and the position a file's name stands for; small and capital letters may be mixed up."""
        stem = unicodedata.normalize("NFC", name.rpartition(".")[0] or name)
        if code := self._find(stem):
            return code, 1
        numbered = _NUMBERED.fullmatch(stem)
        code = self._find(numbered[1]) if numbered else None
        return (code, int(numbered[2])) if numbered and code else None

    def _find(self, text: str) -> str | None:
        alike = self._folded.get(_folded(text), [])
        return text if text in self._codes else alike[0] if len(alike) == 1 else None


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()


def made_by(rules: ImageRules) -> str:
    """How pictures are made; those made in another way are made anew."""
    return f"{rules.longest_side}/{rules.quality}"


def plan_of(
    shots: Sequence[Shot], catalogue: Iterable[Picture], sizes: Mapping[str, int], products: Products, how: str
) -> PicturePlan:
    """What must be done so that the catalogue shows what the source holds.

    Shape: sizes are the files of the catalogue as they lie there now, in bytes; how is what `made_by` says.
    """
    known = {one.name: one for one in catalogue}
    wishes: dict[str, list[Wish]] = defaultdict(list)
    claimed: set[str] = set()
    problems: list[Problem] = []
    for shot in shots:
        found = _wish(shot, products)
        if isinstance(found, Fault):
            problems.append(problem_of(shot, found))
            continue
        claimed.add(_folded(found.name))
        if shot.fault:
            problems.append(problem_of(shot, shot.fault))
        elif shot.digest:
            wishes[_folded(found.name)].append(found)
    problems += [problem_of(one.shot, _twin(one, some)) for some in wishes.values() if len(some) > 1 for one in some]
    alone = [some[0] for some in wishes.values() if len(some) == 1]
    return PicturePlan(
        publish=[one for one in alone if not _is_shown(known.get(one.name), one, sizes, how)],
        retire=list(_vanished(known.values(), shots, claimed)),
        problems=problems,
    )


def _wish(shot: Shot, products: Products) -> Wish | Fault:
    """What a file is meant to be in the catalogue, as far as its name can tell."""
    if shot.is_unopened and shot.fault:
        return shot.fault
    if _PATH.search(shot.name):
        said = f"{shot.source} has a path in its name."
        return Fault(code="picture.path", said=said, remedy="Put the picture there under its plain name.")
    found = products.named(shot.name)
    if found is None:
        said = f"{shot.source} is named after no product in Xero."
        remedy = "Name it after the item's code, such as APL-1L.jpg, and further ones APL-1L_2.jpg."
        return Fault(code="picture.product_unknown", said=said, remedy=remedy)
    code, position = found
    if _UNFIT.search(code):
        said = f"{shot.source}: no file can be called after the product {code!r} everywhere."
        return Fault(code="picture.name", said=said, remedy="Give the item another code in Xero.")
    name = f"{code}.jpg" if position == 1 else f"{code}_{position}.jpg"
    return Wish(name=name, product=code, position=position, shot=shot)


def _twin(one: Wish, some: Sequence[Wish]) -> Fault:
    names = " and ".join(each.shot.source for each in some)
    said = f"{one.shot.source}: there are {names} for one place; which one counts?"
    return Fault(code="picture.two", said=said, remedy="Keep one of them.")


def problem_of(shot: Shot, fault: Fault) -> Problem:
    """What to tell of a file that cannot be published."""
    return Problem(
        kind="picture",
        key=shot.source,
        code=fault.code,
        message=fault.said,
        remedy=fault.remedy,
        cause=fault.code,
    )


def _is_shown(known: Picture | None, wish: Wish, sizes: Mapping[str, int], how: str) -> bool:
    """Whether the catalogue has just this, and nobody took it away."""
    if known is None or sizes.get(known.name) != known.size:
        return False
    return (known.made_from, known.made_by) == (wish.shot.digest, how)


def _vanished(catalogue: Iterable[Picture], shots: Sequence[Shot], claimed: set[str]) -> Iterator[Picture]:
    """What has no file any more: none that claims its place, and none that cannot be used or read at present."""
    sources = {shot.source for shot in shots}
    unopened = {shot.archive for shot in shots if shot.is_unopened}
    for one in catalogue:
        archive, _, inside = one.source.partition("/")
        if _folded(one.name) not in claimed and one.source not in sources and not (inside and archive in unopened):
            yield one
