"""Voices of mlx-audio: five kinds of models, each of which wants to be asked, and answers, in its own way."""

from __future__ import annotations

import json
import threading
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from support.require import require

from wrappers.errors import EngineFailed, EngineMissing
from wrappers.tts.mlx_audio import STREAMING_INTERVAL_S, MlxAudioOptions, MlxAudioVoice
from wrappers.tts.mlx_audio_loading import check_mlx_audio, open_mlx_audio

RATE_HZ = 24_000
CHUNK = 2400
"""Samples a character."""


@dataclass
class Result:
    audio: Any
    sample_rate: int = RATE_HZ


def hum(text: str) -> np.ndarray[Any, np.dtype[np.float32]]:
    return np.full(CHUNK * len(text), 0.25, np.float32)


class Fake:
    """Notes what it was asked, and how many of its generators were closed before their end."""

    sample_rate = RATE_HZ
    generate: Any

    def __init__(self) -> None:
        self.asked: list[dict[str, Any]] = []
        self.closed_early = 0

    def results(self, audio: np.ndarray[Any, Any], parts: int, **asked: Any) -> Iterator[Result]:
        self.asked.append(asked)
        done = False
        try:
            for part in np.array_split(audio, parts):
                yield Result(part)
            done = True
        finally:
            self.closed_early += not done


class Streaming(Fake):
    """qwen3_tts, pocket_tts: chunk by chunk, an empty last one."""

    def generate(
        self, text: str, voice: str = "", stream: bool = False, streaming_interval: float = 2.0, **rest: Any
    ) -> Generator[Result, None, None]:
        parts = 4 if stream else 1
        yield from self.results(hum(text), parts, text=text, voice=voice, stream=stream, interval=streaming_interval)
        yield Result(np.zeros(0, np.float32))


class OwnInterval(Fake):
    """chatterbox_turbo, but without an interval to ask for."""

    def generate(self, text: str, stream: bool = False) -> Generator[Result, None, None]:
        yield from self.results(hum(text), 3 if stream else 1, text=text, stream=stream)


class Ignoring(Fake):
    """chatterbox: takes `stream` and makes everything at once, as [1, n]."""

    def generate(self, text: str, stream: bool = False, **rest: Any) -> Generator[Result, None, None]:
        self.asked.append({"text": text, "stream": stream})
        yield Result(hum(text)[None, :])


class Refusing(Fake):
    """echo_tts: takes `stream` to refuse it."""

    def generate(self, text: str, stream: bool = False, **rest: Any) -> Generator[Result, None, None]:
        if stream:
            raise NotImplementedError("no streaming yet")
        yield from self.results(hum(text), 1, text=text, stream=stream)


class Whole(Fake):
    """kokoro: no `stream` at all, and what it does not know it swallows."""

    def generate(
        self, text: str, voice: str | None = None, speed: float = 1.0, lang_code: str = "a", **rest: Any
    ) -> Generator[Result, None, None]:
        assert not rest
        yield from self.results(hum(text), 1, text=text, voice=voice, speed=speed, lang_code=lang_code)


FIRST, SECOND = "Hello there.", "How are you today?"


@pytest.mark.parametrize(
    ("kind", "chunks"),
    [(Streaming, [4, 4]), (OwnInterval, [3, 3]), (Ignoring, [1, 1]), (Refusing, [1, 1]), (Whole, [1, 1])],
)
def test_each_kind_says_all_sentences_in_as_many_chunks_as_it_can(kind: type[Fake], chunks: list[int]) -> None:
    model = kind()
    sound = list(MlxAudioVoice(model, "fake").stream(f"{FIRST} {SECOND}"))
    assert [asked["text"] for asked in model.asked] == [FIRST, SECOND]
    assert len(sound) == sum(chunks)
    assert all(len(chunk) and chunk.dtype == np.int16 for chunk in sound)
    together = np.concatenate(sound)
    assert len(together) == CHUNK * len(FIRST + SECOND)
    assert set(together.tolist()) == {8192}


