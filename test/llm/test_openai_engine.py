"""The client of chat servers, against a small server in this process."""

import asyncio
from contextlib import aclosing
from typing import Any

import pytest
from support.chat_client import HELLO, converse
from support.chat_server import HOLD, FakeChatServer, Reply, chunk, failure, models, stream
from support.happened import happened
from support.require import require

from wrappers.clock import VirtualTimeLoop
from wrappers.llm.base import (
    ChatRequest,
    Delta,
    Message,
    ReasoningDelta,
    TextDelta,
    Tool,
    ToolCall,
    ToolOutput,
    ToolParameter,
    Usage,
)
from wrappers.llm.chat_servers import CHAT_SERVERS
from wrappers.llm.openai_compatible import OpenAiEngine, OpenAiOptions

require("openai")


def test_streams_text_and_takes_the_servers_first_model() -> None:
    with FakeChatServer(stream("Hello", " there.")) as server:
        assert converse(server) == [TextDelta("Hello"), TextDelta(" there.")]
    (asked,) = server.asked
    assert (asked.method, asked.path) == ("POST", "/v1/chat/completions")
    assert asked.body == {
        "model": "first-model",
        "messages": [{"role": "user", "content": "Hello"}],
        "stream": True,
        "stream_options": {"include_usage": True},
    }
    assert asked.headers["authorization"] == "Bearer none"


def test_the_whole_request_arrives() -> None:
    request = ChatRequest(
        (
            Message("system", "Be brief."),
            Message("user", "Look", ("http://x/y.png",)),
            ToolCall("c1", "f", {"x": 1}),
            ToolCall("c2", "g", {}),
            ToolOutput("c1", "one"),
            ToolOutput("c2", "two"),
            ToolCall("c3", "f", {"x": "é"}),
        ),
        (Tool("weather", "The weather", (ToolParameter("city", "string", "Where", True),)),),
        {"temperature": 0.5, "top_k": 20},
        "asked-model",
    )
    sampling, extra_body = {"temperature": 0.9, "max_tokens": 50}, {"chat_template_kwargs": {"enable_thinking": False}}
    with FakeChatServer(stream("ok")) as server:
        converse(server, request, api_key="secret", sampling=sampling, extra_body=extra_body)
    function_f = {"id": "c1", "type": "function", "function": {"name": "f", "arguments": '{"x": 1}'}}
    function_g = {"id": "c2", "type": "function", "function": {"name": "g", "arguments": "{}"}}
    last = {"id": "c3", "type": "function", "function": {"name": "f", "arguments": '{"x": "é"}'}}
    image = {"type": "image_url", "image_url": {"url": "http://x/y.png"}}
    schema = {
        "type": "object",
        "properties": {"city": {"type": "string", "description": "Where"}},
        "required": ["city"],
    }
    assert server.asked[0].headers["authorization"] == "Bearer secret"
    assert server.asked[0].body == {
        "model": "asked-model",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": [{"type": "text", "text": "Look"}, image]},
            {"role": "assistant", "content": None, "tool_calls": [function_f, function_g]},
            {"role": "tool", "tool_call_id": "c1", "content": "one"},
            {"role": "tool", "tool_call_id": "c2", "content": "two"},
            {"role": "assistant", "content": None, "tool_calls": [last]},
        ],
        "tools": [
            {
                "type": "function",
                "function": {"name": "weather", "description": "The weather", "parameters": schema},
            }
        ],
        "temperature": 0.5,
        "max_tokens": 50,
        "top_k": 20,
        "chat_template_kwargs": {"enable_thinking": False},
        "stream": True,
        "stream_options": {"include_usage": True},
    }


USAGE = {"prompt_tokens": 5, "completion_tokens": 7, "total_tokens": 12}

