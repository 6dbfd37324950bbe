"""The demo's pictures: what an office lays beside its folder, and whether the cloud then finds it."""

from collections.abc import Sequence
from pathlib import Path

from PIL import Image, ImageDraw

from fieldbridge.store.ledger.problems import OpenProblem

SHOWN, SIDE = 6, 1000
BAD = "no-picture.jpg"


def lay(folder: Path, products: Sequence[dict[str, str]]) -> list[str]:
    """Draw a picture for some products, and add a file that is none. Shape: what the catalogue must hold."""
    folder.mkdir()
    some = products[:SHOWN]
    for number, row in enumerate(some):
        made = Image.new("RGB", (SIDE, SIDE), f"hsl({number * 360 // len(some)}, 60%, 80%)")
        ImageDraw.Draw(made).text((SIDE // 10, SIDE // 2), row["Description"], "black", font_size=SIDE // 16)
        made.save(folder / f"{row['SKUCode']}.png")
    (folder / BAD).write_bytes(b"MZ")
    return sorted(f"{row['SKUCode']}.jpg" for row in some)


def faults(catalogue: Path, wanted: Sequence[str], problems: Sequence[OpenProblem]) -> list[str]:
    """Everything that did not come out as it must; empty when all is well."""
    shown = {file.name for file in catalogue.iterdir()} if catalogue.is_dir() else set()
    found = [f"{name}: laid down, but not in the catalogue" for name in wanted if name not in shown]
    found += [f"{name}: in the catalogue, but not laid down" for name in sorted(shown.difference(wanted))]
    if BAD not in {one.key for one in problems}:
        found.append(f"{BAD}: no Problem says why it is not in the catalogue")
    return found
