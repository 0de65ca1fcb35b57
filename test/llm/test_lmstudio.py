"""LM Studio's own protocol, against a double that checks every message with the client's own types."""

import asyncio
import random
from collections.abc import Callable, Iterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import pytest
from support.require import require

require("lmstudio")

from support.fake_lmstudio import (  # noqa: E402
    BAD_CALL,
    DROP,
    HOLD,
    CalledTool,
    FakeLmStudio,
    History,
    Stop,
    prediction_fields,
    thought,
)
from support.happened import elsewhere, happened  # noqa: E402
from support.llm_probe import LlmProbe, talk_to_llm  # noqa: E402
from ten_runtime import StatusCode  # noqa: E402

from wrappers.clock import VirtualTimeLoop  # noqa: E402
from wrappers.errors import EngineMissing  # noqa: E402
from wrappers.llm.base import (  # noqa: E402
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
from wrappers.llm.lmstudio import LmStudioEngine, LmStudioOptions, find_lmstudio  # noqa: E402

ADDON = "lmstudio_llm_python"
QWEN, QWEN_THINKS = "qwen/qwen3-30b-a3b-2507", "qwen/Qwen3-30B-A3B-Thinking-2507"
HELLO = ChatRequest((Message("user", "Hello"),))


def with_engine(server: FakeLmStudio, work: Callable[[LmStudioEngine], Any], **options: Any) -> Any:
    """Open an engine, let `work` (a coroutine function) use it, close it."""

    async def main() -> Any:
        engine = LmStudioEngine(LmStudioOptions(server.host, **options))
        try:
            await engine.open()
            return await work(engine)
        finally:
            await engine.close()

    with asyncio.Runner(loop_factory=VirtualTimeLoop) as runner:
        return runner.run(main())


async def ask(engine: LmStudioEngine, request: ChatRequest = HELLO) -> list[Delta]:
    async with aclosing(engine.chat(request)) as answer:
        return [delta async for delta in answer]


def test_streams_text() -> None:
    with FakeLmStudio() as server:
        deltas = with_engine(server, ask)
    assert deltas == [TextDelta("Hello"), TextDelta(" there."), Usage(5, 2)]


def test_thoughts_and_tool_calls_are_told_apart() -> None:
    reply = [*thought("hm"), "So", CalledTool("weather", {"city": "Paris"})]
    with FakeLmStudio(lambda history: reply) as server:
        deltas = with_engine(server, ask)
    assert deltas[:-1] == [
        ReasoningDelta("hm"),
        TextDelta("So"),
        ToolCall("call-1", "weather", {"city": "Paris"}),
    ]


def test_a_tool_call_that_cannot_be_read_is_told() -> None:
    with FakeLmStudio(lambda history: ["So", BAD_CALL]) as server:
        deltas = with_engine(server, ask)
    assert deltas[0] == TextDelta("So")
    assert isinstance(deltas[1], ToolCall)
    assert deltas[1].problem == "The call is not written as the chat template wants it."


def test_thoughts_that_lm_studio_leaves_in_the_text() -> None:
    with FakeLmStudio(lambda history: ["<th", "ink>hm</think>", "\n\nYes."]) as server:
        deltas = with_engine(server, ask)
    assert deltas[:-1] == [ReasoningDelta("hm"), TextDelta("Yes.")]


def test_the_whole_request_arrives() -> None:
    heard: list[History] = []
    request = ChatRequest(
        (
            Message("system", "Be brief."),
            Message("user", "Weather?"),
            ToolCall("c1", "weather", {"city": "Paris"}),
            ToolOutput("c1", "sunny"),
            Message("assistant", "Sunny."),
            Message("user", "你好"),
        ),
        (Tool("weather", "The weather", (ToolParameter("city", "string", "Where", True),)),),
        {"temperature": 0.5, "stop": "END"},
    )

    def reply(history: History) -> list[str]:
        heard.append(history)
        return ["ok"]

    with FakeLmStudio(reply) as server:
        with_engine(server, lambda engine: ask(engine, request), sampling={"temperature": 0.9, "max_tokens": 50})
    assert heard == [
        [
            ("system", "Be brief."),
            ("user", "Weather?"),
            ("assistant", ""),
            ("tool", ""),
            ("assistant", "Sunny."),
            ("user", "你好"),
        ]
    ]
    (prediction,) = server.predictions
    call, result = (prediction["history"]["messages"][index]["content"][0] for index in (2, 3))
    assert call["toolCallRequest"]["arguments"] == {"city": "Paris"}
    assert (result["toolCallId"], result["content"]) == ("c1", "sunny")
    fields = prediction_fields(prediction)
    assert fields["temperature"] == 0.5
    assert fields["stopStrings"] == ["END"]
    assert fields["maxPredictedTokens"] == {"checked": True, "value": 50}
    assert fields["tools"]["tools"][0]["function"]["name"] == "weather"


def test_closing_the_answer_stops_the_model_and_the_next_answer_works() -> None:
    replies: Iterator[list[Any]] = iter([["a", HOLD], ["b"]])

    async def work(engine: LmStudioEngine) -> list[Delta]:
        async with aclosing(engine.chat(HELLO)) as answer:
            assert await anext(answer) == TextDelta("a")
        assert await happened(server.cancelled)
        return await ask(engine)

    with FakeLmStudio(lambda history: next(replies)) as server:
        assert with_engine(server, work)[0] == TextDelta("b")


def test_closing_before_the_first_token_stops_the_model() -> None:
    async def work(engine: LmStudioEngine) -> None:
        waiting = asyncio.create_task(ask(engine))
        assert await happened(server.holding)
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        assert await happened(server.cancelled)

    with FakeLmStudio(lambda history: [HOLD]) as server:
        with_engine(server, work)


def test_left_after_any_number_of_tokens_the_next_answer_is_whole() -> None:
    draw = random.Random(3)
    words = [f"{number} " for number in range(30)]

    async def work(engine: LmStudioEngine) -> None:
        for _ in range(8):
            async with aclosing(engine.chat(HELLO)) as answer:
                for _ in range(draw.randrange(30)):
                    await anext(answer)
            assert await ask(engine) == [*map(TextDelta, words), Usage(5, 30)]

    with FakeLmStudio(lambda history: words) as server:
        with_engine(server, work)


def test_reading_ahead_asks_for_one_token_and_throws_it_away() -> None:
    request = replace(HELLO, parameters={"temperature": 0.5})
    with FakeLmStudio() as server:
        with_engine(server, lambda engine: engine.prefill(request), sampling={"max_tokens": 50})
    (prediction,) = server.predictions
    fields = {
        entry["key"]: entry["value"]
        for layer in prediction["predictionConfigStack"]["layers"]
        for entry in layer["config"]["fields"]
    }
    assert fields["llm.prediction.maxPredictedTokens"] == {"checked": True, "value": 1}
    assert fields["llm.prediction.temperature"] == 0.5


def test_two_answers_at_once() -> None:
    async def work(engine: LmStudioEngine) -> list[list[Delta]]:
        return await asyncio.gather(*(ask(engine, ChatRequest((Message("user", text),))) for text in "ab"))

    with FakeLmStudio(lambda history: [f"{history[-1][1]}{index}" for index in range(20)]) as server:
        answers = with_engine(server, work)
    texts = ["".join(delta.text for delta in answer if isinstance(delta, TextDelta)) for answer in answers]
    assert texts == ["".join(f"{name}{index}" for index in range(20)) for name in "ab"]


def test_connects_anew_after_the_server_was_restarted() -> None:
    async def work(engine: LmStudioEngine) -> list[Delta]:
        first = await ask(engine)
        await elsewhere(restart)
        assert await ask(engine) == first
        return first

    def restart() -> None:
        server.stop()
        server.start()

    with FakeLmStudio() as server:
        assert with_engine(server, work)[0] == TextDelta("Hello")


@pytest.mark.parametrize(
    ("reply", "kind", "text"),
    [
        (["a", DROP], "unreachable", "LM Studio broke off in the middle of its answer. Look whether it runs."),
        ([DROP], "unreachable", "LM Studio does not answer at HOST. Start LM Studio and"),
        ([ValueError("oh no")], "failed", "LM Studio failed: "),
        ([ValueError("the context overflowed")], "context_overflow", "The conversation is too long for the model: "),
        ([ValueError("insufficient system resources")], "model_too_large", "LM Studio cannot load the model: "),
        (["a", Stop("modelUnloaded")], "no_model", "The model was unloaded in the middle of its answer."),
        (["a", Stop("failed")], "failed", "LM Studio failed in the middle of its answer."),
    ],
)
def test_failures_say_what_to_do(reply: list[Any], kind: str, text: str) -> None:
    with FakeLmStudio(lambda history: reply) as server, pytest.raises(LlmError) as raised:
        with_engine(server, ask)
    assert raised.value.kind == kind
    assert str(raised.value).startswith(text.replace("HOST", server.host))


@pytest.mark.parametrize(
    ("settings", "options", "model"),
    [
        ({}, {}, "first-model"),
        ({}, {"model": "first-model"}, "first-model"),
        ({}, {"model": "second-model"}, "second-model"),
        ({"loaded": ()}, {"model": "second-model"}, "second-model"),
        ({"loaded": ("mine",), "downloaded": ()}, {}, "mine"),
        ({"downloaded": ("first-model", QWEN_THINKS, QWEN)}, {}, QWEN),
        ({"loaded": ("mine", QWEN_THINKS), "downloaded": ("first-model",)}, {}, QWEN_THINKS),
        ({"loaded": (), "downloaded": ("first-model", QWEN)}, {}, QWEN),
        ({"downloaded": ("first-model", QWEN), "broken": (QWEN,)}, {}, "first-model"),
        ({"downloaded": ("first-model", QWEN)}, {"preferred": ("nothing", "FIRST")}, "first-model"),
        ({"downloaded": ("first-model", QWEN)}, {"preferred": ()}, "first-model"),
        ({"downloaded": ("first-model", "second-model", QWEN)}, {"model": "second-model"}, "second-model"),
    ],
)
def test_choice_of_the_model(settings: dict[str, Any], options: dict[str, Any], model: str) -> None:
    async def work(engine: LmStudioEngine) -> None:
        assert engine.model == model
        assert engine.context_tokens == 4096
        await ask(engine)

    with FakeLmStudio(**settings) as server:
        with_engine(server, work, **options)
    assert server.predictions[0]["modelSpecifier"]["query"]["identifier"] == model


@pytest.mark.parametrize(
    ("settings", "options", "kind", "text"),
    [
        (
            {"loaded": ()},
            {},
            "no_model",
            "LM Studio answers on HOST, but no model is loaded. "
            "Load one in LM Studio, or set params.model to one of: first-model, second-model.",
        ),
        (
            {"loaded": (), "downloaded": ()},
            {},
            "no_model",
            "LM Studio answers on HOST, but no model is loaded. Load one in LM Studio, or download one in it.",
        ),
        (
            {},
            {"model": "nothing"},
            "no_model",
            "LM Studio has no model called nothing. Set params.model to one of: first-model, second-model.",
        ),
        (
            {"broken": ("second-model",)},
            {"model": "second-model"},
            "model_too_large",
            "LM Studio cannot load second-model: Model get/load error: Not enough memory. Take a smaller model",
        ),
        (
            {"loaded": (), "downloaded": (QWEN,), "broken": (QWEN,)},
            {},
            "model_too_large",
            f"LM Studio cannot load {QWEN}: Model get/load error: Not enough memory. Take a smaller model",
        ),
        ({"refusal": "Invalid passkey"}, {}, "unauthorized", "LM Studio does not let us in. Allow clients"),
        (
            {"refusal": {"title": "No", "rootTitle": "No"}},
            {},
            "unauthorized",
            "LM Studio does not let us in. Allow clients",
        ),
    ],
)
def test_opening_fails_with_what_to_do(settings: dict[str, Any], options: dict[str, Any], kind: str, text: str) -> None:
    with FakeLmStudio(**settings) as server, pytest.raises(LlmError) as raised:
        with_engine(server, ask, **options)
    assert raised.value.kind == kind
    assert str(raised.value).startswith(text.replace("HOST", server.host))


@pytest.mark.parametrize(
    ("request_", "text"),
    [
        (ChatRequest((Message("user", "Look", ("u",)),)), "Pictures cannot be sent over LM Studio's own protocol."),
        (ChatRequest(HELLO.messages, parameters={"seed": 1}), "LM Studio does not know seed. It knows temperature,"),
    ],
)
def test_what_it_cannot_do_is_refused(request_: ChatRequest, text: str) -> None:
    with FakeLmStudio() as server, pytest.raises(LlmError, match=text) as raised:
        with_engine(server, lambda engine: ask(engine, request_))
    assert raised.value.kind == "bad_request"


def test_progress_of_loading_is_told() -> None:
    progress: list[float] = []

    async def main(server: FakeLmStudio) -> None:
        engine = LmStudioEngine(LmStudioOptions(server.host, "second-model"), progress.append)
        await engine.open()
        await engine.close()

    with FakeLmStudio(loaded=()) as server:
        asyncio.run(main(server))
    assert progress[-1] == 1.0


def test_a_server_that_hangs_is_not_waited_for_without_end() -> None:
    with FakeLmStudio(hangs=True) as server, pytest.raises(LlmError) as raised:
        with_engine(server, ask, connect_timeout_s=0.3)
    assert raised.value.kind == "unreachable"


def test_look_for_lm_studio() -> None:
    with FakeLmStudio() as server:
        assert find_lmstudio(server.host) == server.host
    with pytest.raises(EngineMissing, match=rf"LM Studio does not answer at {server.host}; lms server start"):
        find_lmstudio(server.host)


def test_as_a_node() -> None:
    async def script(llm: LlmProbe) -> None:
        completion = await llm.ask()
        assert (completion.content, completion.status) == ("Hello there.", StatusCode.OK)
        await llm.wait_for("metrics")

    with FakeLmStudio() as server:
        llm = talk_to_llm(script, addon=ADDON, params={"host": server.host, "model": "second-model"})
    assert llm.metrics()[0]["output_tokens"] == 2
    assert not llm.errors()


def test_an_abort_of_the_node_stops_the_model() -> None:
    async def script(llm: LlmProbe) -> None:
        running = llm.start()
        await happened(server.holding)
        assert (await llm.tell("abort", request_id="r1"))[0] == StatusCode.OK
        assert (await running).status == StatusCode.OK
        await happened(server.cancelled)

    with FakeLmStudio(lambda history: ["a", HOLD]) as server:
        talk_to_llm(script, addon=ADDON, params={"host": server.host})
        assert server.cancelled.is_set()


def test_a_node_answers_once_lm_studio_is_there() -> None:
    async def script(llm: LlmProbe) -> None:
        await llm.wait_for("error")
        completion = await llm.ask()
        assert (completion.status, completion.final["error_kind"]) == (StatusCode.ERROR, "unreachable")
        await elsewhere(server.start)
        assert (await llm.ask(request_id="r2")).content == "Hello there."
        assert llm.named("ready")[0].properties["context_tokens"] == 4096

    with FakeLmStudio() as server:
        server.stop()
        talk_to_llm(script, addon=ADDON, params={"host": server.host})


def test_a_node_without_lm_studio_says_what_to_do() -> None:
    async def script(llm: LlmProbe) -> None:
        (error,) = await llm.wait_for("error")
        assert error.properties["code"] == -1000
        assert error.properties["message"].startswith(
            f'node "{ADDON}": LM Studio does not answer at 127.0.0.1:9. Start LM Studio'
        )

    talk_to_llm(script, addon=ADDON, params={"host": "127.0.0.1:9"})
