"""A year of trade against the local Xero by the product's own flows; then ledger, files and books must agree.

300 customers, 20 reps, 40,000 orders; office edits, voids, part payments, archived and merged customers, other prices,
lost answers, and processes that die. The same seed, the same trade.

Run: .venv/bin/python benchmarks/year.py --orders 40000
"""

import argparse
import json
import shutil
import subprocess
import sys
import time
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

from fieldbridge.app.demo.local_xero import started
from simulation import product
from simulation.mortal import Mortal
from simulation.office import Office
from simulation.stage import Stage
from simulation.trade import Size, Trade

HERE = Path(__file__).parent
FIRST_DAY = date(2026, 1, 5)
NO_LIMITS = ("--calls-per-minute", "1000000", "--calls-per-day", "1000000", "--history-months", "0")


def main() -> int:
    """Trade, check, and print one line of JSON. Shape: 0 when everything ties."""
    asked = _asked()
    with TemporaryDirectory() as temporary:
        ground = Path(asked.keep or temporary)
        size = Size(
            asked.orders, asked.days, asked.reps, FIRST_DAY, asked.deaths, asked.losses, asked.unrest, asked.rounds,
            asked.variety,
        )  # fmt: skip
        arguments = ("--contacts", f"{asked.customers}", "--items", f"{asked.items}",
                     "--today", f"{FIRST_DAY - timedelta(days=1)}", *NO_LIMITS)  # fmt: skip
        began = time.perf_counter()
        with started(*arguments) as url:
            told = trade(url, ground, size, asked)
        told["wall_s"] = round(time.perf_counter() - began, 1)
        sys.stdout.write(json.dumps({"orders": asked.orders, "days": asked.days, "seed": asked.seed, **told}) + "\n")
        sys.stdout.flush()
        return subprocess.run(
            [sys.executable, "-m", "reconcile", str(ground.resolve())], cwd=HERE, check=False
        ).returncode


def _asked() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, usual in (
        ("orders", 40_000),
        ("days", 250),
        ("customers", 310),
        ("reps", 20),
        ("items", 300),
        ("seed", 1),
        ("rounds", 3),
    ):
        parser.add_argument(f"--{name}", type=int, default=usual)
    parser.add_argument("--deaths", type=float, default=0.03, help="share of runs whose process is killed")
    parser.add_argument("--losses", type=float, default=0.05, help="share of runs that lose an answer")
    parser.add_argument("--unrest", type=float, default=1, help="how much more the office does than usual")
    parser.add_argument("--variety", type=float, default=1, help="how evenly kinds come; 1 is as usual")
    parser.add_argument("--keep", default="", help="a folder for everything that was laid, done and published")
    parser.add_argument(
        "--minutes", type=float, default=0, help="end the trade after the day in which they have passed"
    )
    parser.add_argument("--settings", type=Path, default=HERE / "year.toml", help="TOML of the connection")
    parser.add_argument("--sheets", type=Path, help="a folder of sheets of the office")
    return parser.parse_args()


def trade(url: str, ground: Path, size: Size, asked: argparse.Namespace) -> dict[str, object]:
    """All of it, and then the books and the Problems as files beside what was laid."""
    office, mortal = Office(url), Mortal(ground / "home", url)
    stage = Stage(office, mortal.ask, ground)
    office.at(f"{size.first_day}T00:00:00+00:00")
    product.connected(ground / "home", office, stage.site, asked.settings.read_text("utf-8"))
    if asked.sheets:
        shutil.copytree(asked.sheets, ground / "site-sheets")
    books = office.books()
    customers = [one["AccountNumber"] for one in books["contacts"]
                 if one.get("AccountNumber") and one["ContactStatus"] == "ACTIVE"]  # fmt: skip
    prices = {one["Code"]: Decimal(one["SalesDetails"]["UnitPrice"]) for one in books["items"] if one["IsSold"]}
    tracked = [one["Code"] for one in books["items"] if one["IsTrackedAsInventory"]]
    made = Trade(stage, Random(asked.seed), size, customers, prices, tracked)
    began, held = time.perf_counter(), []
    for day in made.run(lambda: 0 < asked.minutes < (time.perf_counter() - began) / 60):
        held.append(mortal.memory_mb())
        sys.stderr.write(f"{day} {made.number} taken, {time.perf_counter() - began:.0f} s, {held[-1]} MB\n")
    problems = mortal.ask("problems", f"{made.day}T01:00:00+00:00")["problems"]
    (ground / "problems.json").write_text(json.dumps(problems), "utf-8")
    (ground / "books.json").write_text(json.dumps(office.books(), default=str), "utf-8")
    mortal.close()
    office.close()
    stage.close()
    return {"taken": made.number, "days_traded": made.days, "acts": stage.performed, "deaths": mortal.deaths,
            "memory_mb_by_day": held}  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
