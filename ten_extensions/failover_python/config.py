"""Properties of the node."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from ten_extensions.common.config import Config


class FailoverConfig(Config):
    """Which nodes, and how patient to be with them."""

    kind: Literal["tts", "asr", "llm"]
    """What both nodes are."""
    primary: str = Field(min_length=1)
    """Name of the node that works as long as it can."""
    backup: str = Field(min_length=1)
    """Name of the node that takes over."""
    first_output_ms: int = Field(default=2000, ge=50)
    """Without any output for so long after a request the backup takes over. A pause that users still bear."""
    ready_ms: int = Field(default=60_000, ge=50)
    """The same for a primary that does not become ready. Long: it may have to load a model."""
    probe_ms: int = Field(default=30_000, ge=50)
    """How often the primary is asked whether it works again. A cloud's hiccups last longer than seconds."""

    @model_validator(mode="after")
    def check_nodes(self) -> FailoverConfig:
        if self.primary == self.backup:
            raise ValueError("primary and backup must be two nodes")
        return self
