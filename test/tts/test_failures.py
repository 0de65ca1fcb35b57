"""Engines that crash, hang or are not there, and messages that make no sense: all told, none stops the voice."""

import asyncio
from typing import Any

import pytest
from support.tone_engine import CRASH, DEAF, HANG
from support.tone_tts import ToneTts
from support.voice_probe import ERROR, RealTimeVoiceProbe, VoiceProbe, talk_to_voice
from ten_runtime import StatusCode

from ten_extensions.common.messages import make_cmd, make_data
from ten_extensions.common.tts_requests import MAX_CHARACTERS, MAX_REQUESTS

INVALID_TEXTS = (
    *("", " ", "\n", "\t", "   ", "\r\n\r\n", " \n \t "),
    *("😀", "😀😁😂", "👨‍👩‍👧‍👦", "❤️", "🇩🇪🇫🇷", "☕️☀️", "1️⃣"),
    *(".", ",", "!?", "...", "……", "。。。", "、；：", "—–-", "()[]{}<>", "\"'`"),
    *("x²+y²=z²", "∑∫√∞≠", "½ × ¾ ÷ ⅓"),
)
"""27: white space, emoji, punctuation, mathematics."""


def errors(voice: VoiceProbe) -> list[dict[str, Any]]:
    return [arrival.properties for arrival in voice.named("error")]


def test_an_engine_that_crashes_in_the_middle_costs_one_request() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", f"It breaks {CRASH} here.", end=True)
        await voice.say("b", "Next.", end=True)
        await voice.ended("b")

    voice = talk_to_voice(script)
    assert voice.story() == ["start a", "audio a", "error a", "end a 3", "start b", "audio b", "text b", "end b 1"]
    (error,) = errors(voice)
    assert (error["module"], error["code"], error["message"]) == ("tts", 1000, "Tone crashed")
    assert type(error["code"]) is int
    assert error["vendor_info"]["vendor"] == "tone"
    assert error["metadata"]["request_id"] == "a"


def test_texts_that_come_after_a_crash_are_late() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", f"It breaks {CRASH} here.")
        await voice.ended("a")
        await voice.say("a", "More.", end=True)
        await voice.say("b", "Next.", end=True)
        await voice.ended("b")

    assert talk_to_voice(script).story()[-5:] == ["end a 3", "start b", "audio b", "text b", "end b 1"]


@pytest.mark.parametrize("how", [HANG, DEAF])
def test_an_engine_that_hangs_is_given_up_and_the_next_request_works(how: str) -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", f"It stops {how} here.", end=True)
        await voice.say("b", "Next.", end=True)
        await voice.ended("b")

    before = len(ToneTts.engines)
    voice = talk_to_voice(script, kind=RealTimeVoiceProbe)
    assert voice.story() == ["start a", "audio a", "error a", "end a 3", "start b", "audio b", "text b", "end b 1"]
    assert errors(voice)[0]["message"] == "Tone made no audio for 0.5 s"
    assert len(ToneTts.engines) - before == (1 if how == HANG else 2), "one that does not stop is replaced"


@pytest.mark.parametrize("how", [HANG, DEAF])
def test_a_flush_is_answered_though_the_engine_hangs(how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ToneTts, "stall_timeout_s", 1000)

    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", f"It stops {how} here.", end=True)
        await voice.first_frame()
        await asyncio.to_thread(ToneTts.engines[-1].hangs.wait)
        await voice.flush("f1")
        await voice.wait_for("tts_flush_end")
        await voice.say("b", "Next.", end=True)
        await voice.ended("b")

    voice = talk_to_voice(script, kind=RealTimeVoiceProbe)
    assert voice.story() == [
        *("start a", "audio a", "end a 2", "flush_end f1", "start b", "audio b", "text b", "end b 1"),
    ]


@pytest.mark.parametrize(
    ("properties", "text"),
    [
        ({}, 'node "test_tone_tts", params: missing'),
        ({"params": {"modle": "x"}}, "params.modle: unknown key"),
        ({"params": {"sample_rate": "fast"}}, "params.sample_rate"),
        ({"params": {"sample_rate": 1}}, "params.sample_rate"),
        ({"params": {"model": "absent"}}, "the model absent is not on this disk; set params.model to tone"),
        ({"params": {"model": "broken"}}, "ValueError: bad weights"),
    ],
)
def test_wrong_or_missing_params_are_fatal(properties: dict[str, Any], text: str) -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.wait_for("error")

    voice = talk_to_voice(script, properties)
    (error,) = errors(voice)
    assert error["code"] == -1000
    assert text in error["message"]
    assert not voice.named("ready")


