"""The voice is at most 8 s ahead of what is heard. In virtual time."""

import asyncio

import pytest
from support.voice_probe import VoiceProbe, talk_to_voice

MINUTE = "This is a text of about a minute. " * 48
"""48 times 25 letters of 50 ms."""
TOTAL_MS = 60_000


def sent_ms(voice: VoiceProbe) -> float:
    """Audio that came so far."""
    return sum(len(p.samples) * 1000 / p.rate_hz for p in voice.audio())


def ahead_ms(voice: VoiceProbe) -> list[float]:
    """After each frame, by how much the audio sent is ahead of a listener who began with the first frame."""
    frames = voice.named("pcm_frame")
    begin_ms, total_ms, result = frames[0].time_ms, 0.0, []
    for frame in frames:
        assert frame.pcm is not None
        total_ms += len(frame.pcm.samples) * 1000 / frame.pcm.rate_hz
        result.append(total_ms - (frame.time_ms - begin_ms))
    return result


def test_without_a_speakers_reports_by_the_clock() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", MINUTE, end=True)
        await voice.ended("a")

    voice = talk_to_voice(script)
    ahead = ahead_ms(voice)
    assert max(ahead) == pytest.approx(8000, abs=41)
    assert max(ahead) <= 8001
    assert min(ahead[200:]) >= 7900, "and no further behind than it must be"
    assert voice.named("tts_audio_end")[0].time_ms == pytest.approx(TOTAL_MS - 8000, abs=50)


def test_a_pause_between_requests_is_not_saved_up() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", "Hello.", end=True)
        await voice.ended("a")
        await asyncio.sleep(100)
        await voice.say("b", MINUTE, end=True)
        await voice.ended("b")

    voice = talk_to_voice(script)
    assert voice.named("tts_audio_end")[1].time_ms == pytest.approx(100_000 + TOTAL_MS - 8000, abs=100)


def test_the_speakers_reports_count_more_than_the_clock() -> None:
    heard_late_ms = 2500

    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", MINUTE, end=True)
        await voice.first_frame()
        while not voice.named("tts_audio_end"):
            now_ms = round(asyncio.get_running_loop().time() * 1000)
            heard_ms = max(0, now_ms - heard_late_ms)
            state = "progress" if heard_ms else "started"
            await voice.playback(state, queued_ms=round(sent_ms(voice)) - heard_ms, ts_ms=now_ms)
            await asyncio.sleep(0.1)

    voice = talk_to_voice(script)
    ahead = [value + heard_late_ms for value in ahead_ms(voice)]
    assert max(ahead[400:]) <= 8100
    assert min(ahead[400:]) >= 7800


def test_while_the_speaker_pauses_the_voice_waits() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", MINUTE, end=True)
        await asyncio.sleep(2)
        await voice.playback("paused", queued_ms=8000, ts_ms=2000)
        await asyncio.sleep(60)
        seen.append(sent_ms(voice))
        await voice.playback("progress", queued_ms=8000, ts_ms=62_000)
        await asyncio.sleep(5)
        seen.append(sent_ms(voice))

    seen: list[float] = []
    talk_to_voice(script)
    assert seen[0] == pytest.approx(10_000, abs=80)
    assert seen[1] - seen[0] == pytest.approx(5000, abs=80)


def test_after_a_flush_the_next_answer_does_not_wait_for_the_old_one() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", MINUTE, end=True)
        await asyncio.sleep(1)
        await voice.flush("f1")
        await voice.say("b", "A short answer.", end=True)
        await voice.ended("b")

    assert talk_to_voice(script).named("tts_audio_end", request_id="b")[0].time_ms == 1000


def test_a_flush_reaches_a_voice_that_waits_for_the_speaker() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", MINUTE, end=True)
        await asyncio.sleep(2)
        await voice.playback("paused", queued_ms=8000, ts_ms=2000)
        await asyncio.sleep(1)
        await voice.flush("f1")
        await voice.wait_for("tts_flush_end")

    voice = talk_to_voice(script)
    assert voice.named("tts_audio_end")[0].time_ms == 3000
    assert voice.named("tts_flush_end")[0].time_ms == 3000


def test_odd_reports_do_no_harm() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", MINUTE, end=True)
        await voice.first_frame()
        await voice.playback("progress", queued_ms=0, ts_ms=10**15)
        await voice.playback("", queued_ms=-5000, ts_ms=-1)
        await voice.ended("a")

    voice = talk_to_voice(script)
    assert sent_ms(voice) == pytest.approx(TOTAL_MS, abs=1)
