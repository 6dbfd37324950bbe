"""Files that reps laid beside their orders: attached where they belong, byte for byte, and nowhere else."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from reconcile.ground import Ground

Files = Counter[tuple[str, str]]


def faults(ground: Ground) -> Iterator[str]:
    """Each document has the files of its transaction and no other; money alone has them at the customer."""
    wanted: dict[str, Files] = {}
    for key, one in ground.laid.items():
        if key not in ground.parked and one.files:
            owner = _owner(ground, key)
            wanted.setdefault(owner, Counter()).update(_laid(ground, name) for name in one.files)
    there: dict[str, Files] = {}
    for row in ground.books["attachments"]:
        at = row["DocumentID"]
        owner = ground.holder(at) if at in ground.contacts else at
        there.setdefault(owner, Counter())[row["FileName"], row["SHA256"]] += 1
    for owner in wanted.keys() | there.keys():
        if (some := wanted.get(owner, Counter())) != (found := there.get(owner, Counter())):
            yield f"{owner}: the files {_names(found)} in the books, {_names(some)} were laid, or their bytes differ"
    yield from _put_away(ground)


def _put_away(ground: Ground) -> Iterator[str]:
    """What was attached is in Processed; what belongs to a Problem still lies there."""
    site = ground.folder / "site"
    kept = Counter(_sum(file) for file in (site / "Processed").iterdir() if file.suffix in (".png", ".pdf"))
    for key, one in ground.laid.items():
        for name in one.files:
            is_there, waits = (site / name).exists(), key in ground.parked
            if is_there != waits:
                yield f"{key}: {name} {'still lies there' if is_there else 'is gone before its order went'}"
            elif not waits and not kept[_laid(ground, name)[1]]:
                yield f"{key}: {name} was not put away"


def _owner(ground: Ground, key: str) -> str:
    one = ground.laid[key]
    if one.kind == "P":
        return ground.holder(ground.codes[one.customer])
    documents = ground.ours.get(key, [])
    return str(next((row[name] for row in documents for name in ("InvoiceID", "CreditNoteID", "QuoteID")
                     if name in row), key))  # fmt: skip


def _laid(ground: Ground, name: str) -> tuple[str, str]:
    return name, _sum(ground.folder / "laid" / name)


def _sum(file: Path) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()


def _names(files: Files) -> list[str]:
    return sorted(name for name, _ in files.elements())
