"""Engines that cannot be loaded, that break down, and that are too slow: every finalize is answered all the same."""

from itertools import pairwise
from typing import Any

import pytest
from support.ear_probe import START_MS, EarProbe, listen
from support.scripted_asr import ScriptedRecogniser, silence, speech

from wrappers.asr import EngineMisconfigured
from wrappers.clock import now_ms
from wrappers.errors import EngineFailed, EngineMissing

CRASH = EngineFailed("the engine ended unexpectedly (signal SIGSEGV)")
RECOVERABLE, FATAL = 1000, -1000


@pytest.fixture(autouse=True)
def fresh_engine() -> Any:
    ScriptedRecogniser.begin()
    yield
    ScriptedRecogniser.gate.set()


def test_loading_is_tried_again_with_growing_patience() -> None:
    async def script(ear: EarProbe) -> None:
        await ear.wait_for("ready")
        await ear.finalize("f1", await ear.utterance(speech("one")))

    ScriptedRecogniser.begin(open=[CRASH] * 6)
    ear = listen(script)
    assert [code for code, _ in ear.errors()] == [RECOVERABLE] * 6
    times = [arrival.time_ms for arrival in ear.named("error")]
    assert [later - earlier for earlier, later in pairwise(times)] == [500, 1000, 2000, 4000, 4000]
    assert 'node "test_scripted_asr": the engine ended unexpectedly' in ear.errors()[0][1]
    assert ear.finals() == ["one"]


@pytest.mark.parametrize(
    "reason",
    [EngineMissing("the engine is not installed", "pip install it"), EngineMisconfigured("params.model: what?")],
)
def test_what_trying_again_cannot_mend_is_fatal_and_told_once(reason: Exception) -> None:
    async def script(ear: EarProbe) -> None:
        await ear.wait_for("error")
        await ear.finalize("f1", await ear.utterance(speech("one")))
        await ear.hear(silence(10_000))

    ScriptedRecogniser.begin(open=[reason])
    ear = listen(script)
    assert ear.errors() == [(FATAL, f'node "test_scripted_asr": {reason}')]
    assert ear.story() == ["end f1"]
    assert ear.named("ready") == []
    assert ScriptedRecogniser.calls == ["open"]


def test_a_wrong_property_is_fatal_and_names_node_and_key() -> None:
    async def script(ear: EarProbe) -> None:
        await ear.wait_for("error")

    ear = listen(script, {"segmentation": "vda"})
    assert ear.errors() == [(FATAL, 'node "test_scripted_asr", segmentation: "vda" is not one of auto, vad, own')]


@pytest.mark.parametrize("operation", ["feed", "pause", "finish"])
@pytest.mark.parametrize("error", [CRASH, RuntimeError("out of memory"), KeyError("?")])
def test_an_engine_that_breaks_in_an_utterance_is_opened_again_and_hears_it_from_the_beginning(
    operation: str, error: Exception
) -> None:
    async def script(ear: EarProbe) -> None:
        await ear.wait_for("ready")
        await ear.finalize("f1", await ear.utterance(speech("one", "two", "three")))
        await ear.finalize("f2", await ear.utterance(speech("four")))

    ScriptedRecogniser.begin(**{operation: [None, error] if operation == "feed" else [error]})
    ear = listen(script)
    assert ear.finals() == ["one two three", "four"]
    assert len({r["id"] for r in ear.results(final=False) if r["text"] != "four"}) == 1
    assert [code for code, _ in ear.errors()] == [RECOVERABLE]
    assert ScriptedRecogniser.calls.count("open") == 2
    states = [a.properties["current"] for a in ear.named("connection_status_changed")]
    assert states == ["connecting", "connected", "disconnected", "connecting", "connected"]


