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
from fieldbridge.app.flows.mapping import check_taxes
from fieldbridge.app.flows.numbering import write_codes
from fieldbridge.app.flows.owed import read_what_is_owed
from fieldbridge.app.flows.people import matching, taking, writing
from fieldbridge.app.flows.planning import plan
from fieldbridge.app.flows.publishing import publish
from fieldbridge.app.flows.settings_file import heed
from fieldbridge.app.flows.taking import Taker
from fieldbridge.app.installation import Installation
from fieldbridge.core.rules import TransactionRules
from fieldbridge.engine.stages import Program, Stage, Turn, WithWork
from fieldbridge.flows import CONTACTS, FLOWS, IMAGES, MASTER_DATA, SALES_HISTORY, TRANSACTIONS
from fieldbridge.store.ledger import intake

TAKE = "take"
FIRST_WRITE, WRITE_CODES, MAKE_PICTURES = "deliver", "write codes", "make pictures"
WRITE_PEOPLE = "write people"
REFERENCE_DATA_FRESH_FOR, NAMES_FRESH_FOR = timedelta(hours=1), timedelta(minutes=5)
Step = Callable[[Context], Turn]


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
        # Items come last: stock that is read after an approval was seen is known to hold it.
        streams = [stream for stream in reading.STREAMS if stream is not reading.ITEMS]
        read = [(stream.name, reading.reader(stream)) for stream in streams]
        read += [(kind.name, documents.reader(kind)) for kind in documents.DOCUMENTS]
        read.append((reading.ITEMS.name, reading.reader(reading.ITEMS)))
        written = [("tax map", check_taxes), ("publish", publish), (WRITE_CODES, write_codes)]
        return [("organisation", reading.read_organisation), *read, *written]

    def _sales_history(self) -> list[tuple[str, Step]]:
        read: list[tuple[str, Step]] = [("contacts", reading.reader(reading.CONTACTS))]
        for kind in sales_history.KINDS:
            read += [(kind.name, documents.reader(kind)), (f"past {kind.name}", documents.loader(kind))]
        read.append((offers.STREAM, offers.follow))
        written = [("publish", sales_history.publish), ("answer", answering.answer_all)]
        return [("organisation", reading.read_organisation), *read, *written]

    def _contacts(self) -> list[tuple[str, Step]]:
        return [
            ("organisation", reading.read_organisation),
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
            ("accounts", reading.reader(reading.ACCOUNTS, fresh_for=REFERENCE_DATA_FRESH_FOR)),
            ("tax rates", reading.reader(reading.TAX_RATES, fresh_for=REFERENCE_DATA_FRESH_FOR)),
            ("tax map", check_taxes),
            ("tracking", _where(_tracks, reading.reader(reading.TRACKING, fresh_for=NAMES_FRESH_FOR))),
            ("themes", _where(_has_themes, reading.reader(reading.THEMES, fresh_for=NAMES_FRESH_FOR))),
            ("contacts", reading.reader(reading.CONTACTS)),
            ("items", reading.reader(reading.ITEMS)),
            ("what is owed", read_what_is_owed),
        ]
        return [
            (TAKE, self.taker.stage),
            *((name, _when_orders_wait(step)) for name, step in refresh),
            ("plan", plan),
            (FIRST_WRITE, deliver),
            # What Xero refused over old reference data waits again; a second refusal parks it.
            ("plan again", _when_orders_wait(_in_turn([*(step for _, step in refresh), plan]))),
            ("deliver again", deliver),
            ("close", close),
            ("answer", answering.answer_news),
        ]


def _tracks(rules: TransactionRules) -> bool:
    return bool(rules.tracking)


def _has_themes(rules: TransactionRules) -> bool:
    return bool(rules.theme or rules.themes)


def _where(wanted: Callable[[TransactionRules], bool], step: Step) -> Step:
    """A step only for connections whose rules need it."""
    return lambda context: step(context) if wanted(context.settings.transactions) else Turn()


def _in_turn(steps: Sequence[Step]) -> Step:
    """Several steps as one, which goes on as the last of them does."""

    def stage(context: Context) -> Turn:
        return [step(context) for step in steps][-1]

    return stage


def _when_orders_wait(step: Step) -> Step:
    def stage(context: Context) -> Turn:
        with context.read() as tx:
            waiting = intake.waiting(tx, context.id, 1)
        return step(context) if waiting else Turn()

    return stage
