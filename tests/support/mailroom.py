"""A mail server on this machine that keeps what it gets, with TLS and a password, and may refuse."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from support.web import free_port

HOST = "127.0.0.1"
READY_WITHIN_S = 60.0


@dataclass
class Mailroom:
    """What arrived, whose mail is refused, and how many were here. Shape: password is what is asked for, if any."""

    port: int = field(default_factory=free_port)
    password: str = ""
    mails: list[EmailMessage] = field(default_factory=list)
    refused: set[str] = field(default_factory=set)
    visits: int = 0
    signed_in: list[bytes] = field(default_factory=list)

    def of(self, address: str) -> list[EmailMessage]:
        """What somebody got."""
        return [one for one in self.mails if one["To"] == address]

    async def handle_EHLO(self, _server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]):  # noqa: N802
        self.visits += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if address in self.refused:
            return "550 5.1.1 No such person here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        mail = message_from_bytes(envelope.content, policy=policy.default)
        assert envelope.rcpt_tos == [mail["To"]]
        self.mails.append(mail)
        return "250 OK"

    def let_in(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        self.signed_in.append(data.login)
        return AuthResult(success=data.password == self.password.encode(), handled=False)


def certificate(folder: Path) -> Path:
    """A certificate of this machine that signs itself. Shape: the file, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mailroom")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(HOST))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file = folder / "mailroom.pem"
    pem = serialization.Encoding.PEM
    plain = serialization.NoEncryption()
    file.write_bytes(key.private_bytes(pem, serialization.PrivateFormat.PKCS8, plain) + made.public_bytes(pem))
    return file


@contextmanager
def opened(security: str = "none", pem: Path | None = None, password: str = "") -> Iterator[Mailroom]:
    """A mailroom while the context lasts."""
    room = Mailroom(password=password)
    how: dict[str, Any] = {"auth_require_tls": security == "starttls"}
    if pem is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        how |= {"ssl_context" if security == "tls" else "tls_context": context}
    if password:
        how |= {"authenticator": room.let_in, "auth_required": security == "starttls"}
    controller = Controller(room, hostname=HOST, port=room.port, ready_timeout=READY_WITHIN_S, **how)
    controller.start()
    try:
        yield room
    finally:
        controller.stop()
