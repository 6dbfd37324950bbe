"""The two ways out: mail by the installation's server, and webhooks under the secret of each address."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from functools import cached_property
from smtplib import SMTP
from typing import Self

import httpx2

from fieldbridge.app.alerts import wording
from fieldbridge.app.installation import Installation
from fieldbridge.core.alerts.rules import MAIL
from fieldbridge.core.errors import FieldbridgeError, SetupError
from fieldbridge.net import mail, webhook
from fieldbridge.net.mail import MailServer
from fieldbridge.net.webhook import Post
from fieldbridge.net.wire import open_client, wire
from fieldbridge.store.ledger import connections
from fieldbridge.store.ledger.notices import Notice

OWNER, MAIL_PASSWORD = "alerts", "mail"
TIMEOUT_S = 10.0


class Channels:
    """Sends messages while it is open. The mail server is asked once: one that is away is away for all of them."""

    def __init__(self, installation: Installation) -> None:
        self._installation = installation
        self._stack = ExitStack()
        self._mail: tuple[SMTP, MailServer] | FieldbridgeError | None = None

    def __enter__(self) -> Self:
        """Nothing is opened before it is needed."""
        return self

    def __exit__(self, *_: object) -> None:
        """Take leave of whom was spoken to."""
        self._stack.close()

    def send(self, name: str, some: Sequence[Notice]) -> None:
        """Send one message to the addressee some notices share. Errors: FieldbridgeError when it did not go."""
        if some[0].addressee.startswith(MAIL):
            self._send_mail(name, some)
        else:
            self._post(name, some)

    def _send_mail(self, name: str, some: Sequence[Notice]) -> None:
        smtp, server = self._session()
        message = wording.mail(name, some, self._organisations(some), server.sender, self._installation.now())
        try:
            mail.send(smtp, server, message)
        except FieldbridgeError as error:
            if error.then != "park":
                self._mail = error
            raise

    def _session(self) -> tuple[SMTP, MailServer]:
        if self._mail is None:
            try:
                server = mail_server(self._installation)
                self._mail = self._stack.enter_context(mail.session(server)), server
            except FieldbridgeError as error:
                self._mail = error
        if isinstance(self._mail, FieldbridgeError):
            raise self._mail
        return self._mail

    def _post(self, name: str, some: Sequence[Notice]) -> None:
        url, at = some[0].addressee, int(self._installation.now().timestamp())
        body = wording.body(name, some, self._organisations(some))
        webhook.post(wire(self._client), Post(url=url, id=name, at=at, body=body), _secret(self._installation, url))

    @cached_property
    def _client(self) -> httpx2.Client:
        return self._stack.enter_context(open_client(TIMEOUT_S))

    def _organisations(self, some: Sequence[Notice]) -> Mapping[str, str]:
        with self._installation.database.read() as tx:
            found = connections.some(tx, {one.connection_id for one in some})
        return {one.id: one.organisation_name for one in found}


def keep_secret(installation: Installation, of: str, secret: str) -> None:
    """Seal the password of the mail server, or the secret a webhook's receiver knows."""
    with installation.database.write() as tx:
        installation.vault.put(tx, OWNER, of, secret.strip().encode())


def mail_server(installation: Installation) -> MailServer:
    """The server all mail goes through. Errors: SetupError when none is named."""
    settings = installation.settings
    if not settings.mail_server:
        raise SetupError("mail.none", "There is no mail server.", remedy="Name it: FIELDBRIDGE_MAIL_SERVER.")
    with installation.database.read() as tx:
        password = installation.vault.get(tx, OWNER, MAIL_PASSWORD) or b""
    return MailServer(
        host=settings.mail_server,
        port=settings.mail_port,
        security=settings.mail_security,
        user=settings.mail_user,
        password=password.decode(),
        sender=settings.sender,
        timeout_s=TIMEOUT_S,
    )


def _secret(installation: Installation, url: str) -> bytes:
    with installation.database.read() as tx:
        found = installation.vault.get(tx, OWNER, url)
    if found is None:
        raise SetupError(
            "webhook.secret",
            f"Alerts for {url} cannot be signed: there is no secret for it.",
            remedy=f"Agree on one with whoever receives them: fieldbridge alert-secret {url}",
        )
    return found
