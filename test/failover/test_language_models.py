"""Two language models in the place of one: an answer goes on where it broke off."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from support.failover_graph import failover_graph
from support.llm_probe import LlmProbe
from support.probe import Probe, probe_graph
from support.scripted_llm import ADDON, ScriptedEngine, ScriptedLlm
from ten_runtime import StatusCode

from wrappers.llm.base import Message

WELL = ["text:Hello ", "text:there."]


def talk(
    script: Callable[[LlmProbe], Awaitable[None]], primary: list[str], backup: list[str] | None = None, **options: Any
) -> LlmProbe:
    """Run a script around a failover between two scripted models."""

    async def run(tester: Probe) -> None:
        assert isinstance(tester, LlmProbe)
        await tester.wait_for("ready")
        await script(tester)

    nodes = [{"params": {"steps": steps}} for steps in (primary, backup or ["text:I am ", "text:the second."])]
    tester = probe_graph(failover_graph("llm", ADDON, *nodes, **options), run, LlmProbe)
    assert isinstance(tester, LlmProbe)
    return tester


def engines() -> list[ScriptedEngine]:
    """Those of the last talk: of the first node and of the second one."""
    return ScriptedLlm.engines[-2:]


def test_all_results_of_an_answer_come_through() -> None:
    async def script(llm: LlmProbe) -> None:
        answer = await llm.ask()
        assert answer.status == StatusCode.OK
        assert answer.deltas == ["Hello ", "there."]
        assert answer.types == ["message_content_delta"] * 2 + ["message_content_done"]
        assert answer.bodies[0]["response_id"] == "r1"

    talk(script, WELL)
    assert [len(engine.requests) for engine in engines()] == [1, 0]


def test_a_model_that_fails_is_followed_by_the_other_one_in_the_same_answer() -> None:
    async def script(llm: LlmProbe) -> None:
        answer = await llm.ask()
        assert answer.status == StatusCode.OK
        assert answer.deltas == ["I am ", "the second."]

    talk(script, ["fail:failed"])


def test_an_answer_that_breaks_off_is_continued_and_not_begun_again() -> None:
    async def script(llm: LlmProbe) -> None:
        answer = await llm.ask("Count.")
        assert answer.status == StatusCode.OK
        assert answer.deltas == ["One, ", "two, ", "three."]
        assert answer.content == "One, two, three."
        assert [body["content"] for body in answer.bodies] == [
            *("One, ", "One, two, ", "One, two, three.", "One, two, three."),
        ]

    talk(script, ["text:One, ", "text:two, ", "raise:gone"], ["text:three."])
    (request,) = engines()[1].requests
    asked = [(entry.role, entry.text) for entry in request.messages if isinstance(entry, Message)]
    assert asked[:2] == [("user", "Count."), ("assistant", "One, two, ")]
    assert asked[2][0] == "user"


def test_a_model_that_says_nothing_in_time_is_left() -> None:
    async def script(llm: LlmProbe) -> None:
        answer = await llm.ask()
        assert answer.deltas == ["I am ", "the second."]
        assert (await llm.ask(request_id="r2")).deltas == ["I am ", "the second."]
        await asyncio.sleep(20)

    llm = talk(script, ["wait:10", "text:Too late."], first_output_ms=800)
    assert [len(engine.requests) for engine in engines()] == [1, 2]
    assert engines()[0].broken_off == 1, "it was told to stop"
    assert "one made nothing for 800 ms: two takes over" in [error["message"] for error in llm.errors()]


def test_after_a_tool_was_called_nobody_calls_it_again() -> None:
    async def script(llm: LlmProbe) -> None:
        answer = await llm.ask()
        assert answer.types == ["tool_call_content"]
        assert answer.status == StatusCode.ERROR
        assert "gone" in answer.final["detail"]

    talk(script, ["tool:weather", "raise:gone"])
    assert engines()[1].requests == []


def test_when_both_fail_the_answer_says_why() -> None:
    async def script(llm: LlmProbe) -> None:
        answer = await llm.ask()
        assert answer.status == StatusCode.ERROR
        assert "second is gone" in answer.final["detail"]

    talk(script, ["raise:first is gone"], ["raise:second is gone"])


def test_when_both_fail_the_kind_of_the_failure_is_told_too() -> None:
    async def script(llm: LlmProbe) -> None:
        answer = await llm.ask()
        assert (answer.status, answer.final["error_kind"]) == (StatusCode.ERROR, "rate_limit")

    talk(script, ["fail:failed"], ["fail:rate_limit"])


def test_what_is_read_ahead_goes_to_the_model_that_answers() -> None:
    async def script(llm: LlmProbe) -> None:
        await llm.wait_for("ready")
        messages = [{"role": "user", "content": "what"}]
        assert await llm.tell("prefill", messages=messages) == (StatusCode.OK, {"taken": True})
        await asyncio.sleep(0.1)
        assert [len(engine.prefilled) for engine in engines()] == [1, 0]

    talk(script, WELL)


def test_an_abort_ends_the_answer_where_it_is_made() -> None:
    async def script(llm: LlmProbe) -> None:
        asked = llm.start()
        await asyncio.sleep(1)
        assert (await llm.tell("abort", request_id="r1"))[0] == StatusCode.OK
        answer = await asked
        assert (answer.status, answer.deltas) == (StatusCode.OK, ["Well, "])
        assert (await llm.tell("abort", request_id=""))[0] == StatusCode.OK
        await asyncio.sleep(20)

    talk(script, ["text:Well, ", "wait:100"])
    assert [engine.broken_off for engine in engines()] == [1, 0]


def test_an_abort_reaches_the_model_that_took_over() -> None:
    async def script(llm: LlmProbe) -> None:
        asked = llm.start()
        await asyncio.sleep(1)
        await llm.tell("abort", request_id="r1")
        assert (await asked).status == StatusCode.OK

    talk(script, ["fail:failed"], ["text:Well, ", "wait:100"])
    assert engines()[1].broken_off == 1


def test_the_first_model_gets_its_place_back_when_it_answers_again() -> None:
    async def script(llm: LlmProbe) -> None:
        await llm.ask()
        engines()[0]._params = engines()[1]._params.model_copy(update={"steps": ("text:I am back.",)})
        await asyncio.sleep(6)
        assert (await llm.ask(request_id="r2")).deltas == ["I am back."]

    talk(script, ["wait:3", "text:Slow."], first_output_ms=500, probe_ms=5000)


def test_other_commands_are_passed_on_and_a_request_id_in_use_is_refused() -> None:
    async def script(llm: LlmProbe) -> None:
        assert await llm.tell("retrieve_prompt", request_id="r1") == (StatusCode.OK, {"prompt": ""})
        asked = llm.start()
        await asyncio.sleep(0.1)
        assert (await llm.ask()).status == StatusCode.ERROR
        assert (await asked).status == StatusCode.OK

    talk(script, ["wait:1", *WELL])
