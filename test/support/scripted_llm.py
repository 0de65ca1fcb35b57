"""The addon `test_scripted_llm`: a node with the real base of all language models, and an engine that follows a script.

The script is in `params.steps`; the engine does them in order for each request:
"text:Hello", "reason:hm", "tool:name", "usage:30", "wait:1.5" (s), "fail:kind", "raise:text".
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import ClassVar, cast

from ten_extensions.common.addon import register
from ten_extensions.common.llm_base import LlmExtension
from ten_extensions.common.llm_config import LlmConfig, LlmParams
from wrappers.llm.base import ChatRequest, Delta, ErrorKind, LlmError, ReasoningDelta, TextDelta, ToolCall, Usage

ADDON = "test_scripted_llm"


class ScriptedParams(LlmParams):
    steps: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    """Steps before it is ready."""
    failing_opens: int = 0
    """How often it cannot be opened at first."""
    prefill: tuple[str, ...] = ()
    """Steps of reading a prompt ahead."""


class ScriptedConfig(LlmConfig):
    params: ScriptedParams = ScriptedParams()


class ScriptedEngine:
    """Remembers what it was asked, and how many completions were closed before their end."""

    vendor = "scripted"

    def __init__(self, params: ScriptedParams) -> None:
        self.requests: list[ChatRequest] = []
        self.running = 0
        self.broken_off = 0
        self.closed = False
        self._opened = 0
        self.prefilled: list[ChatRequest] = []
        """What was read ahead, to its end."""
        self._params = params

    async def open(self) -> None:
        self._opened += 1
        if self._opened <= self._params.failing_opens:
            raise LlmError("unreachable", "It is not there.", "Start it.")
        for step in self._params.open:
            await _perform(step)

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Delta, None]:
        self.requests.append(request)
        self.running += 1
        complete = False
        try:
            for step in self._params.steps:
                delta = await _perform(step)
                if delta is not None:
                    yield delta
            complete = True
        finally:
            self.running -= 1
            self.broken_off += not complete

    async def prefill(self, request: ChatRequest) -> None:
        for step in self._params.prefill:
            await _perform(step)
        self.prefilled.append(request)

    async def close(self) -> None:
        self.closed = True


async def _perform(step: str) -> Delta | None:
    kind, _, text = step.partition(":")
    match kind:
        case "text":
            return TextDelta(text)
        case "reason":
            return ReasoningDelta(text)
        case "tool":
            return ToolCall("call-1", text, {"city": "Paris"})
        case "usage":
            return Usage(12, int(text))
        case "wait":
            await asyncio.sleep(float(text))
        case "fail":
            raise LlmError(cast(ErrorKind, text), "It went wrong.", "Do something.")
        case "raise":
            raise ValueError(text)
    return None


class ScriptedLlm(LlmExtension[ScriptedConfig]):
    vendor = "scripted"
    config_type = ScriptedConfig
    engines: ClassVar[list[ScriptedEngine]] = []
    """All that were made in this process, the latest last."""

    def make_engine(self) -> ScriptedEngine:
        self.engines.append(ScriptedEngine(self.config.params))
        return self.engines[-1]


register(ADDON, __file__, ScriptedLlm)
