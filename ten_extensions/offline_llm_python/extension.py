"""Answers from rules, where there is no language model yet."""

from __future__ import annotations

from pydantic import Field

from ten_extensions.common.llm_base import LlmExtension
from ten_extensions.common.llm_config import LlmConfig, LlmParams
from wrappers.llm.base import ChatEngine
from wrappers.llm.offline import OfflineEngine


class OfflineLlmParams(LlmParams):
    """How fast it answers."""

    words_per_s: float = Field(default=0, ge=0)
    """Pace of the deltas; 0 = at once. 20 to 60 is what a language model on a Mac does."""


class OfflineLlmConfig(LlmConfig):
    """Properties of the node."""

    params: OfflineLlmParams = OfflineLlmParams()


class OfflineLlmExtension(LlmExtension[OfflineLlmConfig]):
    """Small talk, time, date, arithmetic, stories. Messages: see manifest.json."""

    vendor = "offline"
    config_type = OfflineLlmConfig

    def make_engine(self) -> ChatEngine:
        """See `LlmExtension.make_engine`."""
        return OfflineEngine(self.config.params.words_per_s)
