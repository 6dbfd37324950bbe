"""What one machine needs to know, from the environment: FIELDBRIDGE_HOME and its kin."""

from pathlib import Path

from pydantic import Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from fieldbridge.core.errors import SetupError


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
    log_bytes: int = Field(default=10_000_000, ge=1000)
    log_files: int = Field(default=10, ge=1)
    log_json: bool = False
    metrics_token: SecretStr = SecretStr("")
    metrics_by_connection: bool = False

    @property
    def url(self) -> str:
        """The database's address; a SQLite file in the home folder unless another was given."""
        return self.database_url or f"sqlite:///{(self.home / 'fieldbridge.sqlite').resolve()}"

    @property
    def key_file(self) -> Path:
        """Where the vault's key is kept when it is not in the environment."""
        return self.home / "vault.key"


def load_settings(home: Path | None = None) -> Settings:
    """Read the environment; a home that is given counts more. Errors: SetupError that lists every fault."""
    try:
        return Settings() if home is None else Settings(home=home)
    except ValidationError as error:
        faults = "; ".join(f"FIELDBRIDGE_{str(one['loc'][0]).upper()}: {one['msg']}" for one in error.errors())
        raise SetupError("settings.invalid", f"The settings cannot be used: {faults}.") from None