def test_a_streaming_model_is_asked_for_short_chunks() -> None:
    model = Streaming()
    list(MlxAudioVoice(model, "fake").stream(FIRST))
    assert model.asked == [{"text": FIRST, "voice": "", "stream": True, "interval": STREAMING_INTERVAL_S}]
    assert 0.24 <= STREAMING_INTERVAL_S <= 0.32


def test_one_that_refuses_to_stream_is_asked_only_once() -> None:
    attempts: list[bool] = []

    class Counting(Refusing):
        def generate(self, text: str, stream: bool = False, **rest: Any) -> Generator[Result, None, None]:
            attempts.append(stream)
            yield from super().generate(text, stream)

    list(MlxAudioVoice(Counting(), "fake").stream(f"{FIRST} {SECOND}"))
    assert attempts == [True, False, False]


def test_a_model_that_gives_up_in_the_middle_is_not_asked_again() -> None:
    class Unfinished(Fake):
        def generate(self, text: str, stream: bool = False) -> Generator[Result, None, None]:
            self.asked.append({})
            yield Result(hum(text))
            raise NotImplementedError("the rest")

    model = Unfinished()
    with pytest.raises(EngineFailed, match="the rest"):
        list(MlxAudioVoice(model, "fake").stream(FIRST))
    assert len(model.asked) == 1


def test_the_rate_is_that_of_each_result() -> None:
    class Switching(Fake):
        def generate(self, text: str) -> Generator[Result, None, None]:
            yield Result(np.zeros(44_100, np.float32), 44_100)
            yield Result(np.zeros(44_100, np.float32), 44_100)

    voice = MlxAudioVoice(Switching(), "fake")
    assert voice.sample_rate_hz == RATE_HZ
    assert abs(sum(map(len, voice.stream(FIRST))) - 2 * RATE_HZ) <= 2


def test_a_model_that_does_not_tell_its_rate_is_believed_at_the_first_result() -> None:
    class Mute(Fake):
        sample_rate = None  # type: ignore[assignment]

        def generate(self, text: str) -> Generator[Result, None, None]:
            yield Result(np.zeros(100, np.float32), 32_000)

    voice = MlxAudioVoice(Mute(), "fake")
    voice.warm_up()
    assert voice.sample_rate_hz == 32_000
    assert sum(map(len, voice.stream(FIRST))) == 100


@pytest.mark.parametrize("kind", [Streaming, OwnInterval])
def test_cancelling_closes_the_model_between_two_chunks(kind: type[Fake]) -> None:
    model = kind()
    with closing(MlxAudioVoice(model, "fake").stream(f"{FIRST} {SECOND}")) as sound:
        next(sound)
    assert model.closed_early == 1
    assert len(model.asked) == 1


def test_an_interruption_from_another_thread_ends_it_and_the_next_text_is_said() -> None:
    voice = MlxAudioVoice(model := Streaming(), "fake")
    sound = voice.stream(f"{FIRST} {SECOND}")
    next(sound)
    thread = threading.Thread(target=voice.interrupt)
    thread.start()
    thread.join()
    assert list(sound) == []
    assert model.closed_early == 1
    assert sum(map(len, voice.stream(FIRST))) == CHUNK * len(FIRST)


@pytest.mark.parametrize("text", ["", " \n", "...", "😀👍", "\x00\x07"])
def test_nothing_to_say_asks_the_model_nothing(text: str) -> None:
    model = Streaming()
    assert list(MlxAudioVoice(model, "fake").stream(text)) == []
    assert model.asked == []


