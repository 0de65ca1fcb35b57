"""The llm-interface, as the rest of a graph sees it. In virtual time."""

import asyncio

import pytest
from support.llm_probe import Completion, LlmProbe, talk_to_llm
from support.scripted_llm import ScriptedLlm
from ten_runtime import StatusCode

from ten_extensions.common.messages import Json
from wrappers.llm.base import Message, Tool, ToolCall, ToolOutput, ToolParameter

HELLO = ["wait:0.2", "text:Hello", "wait:0.1", "text: there.", "wait:0.1", "text: Bye."]
ENDLESS = ["wait:0.5", *["text:more ", "wait:0.5"] * 1000]


def test_streams_an_answer() -> None:
    async def script(llm: LlmProbe) -> None:
        completion = await llm.ask()
        assert completion.types == ["message_content_delta"] * 3 + ["message_content_done"]
        assert completion.deltas == ["Hello", " there.", " Bye."]
        assert [body["content"] for body in completion.bodies] == [
            *("Hello", "Hello there.", "Hello there. Bye.", "Hello there. Bye.")
        ]
        assert {body["role"] for body in completion.bodies} == {"assistant"}
        assert {body["response_id"] for body in completion.bodies} == {"r1"}
        assert all(isinstance(body["created"], int) for body in completion.bodies)
        assert completion.times_ms == [200, 300, 400, 400]
        assert (completion.status, completion.final) == (StatusCode.OK, {})

    llm = talk_to_llm(script, HELLO)
    assert len(llm.named("ready", module="llm")) == 1
    assert not llm.errors()


def test_without_streaming_only_the_whole_comes() -> None:
    async def script(llm: LlmProbe) -> None:
        completion = await llm.ask(streaming=False)
        assert completion.types == ["message_content_done"]
        assert completion.content == "Hello there. Bye."
        assert completion.status == StatusCode.OK

    talk_to_llm(script, HELLO)


def test_metrics() -> None:
    async def script(llm: LlmProbe) -> None:
        await llm.ask(metadata={"session_id": "100", "turn_id": 3})
        await llm.wait_for("metrics")

    (arrival,) = talk_to_llm(script, HELLO).named("metrics")
    assert arrival.properties == {
        "id": "r1",
        "module": "llm",
        "vendor": "scripted",
        "metrics": {"ttft": 200, "ttfs": 400, "tokens_per_s": 10.0},
        "metadata": {"session_id": "100", "turn_id": 3},
    }


def test_metrics_count_what_the_engine_says() -> None:
    async def script(llm: LlmProbe) -> None:
        await llm.ask()
        await llm.wait_for("metrics")

    llm = talk_to_llm(script, ["text:a", "wait:1", "text: b", "usage:31"])
    assert llm.metrics() == [{"ttft": 0, "ttfs": 1000, "tokens_per_s": 30.0, "input_tokens": 12, "output_tokens": 31}]


def test_reasoning_is_told_apart() -> None:
    async def script(llm: LlmProbe) -> None:
        completion = await llm.ask()
        assert completion.types == [
            *("message_reasoning_delta", "message_reasoning_delta", "message_reasoning_done"),
            *("message_content_delta", "message_content_done"),
        ]
        assert completion.bodies[2]["content"] == "Let me see."
        assert completion.content == "Four."

    talk_to_llm(script, ["reason:Let me", "reason: see.", "text:Four."])


def test_tool_calls_come_through() -> None:
    async def script(llm: LlmProbe) -> None:
        completion = await llm.ask()
        assert completion.types == ["tool_call_content", "message_content_done"]
        body = completion.bodies[0]
        assert (body["tool_call_id"], body["name"], body["arguments"]) == ("call-1", "weather", {"city": "Paris"})

    talk_to_llm(script, ["tool:weather"])


