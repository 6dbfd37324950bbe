"""Replays a kept stretch of trade against a fresh local Xero, and compares all that comes of it, byte for byte.

Run: .venv/bin/python examples/replay.py
"""

import argparse
import json
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory

EXAMPLES = Path(__file__).parent
sys.path.insert(0, str(EXAMPLES.parent / "benchmarks"))

import outcome  # noqa: E402 - they lie beside
from fieldbridge.standin import Options, running  # noqa: E402
from simulation import product  # noqa: E402
from simulation.office import Office  # noqa: E402
from simulation.stage import Stage  # noqa: E402


def main() -> int:
    """Replay every example, or those that are named. Shape: 1 when anything came out otherwise."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("names", nargs="*", default=sorted(one.parent.name for one in EXAMPLES.glob("*/acts.jsonl")))
    parser.add_argument("--take", type=Path, metavar="FOLDER", help="take acts and orders of what year.py kept first")
    parser.add_argument("--write", action="store_true", help="keep what comes out as what is expected from now on")
    asked = parser.parse_args()
    product.hurry()
    if asked.take:
        _take(asked.take, EXAMPLES / asked.names[0])
    differing = 0
    for name in asked.names:
        with TemporaryDirectory() as temporary:
            made = replay(EXAMPLES / name, Path(temporary))
            if asked.write:
                shutil.rmtree(EXAMPLES / name / "expected", ignore_errors=True)
                shutil.copytree(made, EXAMPLES / name / "expected")
            found = differences(EXAMPLES / name / "expected", made)
        sys.stdout.write("\n".join((f"{name}: {len(found)} files differ", *found, "")))
        differing += len(found)
    return 1 if differing else 0


def _take(kept: Path, example: Path) -> None:
    """Make a stretch of simulated trade the one of an example; its seed, settings and sheets stay."""
    shutil.rmtree(example / "orders", ignore_errors=True)
    shutil.copytree(kept / "laid", example / "orders")
    acts = [json.loads(line) for line in (kept / "journal.jsonl").read_text("utf-8").splitlines()]
    lines = [json.dumps({name: value for name, value in act.items() if name != "done"}) for act in acts]
    (example / "acts.jsonl").write_text("\n".join((*lines, "")), "utf-8")


def differences(expected: Path, made: Path) -> list[str]:
    """The files that are not equal, byte for byte, or are in one place alone."""
    names = sorted(
        {f"{one.relative_to(root)}" for root in (expected, made) for one in root.rglob("*") if one.is_file()}
    )
    return [name for name in names if _content(expected / name) != _content(made / name)]


def _content(file: Path) -> bytes | None:
    return file.read_bytes() if file.exists() else None


def replay(example: Path, ground: Path) -> Path:
    """Perform an example's acts on empty ground. Shape: the folder of what came of them."""
    seed = json.loads((example / "seed.json").read_text("utf-8"))
    options = Options(**{**seed, "today": date.fromisoformat(seed["today"])}, history_months=0,
                      calls_per_minute=1_000_000, calls_per_day=1_000_000)  # fmt: skip
    acts = [json.loads(line) for line in (example / "acts.jsonl").read_text("utf-8").splitlines()]
    shutil.copytree(example / "orders", ground / "laid")
    shutil.copytree(example / "sheets", ground / "site-sheets")
    with running(options) as url, _desk(url) as office:
        office.at(acts[0]["at"])
        settings = (example / "settings.toml").read_text("utf-8")
        product.connected(ground / "home", office, ground / "site", settings)
        with product.opened(ground / "home", url) as ours:
            stage = Stage(office, lambda verb, at, **more: getattr(ours, verb)(at, **more), ground)
            for act in acts:
                stage.perform(act)
            stage.close()
            return outcome.laid_out(ground, office.books(), ours.problems(acts[-1]["at"])["problems"])


@contextmanager
def _desk(url: str) -> Iterator[Office]:
    office = Office(url)
    yield office
    office.close()


if __name__ == "__main__":
    sys.exit(main())
