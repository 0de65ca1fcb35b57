"""The built-in responder streams like a language model."""

import asyncio
from collections.abc import Coroutine
from contextlib import aclosing
from typing import Any

import pytest

from wrappers.clock import VirtualTimeLoop
from wrappers.llm.base import ChatRequest, Message, TextDelta
from wrappers.llm.offline import OfflineEngine


def run(main: Coroutine[Any, Any, Any]) -> Any:
    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main)


async def stream(engine: OfflineEngine, text: str) -> list[tuple[float, str]]:
    """Time in s and text of every delta."""
    loop = asyncio.get_running_loop()
    deltas = []
    async with aclosing(engine.chat(ChatRequest((Message("user", text),)))) as answer:
        async for delta in answer:
            assert isinstance(delta, TextDelta)
            deltas.append((loop.time(), delta.text))
    return deltas


@pytest.mark.parametrize(
    ("text", "deltas"),
    [
        ("hello", ["Hello!", " What", " can", " I", " do", " for", " you?"]),
        ("谢谢", ["不", "客", "气", "。"]),
    ],
)
def test_streams_words(text: str, deltas: list[str]) -> None:
    assert run(stream(OfflineEngine(), text)) == [(0, delta) for delta in deltas]


def test_paces_the_words() -> None:
    times = [time for time, _ in run(stream(OfflineEngine(words_per_s=4), "hello"))]
    assert times == pytest.approx([0.25 * (index + 1) for index in range(7)])
