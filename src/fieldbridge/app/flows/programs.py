"""The flows as the engine runs them: their stages, their lanes, and how a run begins and ends."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

from fieldbridge.app.flows import answering, documents, offers, reading, sales_history
from fieldbridge.app.flows.closing import close
from fieldbridge.app.flows.context import Context, context_of
from fieldbridge.app.flows.delivering import deliver
from fieldbridge.app.flows.ending import Ends
from fieldbridge.app.flows.images import judging, looking, making
from fieldbridge.app.flows.mapping import check_taxes, names_in_vain
from fieldbridge.app.flows.numbering import write_codes
from fieldbridge.app.flows.owed import read_what_is_owed
from fieldbridge.app.flows.people import matching, taking, writing
from fieldbridge.app.flows.planning import plan, plan_first
from fieldbridge.app.flows.publishing import publish
from fieldbridge.app.flows.settings_file import heed
from fieldbridge.app.flows.taking import Taker
from fieldbridge.app.installation import Installation
from fieldbridge.engine.stages import Program, Stage, Turn, WithWork
from fieldbridge.flows import CONTACTS, FLOWS, IMAGES, MASTER_DATA, SALES_HISTORY, TRANSACTIONS
from fieldbridge.store.ledger import intake

TAKE = "take"
FIRST_WRITE, WRITE_CODES, MAKE_PICTURES = "deliver", "write codes", "make pictures"
WRITE_PEOPLE = "write people"
# What rarely changes is not read again for so long, unless somebody asks for it or something would fail over it.
REFERENCE_DATA_FRESH_FOR, NAMES_FRESH_FOR = timedelta(hours=1), timedelta(minutes=5)
Step = Callable[[Context], Turn]
_ORGANISATION_NOW_AND_THEN = reading.when_stale(
    reading.ORGANISATION, REFERENCE_DATA_FRESH_FOR, reading.read_organisation
)


@dataclass(frozen=True)
class Flows:
    """The flows of an installation."""

    installation: Installation
    taker: Taker = field(default_factory=Taker)

    def programs(self) -> dict[str, Program]:
        """Every flow by name."""
        return {
            MASTER_DATA: self._program(MASTER_DATA, lambda _, names: names),
            TRANSACTIONS: self._program(TRANSACTIONS, intake.with_open),
            SALES_HISTORY: self._program(SALES_HISTORY, lambda _, names: names),
            CONTACTS: self._program(CONTACTS, lambda _, names: names),
            IMAGES: self._program(IMAGES, lambda _, names: names),
        }

    def steps(self, flow: str) -> list[tuple[str, Step]]:
        """The named steps of a flow, in order."""
        made = {
            MASTER_DATA: self._master_data,
            TRANSACTIONS: self._transactions,
            SALES_HISTORY: self._sales_history,
            CONTACTS: self._contacts,
            IMAGES: self._images,
        }
        return made[flow]()

    def _program(self, flow: str, with_work: WithWork) -> Program:
        # A dry run changes nothing, so it does not take an edited file either.
        steps = [("settings", heed), *self.steps(flow)]
        stages = tuple((name, self._stage(step)) for name, step in steps)
        ends = Ends(self.installation)
        return Program(flow, FLOWS[flow].lane, stages, ends.begin, ends.settle, with_work, ends.early)

    def _stage(self, step: Step) -> Stage:
        return lambda ref: step(context_of(self.installation, ref))

    def _master_data(self) -> list[tuple[str, Step]]:
        return [
            ("organisation", _ORGANISATION_NOW_AND_THEN),
            *_chart(REFERENCE_DATA_FRESH_FOR),
            ("contacts", reading.reader(reading.CONTACTS)),
            *((kind.name, documents.reader(kind)) for kind in documents.DOCUMENTS),
            # Items come last: stock that is read after an approval was seen is known to hold it.
            ("items", reading.reader(reading.ITEMS)),
            ("accounts again", _when(names_in_vain, _in_turn(_chart()))),
            ("tax map", check_taxes),
            ("publish", publish),
            (WRITE_CODES, write_codes),
        ]

    def _sales_history(self) -> list[tuple[str, Step]]:
        read: list[tuple[str, Step]] = []
        for kind in sales_history.KINDS:
            read += [(kind.name, documents.reader(kind)), (f"past {kind.name}", documents.loader(kind))]
        read.append((offers.STREAM, offers.follow))
        # Contacts come after the documents, which say whether one is lacking.
        read.append(("contacts", sales_history.read_contacts))
        written = [("publish", sales_history.publish), ("answer", answering.answer_all)]
        return [("organisation", _ORGANISATION_NOW_AND_THEN), *read, *written]

    def _contacts(self) -> list[tuple[str, Step]]:
        return [
            ("organisation", _ORGANISATION_NOW_AND_THEN),
            ("contacts", reading.reader(reading.CONTACTS)),
            ("take", taking.take),
            ("match", matching.match),
            ("publish", matching.publish),
            (WRITE_PEOPLE, writing.write),
        ]

    def _images(self) -> list[tuple[str, Step]]:
        return [
            ("look", looking.look),
            ("organisation", looking.when_any(reading.read_organisation)),
            ("items", looking.when_any(reading.reader(reading.ITEMS))),
            ("judge", judging.judge),
            (MAKE_PICTURES, making.publish),
        ]

    def _transactions(self) -> list[tuple[str, Step]]:
        """The Books are refreshed only when an order waits, so that an empty folder costs no call."""
        refresh: list[tuple[str, Step]] = [
            ("organisation", reading.read_organisation),
            *_chart(REFERENCE_DATA_FRESH_FOR),
            ("tax map", check_taxes),
            ("tracking", _when(_tracks, reading.reader(reading.TRACKING, fresh_for=NAMES_FRESH_FOR))),
            ("themes", _when(_has_themes, reading.reader(reading.THEMES, fresh_for=NAMES_FRESH_FOR))),
            ("contacts", reading.reader(reading.CONTACTS)),
            ("items", reading.reader(reading.ITEMS)),
            ("what is owed", read_what_is_owed),
        ]
        return [
            (TAKE, self.taker.stage),
            *((name, _when(_orders_wait, step)) for name, step in refresh),
            ("plan", plan_first),
            (FIRST_WRITE, deliver),
            # What was refused over reference data that may be old waits again; a second refusal parks it.
            ("read again", _when(_orders_wait, _in_turn(refresh))),
            ("plan again", plan),
            ("deliver again", deliver),
            ("close", close),
            ("answer", answering.answer_news),
        ]


def _chart(fresh_for: timedelta | None = None) -> list[tuple[str, Step]]:
    """Reading what sales are posted with."""
    return [
        (stream.name, reading.reader(stream, fresh_for=fresh_for)) for stream in (reading.ACCOUNTS, reading.TAX_RATES)
    ]


def _tracks(context: Context) -> bool:
    return bool(context.settings.transactions.tracking)


def _has_themes(context: Context) -> bool:
    return bool(context.settings.transactions.theme or context.settings.transactions.themes)


def _orders_wait(context: Context) -> bool:
    with context.read() as tx:
        return bool(intake.waiting(tx, context.id, 1))


def _when(wanted: Callable[[Context], bool], step: Step) -> Step:
    """A step that is only taken when it is needed."""
    return lambda context: step(context) if wanted(context) else Turn()


def _in_turn(steps: Sequence[tuple[str, Step]]) -> Step:
    """Several steps as one, none of which is called again."""

    def stage(context: Context) -> Turn:
        for _, step in steps:
            step(context)
        return Turn()

    return stage
