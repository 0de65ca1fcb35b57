"""The built-in responder as a language model: it streams like one."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncGenerator, Callable
from datetime import datetime

from wrappers.llm.base import ChatRequest, Delta, TextDelta

from .answers import answer

_DELTA = re.compile(r"\s*[^\s\u3400-\u9fff]+|\s*[\u3400-\u9fff]|\s+")


class OfflineEngine:
    """Answers from rules, word by word. Needs nothing: no network, no model, no memory of its own."""

    vendor = "offline"

    def __init__(self, words_per_s: float = 0, now: Callable[[], datetime] = datetime.now) -> None:
        """words_per_s: pace of the deltas by the loop's clock, 0 for no pauses; now: the user's local time"""
        self._pause_s = 1 / words_per_s if words_per_s > 0 else 0
        self._now = now

    async def open(self) -> None:
        """Nothing to load."""

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Delta, None]:
        """Stream the answer to the last user message; parameters and tools have no effect."""
        for found in _DELTA.finditer(answer(request.messages, self._now)):
            await asyncio.sleep(self._pause_s)
            yield TextDelta(found.group())

    async def close(self) -> None:
        """Nothing to free."""
