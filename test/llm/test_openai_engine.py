"""The client of chat servers, against a small server in this process."""

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

import pytest
from support.chat_server import CUT, HOLD, FakeChatServer, Reply, chunk, failure, models, stream
from support.happened import happened
from support.require import require

from wrappers.clock import VirtualTimeLoop
from wrappers.errors import EngineMissing
from wrappers.llm.base import (
    ChatRequest,
    Delta,
    LlmError,
    Message,
    ReasoningDelta,
    TextDelta,
    Tool,
    ToolCall,
    ToolOutput,
    ToolParameter,
    Usage,
)
from wrappers.llm.chat_servers import CHAT_SERVERS, Preset
from wrappers.llm.openai_compatible import OpenAiEngine, OpenAiOptions, find_server

require("openai")

HELLO = ChatRequest((Message("user", "Hello"),))


def converse(
    server: FakeChatServer,
    request: ChatRequest = HELLO,
    preset: Preset = "lmstudio",
    loop_factory: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop,
    **options: Any,
) -> list[Delta]:
    """Open an engine, ask once, close it. The deltas before an error are its note `deltas`."""

    async def main() -> list[Delta]:
        engine = OpenAiEngine(OpenAiOptions(CHAT_SERVERS[preset], **({"base_url": server.base_url} | options)))
        deltas = []
        try:
            await engine.open()
            async with aclosing(engine.chat(request)) as answer:
                async for delta in answer:
                    deltas.append(delta)
        except LlmError as error:
            error.deltas = deltas  # type: ignore[attr-defined]
            raise
        finally:
            await engine.close()
        return deltas

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        return runner.run(main())


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
    ("a stream left open at its end", [chunk({"content": "a"}, "stop"), HOLD], [TextDelta("a")]),
]


@pytest.mark.parametrize(("lines", "deltas"), [case[1:] for case in STREAMS], ids=[case[0] for case in STREAMS])
def test_streams_of_all_kinds(lines: list[str], deltas: list[Delta]) -> None:
    with FakeChatServer(Reply(lines=tuple(lines))) as server:
        assert converse(server) == deltas


FAILURES: list[tuple[str, Reply, Preset, str, str]] = [
    (
        "no model loaded",
        failure(404, "No models loaded. Please load a model.", code="model_not_found"),
        "lmstudio",
        "no_model",
        "LM Studio answers, but has no model called m loaded. Load one, or set params.model.",
    ),
    (
        "unknown model",
        failure(404, "The model does not exist"),
        "openai",
        "no_model",
        "OpenAI has no model called m. Set params.model to one that it has.",
    ),
    (
        "wrong key",
        failure(401, "Incorrect API key provided."),
        "openai",
        "unauthorized",
        "OpenAI does not accept the key: Incorrect API key provided. Look at the environment variable OPENAI_API_KEY.",
    ),
    (
        "no credit",
        failure(429, "You exceeded your quota (insufficient_quota)"),
        "openai",
        "rate_limit",
        "The account with OpenAI has no credit left. Charge it.",
    ),
    (
        "too many requests",
        failure(429, "Slow down"),
        "deepseek",
        "rate_limit",
        "DeepSeek gets too many requests: Slow down. Wait a minute.",
    ),
    (
        "context overflow",
        failure(400, "This model's maximum context length is 4096 tokens"),
        "custom",
        "context_overflow",
        "The conversation is too long for the model: This model's maximum context length is 4096 tokens. "
        "Load the model with a longer context, or shorten max_history_turns of the node main_control.",
    ),
    ("bad request", failure(400, "No!"), "ollama", "bad_request", "Ollama refuses the request: No!."),
    ("server error", failure(500, "Oops"), "ollama", "failed", "Ollama failed: Oops."),
    ("error that is no JSON", Reply(502, "<html>bad</html>"), "ollama", "failed", "Ollama failed: Error code: 502."),
    (
        "error in the stream",
        Reply(lines=('data: {"error": {"message": "context size exceeded"}}',)),
        "lmstudio",
        "context_overflow",
        "The conversation is too long for the model: context size exceeded. "
        "Load the model with a longer context, or shorten max_history_turns of the node main_control.",
    ),
    (
        "no JSON in the stream",
        Reply(lines=("data: hello",)),
        "custom",
        "failed",
        "The chat server answered something that is not JSON. Look whether params.base_url is right.",
    ),
    (
        "broken tool call",
        Reply(lines=(chunk({"tool_calls": [{"index": 0, "function": {"name": "f", "arguments": "{x"}}]}, "stop"),)),
        "ollama",
        "failed",
        "The model called the tool f with arguments that are no JSON object: {x",
    ),
    (
        "broken off",
        Reply(lines=(chunk({"content": "a"}), CUT)),
        "ollama",
        "unreachable",
        "Ollama broke off in the middle of its answer. Look whether it runs.",
    ),
]


