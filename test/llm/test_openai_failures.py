"""Chat servers that fail, and what the user is told."""

from typing import Any

import pytest
from support.chat_client import converse
from support.chat_server import CUT, FakeChatServer, Reply, chunk, failure, models, stream
from support.require import require

from wrappers.errors import EngineMissing
from wrappers.llm.base import Delta, LlmError, TextDelta
from wrappers.llm.chat_servers import CHAT_SERVERS, Preset
from wrappers.llm.openai_compatible import OpenAiOptions, find_server

require("openai")

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
        "Load the model with a longer context, or set context_tokens of the node main_control to what it has.",
    ),
    ("bad request", failure(400, "No!"), "ollama", "bad_request", "Ollama refuses the request: No!."),
    (
        "model too large",
        failure(500, "model requires more system memory (18 GiB) than is available (9 GiB)"),
        "ollama",
        "model_too_large",
        "Ollama cannot load the model: model requires more system memory (18 GiB) than is available (9 GiB). "
        "Take a smaller model or quantisation, or a shorter context.",
    ),
    ("server error", failure(500, "Oops"), "ollama", "failed", "Ollama failed: Oops."),
    ("error that is no JSON", Reply(502, "<html>bad</html>"), "ollama", "failed", "Ollama failed: Error code: 502."),
    (
        "error in the stream",
        Reply(lines=('data: {"error": {"message": "context size exceeded"}}',)),
        "lmstudio",
        "context_overflow",
        "The conversation is too long for the model: context size exceeded. "
        "Load the model with a longer context, or set context_tokens of the node main_control to what it has.",
    ),
    (
        "no JSON in the stream",
        Reply(lines=("data: hello",)),
        "custom",
        "failed",
        "The chat server answered something that is not JSON. Look whether params.base_url is right.",
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
