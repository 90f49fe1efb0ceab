"""Settings from the environment (`SHOUWEN_…`), with defaults that work on a laptop.

Secrets have no defaults outside development: `SHOUWEN_ENVIRONMENT=production` without them refuses to start.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

import intents
import knowledge

_MIN_SECRET = 32


class SettingsRefused(ValueError):
    """A setting is missing or unsafe; the message names the variable and what to set."""


class Settings(BaseSettings):
    """Everything an operator may change."""

    model_config = SettingsConfigDict(env_prefix="SHOUWEN_", env_file=None, extra="ignore")

    environment: Literal["development", "production"] = Field("development", description="production demands secrets")
    database_url: str = Field(
        "sqlite:///var/shouwen.db", description="sqlite:///file or postgresql+psycopg://user@host/db"
    )
    knowledge: Path = Field(
        Path(knowledge.__file__).parent, description="directory with articles/, fees/, products.yaml"
    )
    model: Path = Field(
        Path(intents.__file__).parent / "model", description="classifier directory from `shouwen train`"
    )
    encoder: Path | None = Field(None, description="another sentence-transformers directory for the encoder")
    cache: Path | None = Field(None, description="where built models and indexes are kept")
    secret: SecretStr | None = Field(None, description="at least 32 characters; signs sessions and conversation tokens")
    customer_keys: dict[str, str] = Field(
        default_factory=dict, description='JSON of key id to secret (or PEM) that sign customer tokens: {"k1": "…"}'
    )
    timezone: str = Field("Asia/Shanghai", description="the firm's business day")
    threads: int = Field(1, ge=1, le=64, description="threads of one model inference")
    max_message: int = Field(2000, ge=50, le=10_000, description="characters accepted in one message")
    messages_per_minute: int = Field(20, ge=1, description="per conversation")
    requests_per_minute: int = Field(600, ge=10, description="per client address")
    conversation_days: int = Field(30, ge=1, description="days after which an idle conversation expires")
    large_amount: int = Field(50_000, ge=1, description="yuan from which a money problem is graver")
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"

    @model_validator(mode="after")
    def _safe(self) -> Settings:
        if self.environment == "production":
            if self.secret is None or len(self.secret.get_secret_value()) < _MIN_SECRET:
                raise SettingsRefused(f"set SHOUWEN_SECRET to at least {_MIN_SECRET} random characters in production")
            for name, key in self.customer_keys.items():
                if len(key) < _MIN_SECRET:
                    raise SettingsRefused(f"customer key {name} needs at least {_MIN_SECRET} characters")
        return self

    @property
    def signing_secret(self) -> str:
        """The secret; a fixed development value outside production only."""
        if self.secret is not None:
            return self.secret.get_secret_value()
        if self.environment == "production":
            raise SettingsRefused("SHOUWEN_SECRET is not set")
        return "development-only-secret-not-for-production"
