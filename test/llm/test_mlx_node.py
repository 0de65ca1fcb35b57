"""The node mlx_llm_python, with a tiny model."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest
from support.app_dir import use_repository
from support.llm_probe import LlmProbe, talk_to_llm
from support.require import require
from ten_runtime import StatusCode

require("mlx")
use_repository()

from support.tiny_llm import CONTEXT_TOKENS, tiny_llm  # noqa: E402
from ten_packages.extension.mlx_llm_python.extension import MlxLlmConfig, MlxLlmExtension  # noqa: E402

from wrappers.llm.mlx.chat_model import ChatModel  # noqa: E402

ADDON = "mlx_llm_python"
SAMPLING = {"temperature": 0, "max_tokens": 30}


def talk(script: Any, model: str = "", **params: Any) -> LlmProbe:
    return talk_to_llm(script, addon=ADDON, params={"model": model or str(tiny_llm()), "sampling": SAMPLING} | params)


def test_it_answers_while_it_writes() -> None:
    async def script(llm: LlmProbe) -> None:
        await llm.wait_for("ready")
        completion = await llm.ask("hello there")
        assert completion.status == StatusCode.OK
        assert len(completion.deltas) > 3
        assert completion.content == "".join(completion.deltas)
        assert (await llm.ask("hello there", request_id="r2")).content == completion.content
        await llm.wait_for("metrics")

    llm = talk(script)
    metrics = llm.named("metrics")[0].properties
    assert metrics["vendor"] == "mlx"
    assert metrics["metrics"].keys() >= {"ttft", "ttfs"}
    assert not llm.errors()


def test_an_abort_ends_it_and_the_next_request_works() -> None:
    drawn = 0
    draw = ChatModel._draw

    async def script(llm: LlmProbe) -> None:
        begun, loop = asyncio.Event(), asyncio.get_running_loop()

        def note(model: ChatModel, *arguments: Any) -> Any:
            nonlocal drawn
            drawn += 1
            if drawn == 5:
                loop.call_soon_threadsafe(begun.set)
            return draw(model, *arguments)

        patched.setattr(ChatModel, "_draw", note)
        running = llm.start("hello there", parameters={"max_tokens": 1500})
        await begun.wait()
        await llm.tell("abort", request_id="r1")
        assert (await running).status == StatusCode.OK
        assert drawn < 500
        assert (await llm.ask("hello there", request_id="r2")).content

    with pytest.MonkeyPatch.context() as patched:
        assert not talk(script).errors()


def test_it_reads_ahead() -> None:
    read: list[int] = []
    read_ahead = ChatModel.read_ahead

    def note(model: ChatModel, request: Any) -> Any:
        yield from read_ahead(model, request)
        read.append(len(model.context.ids))

    async def script(llm: LlmProbe) -> None:
        await llm.wait_for("ready")
        messages = [{"role": "user", "content": "the quick brown fox jumps"}]
        assert await llm.tell("prefill", messages=messages) == (StatusCode.OK, {"taken": True})
        await asyncio.sleep(1)
        assert (await llm.ask("the quick brown fox jumps over the lazy dog")).content

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(ChatModel, "read_ahead", note)
        talk(script)
    assert read and read[0] > 5


def test_a_conversation_that_is_too_long_is_told_with_what_to_do() -> None:
    async def script(llm: LlmProbe) -> None:
        await llm.wait_for("ready")
        completion = await llm.ask("hello there " * CONTEXT_TOKENS)
        assert completion.status == StatusCode.ERROR
        assert "too long for the model" in completion.final["detail"]
        await llm.wait_for("error")
        assert (await llm.ask("hello", request_id="r2")).status == StatusCode.OK

    (error,) = talk(script).errors()
    assert error["vendor_info"]["code"] == "context_overflow"


@pytest.mark.parametrize(
    ("params", "says"),
    [
        ({"model": "./no/folder"}, "the model folder no/folder does not exist"),
        ({"sampling": {"temprature": 1}}, "params.sampling.temprature"),
        ({"sampling": {"top_p": 0}}, "params.sampling.top_p"),
    ],
)
def test_what_cannot_work_is_told_at_the_start(params: dict[str, Any], says: str) -> None:
    async def script(llm: LlmProbe) -> None:
        await llm.wait_for("error")

    (error,) = talk(script, **params).errors()
    assert error["code"] == -1000
    assert says in error["message"]


def test_the_start_up_check_finds_a_model_or_says_what_is_missing(tmp_path: Path) -> None:
    def check(**params: Any) -> Any:
        return MlxLlmExtension.check_here(MlxLlmConfig.model_validate({"params": params}))

    assert check(model=str(tiny_llm())) is None
    assert check() is None  # a name: it is downloaded when it is opened
    missing = check(model=str(tmp_path))
    assert "holds no config.json" in missing.what and "language model for MLX" in missing.mend
