"""The acts of the demo."""

import shutil
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Event

from rich.rule import Rule

from fieldbridge.app import certificate as certificates
from fieldbridge.app import connect as connecting
from fieldbridge.app import guide as guides
from fieldbridge.app import problems, workshop
from fieldbridge.app.connection_settings import parse
from fieldbridge.app.demo import judge, local_xero, pictures
from fieldbridge.app.demo.day import TRY_ME, Day, trade
from fieldbridge.app.demo.office import Office
from fieldbridge.app.demo.tablet import synchronised
from fieldbridge.app.installation import Installation, opened
from fieldbridge.app.settings import Settings
from fieldbridge.app.workshop import Workshop
from fieldbridge.cli.output import Output, output
from fieldbridge.cli.runs import follow
from fieldbridge.core.errors import SetupError
from fieldbridge.flows import IMAGES, MASTER_DATA, TRANSACTIONS
from fieldbridge.store.ledger import deliveries, runs
from fieldbridge.store.ledger.connections import Connection
from fieldbridge.store.ledger.runs import Run

APP_NAME = "Opmetrix"
NAME = "kauri"
MARKER = ".fieldbridge-demo"
HOLD_S = 2.0
SHOWN_INVOICES = 12


@dataclass(frozen=True)
class Stage:
    """Where the demo plays."""

    installation: Installation
    office: Office
    xero_url: str
    site: Path
    shown: Output
    quiet: bool

    def act(self, title: str) -> None:
        """Begin the next act."""
        if not self.quiet:
            self.shown.out.print(Rule(title, align="left"))

    def say(self, text: str) -> None:
        """Tell what happened."""
        if not self.quiet:
            self.shown.say(text)


def play(folder: Path, seed: int, *, once: bool, as_json: bool) -> int:
    """Play all acts. Shape: the exit code."""
    with _stage(folder, seed, as_json) as stage:
        connection = _connect(stage)
        with workshop.opened(stage.installation) as work:
            master = _publish(stage, work)
            day = _trade(stage, connection, seed)
            ended = _post(stage, work)
            found = _judge(stage, connection, day)
            images, wrong = _picture(stage, work, connection)
            found += wrong
            if as_json:
                counts = {"master_data": master.counts, "transactions": ended.counts, "images": images.counts}
                stage.shown.json({**counts, "faults": found})
            if not once:
                _watch(stage, work)
    return 1 if found else 0


@contextmanager
def _stage(folder: Path, seed: int, as_json: bool) -> Iterator[Stage]:
    _clear(folder)
    site = folder / "site"
    site.mkdir()
    settings = Settings(home=folder / "home", database_url="", unsure_hold_s=HOLD_S)
    with local_xero.started("--seed", str(seed)) as url, opened(settings) as installation:
        office = Office(url)
        try:
            yield Stage(installation, office, url, site, output(), as_json)
        finally:
            office.close()


def _clear(folder: Path) -> None:
    """Begin afresh, but never in a folder that holds anything else."""
    if folder.exists() and not (folder / MARKER).exists() and any(folder.iterdir()):
        raise SetupError("demo.folder", f"{folder} holds something else.", remedy="Name another with --folder.")
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / MARKER).touch()


def _connect(stage: Stage) -> Connection:
    stage.act("1  Connect, as the article describes")
    pem = certificates.ensure(stage.installation, "Demo service desk")
    page = stage.site.parent / "connect-xero.html"
    guide = guides.Guide(APP_NAME, "help@servicedesk.example", f"{stage.xero_url}/my-applications", "Demo service desk")
    page.write_text(guides.render(stage.installation, guide), encoding="utf-8")
    stage.say(f"A local Xero runs at {stage.xero_url}, with a wholesaler's books of a year.\nThe client's page: {page}")
    app = stage.office.add_private_app(APP_NAME, pem)
    stage.say(
        f"The client added the private app {APP_NAME} and copied its Consumer Key {app.consumer_key[:6]}… and Secret."
    )
    made = connecting.connect(
        stage.installation, connecting.Request(NAME, connecting.hosts_at(stage.xero_url), stage.site), app
    )
    stage.say(f"Signed in with OAuth 1.0a RSA-SHA1; the organisation answers: {made.organisation_name}.")
    return made


def _publish(stage: Stage, work: Workshop) -> Run:
    stage.act("2  Master data: Xero to tablets")
    ended = follow(work, work.dispatcher.start(NAME, MASTER_DATA), stage.shown, quiet=stage.quiet)
    _check(ended)
    counts = ended.counts
    stage.say(f"Read {counts.get('contacts', 0)} contacts and {counts.get('items', 0)} items from Xero.")
    files = sorted(file.name for file in stage.site.iterdir() if file.is_file())
    stage.say(f"Wrote {', '.join(files)} to {stage.site} ({counts.get('rows', 0)} rows).")
    return ended


