"""Two voices in the place of one: whatever happens to the first, each word is said, and none is said twice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from support.failover_graph import failover_graph
from support.mortal_tts import ADDON, MortalTts
from support.probe import Probe, probe_graph
from support.voice_probe import VoiceProbe
from ten_runtime import StatusCode

from ten_extensions.common.messages import Json, make_cmd

PIECES = ("Hello there. ", "This is the second piece. ", "And this is the last one.")


def talk(
    script: Callable[[VoiceProbe], Awaitable[None]],
    primary: Json | None = None,
    backup: Json | None = None,
    **options: Any,
) -> VoiceProbe:
    """Run a script around a failover between two mortal voices."""
    MortalTts.engines.clear()

    async def run(tester: Probe) -> None:
        assert isinstance(tester, VoiceProbe)
        await tester.wait_for("ready")
        await script(tester)

    graph = failover_graph("tts", ADDON, {"params": primary or {}}, {"params": backup or {}}, **options)
    tester = probe_graph(graph, run, VoiceProbe)
    assert isinstance(tester, VoiceProbe)
    return tester


def said(node: str) -> list[str]:
    """The texts that a node's engine was given."""
    return MortalTts.engines[node].spoken


def switches(voice: VoiceProbe) -> list[str]:
    return [a.properties["message"] for a in voice.named("error") if a.properties["module"] == "failover"]


def without_errors(voice: VoiceProbe) -> list[str]:
    """The story as the listener has it: sound before and after an error is one."""
    lines = [line for line in voice.story() if not line.startswith("error")]
    return [line for line, before in zip(lines, ["", *lines], strict=False) if line != before]


async def three_pieces(voice: VoiceProbe) -> None:
    for piece in PIECES:
        await voice.say("a", piece, end=piece is PIECES[-1])
    await voice.ended("a")


def test_as_long_as_the_first_lives_the_second_says_nothing() -> None:
    voice = talk(three_pieces)
    assert voice.story() == ["start a", *["audio a", "text a"] * 3, "end a 1"]
    assert (said("one"), said("two")) == ([*PIECES], [])
    assert len(voice.named("ready")) == 1
    assert voice.audio()[0].metadata["request_id"] == "a"


def test_a_voice_that_dies_in_the_middle_is_followed_from_the_next_word_on() -> None:
    # 500 ms for the first piece, then "This is th": the word that was begun is not said again.
    voice = talk(three_pieces, {"chunks": 23})
    assert said("one") == [*PIECES[:2]]
    assert said("two") == ["second piece. ", PIECES[2]]
    assert without_errors(voice) == ["start a", *["audio a", "text a"] * 3, "end a 1"]


def test_the_times_of_the_pieces_are_those_of_all_that_is_heard() -> None:
    voice = talk(three_pieces, {"chunks": 23})
    results = [a.properties for a in voice.named("tts_text_result")]
    assert [result["text"] for result in results] == [*PIECES]
    starts = [result["start_ms"] for result in results]
    ends = [result["start_ms"] + result["duration_ms"] for result in results]
    assert starts == [0, *ends[:-1]]
    heard_ms = len(voice.speech("a")) / 16
    assert ends[-1] == pytest.approx(heard_ms, abs=2)
    assert voice.named("tts_audio_end")[0].properties["request_total_audio_duration_ms"] == ends[-1]


def test_one_death_is_told_and_forgiven_the_second_is_not() -> None:
    async def script(voice: VoiceProbe) -> None:
        for request_id in ("a", "b", "c"):
            await voice.say(request_id, "Hello there.", end=True)
            await voice.ended(request_id)

    voice = talk(script, {"chunks": 0})
    assert [a.properties["reason"] for a in voice.named("tts_audio_end")] == [1, 1, 1]
    assert (len(said("one")), len(said("two"))) == (2, 3)
    assert switches(voice) == ["one had 2 errors in a row: two takes over"]


def test_what_waits_behind_the_broken_request_keeps_its_order() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", "Hello there, how are you?", end=True)
        await voice.say("b", "I am well.", end=True)
        await voice.ended("b")

    voice = talk(script, {"chunks": 5})
    assert without_errors(voice) == [
        "start a",
        "audio a",
        "text a",
        "end a 1",
        "start b",
        "audio b",
        "text b",
        "end b 1",
    ]
    assert said("two")[1:] == ["I am well."]


def test_text_that_comes_after_the_change_goes_to_the_second_voice() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", PIECES[0])
        await voice.wait_for("error")
        await voice.say("a", PIECES[1], end=True)
        await voice.ended("a")

    voice = talk(script, {"chunks": 3})
    assert said("two")[-1] == PIECES[1]
    assert voice.story()[-1] == "end a 1"


def test_a_voice_that_stays_silent_is_replaced_in_time() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", "Hello there.", end=True)
        await voice.ended("a")

    voice = talk(script, {"deaf": True}, first_output_ms=700)
    began_ms = voice.named("ready")[0].time_ms
    assert 700 <= voice.named("tts_audio_start")[0].time_ms - began_ms < 800
    assert said("two") == ["Hello there."]
    assert switches(voice) == ["one made nothing for 700 ms: two takes over"]