def test_the_engine_gets_all_of_the_request() -> None:
    messages = [
        {"role": "system", "content": "Be brief."},
        {
            "role": "user",
            "content": [{"type": "text", "text": "Look"}, {"type": "image_url", "image_url": {"url": "u"}}],
        },
        {"type": "function_call", "call_id": "c", "name": "f", "arguments": '{"x": 1}', "role": "assistant"},
        {"type": "function_call_output", "call_id": "c", "output": "two", "role": "tool"},
    ]
    parameter = {"name": "city", "type": "string", "description": "Where", "required": True}
    tools = [{"name": "weather", "description": "The weather", "parameters": [parameter]}]

    async def script(llm: LlmProbe) -> None:
        await llm.ask(messages=messages, tools=tools, parameters={"temperature": 0.5}, model="m")
        request = ScriptedLlm.engines[-1].requests[-1]
        assert request.messages == (
            Message("system", "Be brief."),
            Message("user", "Look", ("u",)),
            ToolCall("c", "f", {"x": 1}),
            ToolOutput("c", "two"),
        )
        assert request.tools == (Tool("weather", "The weather", (ToolParameter("city", "string", "Where", True),)),)
        assert (request.parameters, request.model) == ({"temperature": 0.5}, "m")

    talk_to_llm(script, ["text:ok"])


@pytest.mark.parametrize(
    ("first_message", "prompt", "expected"),
    [
        ({"role": "user", "content": "Hi"}, None, "Of the node."),
        ({"role": "user", "content": "Hi"}, "Of the request.", "Of the request."),
        ({"role": "system", "content": "Of the history."}, None, "Of the history."),
        ({"role": "system", "content": "Of the history."}, "Of the request.", "Of the request."),
    ],
)
def test_one_system_prompt(first_message: dict[str, str], prompt: str | None, expected: str) -> None:
    async def script(llm: LlmProbe) -> None:
        await llm.ask(messages=[first_message], **({"prompt": prompt} if prompt else {}))
        entries = ScriptedLlm.engines[-1].requests[-1].messages
        assert [e.text for e in entries if isinstance(e, Message) and e.role == "system"] == [expected]
        assert await llm.tell("retrieve_prompt", request_id="x") == (StatusCode.OK, {"prompt": "Of the node."})

    talk_to_llm(script, ["text:ok"], prompt="Of the node.")


@pytest.mark.parametrize("aborted", ["r1", ""])
def test_abort_in_the_middle(aborted: str) -> None:
    async def script(llm: LlmProbe) -> None:
        answer = Completion()
        messages = [{"role": "user", "content": "Hi"}]
        running = asyncio.create_task(llm.complete(answer, request_id="r1", messages=messages))
        await asyncio.sleep(1.2)
        assert await llm.tell("abort", request_id=aborted) == (StatusCode.OK, {})
        await running
        engine = ScriptedLlm.engines[-1]
        assert (answer.deltas, answer.status, answer.final) == (["more ", "more "], StatusCode.OK, {})
        assert "message_content_done" not in answer.types
        await asyncio.sleep(5)
        assert (engine.running, engine.broken_off) == (0, 1)
        assert len(answer.bodies) == 2

    llm = talk_to_llm(script, ENDLESS)
    assert not llm.errors()
    assert llm.metrics() == [{"ttft": 500, "ttfs": 1200, "tokens_per_s": 2.0}]


def test_abort_before_the_first_token_and_of_nothing() -> None:
    async def script(llm: LlmProbe) -> None:
        running = llm.start()
        await asyncio.sleep(0.1)
        assert (await llm.tell("abort", request_id="other"))[0] == StatusCode.OK
        assert (await llm.tell("abort", request_id="r1"))[0] == StatusCode.OK
        assert (await running).status == StatusCode.OK
        assert (await llm.tell("abort", request_id="r1"))[0] == StatusCode.OK
        assert (await llm.tell("abort"))[0] == StatusCode.OK

    assert talk_to_llm(script, ENDLESS).metrics() == []


def test_two_at_once_and_one_aborted() -> None:
    async def script(llm: LlmProbe) -> None:
        first, second = llm.start(request_id="a"), llm.start(request_id="b")
        await asyncio.sleep(0.25)
        await llm.tell("abort", request_id="a")
        assert (await first).deltas == ["Hello"]
        assert (await second).content == "Hello there. Bye."

    talk_to_llm(script, HELLO)