def _trade(stage: Stage, connection: Connection, seed: int) -> Day:
    stage.act("3  A day on the road")
    profile = parse(connection.settings).profile
    tablet = synchronised(stage.site, profile)
    day = trade(stage.site, profile, tablet, stage.office, stage.installation.now().date(), seed)
    stage.say(
        f"Reps took {len(day.outcomes)} orders in {len(day.files)} files, among them one seen twice and five that "
        "cannot go.\nThe office archived a customer and locked a period, and Xero will swallow one of its answers."
    )
    return day


def _post(stage: Stage, work: Workshop) -> Run:
    stage.act("4  Transactions: tablets to Xero")
    began = stage.installation.now()
    ended = follow(work, work.dispatcher.start(NAME, TRANSACTIONS), stage.shown, quiet=stage.quiet)
    _check(ended)
    with stage.installation.database.read() as tx:
        agreed = deliveries.links(tx, NAME, began)
    if not stage.quiet:
        rows = [[one.key, one.far_number, f"{one.total:.2f}"] for one in agreed[:SHOWN_INVOICES]]
        if len(agreed) > SHOWN_INVOICES:
            rows.append(["…", f"and {len(agreed) - SHOWN_INVOICES} more", ""])
        stage.shown.table("Posted", ["order", "invoice", "total"], rows)
        parked = [[one.key, one.message, one.remedy] for one in problems.still_open(stage.installation)]
        stage.shown.table("Set aside", ["record", "why", "what to do"], parked)
    return ended


def _judge(stage: Stage, connection: Connection, day: Day) -> list[str]:
    stage.act("5  Xero's books against the tablets")
    rules = parse(connection.settings).transactions
    found = judge.faults(day.outcomes, stage.office.books()["invoices"], problems.still_open(stage.installation), rules)
    found += judge.left_behind(stage.site, day.files)
    posted = sum(1 for one in day.outcomes if not one.code)
    with stage.installation.database.read() as tx:
        adopted = sum(event.event == "order.adopted" for event in runs.events(tx, NAME, 10_000))
    if found:
        stage.say("\n".join(f"WRONG: {fault}" for fault in found))
    else:
        stage.say(
            f"{posted} orders, {posted} invoices, every total equal to the cent; {len(day.outcomes) - posted} set "
            f"aside with a reason.\nThe answer to {adopted} of them was lost: looked up and adopted, not sent twice."
        )
    return found


def _picture(stage: Stage, work: Workshop, connection: Connection) -> tuple[Run, list[str]]:
    stage.act("6  Product pictures: site to tablets")
    profile = parse(connection.settings).profile
    beside = stage.site.with_name(f"{stage.site.name}-pictures")
    wanted = pictures.lay(beside, synchronised(stage.site, profile).products)
    ended = follow(work, work.dispatcher.start(NAME, IMAGES), stage.shown, quiet=stage.quiet)
    _check(ended)
    catalogue = stage.site / profile.images_folder
    found = pictures.faults(catalogue, wanted, problems.still_open(stage.installation))
    said = f"The office laid {len(wanted)} pictures and a file that is none into {beside}.\n"
    stage.say(f"{said}{ended.counts.get('pictures', 0)} JPEGs are in {catalogue}; the other is set aside.")
    if found:
        stage.say("\n".join(f"WRONG: {fault}" for fault in found))
    return ended, found


def _check(ended: Run) -> None:
    if ended.error:
        raise SetupError("demo.run", f"The run of {ended.flow} ended early: {ended.error}")


def _watch(stage: Stage, work: Workshop) -> None:
    """Keep watching the folder until stopped, telling what happens to each order."""
    stage.act("7  Watching")
    example = stage.site.parent / TRY_ME
    stage.say(f"Drop an order file into {stage.site}, for instance:\n  cp {example} {stage.site}\nCtrl-C stops.")
    stopping = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda _number, _frame: stopping.set())
    with stage.installation.database.read() as tx:
        last = max((event.id for event in runs.events(tx, NAME, 1)), default=0)
    while not stopping.is_set():
        work.tick()
        work.rest()
        with stage.installation.database.read() as tx:
            news = runs.events(tx, NAME, 1000, last)
        for event in news:
            last = event.id
            if event.event.startswith(("order.", "file.")) and event.event != "file.characters_replaced":
                told = " ".join(f"{name}={value}" for name, value in event.fields.items())
                stage.say(f"{event.at:%H:%M:%S} {event.event} {told}")
