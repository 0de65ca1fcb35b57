"""The real `mlx_lm server` with a tiny model, through the real client. What it says is noise."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator
from contextlib import aclosing
from dataclasses import replace
from typing import TypeVar

import pytest
from support.happened import elsewhere
from support.require import require

require("mlx", "openai")

from support.mlx_lm_server import MlxLmServer  # noqa: E402

from wrappers.llm.base import (  # noqa: E402
    ChatRequest,
    Delta,
    LlmError,
    Message,
    TextDelta,
    Tool,
    ToolCall,
    ToolOutput,
    ToolParameter,
    Usage,
)
from wrappers.llm.chat_servers import CHAT_SERVERS  # noqa: E402
from wrappers.llm.openai_compatible import OpenAiEngine, OpenAiOptions  # noqa: E402

T = TypeVar("T")
SYSTEM = Message("system", "the quick brown fox jumps over the lazy dog and then it says hello to you. " * 5)
HELLO = ChatRequest((SYSTEM, Message("user", "hello fox")), parameters={"temperature": 0, "max_tokens": 40})


@pytest.fixture(scope="module")
def server() -> Iterator[MlxLmServer]:
    with MlxLmServer() as running:
        yield running


def with_engine(server: MlxLmServer, work: Callable[[OpenAiEngine], Awaitable[T]]) -> T:
    async def main() -> T:
        engine = OpenAiEngine(OpenAiOptions(CHAT_SERVERS["mlx"], server.base_url))
        await engine.open()
        try:
            return await work(engine)
        finally:
            await engine.close()

    return asyncio.run(main())


async def ask(engine: OpenAiEngine, request: ChatRequest = HELLO) -> tuple[str, Usage]:
    text, usage = "", None
    async with aclosing(engine.chat(request)) as deltas:
        async for delta in deltas:
            match delta:
                case TextDelta(more):
                    text += more
                case Usage():
                    usage = delta
    assert usage is not None
    return text, usage


def said(text: str) -> ChatRequest:
    return replace(HELLO, messages=(SYSTEM, Message("user", text)))


def test_streams_and_counts(server: MlxLmServer) -> None:
    async def work(engine: OpenAiEngine) -> None:
        first, second = await ask(engine), await ask(engine)
        assert first[0] == second[0] != ""
        assert first[1].completion_tokens == second[1].completion_tokens
        assert 1 <= first[1].completion_tokens <= 40
        assert second[1].prompt_tokens > 100

    with_engine(server, work)


def test_what_was_read_ahead_is_not_read_again(server: MlxLmServer) -> None:
    async def work(engine: OpenAiEngine) -> None:
        beginning, question = (
            "the lazy dog says that the quick brown",
            "the lazy dog says that the quick brown fox jumps",
        )
        await engine.prefill(said(beginning))
        _, ahead = await ask(engine, said(question))
        _, fresh = await ask(engine, replace(HELLO, messages=(Message("user", question), SYSTEM)))
        assert ahead.cached_tokens > 0.8 * ahead.prompt_tokens
        assert fresh.cached_tokens < 0.2 * fresh.prompt_tokens

    with_engine(server, work)


def test_tools_and_their_outputs_are_taken(server: MlxLmServer) -> None:
    tool = Tool("clock", "Tells the time", (ToolParameter("city", "string", "Where", False),))
    entries = (*HELLO.messages, ToolCall("c1", "clock", {"city": "Rome"}), ToolOutput("c1", "noon"))

    async def work(engine: OpenAiEngine) -> None:
        _, without = await ask(engine)
        _, with_tools = await ask(engine, replace(HELLO, messages=entries, tools=(tool,)))
        assert with_tools.prompt_tokens > without.prompt_tokens + 50

    with_engine(server, work)


def test_cancelled_at_any_token_it_answers_the_next_question_as_ever(server: MlxLmServer) -> None:
    draw = random.Random(5)

    async def leave_after(engine: OpenAiEngine, tokens: int) -> None:
        async with aclosing(engine.chat(said(f"dog {tokens}"))) as deltas:
            for _ in range(tokens):
                if await anext(deltas, None) is None:
                    return

    async def work(engine: OpenAiEngine) -> None:
        expected = await ask(engine)
        for _ in range(10):
            await leave_after(engine, draw.randrange(30))
            assert (await ask(engine))[0] == expected[0]

    with_engine(server, work)


def test_killed_in_the_middle_it_is_told_and_after_a_restart_all_is_well() -> None:
    endless = replace(said("dog"), parameters={"temperature": 0, "max_tokens": 1500})

    async def work(engine: OpenAiEngine) -> None:
        seen: list[Delta] = []
        with pytest.raises(LlmError) as raised:
            async with aclosing(engine.chat(endless)) as deltas:
                async for delta in deltas:
                    seen.append(delta)
                    if len(seen) == 3:
                        await elsewhere(own.kill)
        assert (raised.value.kind, str(raised.value)) == (
            "unreachable",
            "The mlx-lm server broke off in the middle of its answer. Look whether it runs.",
        )
        with pytest.raises(LlmError, match=r"The mlx-lm server does not answer at .* Start it by"):
            await ask(engine)
        await elsewhere(own.start)
        assert (await ask(engine))[0] != ""

    with MlxLmServer() as own:
        with_engine(own, work)
