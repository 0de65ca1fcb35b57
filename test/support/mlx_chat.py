"""Talks to the engine of mlx-lm with the tiny model, in virtual time."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import mlx.core as mx
import pytest
from support.tiny_llm import tiny_llm

from wrappers.clock import VirtualTimeLoop
from wrappers.llm.base import ChatEngine, ChatRequest, Delta, Message, TextDelta
from wrappers.llm.mlx import MlxChatEngine, MlxChatOptions
from wrappers.llm.mlx.chat_model import ChatModel

HELLO = ChatRequest((Message("system", "Be brief."), Message("user", "hello there")))


def says(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Let the model say this, whatever its weights are; it is read and kept as if it had been drawn."""
    draw = ChatModel._draw
    coming: list[int] = []

    def scripted(model: ChatModel, *arguments: Any) -> mx.array:
        if not coming:
            tokenizer = model._tokenizer
            coming.extend([*tokenizer.encode(text, add_special_tokens=False), tokenizer.eos_token_id, 0])
        draw(model, *arguments)
        return mx.array([coming.pop(0)], mx.int32)

    monkeypatch.setattr(ChatModel, "_draw", scripted)


def converse(
    script: Callable[[MlxChatEngine], Coroutine[Any, Any, Any]], model: Path | None = None, **options: Any
) -> Any:
    """Run a script with an open engine, in virtual time."""

    async def run() -> Any:
        usual: dict[str, Any] = {"sampling": {"temperature": 0, "max_tokens": 24}}
        engine = MlxChatEngine(MlxChatOptions(model=str(model or tiny_llm()), **(usual | options)))
        await engine.open()
        try:
            return await script(engine)
        finally:
            await engine.close()

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(run())


async def answer(engine: ChatEngine, request: ChatRequest = HELLO) -> list[Delta]:
    return [delta async for delta in engine.chat(request)]


def text_of(deltas: list[Delta]) -> str:
    return "".join(delta.text for delta in deltas if isinstance(delta, TextDelta))


def ask(request: ChatRequest = HELLO, model: Path | None = None, **options: Any) -> list[Delta]:
    deltas: list[Delta] = converse(lambda engine: answer(engine, request), model, **options)
    return deltas
