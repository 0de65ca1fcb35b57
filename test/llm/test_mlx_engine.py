"""mlx-lm in this process, with a tiny model: what it says, and what it is told."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from support.require import require

require("mlx")

from support.mlx_chat import HELLO, answer, ask, converse, says, text_of  # noqa: E402
from support.tiny_llm import CONTEXT_TOKENS, TEMPLATE, copy_of_tiny_llm, tiny_llm  # noqa: E402

from wrappers.llm.base import (  # noqa: E402
    ChatRequest,
    KnowsContext,
    LlmError,
    Message,
    Prefills,
    ReasoningDelta,
    Tool,
    ToolCall,
    ToolOutput,
    ToolParameter,
    Usage,
)
from wrappers.llm.mlx import MlxChatEngine, MlxChatOptions  # noqa: E402
from wrappers.llm.mlx.context import ReadContext  # noqa: E402
from wrappers.mlx_worker import MlxWorker  # noqa: E402

CLOCK = Tool("clock", "Tells the time", (ToolParameter("city", "string", "Where", False),))


def test_it_is_an_engine_that_knows_its_context_and_reads_ahead() -> None:
    async def script(engine: MlxChatEngine) -> None:
        assert isinstance(engine, Prefills) and isinstance(engine, KnowsContext)
        assert engine.context_tokens == CONTEXT_TOKENS

    converse(script)


def test_it_says_what_mlx_lm_itself_says() -> None:
    from mlx_lm import load, stream_generate
    from mlx_lm.sample_utils import make_sampler

    model, tokenizer = load(str(tiny_llm()))[:2]
    messages = [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hello there"}]
    prompt = tokenizer.apply_chat_template(messages, add_generation_prompt=True)
    expected = list(stream_generate(model, tokenizer, prompt, max_tokens=24, sampler=make_sampler(0.0)))

    *deltas, usage = ask()
    assert text_of(deltas) == "".join(part.text for part in expected)
    assert usage == Usage(len(prompt), 24)


def test_the_text_comes_while_it_is_written(monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, "hello to you today")
    *deltas, usage = ask()
    assert text_of(deltas) == "hello to you today"
    assert len(deltas) > 3
    assert isinstance(usage, Usage)


def test_the_seed_decides() -> None:
    def said(seed: int) -> str:
        return text_of(ask(sampling={"temperature": 1.0, "max_tokens": 20, "seed": seed}))

    assert said(1) == said(1) != said(2)


def test_parameters_of_the_request_go_before_those_of_the_node_and_these_before_the_models() -> None:
    def count(request: ChatRequest, **options: Any) -> int:
        *_, usage = ask(request, **options)
        assert isinstance(usage, Usage)
        return usage.completion_tokens

    assert count(HELLO, sampling={"temperature": 0, "max_tokens": 5}) == 5
    assert count(replace(HELLO, parameters={"max_tokens": 3}), sampling={"temperature": 0, "max_tokens": 5}) == 3


def test_what_the_makers_of_the_model_recommend_holds_where_nobody_says(tmp_path: Path) -> None:
    model = copy_of_tiny_llm(tmp_path / "model")
    (model / "generation_config.json").write_text('{"do_sample": true, "temperature": 0.0, "top_p": 0.9}')
    assert text_of(ask(model=model, sampling={"max_tokens": 24})) == text_of(ask())


def test_a_penalty_changes_what_is_said() -> None:
    plain = {"temperature": 0, "max_tokens": 24}
    assert text_of(ask(sampling=plain)) != text_of(ask(sampling=plain | {"repetition_penalty": 1.5}))


@pytest.mark.parametrize("stop", ["you", ["to y", "never"]])
def test_a_stop_text_ends_it_and_is_not_said(monkeypatch: pytest.MonkeyPatch, stop: Any) -> None:
    says(monkeypatch, "hello to you today")
    assert text_of(ask(replace(HELLO, parameters={"stop": stop}))) in ("hello to ", "hello ")


def test_a_parameter_that_is_no_number_is_told() -> None:
    with pytest.raises(LlmError, match=r"no number: could not convert string to float: 'hot'") as told:
        ask(replace(HELLO, parameters={"temperature": "hot"}))
    assert told.value.kind == "bad_request"


def test_thoughts_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, "<think>the fox</think>\n\nhello")
    deltas = ask()
    assert "".join(delta.text for delta in deltas if isinstance(delta, ReasoningDelta)) == "the fox"
    assert text_of(deltas) == "hello"


def test_thoughts_that_the_prompt_begins_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, "the fox</think>hello")
    deltas = ask(thinking=True)
    assert "".join(delta.text for delta in deltas if isinstance(delta, ReasoningDelta)) == "the fox"
    assert text_of(deltas) == "hello"


def test_the_call_of_a_tool_is_read_and_its_result_goes_into_the_prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, 'so: <tool_call>\n{"name": "clock", "arguments": {"city": "Bonn"}}\n</tool_call>')
    request = replace(HELLO, tools=(CLOCK,))
    *deltas, usage = ask(request, sampling={"max_tokens": 200})
    assert text_of(deltas).strip() == "so:"
    call = next(delta for delta in deltas if isinstance(delta, ToolCall))
    assert (call.name, call.arguments) == ("clock", {"city": "Bonn"})

    says(monkeypatch, "hello")
    answered = replace(request, messages=(*request.messages, call, ToolOutput(call.id, "It is noon.")))
    *deltas, longer = ask(answered)
    assert text_of(deltas) == "hello"
    assert isinstance(usage, Usage) and isinstance(longer, Usage)
    assert longer.prompt_tokens > usage.prompt_tokens + 20


def test_without_tools_nothing_is_taken_for_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    says(monkeypatch, "<tool_call>{}</tool_call>")
    assert text_of(ask()) == "<tool_call>{}</tool_call>"


def test_requests_are_answered_one_after_the_other() -> None:
    async def script(engine: MlxChatEngine) -> list[str]:
        other = replace(HELLO, messages=(Message("user", "the quick brown fox"),))
        both = await asyncio.gather(answer(engine, HELLO), answer(engine, other))
        return [text_of(deltas) for deltas in both]

    first, second = converse(script)
    assert first == text_of(ask())
    assert second == text_of(ask(replace(HELLO, messages=(Message("user", "the quick brown fox"),))))


def test_a_long_history_is_taken_and_a_too_long_one_is_told() -> None:
    turns = (*[Message("user", "fox"), Message("assistant", "dog")] * 500, Message("user", "fox"))
    *_, usage = ask(replace(HELLO, messages=turns[-101:]))
    assert isinstance(usage, Usage) and usage.prompt_tokens > 500

    with pytest.raises(LlmError, match=r"too long for the model: \d+ tokens of 2048\. Load the model") as told:
        ask(replace(HELLO, messages=turns))
    assert told.value.kind == "context_overflow"


def test_an_answer_ends_where_the_context_is_full() -> None:
    *_, usage = ask(context_tokens=50, sampling={"temperature": 0, "max_tokens": 1000})
    assert isinstance(usage, Usage) and usage.prompt_tokens + usage.completion_tokens == 50


def test_a_template_without_a_system_prompt_gets_it_as_the_users_words(tmp_path: Path) -> None:
    strict = "{% if messages[0]['role'] == 'system' %}{{ raise_exception('System role not supported') }}{% endif %}"
    *_, usage = ask(model=copy_of_tiny_llm(tmp_path / "model", template=strict + TEMPLATE))
    *_, usual = ask()
    assert isinstance(usage, Usage) and isinstance(usual, Usage)
    assert 0 < usage.prompt_tokens <= usual.prompt_tokens


def test_a_template_that_takes_nothing_is_told(tmp_path: Path) -> None:
    with pytest.raises(LlmError, match=r"does not take this conversation: No\."):
        ask(model=copy_of_tiny_llm(tmp_path / "model", template="{{ raise_exception('No') }}"))


def test_pictures_are_refused() -> None:
    with pytest.raises(LlmError, match="cannot see pictures"):
        ask(replace(HELLO, messages=(Message("user", "look", ("http://x/y.png",)),)))


def test_an_engine_that_hung_is_loaded_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    never = threading.Event()

    async def script() -> str:
        options = MlxChatOptions(model=str(tiny_llm()), sampling={"temperature": 0, "max_tokens": 24})
        engine = MlxChatEngine(options, worker=MlxWorker(hung_s=1.0))
        await engine.open()
        hung = engine._mlx
        with monkeypatch.context() as broken:
            broken.setattr(ReadContext, "advance", lambda *_: never.wait())
            with pytest.raises(LlmError, match="The language model hangs, and was left behind"):
                await answer(engine)
        said = text_of(await answer(engine))
        assert engine._mlx is not hung
        await engine.close()
        return said

    assert asyncio.run(script()) == text_of(ask())
    never.set()


def test_a_closed_engine_answers_nothing() -> None:
    async def script() -> None:
        engine = MlxChatEngine(MlxChatOptions(model=str(tiny_llm())))
        await engine.close()
        with pytest.raises(LlmError, match="No language model is loaded"):
            await answer(engine)

    asyncio.run(script())
