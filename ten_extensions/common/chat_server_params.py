"""Properties of whatever talks to a server with OpenAI's chat protocol."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Self

from pydantic import Field, JsonValue, model_validator

from ten_extensions.common.config import Config
from wrappers.llm.chat_servers import CHAT_SERVERS, Preset
from wrappers.llm.openai_compatible import OpenAiOptions


class ChatServerParams(Config):
    """A server by name, and what differs from its usual settings."""

    preset: Preset = "lmstudio"
    """Whose server it is; the preset knows the address, the key's variable and what to tell when it does not answer."""
    base_url: str = ""
    """Where it is, up to and with /v1; "" = where it usually is."""
    api_key: str = Field(default="", repr=False)
    """"" = from the preset's environment variable, such as OPENAI_API_KEY. Better there than in a file."""
    model: str = ""
    """"" = the preset's, or the first one that the server lists."""
    extra_body: dict[str, JsonValue] = Field(default_factory=dict)
    """What only this server knows, e.g. {"chat_template_kwargs": {"enable_thinking": false}} against long thoughts."""
    connect_timeout_ms: int = Field(default=5000, ge=100)
    """A server that is there takes a connection within a second, even across the world."""

    @model_validator(mode="after")
    def _has_an_address(self) -> Self:
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
            connect_timeout_s=self.connect_timeout_ms / 1000,
        )