def test_a_voice_that_is_not_there_ends_what_it_is_asked_for() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", "Hello.", end=True)
        await voice.ended("a")
        await voice.flush("f1")
        await voice.wait_for("tts_flush_end")

    voice = talk_to_voice(script, {"params": {"model": "absent"}})
    assert voice.story() == ["error ", "end a 3", "flush_end f1"]


@pytest.mark.parametrize("text", INVALID_TEXTS)
def test_texts_without_much_to_say_do_no_harm(text: str) -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", text, end=True)
        await voice.ended("a")
        await voice.say("b", "A sentence.", end=True)
        await voice.ended("b")

    voice = talk_to_voice(script)
    assert not errors(voice)
    assert [a.properties["reason"] for a in voice.named("tts_audio_end")] == [1, 1]
    assert len(voice.speech("b")) > 0


def test_the_texts_without_much_to_say_are_27() -> None:
    assert len(set(INVALID_TEXTS)) == 27


def test_messages_that_make_no_sense_are_told_and_left_out() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.env.send_data(make_data("tts_text_input", request_id="", text="Hello."))
        await voice.wait_for("error")
        await voice.env.send_data(make_data("playback_state", state="progress"))
        await voice.env.send_data(make_data("something_else"))
        await voice.env.send_data(make_data("tts_text_input", request_id="a", text="Hello.", text_input_end=True))
        await voice.ended("a")

    voice = talk_to_voice(script)
    assert [error["code"] for error in errors(voice)] == [1000]
    assert voice.named("tts_audio_end")[0].properties["metadata"] == {}


def test_too_much_waiting_text_is_told_and_left_out() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", "Begin.")
        await voice.wait_for("tts_text_result")
        await voice.say("b", "x" * MAX_CHARACTERS)
        await voice.say("a", "Too much.")
        await voice.say("c", "Too much.", end=True)
        await voice.ended("c")
        await voice.flush("f1")
        await voice.say("d", "All is well again.", end=True)
        await voice.ended("d")

    voice = talk_to_voice(script)
    assert [error["id"] for error in errors(voice)] == ["a", "c"]
    assert voice.named("tts_audio_end", request_id="c")[0].properties["reason"] == ERROR
    assert voice.named("tts_audio_end", request_id="d")[0].properties["reason"] == 1


def test_too_many_waiting_requests_are_refused() -> None:
    async def script(voice: VoiceProbe) -> None:
        for number in range(MAX_REQUESTS + 1):
            await voice.say(f"r{number}", "Hello.")
        await voice.ended(f"r{MAX_REQUESTS}")

    voice = talk_to_voice(script)
    assert [error["id"] for error in errors(voice)] == [f"r{MAX_REQUESTS}"]


def test_update_configs_changes_the_voice_for_the_next_request() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", "Hello.", end=True)
        await voice.ended("a")
        update = make_cmd("update_configs", params={"sample_rate": 24000}, url="left out", headers={})
        assert (await voice.command(update))[0] == StatusCode.OK
        await voice.say("b", "Hello.", end=True)
        await voice.ended("b")

    before = len(ToneTts.engines)
    voice = talk_to_voice(script)
    rates = {(p.metadata["request_id"], p.rate_hz) for p in voice.audio()}
    assert rates == {("a", 16000), ("b", 24000)}
    old, new = ToneTts.engines[before:]
    assert (old.closed, new.spoken) == (True, ["Hello."])


def test_wrong_commands_are_answered_with_what_is_wrong() -> None:
    async def script(voice: VoiceProbe) -> None:
        status, body = await voice.command(make_cmd("update_configs", params={"sample_rate": -1}))
        assert (status, "params.sample_rate" in body["detail"]) == (StatusCode.ERROR, True)
        status, body = await voice.command(make_cmd("sing"))
        assert (status, "sing" in body["detail"]) == (StatusCode.ERROR, True)
        await voice.say("a", "Hello.", end=True)
        await voice.ended("a")

    assert talk_to_voice(script).story()[-1] == "end a 1"


def test_the_engine_is_closed_with_the_node() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", "A long sentence that is still being spoken. " * 20, end=True)
        await voice.first_frame()
        await asyncio.sleep(0.5)

    before = len(ToneTts.engines)
    talk_to_voice(script)
    assert [engine.closed for engine in ToneTts.engines[before:]] == [True]
