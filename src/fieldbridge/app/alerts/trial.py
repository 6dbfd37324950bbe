"""What stands, and a trial of the ways out."""

from collections.abc import Collection

import msgspec

from fieldbridge.app.alerts.channels import Channels
from fieldbridge.app.alerts.wishes import wishes_in
from fieldbridge.app.installation import Installation
from fieldbridge.core.alerts.rules import MAIL
from fieldbridge.core.errors import FieldbridgeError, SetupError
from fieldbridge.store.ledger import alerts, notices
from fieldbridge.store.ledger.alerts import Standing
from fieldbridge.store.ledger.connections import Connection
from fieldbridge.store.ledger.notices import Notice, Reach

SAID = "This is a test. Alerts will reach you here."


class Overview(msgspec.Struct, frozen=True, kw_only=True):
    """What stands. Shape: waiting is how many notices are still to be sent, unreached whose last message failed."""

    alerts: list[Standing]
    waiting: int
    unreached: list[Reach]


class Trial(msgspec.Struct, frozen=True, kw_only=True):
    """What became of one test. Shape: said is empty when it was sent."""

    to: str
    sent: bool
    said: str = ""


def overview(installation: Installation, some: Collection[str] | None, limit: int) -> Overview:
    """The alerts of some connections or all, as many as are asked for."""
    with installation.database.read() as tx:
        return Overview(
            alerts=alerts.standing(tx, some, limit), waiting=notices.waiting(tx), unreached=notices.unreached(tx)
        )


def tried(installation: Installation, some: Collection[Connection], message: str) -> list[Trial]:
    """Send a test to the desk and to the offices of some connections. Errors: SetupError when that is nobody.

    Shape: message is the name of the test.
    """
    desk = installation.settings.told
    to = {each: one for one in some for each in wishes_in(one.settings).to(desk)}
    if not to:
        raise SetupError(
            "alerts.nobody",
            "Nobody is to be told of alerts.",
            remedy="Set alerts.mail_to or alerts.webhooks of a connection, or FIELDBRIDGE_ALERTS_TO for all.",
        )
    with Channels(installation) as channels:
        return [_tried(installation, channels, each, one, message) for each, one in to.items()]


def _tried(installation: Installation, channels: Channels, to: str, one: Connection, message: str) -> Trial:
    now = installation.now()
    notice = Notice(connection_id=one.id, addressee=to, what="test", said=SAID, began_at=now)
    try:
        channels.send(message, [notice])
    except FieldbridgeError as error:
        return Trial(to=to.removeprefix(MAIL), sent=False, said=f"{error.code}: {error}")
    return Trial(to=to.removeprefix(MAIL), sent=True)
