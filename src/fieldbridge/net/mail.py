"""Mail: hands messages to one server. A password goes over TLS or not at all."""

import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from typing import Literal

import msgspec

from fieldbridge.core.errors import OutageError, RefusedError, SetupError

SAID_MAX = 200
Security = Literal["starttls", "tls", "none"]
NO_SUCH_STEP = "Set FIELDBRIDGE_MAIL_SECURITY to what the server offers: starttls, tls or none."


class MailServer(msgspec.Struct, frozen=True, kw_only=True):
    """Where mail is handed over. Shape: without a user nobody signs in. Units: seconds."""

    host: str
    port: int
    security: Security
    user: str
    password: str
    sender: str
    timeout_s: float

    def __repr__(self) -> str:
        return f"MailServer({self.host}:{self.port})"


@contextmanager
def session(server: MailServer) -> Iterator[smtplib.SMTP]:
    """A connection to a server, signed in.

    Errors: OutageError when it cannot be reached; SetupError when it lets us in neither safely nor at all.
    """
    if server.user and server.security == "none":
        raise SetupError(
            "mail.unencrypted", f"A password would go to {server.host} for all to read.", remedy=NO_SUCH_STEP
        )
    try:
        smtp = _opened(server)
    except OSError as error:
        raise _not_let_in(server, error) from None
    try:
        yield smtp
    finally:
        _leave(smtp)


def send(smtp: smtplib.SMTP, server: MailServer, message: EmailMessage) -> None:
    """Hand over one message.

    Errors: RefusedError when the server does not want it; OutageError when it has gone. Other messages may still go
    after the first, none after the second.
    """
    try:
        smtp.send_message(message, from_addr=server.sender)
    except OSError as error:
        # All failures of the library are of this kind too.
        if isinstance(error, smtplib.SMTPException) and not isinstance(error, smtplib.SMTPServerDisconnected):
            raise RefusedError("mail.refused", f"{server.host} did not take the mail: {_told(error)}.") from None
        raise OutageError("mail.unreachable", f"{server.host} broke off: {_told(error)}.") from None


def _opened(server: MailServer) -> smtplib.SMTP:
    # What we call ourselves: asking the system for its own name may take as long as its name server is silent.
    me = server.sender.rpartition("@")[2]
    if server.security == "tls":
        trusted = ssl.create_default_context()
        smtp: smtplib.SMTP = smtplib.SMTP_SSL(server.host, server.port, me, timeout=server.timeout_s, context=trusted)
    else:
        smtp = smtplib.SMTP(server.host, server.port, me, server.timeout_s)
    try:
        if server.security == "starttls":
            smtp.starttls(context=ssl.create_default_context())
        if server.user:
            smtp.login(server.user, server.password)
    except BaseException:
        smtp.close()
        raise
    return smtp


def _not_let_in(server: MailServer, error: OSError) -> OutageError | SetupError:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        said = f"{server.host} does not let {server.user} in: {_told(error)}."
        return SetupError("mail.sign_in", said, remedy="Give the right password: fieldbridge alert-secret mail")
    if isinstance(error, smtplib.SMTPNotSupportedError | ssl.SSLError):
        return SetupError("mail.encryption", f"{server.host}: {_told(error)}.", remedy=NO_SUCH_STEP)
    said = f"The mail server {server.host}:{server.port} cannot be reached: {_told(error)}."
    return OutageError("mail.unreachable", said)


def _told(error: OSError) -> str:
    """What a server said, on one line that is not too long."""
    said: list[bytes | str]
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        said = [text for _, text in error.recipients.values()]
    elif isinstance(error, smtplib.SMTPResponseException):
        said = [error.smtp_error]
    else:
        said = [str(error) or type(error).__name__]
    words = (one.decode("utf-8", "replace") if isinstance(one, bytes) else one for one in said)
    return " ".join(" ".join(words).split())[:SAID_MAX].rstrip(".")


def _leave(smtp: smtplib.SMTP) -> None:
    try:
        smtp.quit()
    except OSError:
        smtp.close()
