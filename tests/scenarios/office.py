"""What the scenario book does again and again: lay a sheet beside the folder, run a flow, read what tablets get."""

import csv
from pathlib import Path

from app.scene import codes, settle_for
from fieldbridge.flows import MASTER_DATA
from fieldbridge.store.ledger.runs import Run
from support.desk import Desk
from support.steps import walked

KERIKERI, PAIHIA = "KER014", "PAI001"


def lay_sheet(office: Desk, name: str, text: str) -> Path:
    """Save a CSV sheet where the office keeps them."""
    folder = office.site.folder.with_name(f"{office.site.folder.name}-sheets")
    folder.mkdir(exist_ok=True)
    file = folder / f"{name}.csv"
    file.write_bytes(text.encode())
    return file


def publish(office: Desk, *problems: tuple[str, str]) -> Run:
    """Master data, once; exactly these Problems are open after it."""
    run = walked(office.site, MASTER_DATA)
    assert run.error is None, run.error
    assert codes(office.site) == sorted(problems), codes(office.site)
    return run


def rows(office: Desk, name: str) -> list[dict[str, str]]:
    """A published file."""
    with (office.site.folder / name).open(encoding="cp1252", newline="") as handle:
        return list(csv.DictReader(handle))


def row(office: Desk, name: str, key: str) -> dict[str, str]:
    """The row of a published file whose first column is the key."""
    (found,) = [one for one in rows(office, name) if next(iter(one.values())) == key]
    return found


def files(office: Desk) -> dict[str, bytes]:
    """Every master file as it lies there."""
    return {one.name: one.read_bytes() for one in office.site.folder.glob("*.csv")}


def said(office: Desk, code: str) -> str:
    """The words of the one open Problem of a kind."""
    (found,) = [one.message for one in office.site.problems() if one.code == code]
    return found


def settle(office: Desk, toml: str, *, first: bool = False) -> None:
    """Add to the connection's settings."""
    settle_for(office.site, toml, first=first)
