"""Which server, which model."""

from __future__ import annotations

from collections.abc import Mapping

from pydantic import Field, JsonValue, model_validator

from ten_extensions.common.llm_config import LlmConfig, LlmParams
from wrappers.llm.chat_servers import CHAT_SERVERS, Preset
from wrappers.llm.openai_compatible import OpenAiOptions


class OpenAiLlmParams(LlmParams):
    """A server by name, and what differs from its usual settings."""

    preset: Preset = "lmstudio"
    """Whose server it is; the preset knows the address, the key's variable and what to tell when it does not answer."""
    base_url: str = ""
    """Where it is, up to and with /v1; "" = where it usually is."""
    api_key: str = Field(default="", repr=False)
    """"" = from the preset's environment variable, such as OPENAI_API_KEY. Better there than in a file."""
    model: str = ""
    """"" = the preset's, or the first one that the server lists."""
    sampling: dict[str, JsonValue] = Field(default_factory=dict)
    """temperature, top_p, max_tokens, ... for every request; what is not given is left to the server."""
    extra_body: dict[str, JsonValue] = Field(default_factory=dict)
    """What only this server knows, e.g. {"chat_template_kwargs": {"enable_thinking": false}} against long thoughts."""
    connect_timeout_ms: int = Field(default=5000, ge=100)
    """A server that is there takes a connection within a second, even across the world."""
    retries: int = Field(default=1, ge=0, le=5)
    """Tries more after an overload or a lost connection, as long as nothing of the answer has come."""

    @model_validator(mode="after")
    def _has_an_address(self) -> OpenAiLlmParams:
        if self.preset == "custom" and not self.base_url:
            raise ValueError("preset custom needs a base_url")
        return self

    def options(self, environment: Mapping[str, str]) -> OpenAiOptions:
        """The same as the engine wants it."""
        server = CHAT_SERVERS[self.preset]
        return OpenAiOptions(
            server=server,
            base_url=self.base_url or server.base_url,
            api_key=self.api_key or environment.get(server.key_variable, ""),
            model=self.model,
            extra_body=self.extra_body,
            sampling=self.sampling,
            connect_timeout_s=self.connect_timeout_ms / 1000,
            retries=self.retries,
        )


class OpenAiLlmConfig(LlmConfig):
    """Properties of the node."""

    params: OpenAiLlmParams = OpenAiLlmParams()
    prefill_ahead: bool = False
    """Off: a cloud takes money for every request, and many a local server has no cache that it would fill."""
