"""Flushing: what runs stops at once, what waits is silent, what is newer is spoken. In virtual time."""

import asyncio
from pathlib import Path

from support.tone_tts import ToneTts
from support.voice_probe import INTERRUPTED, VoiceProbe, dumps, talk_to_voice

LONG = "This sentence is so long that it cannot be over before the flush comes, whatever happens around it. " * 4


def test_a_flush_at_the_first_frame_ends_the_request_and_nothing_follows() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", LONG)
        await voice.say("a", LONG, end=True)
        await voice.first_frame()
        await voice.flush("f1", metadata={"session_id": "100", "deep": {"x": [1]}})
        await voice.wait_for("tts_flush_end")
        await asyncio.sleep(5)

    voice = talk_to_voice(script)
    assert voice.story() == ["start a", "audio a", "end a 2", "flush_end f1"]
    (flush_end,) = voice.named("tts_flush_end")
    assert flush_end.properties == {"flush_id": "f1", "metadata": {"session_id": "100", "deep": {"x": [1]}}}
    after = voice.arrivals[voice.arrivals.index(flush_end) + 1 :]
    assert {arrival.name for arrival in after} <= {"metrics"}
    (end,) = voice.named("tts_audio_end")
    assert end.properties["reason"] == INTERRUPTED
    sent_ms = 1000 * len(voice.speech("a")) / 16000
    assert abs(end.properties["request_total_audio_duration_ms"] - sent_ms) <= 1


def test_the_engine_stops_computing() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", LONG * 3, end=True)
        await voice.first_frame()
        await voice.flush("f1")
        await voice.say("b", "Next.", end=True)
        await voice.ended("b")

    before = len(ToneTts.engines)
    voice = talk_to_voice(script)
    (engine,) = ToneTts.engines[before:]
    made_for_b = 5
    assert engine.chunks <= len(voice.audio()) + 8 + 1 + made_for_b, "the look-ahead, no more"
    assert engine.chunks < len(LONG) * 3 * 50 / 40 / 4


def test_what_waits_is_silent_and_what_comes_after_is_spoken(tmp_path: Path) -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", LONG, end=True)
        await voice.say("b", "Never heard.", end=True)
        await voice.first_frame()
        await voice.flush("f1")
        await voice.wait_for("tts_flush_end")
        await asyncio.sleep(0.1)
        voice_files.append(sorted(dumps(tmp_path)))
        await voice.say("a", "Late.", end=True)
        await voice.say("b", "Late.", end=True)
        await voice.say("c", "Third.", end=True)
        await voice.say("d", "Fourth.", end=True)
        await voice.ended("d")

    voice_files: list[list[str]] = []
    voice = talk_to_voice(script, {"params": {}, "dump": True, "dump_path": str(tmp_path)})
    assert voice.story() == [
        *("start a", "audio a", "end a 2", "flush_end f1"),
        *("start c", "audio c", "text c", "end c 1"),
        *("start d", "audio d", "text d", "end d 1"),
    ]
    assert voice_files == [["tone_a.pcm"]]
    assert dumps(tmp_path) == {f"tone_{r}.pcm": voice.speech(r).tobytes() for r in "acd"}


def test_a_flush_when_nothing_runs_is_acknowledged() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.flush("f1", metadata={"a": 1})
        await voice.wait_for("tts_flush_end", flush_id="f1", metadata={"a": 1})
        await voice.say("a", "Hello.", end=True)
        await voice.ended("a")
        await voice.flush("f2")
        await voice.wait_for("tts_flush_end", flush_id="f2", metadata={})

    assert talk_to_voice(script).story() == ["flush_end f1", "start a", "audio a", "text a", "end a 1", "flush_end f2"]


def test_a_request_that_waits_for_text_is_ended_by_a_flush() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", "Hello.")
        await voice.wait_for("tts_text_result")
        await voice.flush("f1")
        await voice.wait_for("tts_flush_end")
        await voice.say("a", "", end=True)
        await voice.say("b", "Next.", end=True)
        await voice.ended("b")

    voice = talk_to_voice(script)
    assert voice.story()[2:] == ["text a", "end a 2", "flush_end f1", "start b", "audio b", "text b", "end b 1"]


def test_flushes_in_a_row_are_all_acknowledged_in_order() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", LONG, end=True)
        await voice.first_frame()
        for number in range(5):
            await voice.flush(f"f{number}")
        await voice.wait_for("tts_flush_end", count=5)

    story = talk_to_voice(script).story()
    assert story == ["start a", "audio a", "end a 2", *(f"flush_end f{number}" for number in range(5))]


def test_texts_of_an_old_epoch_are_dropped_even_if_they_come_later() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("old", LONG, epoch=3)
        await voice.first_frame()
        await voice.flush("f1", min_epoch=4)
        await voice.say("old", "More of it.", end=True, epoch=3)
        await voice.say("old2", "On its way while the flush came.", end=True, epoch=3)
        await voice.say("older", "So was this.", end=True, epoch=0)
        await voice.say("new", "The new answer.", end=True, epoch=4)
        await voice.ended("new")
        await voice.flush("f2", min_epoch=2)
        await voice.say("old3", "A lower flush brings nothing back.", end=True, epoch=3)
        await voice.say("newer", "Go on.", end=True, epoch=5)
        await voice.ended("newer")

    voice = talk_to_voice(script)
    assert voice.story() == [
        *("start old", "audio old", "end old 2", "flush_end f1"),
        *("start new", "audio new", "text new", "end new 1", "flush_end f2"),
        *("start newer", "audio newer", "text newer", "end newer 1"),
    ]


def test_what_is_of_the_new_epoch_already_goes_on() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("old", LONG, epoch=3)
        await voice.say("new", "The new answer.", epoch=4)
        await voice.first_frame()
        await voice.flush("f1", min_epoch=4)
        await voice.wait_for("tts_text_result", request_id="new")
        await voice.flush("f2", min_epoch=4)
        await voice.say("new", " Its end.", end=True)
        await voice.ended("new")

    voice = talk_to_voice(script)
    assert voice.story() == [
        *("start old", "audio old", "end old 2", "flush_end f1"),
        *("start new", "audio new", "text new", "flush_end f2", "audio new", "text new", "end new 1"),
    ]


def test_requests_without_an_epoch_fall_with_any_flush_but_may_follow_it() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", LONG)
        await voice.first_frame()
        await voice.flush("f1", min_epoch=4)
        await voice.say("b", "Hello.", end=True)
        await voice.ended("b")

    assert talk_to_voice(script).story()[2:] == ["end a 2", "flush_end f1", "start b", "audio b", "text b", "end b 1"]


def test_a_flush_before_the_voice_is_loaded() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", "Hello.", end=True)
        await voice.flush("f1")
        await voice.say("b", "Hello.", end=True)
        await voice.ended("b")

    story = talk_to_voice(script).story()
    assert story[-5:] == ["flush_end f1", "start b", "audio b", "text b", "end b 1"]
    assert "text a" not in story
