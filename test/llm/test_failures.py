"""Language models that fail, hang, or cannot be opened. In virtual time."""

import asyncio

import pytest
from support.llm_probe import LlmProbe, talk_to_llm
from support.scripted_llm import ADDON, ScriptedLlm
from ten_runtime import StatusCode


@pytest.mark.parametrize(
    ("steps", "text", "code"),
    [
        (["fail:rate_limit"], "It went wrong. Do something.", "rate_limit"),
        (["text:Hello", "fail:failed"], "It went wrong. Do something.", "failed"),
        (["raise:oh"], "the language model failed: ValueError: oh", ""),
        (["text:Hello", "raise:oh"], "the language model failed: ValueError: oh", ""),
    ],
)
def test_a_failure_is_told_and_the_next_request_works(steps: list[str], text: str, code: str) -> None:
    async def script(llm: LlmProbe) -> None:
        completion = await llm.ask(metadata={"session_id": "100"})
        kind = {"error_kind": code} if code else {}
        assert (completion.status, completion.final) == (StatusCode.ERROR, {"detail": text} | kind)
        assert completion.deltas == [step[5:] for step in steps if step.startswith("text:")]
        assert "message_content_done" not in completion.types
        await llm.wait_for("error")
        await llm.tell("update_configs", params={"steps": ["text:fine"]})
        assert (await llm.ask()).content == "fine"

    assert talk_to_llm(script, steps).errors() == [
        {
            "id": "r1",
            "module": "llm",
            "code": 1000,
            "message": text,
            "vendor_info": {"vendor": "scripted", "code": code, "message": text},
            "metadata": {"session_id": "100"},
        }
    ]


@pytest.mark.parametrize(
    ("steps", "time_ms", "text"),
    [
        (["wait:60"], 2000, "The language model made no text for 2 s. Take a smaller model."),
        (
            ["wait:1.9", "text:Hello", "wait:60"],
            2900,
            "The language model stopped in the middle of its answer, for 1 s. Take a smaller model.",
        ),
    ],
)
def test_a_stall_ends_the_request_and_the_engines_work(steps: list[str], time_ms: int, text: str) -> None:
    async def script(llm: LlmProbe) -> None:
        loop = asyncio.get_running_loop()
        completion = await llm.ask()
        assert completion.final == {"detail": text, "error_kind": "too_slow"}
        assert round(loop.time() * 1000) == time_ms
        assert ScriptedLlm.engines[-1].broken_off == 1

    llm = talk_to_llm(script, steps, first_token_timeout_ms=2000, stall_timeout_ms=1000)
    assert [error["vendor_info"]["code"] for error in llm.errors()] == ["too_slow"]


def test_a_slow_but_steady_answer_is_no_stall() -> None:
    async def script(llm: LlmProbe) -> None:
        assert (await llm.ask()).content == "a" * 20

    talk_to_llm(script, ["wait:0.9", "text:a"] * 20, first_token_timeout_ms=1000, stall_timeout_ms=1000)


def test_requests_wait_until_the_engine_is_open() -> None:
    async def script(llm: LlmProbe) -> None:
        completion = await llm.ask()
        assert completion.times_ms == [3000, 3000]
        (ready,) = llm.named("ready")
        assert ready.time_ms == 3000

    talk_to_llm(script, first_token_timeout_ms=1000, params={"open": ["wait:3"], "steps": ["text:a"]})


def test_a_request_that_waits_for_the_engine_can_be_aborted() -> None:
    async def script(llm: LlmProbe) -> None:
        running = llm.start()
        await asyncio.sleep(1)
        await llm.tell("abort", request_id="r1")
        assert (await running).status == StatusCode.OK
        await llm.wait_for("ready")
        assert ScriptedLlm.engines[-1].requests == []

    talk_to_llm(script, params={"open": ["wait:3"], "steps": ["text:a"]})


@pytest.mark.parametrize(
    ("step", "text", "kind"),
    [
        ("fail:unreachable", "It went wrong. Do something.", "unreachable"),
        ("raise:bad", "the language model could not be loaded: ValueError: bad", "failed"),
    ],
)
def test_an_engine_that_cannot_be_opened_is_a_fatal_error(step: str, text: str, kind: str) -> None:
    async def script(llm: LlmProbe) -> None:
        await llm.wait_for("error")
        completion = await llm.ask()
        final = {"detail": text, "error_kind": kind}
        assert (completion.status, completion.final) == (StatusCode.ERROR, final)

    llm = talk_to_llm(script, params={"open": [step]})
    first = llm.errors()[0]
    assert (first["code"], first["message"]) == (-1000, f'node "{ADDON}": {text}')
    assert not llm.named("ready")


def test_an_engine_that_could_not_be_opened_is_tried_again_with_each_question() -> None:
    async def script(llm: LlmProbe) -> None:
        await llm.wait_for("error")
        assert (await llm.ask()).status == StatusCode.ERROR
        assert not llm.named("ready")
        assert (await llm.ask(request_id="r2")).content == "here"
        assert len(llm.named("ready")) == 1

    talk_to_llm(script, params={"failing_opens": 2, "steps": ["text:here"]})


def test_new_params_make_a_new_engine_and_the_old_one_finishes_its_work() -> None:
    async def script(llm: LlmProbe) -> None:
        running = llm.start(request_id="old")
        await asyncio.sleep(0.5)
        old = ScriptedLlm.engines[-1]
        assert await llm.tell("update_configs", params={"steps": ["text:new"]}) == (
            StatusCode.OK,
            {"code": 0, "message": ""},
        )
        assert (await llm.ask(request_id="new")).content == "new"
        assert not old.closed
        assert (await running).content == "old"
        await llm.wait_for("ready", 2)
        await asyncio.sleep(0.1)
        assert old.closed
        assert not ScriptedLlm.engines[-1].closed

    talk_to_llm(script, ["wait:1", "text:old"])


def test_settings_beside_the_params_keep_the_engine() -> None:
    async def script(llm: LlmProbe) -> None:
        await llm.wait_for("ready")
        engine = ScriptedLlm.engines[-1]
        await llm.tell("update_configs", prompt="New.", url="not ours")
        assert (await llm.tell("retrieve_prompt"))[1] == {"prompt": "New."}
        assert ScriptedLlm.engines[-1] is engine

    talk_to_llm(script, [])


def test_wrong_settings_are_refused() -> None:
    async def script(llm: LlmProbe) -> None:
        status, properties = await llm.tell("update_configs", params={"step": ["text:a"]})
        assert status == StatusCode.ERROR
        assert (
            properties["detail"]
            == "params.step: unknown key; allowed are failing_opens, open, prefill, steps; did you mean steps?"
        )
        assert (await llm.ask()).content == "kept"

    talk_to_llm(script, ["text:kept"])


def test_the_end_of_the_graph_ends_everything() -> None:
    async def script(llm: LlmProbe) -> None:
        llm.start()
        await asyncio.sleep(1)

    talk_to_llm(script, ["text:a", "wait:1000"])
    engine = ScriptedLlm.engines[-1]
    assert (engine.closed, engine.running, engine.broken_off) == (True, 0, 1)
