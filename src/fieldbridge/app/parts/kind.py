"""What the Outbox must know of a kind of Change to deliver it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

import msgspec
import sqlalchemy as sa

from fieldbridge.app.flows.context import Context
from fieldbridge.core.delivery import Found, Receipt
from fieldbridge.core.plan import Problem
from fieldbridge.core.records.books import Record
from fieldbridge.store.ledger.deliveries import Delivery
from fieldbridge.xero.links import Links
from fieldbridge.xero.outcomes import Outcome
from fieldbridge.xero.refusals import NUMBER_TAKEN

D = TypeVar("D", bound=Record)


def _nothing(context: Context, tx: sa.Connection, one: Delivery, receipt: Receipt) -> None:
    """Most kinds leave nothing behind but their receipt."""


def _number_taken(one: Delivery, found: Receipt | None, page: str) -> Problem:
    other = f"another {one.kind}, of {found.total}, that is not ours" if found else "a document it does not show"
    return Problem(
        kind="order",
        key=one.key,
        code=NUMBER_TAKEN.code,
        message=f"The number {one.number} is taken in Xero by {other}.",
        remedy="Renumber that document in Xero, then: fieldbridge retry",
        link=page,
    )


@dataclass(frozen=True)
class Kind(Generic[D]):
    """How one kind of Change goes to Xero.

    Shape: body is the request for some documents; send creates them and gives an outcome for each, in order; find
    looks each up by its natural key and judges what is there. whose gives the contact's id; page, where a person can
    see one by its id. taken are the codes of refusals that say that the natural key is taken, perhaps by ourselves, and
    in_the_way tells of another that has it; stale are the codes of those that mean that the Books were old, so that
    planning once more may help. is_unique says of one that Xero refuses a second of the same natural key; without that,
    a request of which nothing arrived is repeated under its own key while that lives. posted is called in the
    transaction that writes the receipt. scope is what its flow does not always need: where that lacks, such Changes are
    set aside and the others go on.
    Errors: body and send raise RefusedError for what cannot go, before or after it left; find raises as reads do.
    """

    name: str
    document: type[D]
    body: Callable[[Context, Sequence[D]], bytes]
    send: Callable[[Context, Sequence[D], bytes, str], list[Outcome[Receipt]]]
    find: Callable[[Context, Sequence[D]], list[Found]]
    whose: Callable[[D], str]
    page: Callable[[Links, str], str] = lambda _, __: ""
    scope: str = ""
    batch_max: int = 1
    is_unique: Callable[[D], bool] = lambda _: True
    taken: tuple[str, ...] = (NUMBER_TAKEN.code,)
    stale: tuple[str, ...] = ()
    in_the_way: Callable[[Delivery, Receipt | None, str], Problem] = _number_taken
    posted: Callable[[Context, sa.Connection, Delivery, Receipt], None] = _nothing

    @property
    def field(self) -> str:
        """How its id is called in the activity log."""
        return self.name.replace(" ", "_")

    def decode(self, one: Delivery) -> D:
        """The document of a Delivery of this kind."""
        return msgspec.json.decode(one.document, type=self.document)