@pytest.mark.parametrize(
    ("reply", "preset", "kind", "text"), [case[1:] for case in FAILURES], ids=[case[0] for case in FAILURES]
)
def test_failures_say_what_to_do(reply: Reply, preset: Preset, kind: str, text: str) -> None:
    with FakeChatServer(reply) as server, pytest.raises(LlmError) as raised:
        converse(server, preset=preset, model="m", retries=0, api_key="k")
    assert (raised.value.kind, str(raised.value)) == (kind, text)


@pytest.mark.parametrize(
    "passing",
    [failure(503, "busy"), failure(429, "slow down"), Reply(lines=(CUT,))],
    ids=["overload", "rate limit", "lost connection"],
)
def test_tries_again_before_the_first_token(passing: Reply) -> None:
    with FakeChatServer(passing, stream("Hello")) as server:
        assert converse(server) == [TextDelta("Hello")]
        assert len(server.asked) == 2


@pytest.mark.parametrize(
    ("reply", "deltas"),
    [
        (Reply(lines=(chunk({"content": "a"}), CUT)), [TextDelta("a")]),
        (failure(401, "no"), []),
        (failure(429, "insufficient_quota"), []),
    ],
    ids=["after the first token", "wrong key", "no credit"],
)
def test_does_not_try_again_where_that_is_no_use(reply: Reply, deltas: list[Delta]) -> None:
    with FakeChatServer(reply, stream("Hello")) as server:
        with pytest.raises(LlmError) as raised:
            converse(server, retries=3)
        assert raised.value.deltas == deltas  # type: ignore[attr-defined]
        assert len(server.asked) == 1


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


@pytest.mark.parametrize(
    ("listed", "options", "kind", "text"),
    [
        (models(), {}, "no_model", "LM Studio answers, but has no model loaded. Load one, or set params.model."),
        (failure(401, "who are you"), {}, "unauthorized", "LM Studio does not accept the key: who are you."),
        (
            models("m"),
            {"base_url": "http://127.0.0.1:9/v1", "retries": 0},
            "unreachable",
            "LM Studio does not answer at http://127.0.0.1:9/v1. Start its server",
        ),
    ],
)
def test_opening_fails_with_what_to_do(listed: Reply, options: dict[str, Any], kind: str, text: str) -> None:
    with FakeChatServer(stream("a"), models=listed) as server, pytest.raises(LlmError) as raised:
        converse(server, **options)
    assert raised.value.kind == kind
    assert str(raised.value).startswith(text)


def test_look_at_a_server() -> None:
    with FakeChatServer(stream("a")) as server:
        find_server(OpenAiOptions(CHAT_SERVERS["lmstudio"], server.base_url))
    find_server(OpenAiOptions(CHAT_SERVERS["openai"], "https://api.invalid/v1", api_key="k"))
    with pytest.raises(EngineMissing, match=r"LM Studio does not answer at http://127.0.0.1:9/v1; Start its server"):
        find_server(OpenAiOptions(CHAT_SERVERS["lmstudio"], "http://127.0.0.1:9/v1"))
    with pytest.raises(EngineMissing, match="there is no key for Zhipu; set the environment variable ZHIPUAI_API_KEY"):
        find_server(OpenAiOptions(CHAT_SERVERS["zhipu"], "https://api.invalid/v4"))
