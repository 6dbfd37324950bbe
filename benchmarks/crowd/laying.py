"""Laying order files: a cloud that exports what the reps of one connection took."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from itertools import count
from pathlib import Path

import msgspec

from fieldbridge.app.demo.tablet import Tablet, export, take_orders
from fieldbridge.core.records.field import Order
from fieldbridge.field.folder.profile import Profile

PER_CONNECTION = 1_000_000


@dataclass(frozen=True)
class Laid:
    """One order that lies in a folder. Shape: number is that of the invoice it must become."""

    connection: str
    number: str
    at: datetime


@dataclass
class Layer:
    """One connection's cloud. Each order is one of an ordinary day's, under a number no other connection has."""

    place: int
    name: str
    folder: Path
    tablet: Tablet
    profile: Profile
    today: date
    _numbers: "count[int]" = field(init=False)
    _ordinary: list[Order] = field(init=False)

    def __post_init__(self) -> None:
        self._numbers = count(self.place * PER_CONNECTION)
        self._ordinary = [one for many in take_orders(self.tablet, self.today, 1).values() for one in many]

    def lay(self, orders: int) -> list[Laid]:
        """One file of so many orders."""
        numbers = [next(self._numbers) for _ in range(orders)]
        export(self.folder, f"orders-{numbers[0]}.txt", [self._order(number) for number in numbers], self.profile)
        at = datetime.now(UTC)
        return [Laid(self.name, f"SO-B{number}", at) for number in numbers]

    def _order(self, number: int) -> Order:
        one = self._ordinary[number % len(self._ordinary)]
        return msgspec.structs.replace(one, kind="O", order_no=str(number), cloud_id=f"B{number}")
