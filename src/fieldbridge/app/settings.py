"""What one machine needs to know, from the environment: FIELDBRIDGE_HOME and its kin."""

import socket
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from fieldbridge.core.alerts.rules import alert_address, mail_address
from fieldbridge.core.errors import SetupError

EVIDENCE_DAYS_MIN = 90


class Settings(BaseSettings):
    """One installation.

    Units: unsure_hold_s is how long a write that was not answered is left alone before it is looked up: longer than
    the write's own time-out plus the time Xero may take to show it.
    """

    model_config = SettingsConfigDict(env_prefix="FIELDBRIDGE_", frozen=True)

    home: Path = Field(default_factory=lambda: Path.home() / ".fieldbridge")
    database_url: str = ""
    key: SecretStr = SecretStr("")
    unsure_hold_s: float = Field(default=35.0, ge=0)
    timeout_s: float = Field(default=30.0, gt=0)
    keep_history_days: int = Field(default=90, ge=1)
    keep_usage_days: int = Field(default=800, ge=1)
    keep_workflows_days: int = Field(default=7, ge=1)
    keep_evidence_days: int = Field(default=800, ge=0)
    log_bytes: int = Field(default=10_000_000, ge=1000)
    log_files: int = Field(default=10, ge=1)
    log_json: bool = False
    metrics_token: SecretStr = SecretStr("")
    metrics_by_connection: bool = False
    mail_server: str = ""
    mail_port: int = Field(default=587, ge=1, le=65_535)
    mail_security: Literal["starttls", "tls", "none"] = "starttls"
    mail_user: str = ""
    mail_from: str = ""
    alerts_to: str = ""
    traces_to: str = ""

    @field_validator("alerts_to")
    @classmethod
    def _reachable(cls, text: str) -> str:
        """Refuse what is no address. Shape: several are separated by commas."""
        return ",".join(alert_address(part) for part in text.replace(",", " ").split())

    @field_validator("keep_evidence_days")
    @classmethod
    def _long_enough(cls, days: int) -> int:
        """Refuse what is younger than answers to reps are."""
        if 0 < days < EVIDENCE_DAYS_MIN:
            raise ValueError(f"evidence is kept for {EVIDENCE_DAYS_MIN} days at least, or with 0 for ever")
        return days

    @field_validator("mail_from")
    @classmethod
    def _one_sender(cls, text: str) -> str:
        """Refuse what is not one plain address."""
        return mail_address(text) and text if text else ""

    @property
    def told(self) -> tuple[str, ...]:
        """Who is told of every connection."""
        return tuple(self.alerts_to.split(",")) if self.alerts_to else ()

    @property
    def sender(self) -> str:
        """Whom mail comes from."""
        return self.mail_from or (self.mail_user if "@" in self.mail_user else f"fieldbridge@{self.mail_server}")

    @property
    def url(self) -> str:
        """The database's address; a SQLite file in the home folder unless another was given."""
        return self.database_url or f"sqlite:///{(self.home / 'fieldbridge.sqlite').resolve()}"

    @property
    def seed(self) -> str:
        """What tells this installation from every other."""
        return self.database_url or f"{socket.gethostname()} {self.url}"

    @property
    def key_file(self) -> Path:
        """Where the vault's key is kept when it is not in the environment."""
        return self.home / "vault.key"


def load_settings(home: Path | None = None) -> Settings:
    """Read the environment; a home that is given counts more. Errors: SetupError that lists every fault."""
    try:
        return Settings() if home is None else Settings(home=home)
    except ValidationError as error:
        told = ((str(one["loc"][0]).upper(), one["msg"].removeprefix("Value error, ")) for one in error.errors())
        faults = "; ".join(f"FIELDBRIDGE_{name}: {said}" for name, said in told)
        raise SetupError("settings.invalid", f"The settings cannot be used: {faults}.") from None
