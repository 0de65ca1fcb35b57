"""Which server, which model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from pydantic import Field, JsonValue

from ten_extensions.common.chat_server_params import ChatServerParams
from ten_extensions.common.llm_config import LlmConfig, LlmParams
from wrappers.llm.openai_compatible import OpenAiOptions


class OpenAiLlmParams(ChatServerParams, LlmParams):
    """A server, and how it is asked."""

    sampling: dict[str, JsonValue] = Field(default_factory=dict)
    """temperature, top_p, max_tokens, ... for every request; what is not given is left to the server."""
    retries: int = Field(default=1, ge=0, le=5)
    """Tries more after an overload or a lost connection, as long as nothing of the answer has come."""

    def options(self, environment: Mapping[str, str]) -> OpenAiOptions:
        """See `ChatServerParams.options`."""
        return replace(super().options(environment), sampling=self.sampling, retries=self.retries)


class OpenAiLlmConfig(LlmConfig):
    """Properties of the node."""

    params: OpenAiLlmParams = OpenAiLlmParams()
