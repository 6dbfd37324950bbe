"""The installation's own key pair and certificate: one service desk, many clients.

Source: Xero, private applications: an X.509 certificate holding only the public half, self-signed is accepted.
"""

from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from fieldbridge.app.installation import Installation
from fieldbridge.core.errors import SetupError
from fieldbridge.store.ledger import marks
from fieldbridge.store.ledger.marks import CERTIFICATE

KEY_BITS = 2048
VALID_FOR = timedelta(days=10 * 365)
OWNER, SECRET = "installation", "private-key"


def ensure(installation: Installation, issued_to: str) -> str:
    """The certificate in PEM, made with its key at the first call and the same ever after."""
    with installation.database.write() as tx:
        known = marks.find(tx, CERTIFICATE)
        if known:
            return known
        key = rsa.generate_private_key(public_exponent=65537, key_size=KEY_BITS)
        pem = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        certificate = _self_signed(key, issued_to, installation.now())
        installation.vault.put(tx, OWNER, SECRET, pem)
        marks.keep(tx, CERTIFICATE, certificate)
        return certificate


def certificate(installation: Installation) -> str:
    """The certificate in PEM. Errors: SetupError when none was made yet."""
    with installation.database.read() as tx:
        known = marks.find(tx, CERTIFICATE)
    if known is None:
        raise SetupError(
            "certificate.none", "This installation has no certificate yet.", remedy="Run `fieldbridge certificate`."
        )
    return known


def private_key(installation: Installation) -> str:
    """The private half, in PEM, for signing alone. Errors: SetupError when none was made yet."""
    certificate(installation)
    with installation.database.read() as tx:
        pem = installation.vault.get(tx, OWNER, SECRET)
    if pem is None:
        raise SetupError(
            "certificate.no_key", "The private key of the certificate is gone.", remedy="Restore a backup."
        )
    return pem.decode()


def _self_signed(key: rsa.RSAPrivateKey, issued_to: str, now: datetime) -> str:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issued_to)])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + VALID_FOR)
        .sign(key, hashes.SHA256())
    )
    return built.public_bytes(serialization.Encoding.PEM).decode()
