"""Properties that all language models have."""

from __future__ import annotations

from pydantic import Field

from ten_extensions.common.config import Config


class LlmParams(Config):
    """Everything of the engine; subclasses add their own."""


class LlmConfig(Config):
    """Properties of a language model's node; subclasses narrow `params`."""

    params: LlmParams
    """Everything of the engine. Required, as by TEN's custom, but may be empty."""
    prompt: str = ""
    """System prompt for requests whose messages bring none."""
    first_token_timeout_ms: int = Field(default=30_000, ge=1)
    """Silence after which a request has failed. Long: a server may have to load its model first."""
    stall_timeout_ms: int = Field(default=10_000, ge=1)
    """Silence in the middle of an answer after which it has failed. The user is waiting for the next word."""
    max_requests: int = Field(default=4, ge=1, le=64)
    """Completions at a time: an answer, a speculation, and what is just being aborted. More means a fault."""
    prefill_ahead: bool = True
    """Read what the user has said so far while he still speaks, with engines that can do that."""
