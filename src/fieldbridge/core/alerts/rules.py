"""Of what an office wants to be told, and how it is reached."""

import re
from decimal import Decimal
from ipaddress import ip_address
from typing import Annotated
from urllib.parse import urlsplit

import msgspec

HUNDRED = 100
Hours = Annotated[float, msgspec.Meta(ge=0)]
Percent = Annotated[int, msgspec.Meta(ge=0, le=HUNDRED)]
HourOfDay = Annotated[int, msgspec.Meta(ge=0, le=23)]
MAIL = "mailto:"
# Plain addresses only: what ends up in a header must not be able to end it, nor name a second person.
_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*")


class AlertRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """When an office is told, and where.

    Shape: a nought turns a rule off; problem_above in the organisation's currency, None for no such rule; digest_hour
    is the hour of the connection's own day, None for no digest.
    Units: hours, of opening hours for no_success_hours; calls_left_percent of the day's calls.
    """

    mail_to: tuple[str, ...] = ()
    webhooks: tuple[str, ...] = ()
    problem_hours: Hours = 24
    problem_above: Decimal | None = None
    no_success_hours: Hours = 6
    calls_left_percent: Percent = 10
    digest_hour: HourOfDay | None = None

    @property
    def addresses(self) -> tuple[str, ...]:
        """Where it is told."""
        return (*map(mail_address, self.mail_to), *self.webhooks)

    def __post_init__(self) -> None:
        """Refuse what is no address."""
        for one in self.mail_to:
            mail_address(one)
        for one in self.webhooks:
            webhook_address(one)


def mail_address(text: str) -> str:
    """Where a mail goes. Errors: ValueError when it is not one plain address."""
    if not _ADDRESS.fullmatch(text):
        raise ValueError(f"{text!r} is not an address like office@example.com")
    return f"{MAIL}{text}"


def webhook_address(text: str) -> str:
    """Where a webhook goes. Errors: ValueError unless it is https, or http on this machine."""
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        raise ValueError(f"{text!r} is not an address like https://example.com/alerts") from None
    safe = parts.scheme == "https" or (parts.scheme == "http" and _is_here(host))
    if not (safe and host) or parts.username or not text.isprintable() or " " in text:
        raise ValueError(f"{text!r} is not an address like https://example.com/alerts")
    return text


def alert_address(text: str) -> str:
    """Where an alert goes, by mail or by webhook. Errors: ValueError."""
    return webhook_address(text) if "://" in text else mail_address(text.removeprefix(MAIL))


def _is_here(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