def test_a_duplicate_is_rejected_while_the_first_goes_on() -> None:
    async def script(llm: LlmProbe) -> None:
        first = llm.start()
        await asyncio.sleep(0.25)
        second = await llm.ask()
        assert second.status == StatusCode.ERROR
        assert second.final == {"detail": 'chat_completion: request_id "r1" is being answered already'}
        assert (await first).content == "Hello there. Bye."
        assert (await llm.ask()).content == "Hello there. Bye."  # over, so free again

    assert not talk_to_llm(script, HELLO).errors()


def test_an_aborted_id_is_free_at_once() -> None:
    async def script(llm: LlmProbe) -> None:
        first = llm.start()
        await asyncio.sleep(0.25)
        second_answer = asyncio.create_task(_abort_and_ask(llm))
        assert (await first).deltas == ["Hello"]
        assert (await second_answer).content == "Hello there. Bye."

    talk_to_llm(script, HELLO)


async def _abort_and_ask(llm: LlmProbe) -> Completion:
    await llm.tell("abort", request_id="r1")
    return await llm.ask()


def test_bounded_number_of_requests() -> None:
    async def script(llm: LlmProbe) -> None:
        running = [llm.start(request_id=f"r{index}") for index in range(2)]
        await asyncio.sleep(0.1)
        third = await llm.ask(request_id="r3")
        assert third.final == {"detail": "chat_completion: 2 requests are being answered already"}
        assert [(await task).status for task in running] == [StatusCode.OK] * 2

    talk_to_llm(script, HELLO, max_requests=2)


@pytest.mark.parametrize(
    ("properties", "problem"),
    [
        ({"request_id": "x"}, "messages: missing"),
        ({"messages": [{"role": "user", "content": "Hi"}]}, "request_id: missing"),
        ({"request_id": "x", "messages": "Hi"}, 'messages: "Hi": input should be a valid list'),
        ({"request_id": "x", "messages": ["Hi"]}, 'messages.0: "Hi" is no object {...}'),
        ({"request_id": 7, "messages": [{"role": "user", "content": "Hi"}]}, "request_id: 7"),
        ({"request_id": "x", "messages": []}, "messages: []: list should have at least 1 item"),
        (
            {"request_id": "x", "messages": [{"role": "user", "content": "a"}, {"role": "robot", "content": "b"}]},
            'messages.1.role: "robot" is not one of system, user, assistant, tool',
        ),
        ({"request_id": "x", "messages": [{"content": "a"}]}, "messages.0: {'content': 'a'}: role is missing"),
        ({"request_id": "x", "messages": [{"role": "user", "content": 3}]}, "messages.0.content: 3: a text, or a list"),
        (
            {"request_id": "x", "messages": [{"role": "user", "content": [{"type": "text"}]}]},
            "messages.0.content: [{'type': 'text'}]: a text, or a list",
        ),
        (
            {"request_id": "x", "messages": [{"type": "function_call", "name": "f", "arguments": "{"}]},
            'messages.0.arguments: "{"',
        ),
        ({"request_id": "x", "messages": [{"type": "function_call"}]}, "name of the function is missing"),
        ({"request_id": "x", "messages": [{"role": "tool"}]}, "role tool is allowed only with"),
        (
            {"request_id": "x", "messages": [{"role": "user", "content": "a"}], "tools": [{"description": "d"}]},
            "tools.0.name: missing",
        ),
    ],
)
def test_bad_input_is_answered_with_its_place(properties: Json, problem: str) -> None:
    async def script(llm: LlmProbe) -> None:
        completion = await llm.complete(**properties)
        assert completion.status == StatusCode.ERROR
        assert completion.bodies == []
        assert completion.final["detail"].startswith("chat_completion: ")
        assert problem in completion.final["detail"]
        assert (await llm.ask()).status == StatusCode.OK

    assert not talk_to_llm(script, ["text:ok"]).errors()


def test_an_unknown_command_is_refused() -> None:
    async def script(llm: LlmProbe) -> None:
        assert await llm.tell("sing") == (
            StatusCode.ERROR,
            {"detail": "test_scripted_llm does not know the command sing"},
        )

    talk_to_llm(script, [])
