"""Reading what the user has said so far while he still speaks. In virtual time."""

import asyncio

from support.llm_probe import LlmProbe, talk_to_llm
from support.scripted_llm import ScriptedLlm
from ten_runtime import StatusCode

from ten_extensions.common.messages import Json
from wrappers.llm.base import Message

SLOW = {"steps": ["text:ok"], "prefill": ["wait:1"]}


def said(text: str) -> Json:
    return {"messages": [{"role": "user", "content": text}]}


def read_ahead() -> list[str]:
    prompts = [request.messages[-1] for request in ScriptedLlm.engines[-1].prefilled]
    return [prompt.text for prompt in prompts if isinstance(prompt, Message)]


def test_of_the_prompts_that_wait_only_the_newest_is_read() -> None:
    async def script(llm: LlmProbe) -> None:
        await llm.wait_for("ready")
        for text in ("what", "what is", "what is the", "what is the time"):
            assert await llm.tell("prefill", **said(text)) == (StatusCode.OK, {"taken": True})
            await asyncio.sleep(0.1)
        await asyncio.sleep(2)
        assert read_ahead() == ["what", "what is the time"]
        assert ScriptedLlm.engines[-1].requests == []

    talk_to_llm(script, params=SLOW)


def test_a_question_stops_the_reading_at_once() -> None:
    async def script(llm: LlmProbe) -> None:
        await llm.wait_for("ready")
        await llm.tell("prefill", **said("what"))
        await llm.tell("prefill", **said("what is"))
        await asyncio.sleep(0.5)
        assert (await llm.ask("what is it")).times_ms == [500, 500]
        await asyncio.sleep(5)
        assert read_ahead() == []
        assert await llm.tell("prefill", **said("and")) == (StatusCode.OK, {"taken": True})
        await asyncio.sleep(2)
        assert read_ahead() == ["and"]

    talk_to_llm(script, params=SLOW)


def test_nothing_is_read_while_an_answer_is_made() -> None:
    async def script(llm: LlmProbe) -> None:
        running = llm.start()
        await asyncio.sleep(0.5)
        assert await llm.tell("prefill", **said("and")) == (StatusCode.OK, {"taken": False})
        await running

    talk_to_llm(script, ["wait:1", "text:ok"])


def test_it_can_be_switched_off() -> None:
    async def script(llm: LlmProbe) -> None:
        await llm.wait_for("ready")
        assert await llm.tell("prefill", **said("what")) == (StatusCode.OK, {"taken": False})

    talk_to_llm(script, [], prefill_ahead=False)


def test_a_failure_is_told_to_nobody_and_the_next_prompt_is_read() -> None:
    async def script(llm: LlmProbe) -> None:
        await llm.wait_for("ready")
        for _ in range(2):
            assert await llm.tell("prefill", **said("what")) == (StatusCode.OK, {"taken": True})
            await asyncio.sleep(0.1)
        assert (await llm.ask()).content == "ok"

    assert not talk_to_llm(script, params={"steps": ["text:ok"], "prefill": ["raise:oh"]}).errors()


def test_a_prompt_that_is_none_is_refused() -> None:
    async def script(llm: LlmProbe) -> None:
        status, properties = await llm.tell("prefill", messages=[])
        assert status == StatusCode.ERROR
        assert properties["detail"].startswith("prefill: messages: ")

    talk_to_llm(script, [])
