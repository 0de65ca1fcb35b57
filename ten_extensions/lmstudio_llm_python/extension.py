"""Asks a language model in LM Studio, over its own protocol."""

from __future__ import annotations

import asyncio

from pydantic import Field, JsonValue

from ten_extensions.common.addon import Missing
from ten_extensions.common.llm_base import LlmExtension
from ten_extensions.common.llm_config import LlmConfig, LlmParams
from wrappers.errors import EngineMissing
from wrappers.llm.base import ChatEngine
from wrappers.llm.lmstudio import PREFERRED_MODELS, LmStudioEngine, LmStudioOptions
from wrappers.llm.lmstudio_check import check_lmstudio


class LmStudioLlmParams(LlmParams):
    """Which server, which model."""

    host: str = ""
    """host:port of LM Studio's own protocol; "" = wherever it is on this machine."""
    model: str = ""
    """Loaded if it is not yet; "" = a preferred one if LM Studio has it, else the one that is loaded."""
    preferred: tuple[str, ...] = PREFERRED_MODELS
    """Parts of names; the first that fits counts. Not there, or too large for this machine: what is loaded."""
    connect_timeout_ms: int = Field(default=20_000, ge=100)
    """Long: a machine that loads a model may keep us waiting. What is not there is known at once."""
    sampling: dict[str, JsonValue] = Field(default_factory=dict)
    """temperature, top_p, top_k, min_p, max_tokens, stop, repeat_penalty; what is not given is LM Studio's matter."""


class LmStudioLlmConfig(LlmConfig):
    """Properties of the node."""

    params: LmStudioLlmParams = LmStudioLlmParams()


class LmStudioLlmExtension(LlmExtension[LmStudioLlmConfig]):
    """A model in LM Studio. Messages: see manifest.json."""

    vendor = "lmstudio"
    config_type = LmStudioLlmConfig

    @classmethod
    def check_here(cls, config: LmStudioLlmConfig) -> Missing | None:
        """See `Extension.check_here`."""
        try:
            check_lmstudio(config.params.host, config.params.model, config.params.preferred)
        except EngineMissing as error:
            return Missing(error.what, error.mend)
        return None

    def make_engine(self) -> ChatEngine:
        """See `LlmExtension.make_engine`."""
        params, loop = self.config.params, asyncio.get_running_loop()

        def tell_progress(progress: float) -> None:
            loop.call_soon_threadsafe(self.log.info, f"LM Studio loads the model: {progress:.0%}")

        options = LmStudioOptions(
            host=params.host,
            model=params.model,
            preferred=params.preferred,
            connect_timeout_s=params.connect_timeout_ms / 1000,
            sampling=params.sampling,
        )
        return LmStudioEngine(options, tell_progress)
