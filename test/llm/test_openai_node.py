"""Chat servers behind the node openai_llm_python."""

from typing import Any

import pytest
from support.app_dir import use_repository
from support.chat_server import HOLD, FakeChatServer, Reply, chunk, failure, stream
from support.happened import happened
from support.llm_probe import LlmProbe, talk_to_llm
from support.require import require
from ten_runtime import StatusCode

from ten_extensions.common.config import InvalidConfig, parse_config

require("openai")
use_repository()

from ten_packages.extension.openai_llm_python.config import OpenAiLlmConfig  # noqa: E402

ADDON = "openai_llm_python"


def test_answers_with_reasoning_apart() -> None:
    async def script(llm: LlmProbe) -> None:
        completion = await llm.ask()
        assert (completion.content, completion.status) == ("Hello there.", StatusCode.OK)
        assert "message_reasoning_done" in completion.types
        await llm.wait_for("metrics")

    reply = stream("Hello", " there.")
    with FakeChatServer(Reply(lines=(chunk({"reasoning_content": "hm"}), *reply.lines))) as server:
        params = {"base_url": server.base_url}
        llm = talk_to_llm(script, addon=ADDON, params=params)
    (metrics,) = llm.named("metrics")
    assert metrics.properties["vendor"] == "lmstudio"
    assert metrics.properties["metrics"].keys() >= {"ttft", "ttfs"}


def test_an_abort_reaches_the_server() -> None:
    async def script(llm: LlmProbe) -> None:
        running = llm.start()
        await happened(server.holding)
        assert (await llm.tell("abort", request_id="r1"))[0] == StatusCode.OK
        assert (await running).status == StatusCode.OK
        await happened(server.left_early)

    with FakeChatServer(Reply(lines=(chunk({"content": "a"}), HOLD))) as server:
        llm = talk_to_llm(script, addon=ADDON, params={"base_url": server.base_url})
        assert server.left_early.is_set()
    assert not llm.errors()


def test_a_failure_is_told() -> None:
    async def script(llm: LlmProbe) -> None:
        completion = await llm.ask()
        assert completion.status == StatusCode.ERROR
        assert completion.final["detail"].startswith("DeepSeek does not accept the key")
        await llm.wait_for("error")

    with FakeChatServer(failure(401, "wrong")) as server:
        params = {"preset": "deepseek", "base_url": server.base_url, "api_key": "k"}
        llm = talk_to_llm(script, addon=ADDON, params=params)
    assert llm.errors()[0]["vendor_info"]["code"] == "unauthorized"


def test_a_server_that_is_not_there_is_a_fatal_error() -> None:
    async def script(llm: LlmProbe) -> None:
        (error,) = await llm.wait_for("error")
        assert error.properties["code"] == -1000
        assert "LM Studio does not answer at http://127.0.0.1:9/v1. Start its server" in error.properties["message"]

    talk_to_llm(script, addon=ADDON, params={"base_url": "http://127.0.0.1:9/v1"})


@pytest.mark.parametrize(
    ("params", "base_url", "api_key"),
    [
        ({}, "http://127.0.0.1:1234/v1", ""),
        ({"preset": "openai"}, "https://api.openai.com/v1", "from the environment"),
        ({"preset": "openai", "api_key": "mine"}, "https://api.openai.com/v1", "mine"),
        ({"preset": "ollama", "base_url": "http://box:11434/v1"}, "http://box:11434/v1", ""),
        ({"preset": "custom", "base_url": "http://box/v1"}, "http://box/v1", ""),
    ],
)
def test_presets(params: dict[str, Any], base_url: str, api_key: str) -> None:
    config = parse_config(OpenAiLlmConfig, {"params": params})
    options = config.params.options({"OPENAI_API_KEY": "from the environment"})
    assert (options.base_url, options.api_key) == (base_url, api_key)


@pytest.mark.parametrize(
    ("params", "problem"),
    [
        ({"preset": "custom"}, "preset custom needs a base_url"),
        ({"preset": "lm studio"}, 'params.preset: "lm studio" is not one of lmstudio, mlx, ollama'),
        ({"retries": 9}, "params.retries: 9"),
    ],
)
def test_wrong_params_are_named(params: dict[str, Any], problem: str) -> None:
    with pytest.raises(InvalidConfig, match=problem):
        parse_config(OpenAiLlmConfig, {"params": params})


def test_the_key_is_not_shown() -> None:
    config = parse_config(OpenAiLlmConfig, {"params": {"api_key": "sk-secret"}})
    assert "sk-secret" not in repr(config)