STREAMS = [
    ("comments between the data", [": keepalive 1/2", chunk({"content": "a"}), ": keepalive 2/2"], [TextDelta("a")]),
    ("no done mark", [chunk({"content": "a"}), chunk({}, "stop")], [TextDelta("a")]),
    ("usage after the end", [chunk({"content": "a"}, "stop"), chunk(None, usage=USAGE)], [TextDelta("a"), Usage(5, 7)]),
    ("empty and missing contents", [chunk({"role": "assistant", "content": ""}), chunk({"content": None})], []),
    ("reasoning as DeepSeek writes it", [chunk({"reasoning_content": "hm"})], [ReasoningDelta("hm")]),
    ("reasoning as Ollama writes it", [chunk({"reasoning": "hm"})], [ReasoningDelta("hm")]),
    (
        "reasoning in the text",
        [chunk({"content": "<thi"}), chunk({"content": "nk>hm</think>\n\n"}), chunk({"content": "yes"})],
        [ReasoningDelta("hm"), TextDelta("yes")],
    ),
    ("text that only looks like it", [chunk({"content": "<thi"})], [TextDelta("<thi")]),
    (
        "tool calls in pieces",
        [
            chunk({"tool_calls": [{"index": 0, "id": "c1", "function": {"name": "f", "arguments": ""}}]}),
            chunk({"tool_calls": [{"index": 0, "function": {"arguments": '{"x":'}}]}),
            chunk({"tool_calls": [{"index": 1, "function": {"name": "g"}}]}),
            chunk({"tool_calls": [{"index": 0, "function": {"arguments": " 1}"}}]}),
        ],
        [ToolCall("c1", "f", {"x": 1}), ToolCall("call-1", "g", {})],
    ),
    (
        "a tool call that cannot be read",
        [chunk({"tool_calls": [{"index": 0, "function": {"name": "f", "arguments": "{x"}}]}, "stop")],
        [ToolCall("call-0", "f", {}, "The arguments are no JSON object: {x")],
    ),
    ("a stream left open at its end", [chunk({"content": "a"}, "stop"), HOLD], [TextDelta("a")]),
]


@pytest.mark.parametrize(("lines", "deltas"), [case[1:] for case in STREAMS], ids=[case[0] for case in STREAMS])
def test_streams_of_all_kinds(lines: list[str], deltas: list[Delta]) -> None:
    with FakeChatServer(Reply(lines=(*lines, chunk({}, "stop")))) as server:
        assert converse(server) == deltas


def test_closing_the_answer_closes_the_request() -> None:
    async def main(server: FakeChatServer) -> None:
        engine = OpenAiEngine(OpenAiOptions(CHAT_SERVERS["ollama"], server.base_url))
        await engine.open()
        async with aclosing(engine.chat(HELLO)) as answer:
            assert await anext(answer) == TextDelta("a")
        await happened(server.left_early)
        await engine.close()

    with FakeChatServer(Reply(lines=(chunk({"content": "a"}), HOLD))) as server:
        asyncio.run(main(server))
        assert server.left_early.is_set()


def test_cancelling_the_task_closes_the_request() -> None:
    async def main(server: FakeChatServer) -> None:
        engine = OpenAiEngine(OpenAiOptions(CHAT_SERVERS["ollama"], server.base_url))
        await engine.open()
        answer = engine.chat(HELLO)
        await anext(answer)
        waiting = asyncio.ensure_future(anext(answer))
        await asyncio.sleep(0)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        await happened(server.left_early)
        await engine.close()

    with FakeChatServer(Reply(lines=(chunk({"content": "a"}), HOLD))) as server:
        asyncio.run(main(server))
        assert server.left_early.is_set()


def test_virtual_time_stands_still_while_a_server_works() -> None:
    times: list[float] = []

    class Loop(VirtualTimeLoop):
        def close(self) -> None:
            times.append(self.time())
            super().close()

    with FakeChatServer(failure(503, "busy"), stream("Hello")) as server:
        assert converse(server, loop_factory=Loop) == [TextDelta("Hello")]
    assert times == [0]


@pytest.mark.parametrize(
    ("listed", "options", "model"),
    [
        (models("text-embedding-x", "chat-y"), {}, "chat-y"),
        (models("chat-y"), {"model": "mine"}, "mine"),
        (models(), {"model": "mine"}, "mine"),
        (Reply(body=""), {"model": "mine"}, "mine"),
        (failure(404, "no such page"), {"model": "mine"}, "mine"),
    ],
)
def test_choice_of_the_model(listed: Reply, options: dict[str, Any], model: str) -> None:
    with FakeChatServer(stream("a"), models=listed) as server:
        converse(server, **options)
        assert server.asked[0].body["model"] == model
