"""Asks a language model behind a server: LM Studio, mlx-lm, Ollama, or one in the cloud."""

from __future__ import annotations

import os

from ten_extensions.common.addon import Missing
from ten_extensions.common.llm_base import LlmExtension
from wrappers.errors import EngineMissing
from wrappers.llm.base import ChatEngine
from wrappers.llm.openai_compatible import OpenAiEngine, find_server

from .config import OpenAiLlmConfig


class OpenAiLlmExtension(LlmExtension[OpenAiLlmConfig]):
    """A model behind a server. Messages: see manifest.json."""

    vendor = "openai"
    config_type = OpenAiLlmConfig

    @classmethod
    def check_here(cls, config: OpenAiLlmConfig) -> Missing | None:
        """See `Extension.check_here`."""
        try:
            find_server(config.params.options(os.environ))
        except EngineMissing as error:
            return Missing(error.what, error.mend)
        return None

    def make_engine(self) -> ChatEngine:
        """See `LlmExtension.make_engine`."""
        return OpenAiEngine(self.config.params.options(os.environ), vendor=self.config.params.preset)
