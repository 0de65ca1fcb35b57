"""mlx-lm in this process: what it reads again and what not, what it reads ahead, and how it is stopped."""

from __future__ import annotations

import asyncio
import random
import threading
from collections.abc import Callable, Iterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest
from support.require import require

require("mlx")

import mlx.core as mx  # noqa: E402
from support.mlx_chat import HELLO, answer, ask, converse, says, text_of  # noqa: E402

from wrappers.llm.base import LlmError, Message, Usage  # noqa: E402
from wrappers.llm.mlx import MlxChatEngine  # noqa: E402
from wrappers.llm.mlx.chat_model import ChatModel  # noqa: E402
from wrappers.llm.mlx.context import PIECE_TOKENS, ReadContext  # noqa: E402


class Reading:
    """How many tokens were read at once, call by call."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pieces: list[int] = []
        self.after_piece: Callable[[], object] = lambda: None
        read = ReadContext.read

        def note(context: ReadContext, ids: list[int]) -> Iterator[None]:
            before = len(context.ids)
            for step in read(context, ids):
                self.pieces.append(len(context.ids) - before)
                before = len(context.ids)
                self.after_piece()
                yield step

        monkeypatch.setattr(ReadContext, "read", note)

    def take(self) -> list[int]:
        taken, self.pieces = self.pieces, []
        return taken


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Reading:
    return Reading(monkeypatch)


def test_only_what_is_new_is_read(monkeypatch: pytest.MonkeyPatch, reading: Reading) -> None:
    says(monkeypatch, "hello to you")

    async def script(engine: MlxChatEngine) -> None:
        request = replace(HELLO, messages=(Message("user", "hello there " * 60),))
        said = text_of(await answer(engine, request))
        first = reading.take()
        assert sum(first) > 2 * PIECE_TOKENS and max(first) == PIECE_TOKENS
        assert len(first) == -(-sum(first) // PIECE_TOKENS)

        following = (*request.messages, Message("assistant", said), Message("user", "and then"))
        await answer(engine, replace(HELLO, messages=following))
        (second,) = reading.take()
        assert second < 40  # the user's words and the marks around them

    converse(script)


def test_after_an_interruption_what_differs_is_forgotten_and_the_answer_is_the_same(reading: Reading) -> None:
    async def script(engine: MlxChatEngine) -> tuple[str, list[int]]:
        async with aclosing(engine.chat(HELLO)) as deltas:
            async for _ in deltas:
                break
        reading.take()
        heard = replace(HELLO, messages=(*HELLO.messages, Message("assistant", "the lazy"), Message("user", "stop")))
        return text_of(await answer(engine, heard)), reading.take()

    said, read_again = converse(script)
    heard = replace(HELLO, messages=(*HELLO.messages, Message("assistant", "the lazy"), Message("user", "stop")))
    assert text_of(ask(heard)) == said
    assert sum(read_again) < sum(reading.take())


def test_cancelling_at_any_token_leaves_the_next_answer_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    rng = random.Random(7)
    alone = text_of(ask())

    async def script(engine: MlxChatEngine) -> None:
        for _ in range(25):
            request = replace(HELLO, messages=(*HELLO.messages, Message("user", "fox " * rng.randrange(60))))
            wanted = rng.randrange(12)
            async with aclosing(engine.chat(request)) as deltas:
                for _ in range(wanted):
                    await anext(deltas)
            if rng.random() < 0.3:
                assert text_of(await answer(engine)) == alone
        assert text_of(await answer(engine)) == alone
        assert engine._model is not None
        (layer, *_) = engine._model.context._layers
        assert layer.offset == len(engine._model.context.ids)

    converse(script)


def test_cancelling_stops_it_within_one_step(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn, go = 0, threading.Event()
    draw = ChatModel._draw

    async def script(engine: MlxChatEngine) -> None:
        begun, loop = asyncio.Event(), asyncio.get_running_loop()

        def hold(model: ChatModel, *arguments: Any) -> mx.array:
            nonlocal drawn
            drawn += 1
            if drawn == 5:
                loop.call_soon_threadsafe(begun.set)
                go.wait()
            return draw(model, *arguments)

        monkeypatch.setattr(ChatModel, "_draw", hold)
        task = asyncio.ensure_future(answer(engine, replace(HELLO, parameters={"max_tokens": 2000})))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        go.set()
        await engine._mlx.call(list)
        assert drawn == 5

    converse(script)


def test_reading_ahead_leaves_little_to_read_and_changes_nothing(reading: Reading) -> None:
    whole = replace(HELLO, messages=(*HELLO.messages[:1], Message("user", "the quick brown fox jumps over it " * 8)))

    async def script(engine: MlxChatEngine) -> str:
        text = "the quick brown fox jumps over it " * 8
        for length in range(20, len(text), 25):
            await engine.prefill(replace(whole, messages=(whole.messages[0], Message("user", text[:length]))))
        ahead = sum(reading.take())
        said = text_of(await answer(engine, whole))
        assert ahead > 80
        assert sum(reading.take()) < 30
        return said

    assert converse(script) == text_of(ask(whole))


def test_reading_ahead_ends_within_one_piece_and_what_was_read_is_kept(reading: Reading) -> None:
    long = replace(HELLO, messages=(Message("user", "hello there " * 300),))
    go = threading.Event()

    async def script(engine: MlxChatEngine) -> None:
        begun, loop = asyncio.Event(), asyncio.get_running_loop()
        reading.after_piece = lambda: (loop.call_soon_threadsafe(begun.set), go.wait())
        task = asyncio.ensure_future(engine.prefill(long))
        await begun.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        go.set()
        await engine._mlx.call(list)
        assert reading.take() == [PIECE_TOKENS]
        *_, usage = await answer(engine, long)
        assert isinstance(usage, Usage)
        assert sum(reading.take()) == usage.prompt_tokens - PIECE_TOKENS - 1  # the last one begins the answer

    converse(script)


def test_a_failure_of_one_answer_is_told_and_the_next_one_works(monkeypatch: pytest.MonkeyPatch) -> None:
    alone = text_of(ask())

    def no_memory(*_: object) -> None:
        raise RuntimeError("[metal::malloc] Attempting to allocate more than the maximum memory")

    async def script(engine: MlxChatEngine) -> str:
        await answer(engine)
        with monkeypatch.context() as broken:
            broken.setattr(ReadContext, "advance", no_memory)
            with pytest.raises(LlmError, match=r"Attempting to allocate.* Take a smaller model"):
                await answer(engine)
        return text_of(await answer(engine))

    assert converse(script) == alone
