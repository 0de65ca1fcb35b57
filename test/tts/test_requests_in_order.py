"""The tts-interface as TEN's own checks see it: order, echoes, durations, metrics, dumps. In virtual time."""

import asyncio
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.tone_engine import ToneEngine
from support.voice_probe import END, VoiceProbe, dumps, talk_to_voice


def duration_ms(voice: VoiceProbe, request_id: str) -> float:
    """How much audio came for a request."""
    return sum(len(p.samples) * 1000 / p.rate_hz for p in voice.audio() if p.metadata.get("request_id") == request_id)


def test_a_request_is_started_spoken_told_and_ended() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", "Hello there, ")
        await voice.say("a", "how are you?", end=True)
        await voice.ended("a")

    voice = talk_to_voice(script)
    assert voice.story() == ["start a", "audio a", "text a", "audio a", "text a", "end a 1"]
    (end,) = voice.named("tts_audio_end")
    assert end.properties["request_total_audio_duration_ms"] == pytest.approx(duration_ms(voice, "a"), abs=1)
    assert end.properties["reason"] == END
    first, second = (a.properties for a in voice.named("tts_text_result"))
    assert (first["text"], first["start_ms"], first["duration_ms"]) == ("Hello there, ", 0, 500)
    assert (second["text"], second["start_ms"], second["duration_ms"]) == ("how are you?", 500, 450)
    assert (first["text_result_end"], second["text_result_end"]) == (False, True)


def test_the_first_texts_metadata_comes_back_exactly_on_everything() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", "Hello. ", nested={"list": [1, None, "x"]}, epoch=4, word="你好")
        await voice.say("a", "Bye.", end=True, epoch=5, other=True)
        await voice.ended("a")

    voice = talk_to_voice(script)
    expected = {
        "session_id": "100",
        "turn_id": 1,
        "request_id": "a",
        "nested": {"list": [1, None, "x"]},
        "epoch": 4,
        "word": "你好",
    }
    arrivals = [arrival for arrival in voice.arrivals if arrival.name != "ready"]
    assert {arrival.name for arrival in arrivals} == {
        *("pcm_frame", "metrics", "tts_audio_start", "tts_text_result", "tts_audio_end")
    }
    assert [a.properties["metadata"] for a in arrivals] == [expected] * len(arrivals)


@pytest.mark.parametrize("rate_hz", [8000, 16000, 22050, 24000, 48000])
def test_frames_have_the_wanted_rate_and_are_short(rate_hz: int) -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", "One sentence of some length.", end=True)
        await voice.ended("a")

    voice = talk_to_voice(script, {"params": {"sample_rate": rate_hz}})
    audio = voice.audio()
    assert {p.rate_hz for p in audio} == {rate_hz}
    assert max(len(p.samples) for p in audio) <= rate_hz * 0.04
    assert min(len(p.samples) for p in audio) > 0
    expected_ms = 50 * sum(c.isalnum() for c in "One sentence of some length.")
    assert duration_ms(voice, "a") == pytest.approx(expected_ms, abs=1)
    spectrum = np.abs(np.fft.rfft(voice.speech("a").astype(float)))
    peak_hz = np.argmax(spectrum) * rate_hz / len(voice.speech("a"))
    assert peak_hz == pytest.approx(220, abs=3)


def test_the_joins_of_pieces_do_not_click() -> None:
    async def script(voice: VoiceProbe) -> None:
        for word in ("a", "b", "c", "d"):  # 53 ms of 220 Hz end in the middle of a wave
            await voice.say("a", word, end=word == "d")
        await voice.ended("a")

    voice = talk_to_voice(script, {"params": {"ms_per_character": 53}})
    speech = voice.speech("a").astype(int)
    assert len(speech) == 4 * 53 * 16
    steepest_of_the_tone = 8000 * 2 * np.pi * 220 / 16000
    assert np.abs(np.diff(speech)).max() <= steepest_of_the_tone + 1


def test_without_a_wanted_rate_the_frames_have_the_engines() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", "Hello.", end=True)
        await voice.ended("a")

    assert {p.rate_hz for p in talk_to_voice(script, {"params": {"engine_rate_hz": 22050}}).audio()} == {22050}


