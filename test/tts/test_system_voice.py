"""The node system_tts_python with the real Flite and eSpeak NG, in virtual time."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
import pytest
from support.app_dir import use_repository
from support.require import require
from support.voice_probe import END, VoiceProbe, talk_to_voice

use_repository()

from ten_packages.extension.system_tts_python.extension import SystemTtsConfig, SystemTtsExtension  # noqa: E402

PART = {"flite": "flite", "espeak": "espeak_library"}
BACKENDS = pytest.mark.parametrize("backend", PART)
Script = Callable[[VoiceProbe], Awaitable[None]]


def talk(backend: str, script: Script, **params: Any) -> VoiceProbe:
    """Run a script around the node with one backend; skips where that is not installed."""
    require(PART[backend])
    properties = {"params": {"backend": backend, **params}}
    return talk_to_voice(script, properties, addon="system_tts_python")


def reasons(voice: VoiceProbe) -> list[tuple[str, int]]:
    return [(a.properties["request_id"], a.properties["reason"]) for a in voice.named("tts_audio_end")]


@BACKENDS
def test_a_request_is_spoken_at_the_wanted_rate(backend: str) -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.wait_for("ready")
        await voice.say("a", "Good morning. ")
        await voice.say("a", "How are you today?", end=True)
        await voice.ended("a")

    voice = talk(backend, script, sample_rate=24000)
    assert voice.story() == ["start a", "audio a", "text a", "audio a", "text a", "end a 1"]
    assert {p.rate_hz for p in voice.audio()} == {24000}
    speech = voice.speech("a")
    assert 1.2 < len(speech) / 24000 < 4
    assert np.abs(speech.astype(int)).max() > 3000
    first, second = (a.properties for a in voice.named("tts_text_result"))
    assert second["start_ms"] == first["duration_ms"]
    total_ms = second["start_ms"] + second["duration_ms"]
    assert total_ms == pytest.approx(1000 * len(speech) / 24000, abs=2)


@BACKENDS
def test_a_flush_at_the_first_frame(backend: str) -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", "This is a sentence. " * 100, end=True, epoch=1)
        await voice.first_frame()
        await voice.flush("f1", min_epoch=2)
        await voice.say("a2", "Too late.", end=True, epoch=1)
        await voice.say("b", "The next answer.", end=True, epoch=2)
        await voice.ended("b")
        await asyncio.sleep(5)

    voice = talk(backend, script)
    assert voice.story() == [
        *("start a", "audio a", "end a 2", "flush_end f1"),
        *("start b", "audio b", "text b", "end b 1"),
    ]


@BACKENDS
def test_twenty_requests_at_once(backend: str) -> None:
    async def script(voice: VoiceProbe) -> None:
        for number in range(20):
            await voice.say(f"r{number}", f"Number {number}.", end=True)
        await voice.ended("r19")

    voice = talk(backend, script)
    assert reasons(voice) == [(f"r{number}", END) for number in range(20)]
    assert all(len(voice.speech(f"r{number}")) for number in range(20))


@BACKENDS
def test_interleaved_requests(backend: str) -> None:
    async def script(voice: VoiceProbe) -> None:
        for word in ("First,", " second,", " third."):
            for number in range(4):
                await voice.say(f"r{number}", word, end=word == " third.")
        await voice.ended("r3")

    voice = talk(backend, script)
    order = [line.split()[1] for line in voice.story()]
    assert order == sorted(order)
    assert reasons(voice) == [(f"r{number}", END) for number in range(4)]


@BACKENDS
def test_texts_without_much_to_say_and_texts_of_odd_characters(backend: str) -> None:
    texts = [
        "",
        " ",
        "😀",
        "...",
        "∑∫√",
        "x²+y²=z²",
        "\x00\x07\x1b[31m",
        "-o /dev/null",
        "@x",
        "[[slnc 99999]]",
        "½ × ¾",
        "‮abc",
    ]

    async def script(voice: VoiceProbe) -> None:
        for number, text in enumerate(texts):
            await voice.say(f"r{number}", text, end=True)
        await voice.say("last", "A sentence.", end=True)
        await voice.ended("last")

    voice = talk(backend, script)
    assert reasons(voice) == [*((f"r{number}", END) for number in range(len(texts))), ("last", END)]
    assert not voice.named("error")
    assert len(voice.speech("last")) > 0


@BACKENDS
def test_ten_thousand_characters_are_paced_and_can_be_flushed(backend: str) -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("a", "Twelve monkeys sit on a tree. " * 334, end=True)
        await asyncio.sleep(20)
        await voice.flush("f1")
        await voice.say("b", "The end.", end=True)
        await voice.ended("b")

    voice = talk(backend, script)
    assert reasons(voice) == [("a", 2), ("b", END)]
    spoken_s = len(voice.speech("a")) / voice.audio()[0].rate_hz
    assert spoken_s == pytest.approx(28, abs=0.1), "20 s by the clock, and 8 s ahead"


def test_english_and_chinese_mixed() -> None:
    require("flite", "espeak_library")

    async def script(voice: VoiceProbe) -> None:
        await voice.say("en", "Hello there.", end=True)
        await voice.say("zh", "你好，世界。", end=True)
        await voice.say("mixed", "Hello there. 你好，世界。我喜欢 apple 和 banana。Good bye.", end=True)
        await voice.ended("mixed")

    voice = talk_to_voice(script, {"params": {}}, addon="system_tts_python")
    assert reasons(voice) == [("en", END), ("zh", END), ("mixed", END)]
    assert len({p.rate_hz for p in voice.audio()}) == 1
    assert len(voice.speech("mixed")) > len(voice.speech("en")) + len(voice.speech("zh")) > 0


def test_chinese_that_nobody_here_speaks_is_an_error_and_english_goes_on() -> None:
    async def script(voice: VoiceProbe) -> None:
        await voice.say("zh", "你好，世界。", end=True)
        await voice.say("en", "Hello there.", end=True)
        await voice.ended("en")

    voice = talk("flite", script)
    assert voice.story() == ["error zh", "end zh 3", "start en", "audio en", "text en", "end en 1"]
    (error,) = voice.named("error")
    assert (error.properties["code"], error.properties["vendor_info"]["vendor"]) == (1000, "system")
    assert "nothing here speaks Chinese" in error.properties["message"]


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"backend": "festival"}, 'params.backend: "festival" is not one of auto, say, flite, espeak'),
        ({"speed": 9}, "params.speed"),
        ({"backend": "flite", "voice": "nobody"}, 'Flite has no voice "nobody"; choose one of slt, rms, awb, kal16'),
    ],
)
def test_wrong_params_are_fatal(params: dict[str, Any], text: str) -> None:
    require("flite")

    async def script(voice: VoiceProbe) -> None:
        await voice.wait_for("error")

    (error,) = talk_to_voice(script, {"params": params}, addon="system_tts_python").named("error")
    assert error.properties["code"] == -1000
    assert text in error.properties["message"]


def test_check_here_names_what_is_missing_and_the_mend(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    def check(**params: Any) -> Any:
        return SystemTtsExtension.check_here(SystemTtsConfig.model_validate({"params": params}))

    require("flite", "espeak_library")
    assert check(backend="flite") is None
    assert check(backend="espeak", language="zh") is None
    assert check(backend="flite", language="zh").what == "flite does not speak Chinese"
    monkeypatch.setenv("PATH", str(tmp_path))
    missing = check(backend="flite")
    assert missing.what == "Flite is not installed"
    assert "apt-get install flite" in missing.mend
    assert check(backend="say").what == "the program `say` is not there"
