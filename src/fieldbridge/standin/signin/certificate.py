"""Which X.509 certificates a private application may have.

Source: Xero, create a public/private key: public part only, self-signed accepted, 1024 bits and up.
"""

from __future__ import annotations

from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from fieldbridge.standin.switches import Switches

SMALLEST_KEY_BITS = 1024


class CertificateRefusedError(Exception):
    """The text is shown on the form."""


def public_key_of(pem: str) -> rsa.RSAPublicKey:
    """The RSA key inside the certificate. Errors: CertificateRefusedError."""
    if "PRIVATE KEY" in pem:
        raise CertificateRefusedError(
            "This holds a private key. Paste the certificate only and keep the private key to yourself."
        )
    try:
        key = _load(pem).public_key()
    except ValueError as error:
        raise CertificateRefusedError("This is not an X509 certificate in PEM form (BEGIN CERTIFICATE ...).") from error
    if not isinstance(key, rsa.RSAPublicKey):
        raise CertificateRefusedError("The certificate must hold an RSA key.")
    if key.key_size < SMALLEST_KEY_BITS:
        raise CertificateRefusedError(
            f"The RSA key must have at least {SMALLEST_KEY_BITS} bits; this one has {key.key_size}."
        )
    return key


def certificate_fault(pem: str, now: datetime, switches: Switches) -> str:
    """Why the certificate cannot be registered; empty when it can."""
    try:
        bits, name = public_key_of(pem).key_size, _hash_name(pem)
    except CertificateRefusedError as refused:
        return str(refused)
    if switches.largest_key_bits and bits > switches.largest_key_bits:
        return f"The RSA key must have at most {switches.largest_key_bits} bits; this one has {bits}."
    if switches.certificate_hashes and name not in switches.certificate_hashes.split():
        return f"The certificate must be signed with {switches.certificate_hashes}; this one is with {name}."
    is_over = switches.expired_certificate_refused and expires(pem) <= now
    return f"The certificate expired on {expires(pem):%d %B %Y}." if is_over else ""


def _hash_name(pem: str) -> str:
    used = _load(pem).signature_hash_algorithm
    return used.name if used else "no hash"


def expires(pem: str) -> datetime:
    """The last instant of its validity, UTC."""
    return _load(pem).not_valid_after_utc


def _load(pem: str) -> x509.Certificate:
    """Pasted text often has spaces around the lines; they are forgiven."""
    lines = (line.strip() for line in pem.strip().splitlines())
    return x509.load_pem_x509_certificate("\n".join(line for line in lines if line).encode())
