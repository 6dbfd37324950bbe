"""Checks of the installation as a whole."""

from datetime import datetime, timedelta

from cryptography import x509

from fieldbridge.app.alerts.wishes import wishes_in
from fieldbridge.app.doctor.finding import Check, Finding, ok, warn
from fieldbridge.app.installation import Installation
from fieldbridge.app.readiness import at_work
from fieldbridge.store.ledger import connections, marks, notices

BACKUP_STALE = timedelta(days=8)
CERTIFICATE_ENDS_SOON = timedelta(days=60)


def secrets(installation: Installation) -> Finding:
    """Whether the key opens what the vault holds."""
    with installation.database.read() as tx:
        installation.vault.check(tx)
    return ok("The key opens every secret.")


def worker(installation: Installation) -> Finding:
    """Whether anybody carries out runs."""
    with installation.database.read() as tx:
        staying = at_work(installation, tx)
    if not staying:
        return warn(
            "No `fieldbridge run` is at work: nothing moves by itself.",
            "Have it kept alive: `fieldbridge service install`.",
        )
    return ok(f"{len(staying)} at work.")


def backup(installation: Installation) -> Finding:
    """Whether there is a recent backup."""
    with installation.database.read() as tx:
        made = marks.find(tx, marks.BACKED_UP_AT)
    if made is None:
        return warn("No backup was ever made.", "Run `fieldbridge backup FILE`, every night.")
    at = datetime.fromisoformat(made)
    said = f"The last backup was made on {at:%Y-%m-%d}."
    late = installation.now() - at > BACKUP_STALE
    return warn(said, "Run `fieldbridge backup FILE`, every night.") if late else ok(said)


def certificate(installation: Installation) -> Finding:
    """Whether the certificate of private apps goes on being valid."""
    with installation.database.read() as tx:
        pem = marks.find(tx, marks.CERTIFICATE)
    if pem is None:
        return ok("There is none, and none is needed before a private app is made.")
    ends = x509.load_pem_x509_certificate(pem.encode()).not_valid_after_utc
    said = f"The certificate is valid until {ends:%Y-%m-%d}."
    soon = ends - installation.now() < CERTIFICATE_ENDS_SOON
    return warn(said, "Plan with each client how it will be replaced.") if soon else ok(said)


def alerts(installation: Installation) -> Finding:
    """Whether somebody is told what a person must do, and was reached."""
    with installation.database.read() as tx:
        everybody = connections.every(tx)
        unreached = notices.unreached(tx)
    untold = [one.id for one in everybody if not wishes_in(one.settings).to(installation.settings.told)]
    if unreached:
        return warn(f"{len(unreached)} of those to be told could not be reached.", "`fieldbridge alerts` says why.")
    if untold:
        said = f"Nobody is told when {len(untold)} of {len(everybody)} connections need a person."
        return warn(said, "Set FIELDBRIDGE_ALERTS_TO, and FIELDBRIDGE_MAIL_SERVER.")
    return ok("Somebody is told when a person must do something.")


CHECKS: tuple[Check[Installation], ...] = (secrets, worker, backup, certificate, alerts)