def test_six_requests_of_several_texts_come_in_order_and_into_a_file_each(tmp_path: Path) -> None:
    requests = {
        "r1": ["Hello", "", " world", "."],
        "r2": [",", "Second one. ", " "],
        "r3": ["😀", "Third 😀 one.", "👍🏽"],
        "r4": [" ", "Fourth", ""],
        "r5": ["Fifth.", "\n", "Still the fifth."],
        "r6": ["Six", "th."],
    }

    async def script(voice: VoiceProbe) -> None:
        for request_id, texts in requests.items():
            for index, text in enumerate(texts):
                await voice.say(request_id, text, end=index == len(texts) - 1)
        await voice.ended("r6")
        at_the_end.update(dumps(tmp_path / "new" / "folder"))

    at_the_end: dict[str, bytes] = {}
    voice = talk_to_voice(script, {"params": {}, "dump": True, "dump_path": str(tmp_path / "new" / "folder")})
    ends = [a.properties for a in voice.named("tts_audio_end")]
    assert [(end["request_id"], end["reason"]) for end in ends] == [(request_id, END) for request_id in requests]
    starts = [a.properties["request_id"] for a in voice.named("tts_audio_start")]
    assert starts == list(requests)
    assert not voice.named("error")
    assert at_the_end == {f"tone_{request_id}.pcm": voice.speech(request_id).tobytes() for request_id in requests}
    tone = ToneEngine()
    assert all(len(voice.speech(r)) == len(tone.tone("".join(texts))) > 0 for r, texts in requests.items())


def test_twenty_requests_at_once() -> None:
    async def script(voice: VoiceProbe) -> None:
        for number in range(20):
            await voice.say(f"r{number}", f"Request number {number}.", end=True)
        await voice.ended("r19")

    story = talk_to_voice(script).story()
    assert story == [
        line
        for number in range(20)
        for line in (f"start r{number}", f"audio r{number}", f"text r{number}", f"end r{number} 1")
    ]


def test_interleaved_requests_come_one_after_the_other() -> None:
    async def script(voice: VoiceProbe) -> None:
        for word in ("First", " second", " third."):
            for number in range(8):
                await voice.say(f"r{number}", word, end=word == " third.")
        await voice.ended("r7")

    voice = talk_to_voice(script)
    order = [line.split()[1] for line in voice.story()]
    assert order == sorted(order)
    assert [a.properties["reason"] for a in voice.named("tts_audio_end")] == [END] * 8
    texts = [a.properties["text"] for a in voice.named("tts_text_result", request_id="r5")]
    assert texts == ["First", " second", " third."]


def test_the_end_mark_may_come_with_an_empty_text() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", "Hello.")
        await voice.wait_for("tts_text_result")
        await voice.say("a", "", end=True)
        await voice.ended("a")

    assert talk_to_voice(script).story() == ["start a", "audio a", "text a", "end a 1"]


@pytest.mark.parametrize("texts", [["", " ", ""], [""], ["😀👍🏽", "…"], ["。", "！？"]])
def test_a_request_without_words_ends_soon_once_and_without_audio(texts: list[str]) -> None:
    async def script(voice: VoiceProbe) -> None:
        for index, text in enumerate(texts):
            await voice.say("a", text, end=index == len(texts) - 1)
        await voice.ended("a")
        await voice.say("b", "Next.", end=True)
        await voice.ended("b")

    voice = talk_to_voice(script)
    (end, _) = voice.named("tts_audio_end")
    assert end.properties["reason"] == END
    assert end.properties["request_total_audio_duration_ms"] == 0
    assert 20 <= end.time_ms <= 500
    assert not voice.named("error")
    assert [line for line in voice.story() if not line.startswith("text")] == [
        "end a 1",
        *["start b", "audio b", "end b 1"],
    ]


def test_text_for_a_request_that_is_over_is_dropped_and_blocks_nothing() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", "Hello.", end=True)
        await voice.ended("a")
        await voice.say("a", "Late.")
        await voice.say("a", "", end=True)
        await voice.say("b", "Next.", end=True)
        await voice.ended("b")
        await voice.say("a", "Very late.", end=True)
        await voice.say("c", "Last.", end=True)
        await voice.ended("c")

    voice = talk_to_voice(script)
    assert [line for line in voice.story() if line.startswith("end")] == ["end a 1", "end b 1", "end c 1"]
    assert [a.properties["text"] for a in voice.named("tts_text_result")] == ["Hello.", "Next.", "Last."]


