"""The demo's day: ordinary orders, and the ones every office knows, each with what must become of it."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import msgspec

from fieldbridge.app.demo.office import Office
from fieldbridge.app.demo.tablet import Outcome, Tablet, export, outcome, take_orders, totalled
from fieldbridge.core.records.field import Order
from fieldbridge.field.folder.profile import Profile

LOCKED_DAYS = 60
TRY_ME = "try-me.txt"


@dataclass(frozen=True)
class Day:
    """What was written, and what must become of it. Shape: files are names in the folder."""

    outcomes: list[Outcome]
    files: list[str]


def trade(folder: Path, profile: Profile, tablet: Tablet, office: Office, today: date, seed: int) -> Day:
    """Reps take orders; meanwhile the office archives a customer and locks a period, and one answer gets lost."""
    by_rep = take_orders(tablet, today, seed)
    ordinary = [order for orders in by_rep.values() for order in orders]
    odd = _odd(tablet, ordinary, today)
    office.archive_customer(odd["order.customer_archived"].customer)
    office.lock_until(today - timedelta(days=LOCKED_DAYS))
    office.lose_one_answer()
    archived = odd["order.customer_archived"].customer
    files = [f"orders-{rep}.txt" for rep in by_rep]
    for name, orders in zip(files, by_rep.values(), strict=True):
        export(folder, name, orders, profile)
    export(folder, "orders-odd.txt", list(odd.values()), profile)
    export(folder, "orders-again.txt", ordinary[:1], profile)
    export(folder, "orders-bom.txt", _renumbered(ordinary[1:3], "7"), profile, "utf-8-sig")
    export(folder, "orders-old-tablet.txt", _renumbered(_accented(ordinary[3:5]), "8"), profile, "cp1252")
    export(folder.parent, TRY_ME, _renumbered(ordinary[5:8], "5"), profile)
    posted = [*ordinary, *_renumbered(ordinary[1:3], "7"), *_renumbered(ordinary[3:5], "8")]
    outcomes = [outcome(one, "order.customer_archived" if one.customer == archived else "") for one in posted]
    outcomes += [outcome(one, code) for code, one in odd.items()]
    more = ["orders-odd.txt", "orders-again.txt", "orders-bom.txt", "orders-old-tablet.txt"]
    return Day(outcomes, files + more)


def _odd(tablet: Tablet, ordinary: list[Order], today: date) -> dict[str, Order]:
    """One order for each thing that goes wrong in an ordinary week. Shape: the Problem's code to the order."""
    replace = msgspec.structs.replace
    used = {order.customer for order in ordinary}
    idle = next(row["CustomerID"] for row in tablet.customers if row["CustomerID"] not in used)
    plain, line = ordinary[0], ordinary[0].lines[0]
    unknown_product = replace(plain, lines=(replace(line, product="NO-SUCH-SKU"), *plain.lines[1:]))
    odd = {
        "order.customer_unknown": replace(plain, customer="NOB000", customer_name="Nobody's Dairy"),
        "order.customer_archived": replace(plain, customer=idle),
        "order.product_unknown": totalled(tablet, unknown_product),
        "order.total_differs": replace(plain, total=plain.total + Decimal("0.01")),
        "order.locked_period": replace(plain, captured_on=today - timedelta(days=90), captured_at=""),
    }
    dated = replace(odd["order.locked_period"], captured_at=(today - timedelta(days=90)).isoformat())
    odd["order.locked_period"] = dated
    return {
        code: replace(one, order_no=f"9{number:05}", cloud_id=f"BV9{number:05}", delivery_code="")
        for number, (code, one) in enumerate(odd.items())
    }


def _renumbered(orders: list[Order], prefix: str) -> list[Order]:
    return [
        msgspec.structs.replace(one, order_no=f"{prefix}{one.order_no}", cloud_id=f"{prefix}{one.cloud_id}")
        for one in orders
    ]


def _accented(orders: list[Order]) -> list[Order]:
    """Texts an old tablet can write: accents, but no macrons."""
    return [
        msgspec.structs.replace(
            one,
            note="Café entrance, naïve dog",
            customer_name=_latin(one.customer_name),
            lines=tuple(msgspec.structs.replace(line, description=_latin(line.description)) for line in one.lines),
        )
        for one in orders
    ]


def _latin(text: str) -> str:
    return text.encode("cp1252", "replace").decode("cp1252")
