"""What the scenarios of this folder are made of: orders, raw files, and a clock that waits in no time."""

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import httpx2
import msgspec

from fieldbridge.core.records.field import Order, OrderLine
from fieldbridge.field.folder.order_render import render_orders
from fieldbridge.field.folder.profile import HD1
from fieldbridge.store.ledger import connections
from support.site import SETTLED_S, Site
from support.xero import Row, Xero

TODAY = datetime.now(UTC).date()
TOTAL = Decimal("58.65")
"""What one order of `order` comes to, tax included."""


def order(number: object, **changes: object) -> Order:
    """Twelve apple juices for Kerikeri Foodmart."""
    line = OrderLine(
        product="APL-1L",
        description="Apple juice 1L",
        quantity=Decimal(12),
        unit="EA",
        unit_price=Decimal("4.25"),
        total=Decimal("51.00"),
        tax_code="1",
    )
    plain = Order(
        order_no=f"{number}",
        kind="O",
        captured_on=TODAY,
        captured_at=f"{TODAY}T10:32:05",
        cloud_id=f"BV{number}",
        customer="KER014",
        customer_name="Kerikeri Foodmart",
        customer_order_no="PO 7781",
        rep="STESMI",
        lines=(line,),
        total=Decimal("51.00"),
        tax=Decimal("7.65"),
    )
    return msgspec.structs.replace(plain, **changes)


def with_line(number: object, **changes: object) -> Order:
    """An order whose one line is changed."""
    plain = order(number)
    return msgspec.structs.replace(plain, lines=(msgspec.structs.replace(plain.lines[0], **changes),))


def raw(*orders: Order) -> bytes:
    """The bytes of an order file."""
    return render_orders(orders, HD1)


def lay(site: Site, name: str, content: bytes, *, settled: bool = True) -> Path:
    """Lay bytes into the folder; unsettled ones look as if they were still being written."""
    file = site.folder / name
    file.write_bytes(content)
    if settled:
        stamp = time.time() - SETTLED_S
        os.utime(file, (stamp, stamp))
    return file


def posted(site: Site) -> dict[str, Row]:
    """Our invoices in Xero by number; asserts that no number is there twice."""
    found = site.xero.invoices()
    assert all(len(some) == 1 for some in found.values()), found.keys()
    return {number: some[0] for number, some in found.items()}


def texts(invoice: Row) -> list[str]:
    """The descriptions of an invoice's lines."""
    return [line["Description"] for line in invoice["LineItems"]]


def puts(xero: Xero) -> list[Row]:
    """Every creation that arrived at Xero."""
    return [one for one in xero.received() if one["method"] == "PUT"]


def codes(site: Site) -> list[tuple[str, str]]:
    """Open Problems as (record, code)."""
    return sorted((one.key, one.code) for one in site.problems())


def processed(site: Site) -> dict[str, bytes]:
    """What lies in the processed folder."""
    folder = site.folder / "Processed"
    return {one.name: one.read_bytes() for one in folder.iterdir()} if folder.exists() else {}


def left(site: Site) -> list[str]:
    """Order files that still lie in the folder."""
    return sorted(one.name for one in site.folder.iterdir() if one.suffix == ".txt")


def delete_apps(site: Site) -> None:
    """What a person at the client does when they remove the app from My Applications."""
    with httpx2.Client(base_url=site.xero.url, follow_redirects=True) as browser:
        listed = browser.get("/my-applications").text
        for part in listed.split('href="/my-applications/')[1:]:
            identity = part.split('"')[0]
            if identity != "add":
                browser.post(f"/my-applications/{identity}/delete")


def settle_for(site: Site, toml: str, *, first: bool = False) -> None:
    """Give the connection other settings, as a file given to `fieldbridge connect` does; first: before any table."""
    with site.installation.database.write() as tx:
        known = connections.find(tx, site.connection.id)
        assert known is not None
        connections.keep(
            tx, msgspec.structs.replace(known, settings=toml + known.settings if first else known.settings + toml)
        )


def settle_transactions(site: Site, toml: str) -> None:
    """Give the connection's transactions other settings."""
    with site.installation.database.write() as tx:
        known = connections.find(tx, site.connection.id)
        assert known is not None
        assert "[transactions]" in known.settings
        text = known.settings.replace("[transactions]", f"[transactions]\n{toml}", 1)
        connections.keep(tx, msgspec.structs.replace(known, settings=text))


@dataclass
class Clock:
    """The product's own time: waiting moves it on at once, and whatever is told to `also` with it."""

    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def pause(self, wait_s: float) -> None:
        if wait_s >= 1:
            self.ahead += timedelta(seconds=wait_s)
        else:
            time.sleep(min(wait_s, 0.01))

    def given_to(self, site: Site) -> Site:
        """The same site, living by this clock."""
        return replace(site, installation=replace(site.installation, now=self.now, pause=self.pause))


def numbers(orders: Iterable[Order]) -> set[str]:
    """The invoice numbers that orders must get."""
    return {f"SO-{one.key}" for one in orders}