def test_options_are_passed_by_the_names_that_the_model_has() -> None:
    model = Whole()
    options = MlxAudioOptions("af_heart", "b", 1.2)
    list(MlxAudioVoice(model, "fake", options).stream(FIRST))
    assert model.asked == [{"text": FIRST, "voice": "af_heart", "speed": 1.2, "lang_code": "b"}]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (MlxAudioOptions(voice="anna"), "fake does not take voice; what it takes is nothing"),
        (MlxAudioOptions(settings={"warmth": 3}), "fake does not take warmth"),
        (MlxAudioOptions(language="a", speed=1.1), "fake does not take lang_code, speed"),
    ],
)
def test_what_a_model_does_not_take_is_told_and_not_swallowed(options: MlxAudioOptions, said: str) -> None:
    with pytest.raises(EngineMissing, match=said):
        MlxAudioVoice(OwnInterval(), "fake", options)


class Breaking(Fake):
    def __init__(self, problem: Exception) -> None:
        super().__init__()
        self.problem = problem

    def generate(self, text: str) -> Generator[Result, None, None]:
        raise self.problem
        yield


def test_a_model_that_breaks_costs_one_text() -> None:
    with pytest.raises(EngineFailed, match="fake could not say this: out of memory"):
        list(MlxAudioVoice(Breaking(RuntimeError("\nout of memory\nat layer 3")), "fake").stream(FIRST))


def test_sound_that_is_no_numbers_is_not_played() -> None:
    class Broken(Fake):
        def generate(self, text: str) -> Generator[Result, None, None]:
            yield Result(np.full(10, np.nan, np.float32))

    with pytest.raises(EngineFailed, match="no numbers"):
        list(MlxAudioVoice(Broken(), "fake").stream(FIRST))


@pytest.mark.parametrize(
    ("problem", "said"),
    [
        (ImportError("Kokoro requires misaki"), "needs a package.*misaki.*install"),
        (ValueError("unknown voice anna"), "unknown voice anna.*choose another voice"),
    ],
)
def test_what_is_wrong_with_a_model_is_told_when_it_is_loaded(problem: Exception, said: str) -> None:
    with pytest.raises(EngineMissing, match=said):
        MlxAudioVoice(Breaking(problem), "fake").warm_up()


def folder_with(path: Path, **files: str) -> str:
    path.mkdir()
    for name, text in files.items():
        (path / name.replace("__", ".")).write_text(text, "utf-8")
    return str(path)


def test_a_folder_that_is_no_model_is_named(tmp_path: Path) -> None:
    require("mlx")
    with pytest.raises(EngineMissing, match="absent does not exist"):
        check_mlx_audio(str(tmp_path / "absent"))
    with pytest.raises(EngineMissing, match=r"holds no config\.json"):
        check_mlx_audio(folder_with(tmp_path / "empty"))
    check_mlx_audio("some-one/some-model")


def test_a_model_that_is_half_downloaded_or_of_another_kind_is_told(tmp_path: Path) -> None:
    require("mlx")
    half = folder_with(tmp_path / "half", config__json=json.dumps({"model_type": "kokoro"}), a__safetensors="\x40")
    with pytest.raises(EngineMissing, match="only half there"):
        open_mlx_audio(half)
    other = folder_with(tmp_path / "other", config__json=json.dumps({"model_type": "a_chat_model"}))
    with pytest.raises(EngineMissing, match="could not be loaded as a voice of mlx-audio"):
        open_mlx_audio(other)


def test_what_mlx_computed_leaves_as_plain_numbers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    require("mlx")
    import mlx.core as mx
    import mlx_audio.tts.utils

    class OnMlx(Fake):
        def generate(self, text: str) -> Generator[Result, None, None]:
            self.asked.append({"text": text})
            yield Result(mx.full((1, 50), 0.5, mx.bfloat16))

    model = OnMlx()
    monkeypatch.setattr(mlx_audio.tts.utils, "load_model", lambda folder, **rest: model)
    voice = open_mlx_audio(folder_with(tmp_path / "Small-TTS", config__json="{}"))
    assert voice.name == "Small-TTS"
    assert len(model.asked) == 1, "it was warmed up"
    (chunk,) = voice.stream(FIRST)
    assert chunk.tolist() == [16384] * 50
