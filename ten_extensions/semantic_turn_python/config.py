"""Configuration of turn detection."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from ten_extensions.common.config import Config
from wrappers.turn import TurnOptions


class TurnConfig(Config):
    """How the end of a turn is recognised."""

    backend: Literal["rules"] = "rules"
    """`rules` looks at how the sentence ends; English and Mandarin, no model."""

    min_wait_ms: int = Field(default=400, ge=0)
    """Silence that is always awaited before an answer; below the VAD's `silence_duration_ms` it has no effect."""

    force_threshold_ms: int = Field(default=3000, ge=0)
    """After so much silence the user is answered however unfinished it sounds."""

    @field_validator("force_threshold_ms")
    @classmethod
    def _is_not_below_the_minimum(cls, force_threshold_ms: int, info: ValidationInfo) -> int:
        if force_threshold_ms < info.data.get("min_wait_ms", 0):
            raise ValueError(f"must not be below min_wait_ms ({info.data['min_wait_ms']})")
        return force_threshold_ms

    def options(self) -> TurnOptions:
        """The same as the wrapper wants it."""
        return TurnOptions(self.min_wait_ms, self.force_threshold_ms)