def test_an_utterance_that_breaks_the_engine_twice_is_given_up_and_the_next_one_is_heard() -> None:
    async def script(ear: EarProbe) -> None:
        await ear.wait_for("ready")
        await ear.finalize("f1", await ear.utterance(speech("one")))
        await ear.hear(silence(2000))
        await ear.finalize("f2", await ear.utterance(speech("two")))

    ScriptedRecogniser.begin(finish=[CRASH, CRASH])
    ear = listen(script, {"segmentation": "vad"})
    assert ear.story() == ["partial one", "final", "end f1", "partial two", "final two", "end f2"]
    assert [code for code, _ in ear.errors()] == [RECOVERABLE] * 2


def test_while_the_engine_cannot_be_opened_finalizes_are_answered_at_once() -> None:
    async def script(ear: EarProbe) -> None:
        await ear.wait_for("ready")
        end_ms = await ear.utterance(speech("one"))
        asked_ms = now_ms()
        await ear.finalize("f1", end_ms)
        assert now_ms() == asked_ms
        await ear.hear(silence(8000))
        await ear.finalize("f2", await ear.utterance(speech("two")))

    ScriptedRecogniser.begin(open=[None, CRASH, CRASH, CRASH], finish=[CRASH])
    ear = listen(script, {"segmentation": "vad"})
    assert ear.story() == ["partial one", "final", "end f1", "partial two", "final two", "end f2"]


def test_an_engine_that_comes_back_within_an_utterance_hears_all_of_it() -> None:
    async def script(ear: EarProbe) -> None:
        await ear.wait_for("ready")
        await ear.finalize("f1", await ear.utterance(speech("one", "two", "three", word_ms=500)))

    ScriptedRecogniser.begin(open=[None, CRASH], feed=[None, CRASH])
    ear = listen(script)
    assert ear.finals() == ["one two three"]
    assert [code for code, _ in ear.errors()] == [RECOVERABLE] * 2


def test_errors_tell_module_vendor_and_session() -> None:
    async def script(ear: EarProbe) -> None:
        await ear.finalize("f1", await ear.utterance(speech("one")))

    ScriptedRecogniser.begin(feed=[CRASH])
    (error,) = listen(script).named("error")
    assert error.properties["module"] == "asr"
    assert error.properties["vendor_info"]["vendor"] == "scripted"
    assert error.properties["metadata"]["session_id"] == "100"


def test_audio_that_a_slow_engine_cannot_take_becomes_silence_of_its_length() -> None:
    async def script(ear: EarProbe) -> None:
        await ear.wait_for("ready")
        ScriptedRecogniser.gate.clear()
        await ear.hear(speech("one", word_ms=200), pace=False)
        await ear.mark("start_of_sentence", start_ms=START_MS, pre_roll_ms=0)
        await ear.hear(speech("two", word_ms=14_000), pace=False)
        await ear.hear(speech("three", word_ms=4000), pace=False)
        ScriptedRecogniser.gate.set()
        await ear.wait_for("error")
        await ear.hear(speech("four", word_ms=500))
        await ear.mark("end_of_sentence", start_ms=START_MS, end_ms=ear.captured_ms)
        await ear.finalize("f1", ear.captured_ms)

    ear = listen(script, {"segmentation": "vad"})
    (lost_ms,) = ear.metrics("lost_audio_ms")
    ((code, text),) = ear.errors()
    assert (code, text.split(": ", 1)[1]) == (
        RECOVERABLE,
        f"recognition is too slow: {lost_ms} ms of audio were replaced by silence",
    )
    (final,) = ear.results(final=True)
    assert final["text"] == "one two three four"
    words = {word["word"]: word for word in final["words"]}
    assert words["three"]["duration_ms"] == 4000 - lost_ms
    assert words["four"]["start_ms"] == START_MS + 200 + 14_000 + 4000  # nothing has moved


def test_a_node_can_end_while_its_engine_is_busy() -> None:
    async def script(ear: EarProbe) -> None:
        await ear.wait_for("ready")
        ScriptedRecogniser.gate.clear()
        await ear.hear(speech("one", word_ms=300), pace=False)
        await ear.mark("start_of_sentence", start_ms=START_MS, pre_roll_ms=0)
        await ear.mark("end_of_sentence", start_ms=START_MS, end_ms=START_MS + 300)

    listen(script)
    assert ScriptedRecogniser.closed == 1