def test_a_voice_that_cannot_be_loaded_never_stops_the_app() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", "Hello there.", end=True)
        await voice.ended("a")

    voice = talk(script, {"model": "absent"})
    assert said("two") == ["Hello there."]
    assert {a.properties["code"] for a in voice.named("error")} == {1000}


def test_two_voices_that_cannot_be_loaded_are_fatal() -> None:
    async def run(voice: Probe) -> None:
        await voice.wait_for("error", code=-1000)

    absent = {"params": {"model": "absent"}}
    voice = probe_graph(failover_graph("tts", ADDON, absent, absent), run)
    (error,) = voice.named("error", code=-1000)
    assert error.properties["message"] == 'node "front": both one and two have failed'
    assert not voice.named("ready")


def test_when_both_fail_the_request_ends_with_an_error() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", "Hello there.", end=True)
        await voice.ended("a")
        await voice.say("b", "Hello again.", end=True)
        await voice.ended("b")

    voice = talk(script, {"chunks": 2}, {"chunks": 0})
    assert [a.properties["reason"] for a in voice.named("tts_audio_end")] == [3, 3]


def test_a_flush_is_answered_once_and_nothing_follows() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", "A long sentence that nobody wants to hear.", epoch=1)
        await voice.first_frame()
        await voice.flush("f1", min_epoch=2)
        await voice.wait_for("tts_flush_end")
        await voice.say("a", "Too late.", end=True, epoch=1)
        await voice.say("old", "Too late.", end=True, epoch=1)
        await voice.say("b", "Next.", end=True, epoch=2)
        await voice.ended("b")
        await asyncio.sleep(60)

    voice = talk(script)
    assert voice.story() == [
        *("start a", "audio a", "end a 2", "flush_end f1", "start b", "audio b", "text b", "end b 1"),
    ]
    assert switches(voice) == [], "what was flushed is not late"


def test_a_fatal_error_in_the_middle_moves_what_waits() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", "Hello.", epoch=1)
        await voice.say("b", "How are you?", end=True, epoch=2)
        await voice.flush("f1", min_epoch=2)
        await voice.ended("b")

    voice = talk(script, {"fatal_on_flush": True})
    assert voice.named("tts_audio_end", request_id="b")[0].properties["reason"] == 1
    assert said("two") == ["How are you?"]


def test_a_pause_of_the_listener_is_no_silence_of_the_voice() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.playback("paused", 8000, 0)
        await voice.say("a", "Hello there.", end=True)
        await asyncio.sleep(20)
        await voice.playback("progress", 0, 0)
        await voice.ended("a")

    assert switches(talk(script)) == []


def test_the_first_voice_gets_its_place_back_when_it_speaks_again() -> None:
    async def script(voice: VoiceProbe) -> None:
        for request_id in ("a", "b"):
            await voice.say(request_id, "Hello there.", end=True)
            await voice.ended(request_id)
        await asyncio.sleep(6)
        assert said("one")[2:] == ["Hello."], "asked once, in vain"
        MortalTts.engines["one"].lives = 10**6
        await asyncio.sleep(6)
        await voice.say("c", "I am back.", end=True)
        await voice.ended("c")

    voice = talk(script, {"chunks": 0}, probe_ms=5000)
    assert said("one")[-2:] == ["Hello.", "I am back."]
    assert [a.properties["request_id"] for a in voice.named("tts_audio_end")] == ["a", "b", "c"], "no probe is heard"
    assert {pcm.metadata["request_id"] for pcm in voice.audio()} == {"a", "b", "c"}


def test_commands_are_passed_on_with_their_results() -> None:
    async def script(voice: VoiceProbe) -> None:
        assert await voice.command(make_cmd("update_configs", params={"sample_rate": 24000})) == (
            StatusCode.OK,
            {"code": 0, "message": ""},
        )
        status, answer = await voice.command(make_cmd("nonsense"))
        assert (status, "nonsense" in answer["detail"]) == (StatusCode.ERROR, True)

    talk(script)


@pytest.mark.parametrize(
    ("properties", "told"),
    [
        ({"kind": "tts", "primary": "one"}, "backup: missing"),
        ({"kind": "tts", "primary": "one", "backup": "one"}, "primary and backup must be two nodes"),
        ({"kind": "stt", "primary": "one", "backup": "two"}, '"stt" is not one of tts, asr, llm'),
    ],
)
def test_wrong_properties_are_told(properties: Json, told: str) -> None:
    async def run(voice: Probe) -> None:
        await voice.wait_for("error", code=-1000)

    graph = failover_graph("tts", ADDON, {"params": {}}, {"params": {}})
    graph["nodes"][0]["property"] = properties
    assert told in probe_graph(graph, run).named("error")[0].properties["message"]
