"""Servers that write nonsense: an answer, or a sentence about what is wrong, and never anything else."""

import asyncio
import random
from contextlib import aclosing

import pytest
from support.require import require

from wrappers.clock import VirtualTimeLoop
from wrappers.llm.base import ChatRequest, LlmError, Message, TextDelta, ToolCall, Usage

FRAMES = [
    "data: ",
    "data: 5",
    "data: []",
    "data: null",
    'data: "text"',
    "data: {}",
    'data: {"choices": 3}',
    'data: {"choices": [{}]}',
    'data: {"choices": [{"delta": 7}]}',
    'data: {"choices": [{"delta": {"content": 5}}]}',
    'data: {"choices": [{"delta": {"content": ["a"]}}]}',
    'data: {"choices": [{"delta": {"tool_calls": [{}]}}]}',
    'data: {"choices": [{"delta": {"tool_calls": [{"index": "x", "function": {"arguments": 3}}]}}]}',
    'data: {"choices": [{"delta": {"content": "half"',
    'data: {"usage": {"prompt_tokens": "many"}}',
    'data: {"error": "plain"}',
    'data: {"error": {"message": null}}',
    'data: {"error": 5}',
    ": a comment",
    "event: nonsense",
    "nonsense",
    "id: \x00\x01\x02",
    "data: \ufffd\u202e\u0000",
]
HELLO = ChatRequest((Message("user", "Hello"),))


@pytest.mark.parametrize("frame", FRAMES)
def test_a_chat_server(frame: str) -> None:
    require("openai")
    from support.chat_client import converse
    from support.chat_server import FakeChatServer, Reply, chunk

    lines = (chunk({"content": "Well"}), frame, chunk({"content": " then."}), chunk({}, "stop"), "data: [DONE]")
    with FakeChatServer(Reply(lines=lines)) as server:
        try:
            deltas = converse(server, loop_factory=VirtualTimeLoop, retries=0)
        except LlmError as error:
            assert error.text.endswith(".")
        else:
            assert all(isinstance(delta, TextDelta | ToolCall | Usage) for delta in deltas)
            assert deltas[0] == TextDelta("Well")


@pytest.mark.parametrize("seed", range(8))
def test_a_chat_server_that_writes_anything(seed: int) -> None:
    require("openai")
    from support.chat_client import converse
    from support.chat_server import FakeChatServer, Reply, chunk, stream

    draw = random.Random(seed)
    lines = [draw.choice(FRAMES) for _ in range(10)]
    lines += [chunk({"content": "a"})[: draw.randrange(200)] for _ in range(5)]
    lines += ["".join(chr(draw.randrange(1, 0x2FFF)) for _ in range(50)).replace("\n", "") for _ in range(5)]
    draw.shuffle(lines)
    with FakeChatServer(Reply(lines=tuple(lines)), stream("Fine.")) as server:
        with pytest.raises(LlmError):
            converse(server, loop_factory=VirtualTimeLoop, retries=0)
        assert converse(server, loop_factory=VirtualTimeLoop) == [TextDelta("Fine.")]


MESSAGES = [
    {},
    {"type": "fragment"},
    {"type": "fragment", "fragment": None},
    {"type": "fragment", "fragment": {"content": 5}},
    {"type": "fragment", "fragment": {"content": "a", "reasoningType": "odd"}},
    {"type": "promptProcessingProgress", "progress": "half"},
    {"type": "toolCallGenerationEnd", "toolCallRequest": {}},
    {"type": "toolCallGenerationEnd", "toolCallRequest": {"type": "function", "name": 5}},
    {"type": "success"},
    {"type": "success", "stats": {}, "modelInfo": {}, "loadModelConfig": {}, "predictionConfig": {}},
    {"type": "error", "error": {}},
    {"type": "never heard of"},
    5,
    None,
    "text",
]


@pytest.mark.filterwarnings("ignore:Chat response unexpected")
@pytest.mark.parametrize("message", MESSAGES, ids=str)
def test_lm_studio(message: object) -> None:
    require("lmstudio")
    from support.fake_lmstudio import FakeLmStudio, Raw

    from wrappers.llm.lmstudio import LmStudioEngine, LmStudioOptions

    async def main(server: FakeLmStudio) -> None:
        engine = LmStudioEngine(LmStudioOptions(server.host))
        await engine.open()
        try:
            async with asyncio.timeout(20), aclosing(engine.chat(HELLO)) as answer:
                try:
                    deltas = [delta async for delta in answer]
                except LlmError as error:
                    assert error.text.endswith(".")
                else:
                    assert deltas[0] == TextDelta("Well")
            replies.clear()
            async with asyncio.timeout(20), aclosing(engine.chat(HELLO)) as answer:
                assert await anext(answer) == TextDelta("Fine.")
        finally:
            await engine.close()

    replies: list[object] = ["Well", Raw(message), " then."]
    with FakeLmStudio(lambda history: list(replies) or ["Fine."]) as server:
        asyncio.run(main(server))