def test_text_after_the_end_mark_is_dropped() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", "This was all.", end=True)
        await voice.say("a", "Or was it?")
        await voice.say("a", "No.", end=True)
        await voice.ended("a")
        await voice.say("b", "Next.", end=True)
        await voice.ended("b")

    voice = talk_to_voice(script)
    assert [a.properties["text"] for a in voice.named("tts_text_result")] == ["This was all.", "Next."]


def test_a_request_without_an_end_gives_way_after_five_silent_seconds() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", "Twenty characters and none more than that.")
        await voice.wait_for("tts_text_result")
        await voice.say("b", "Waiting.", end=True)
        await voice.ended("b")

    voice = talk_to_voice(script)
    assert voice.story() == ["start a", "audio a", "text a", "end a 1", "start b", "audio b", "text b", "end b 1"]
    heard_ms = duration_ms(voice, "a")
    assert voice.named("tts_audio_end", request_id="a")[0].time_ms == pytest.approx(heard_ms + 5000, abs=2)


def test_new_text_begins_the_five_seconds_anew() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", "One.")
        await voice.say("b", "Waiting.", end=True)
        for _ in range(4):
            await asyncio.sleep(4.9)
            await voice.say("a", "More.")
        await asyncio.sleep(4.9)
        await voice.say("a", "Done.", end=True)
        await voice.ended("b")

    voice = talk_to_voice(script)
    assert len(voice.named("tts_text_result", request_id="a")) == 6
    assert voice.named("tts_audio_end")[0].properties["request_id"] == "a"


def test_a_request_without_an_end_may_pause_for_long_where_nobody_waits() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", "Let me see.")
        await asyncio.sleep(25)
        await voice.say("a", "It is four.")
        await voice.ended("a")

    voice = talk_to_voice(script)
    assert len(voice.named("tts_text_result")) == 2
    assert voice.named("tts_audio_end")[0].time_ms == pytest.approx(25_000 + 400 + 30_000, abs=60)


def test_metrics_come_before_the_end_and_add_up() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", "😀")
        await voice.say("a", "Hello.", end=True)
        await voice.say("b", "Hello again.", end=True)
        await voice.ended("b")

    voice = talk_to_voice(script)
    names = [a.name for a in voice.arrivals if a.name in ("tts_audio_start", "metrics", "tts_audio_end")]
    assert names == ["tts_audio_start", "metrics", "metrics", "tts_audio_end"] * 2
    assert voice.metrics("ttfb") == [0, 0]
    assert voice.metrics("input_characters") == [7, 12]
    assert voice.metrics("total_input_characters") == [7, 19]
    assert voice.metrics("recv_audio_duration") == [250, 500]
    assert voice.metrics("total_recv_audio_duration") == [250, 750]
    assert {(a.properties["module"], a.properties["vendor"]) for a in voice.named("metrics")} == {("tts", "tone")}


@pytest.mark.parametrize("request_id", ["../../etc/x", "a/b c", "ü" * 300])
def test_dumps_stay_in_their_folder_whatever_the_request_is_called(tmp_path: Path, request_id: str) -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say(request_id, "Hello.", end=True)
        await voice.ended(request_id)

    voice = talk_to_voice(script, {"params": {}, "dump": True, "dump_path": str(tmp_path / "in")})
    assert [path.parent for path in tmp_path.rglob("*.pcm")] == [tmp_path / "in"]
    assert list(dumps(tmp_path / "in").values()) == [voice.speech(request_id).tobytes()]


def test_a_long_dump_is_whole(tmp_path: Path) -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", "A text of some seconds. " * 10, end=True)
        await voice.ended("a")
        at_the_end.update(dumps(tmp_path))

    at_the_end: dict[str, bytes] = {}
    voice = talk_to_voice(script, {"params": {}, "dump": True, "dump_path": str(tmp_path)})
    assert len(voice.speech("a")) > 100_000
    assert at_the_end == {"tone_a.pcm": voice.speech("a").tobytes()}


def test_a_dump_that_cannot_be_written_is_told_and_the_voice_goes_on(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", "Hello.", end=True)
        await voice.ended("a")
        await voice.say("b", "Again.", end=True)
        await voice.ended("b")

    voice = talk_to_voice(script, {"params": {}, "dump": True, "dump_path": str(tmp_path / "file")})
    errors: list[Any] = [a.properties for a in voice.named("error")]
    assert [error["id"] for error in errors] == ["a", "b"]
    assert {error["code"] for error in errors} == {1000}
    assert all("dump_path" in error["message"] for error in errors)
    assert len(voice.speech("b")) > 0
