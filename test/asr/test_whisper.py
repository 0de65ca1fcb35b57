"""The real faster-whisper with a tiny model, on what it was taught and on what nobody says."""

import re
import shutil
import threading
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from support.require import recording, require
from support.speech import RATE_HZ, Labelled, labelled_speech
from support.spoken import quiet, recorded
from support.tiny_whisper import tiny_whisper
from support.words import words_of

from wrappers.asr import (
    DecoderOptions,
    FasterWhisperOptions,
    FasterWhisperRecogniser,
    Final,
    GuardOptions,
    Partial,
    WindowOptions,
)
from wrappers.asr.chinese_script import ChineseWriter
from wrappers.asr.faster_whisper_decoder import FasterWhisperDecoder
from wrappers.asr.stable_prefix import TimedWord
from wrappers.asr.whisper_guards import Guard
from wrappers.audio import Samples
from wrappers.errors import EngineFailed, EngineMissing

require("whisper")

REALLY_TIME = FasterWhisperDecoder.time_decode_ms
NO_GUARDS = GuardOptions(1.0, 0.0, -100.0, 0, phantoms=False)
NOISE = np.random.default_rng(5).normal(0, 1500, 12 * RATE_HZ).astype(np.int16)


@pytest.fixture(autouse=True, scope="module")
def quick_machine() -> Iterator[None]:
    """Partials are read, however busy this machine is."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(FasterWhisperDecoder, "time_decode_ms", lambda self, beam_size: 100)
        yield


def open_engine(model: str = "", **windows: object) -> FasterWhisperRecogniser:
    """The tiny model, or another one, on a clock that stands still: partials come as the audio does."""
    options = FasterWhisperOptions(
        model or str(tiny_whisper()),
        download=False,
        decoder=DecoderOptions(cpu_threads=1),
        windows=WindowOptions(**windows),  # type: ignore[arg-type]
    )
    engine = FasterWhisperRecogniser(options, clock_s=lambda: 0.0)
    engine.open()
    return engine


@pytest.fixture(scope="module")
def shared() -> Iterator[FasterWhisperRecogniser]:
    engine = open_engine()
    yield engine
    engine.close()


@pytest.fixture
def engine(shared: FasterWhisperRecogniser) -> FasterWhisperRecogniser:
    shared.reset()
    return shared


def recognise(engine: FasterWhisperRecogniser, samples: Samples, *, pause: bool = True) -> tuple[list[Partial], Final]:
    """Feed in blocks of 100 ms; at the end there is a pause."""
    partials = [engine.feed(samples[start : start + 1600]) for start in range(0, len(samples), 1600)]
    if pause:
        partials.append(engine.pause())
    return [partial for partial in partials if partial is not None], engine.finish()


def utterance(file: Labelled) -> Samples:
    """The speech of a file with what a VAD leaves around it."""
    return recorded(file.path)[(file.start_ms - 200) * 16 : (file.end_ms + 400) * 16]


LEARNT = (
    *("en_hello", "en_time", "en_weather", "en_weather_room"),
    *("zh_weather", "zh_weather_room", "zh_weather_pink10", "zh_weather_pink0", "zh_light"),
)
"""What the model of the fixtures knows by heart, however much silence is around it."""


def learnt() -> list[Labelled]:
    """English first: what is shorter than 1.5 s is taken to be in the language before."""
    return sorted((file for file in labelled_speech() if file.path.stem in LEARNT), key=lambda file: file.language)


def test_every_learnt_sentence_is_recognised_in_its_language() -> None:
    wrong = []
    with closing(open_engine(interim_interval_ms=0)) as engine:
        for file in learnt():
            _, final = recognise(engine, utterance(file))
            if (final.text, final.language[:2]) != (file.text, file.language):
                wrong.append((file.path.name, final.text, final.language, final.info))
    assert len(learnt()) == len(LEARNT)
    assert wrong == []


def sentence(name: str) -> Samples:
    return next(utterance(file) for file in labelled_speech() if file.path.stem == name)


def test_what_is_told_in_the_pause_is_the_final_which_knows_when_its_words_were_said() -> None:
    engine = open_engine(languages=("en",), interim_interval_ms=0)
    samples = sentence("en_weather")
    (paused,), final = recognise(engine, samples)
    assert paused.text == final.text == "What is the weather in Paris"
    assert [word.text for word in final.words] == final.text.split()
    starts = [word.start_ms for word in final.words]
    assert starts == sorted(starts)
    assert all(word.start_ms + word.duration_ms <= len(samples) // 16 for word in final.words)
    assert 0.3 < final.confidence <= 1
    assert -1 < final.info["avg_logprob"] < 0
    assert final.info["no_speech_prob"] < 0.5
    engine.close()


def test_stable_words_stay_even_where_the_model_changes_its_mind() -> None:
    """Of half a sentence the tiny model makes whole ones, each time another."""
    engine = open_engine(languages=("en",), guards=NO_GUARDS)
    partials, final = recognise(engine, sentence("en_agent"))
    assert len(partials) >= 3
    assert partials[-1].stable_words > 5
    for earlier, later in pairwise(partials):
        locked = [word.text for word in earlier.words[: earlier.stable_words]]
        assert [word.text for word in later.words[: len(locked)]] == locked
    assert final.text
    engine.close()


def test_a_pause_or_none_the_words_are_the_same(engine: FasterWhisperRecogniser) -> None:
    samples = sentence("en_weather")
    assert recognise(engine, samples, pause=False)[1].text == recognise(engine, samples)[1].text


def test_a_short_word_is_read_in_the_language_of_what_was_said_before(engine: FasterWhisperRecogniser) -> None:
    recognise(engine, sentence("zh_weather"))
    assert recognise(engine, sentence("en_time"))[1].language == "zh-CN"
    assert recognise(engine, sentence("en_cut"))[1].language == "en-US"
    assert recognise(engine, sentence("en_time"))[1].text == "What time is it now"


@pytest.mark.parametrize("duration_ms", [0, 10, 60, 100, 590, 3000])
def test_silence_says_nothing(engine: FasterWhisperRecogniser, duration_ms: int) -> None:
    for samples in (np.zeros(duration_ms * 16, np.int16), quiet(duration_ms)):
        partials, final = recognise(engine, samples)
        assert (partials, final.text, final.words, final.confidence) == ([], "", (), 0.0)


def not_speech() -> dict[str, Samples]:
    time_s = np.arange(4 * RATE_HZ) / RATE_HZ
    chord = sum(np.sin(2 * np.pi * hz * time_s) for hz in (220, 277, 330)) * (1 + np.sin(2 * np.pi * 2 * time_s)) / 2
    return {
        "noise": NOISE[: 4 * RATE_HZ],
        "tone": (6000 * np.sin(2 * np.pi * 440 * time_s)).astype(np.int16),
        "music": (3000 * chord).astype(np.int16),
        "clipped": np.full(RATE_HZ, 32767, np.int16),
        "a blink of speech": sentence("en_weather")[6400:8000],
    }


def test_what_is_no_speech_is_dropped_with_a_reason_or_harmless() -> None:
    """The tiny model is sure of things that a real one would doubt, so what counts is that dropping is reported."""
    engine = open_engine(interim_interval_ms=0, languages=("en",))
    for name, samples in not_speech().items():
        _, final = recognise(engine, samples)
        assert len(final.text) < 400, name
        if "guard" in final.info:
            assert final.text == "" and final.info["guarded_text"], name
    assert words_of(recognise(engine, sentence("en_weather"))[1].text) == words_of("What is the weather in Paris")
    engine.close()


@pytest.mark.parametrize(
    ("guards", "reason"),
    [
        (GuardOptions(mean_log_probability=-0.0), "low_probability"),
        (GuardOptions(no_speech_probability=0.0, no_speech_log_probability=0.0), "no_speech"),
        (GuardOptions(more_phantoms=("what is the weather in paris",)), "phantom"),
        (NO_GUARDS, None),
    ],
)
def test_each_guard_can_be_moved(guards: GuardOptions, reason: Guard | None) -> None:
    engine = open_engine(guards=guards)
    _, final = recognise(engine, sentence("en_weather"))
    assert final.info.get("guard") == reason
    assert bool(final.text) == (reason is None)
    engine.close()


@pytest.mark.parametrize("name", ["sense_and_sensibility-0880.wav", "sense_and_sensibility-0930.wav"])
def test_people_are_decoded_without_harm(name: str) -> None:
    """The tiny model has not learnt what they say; a real one has."""
    engine = open_engine(guards=NO_GUARDS, languages=("en",))
    partials, final = recognise(engine, recorded(recording(name)))
    assert final.language == "en-US"
    assert final.info["speech_ms"] > 1000
    assert all(partial.text for partial in partials)
    engine.close()


def test_speech_that_is_longer_than_what_whisper_reads_at_once_is_read_in_windows() -> None:
    samples = np.concatenate([part for _ in range(4) for part in (sentence("en_agent"), quiet(600))])
    assert len(samples) > 32 * RATE_HZ
    engine = open_engine(guards=NO_GUARDS, interim_interval_ms=3000, languages=("en",))
    partials, final = recognise(engine, samples)
    assert partials
    assert max(word.start_ms for word in final.words) > 25_000
    engine.close()


def test_chinese_is_written_in_the_chosen_script() -> None:
    assert ChineseWriter("simplified").write("請幫我打開客廳的燈。", "zh") == "请帮我打开客厅的灯。"
    assert ChineseWriter("traditional").write("请帮我打开客厅的灯。", "zh") == "請幫我打開客廳的燈。"
    assert ChineseWriter("as_heard").write("請帮我", "zh") == "請帮我"
    assert ChineseWriter("simplified").write("請 means please", "en") == "請 means please"


def test_the_final_is_in_the_chosen_script() -> None:
    engine = open_engine(languages=("zh",), chinese_script="traditional", interim_interval_ms=0)
    (paused,), final = recognise(engine, sentence("zh_light"))
    assert final.text == paused.text == "請幫我打開客廳的燈。"
    assert "".join(word.text for word in final.words) == final.text
    engine.close()


def test_hot_words_and_a_prompt_reach_the_model() -> None:
    """What the tiny model makes of them does not matter: it was not taught any."""
    options = FasterWhisperOptions(
        str(tiny_whisper()),
        download=False,
        decoder=DecoderOptions(cpu_threads=1, hot_words="Zephyrine", initial_prompt="Hello, Zephyrine."),
        windows=WindowOptions(languages=("en",), guards=NO_GUARDS, interim_interval_ms=0),
    )
    engine = FasterWhisperRecogniser(options)
    engine.open()
    with_words = recognise(engine, sentence("en_weather"))[1].info["avg_logprob"]
    engine.close()
    plain = open_engine(languages=("en",), guards=NO_GUARDS, interim_interval_ms=0)
    assert with_words != recognise(plain, sentence("en_weather"))[1].info["avg_logprob"]
    plain.close()


# --- What goes wrong. -------------------------------------------------------------------------------------------------


@pytest.fixture
def damaged(tmp_path: Path) -> Path:
    return Path(shutil.copytree(tiny_whisper(), tmp_path / "model"))


def test_a_model_with_half_of_its_weights_says_how_to_mend_it(damaged: Path) -> None:
    weights = damaged / "model.bin"
    weights.write_bytes(weights.read_bytes()[: weights.stat().st_size // 2])
    with pytest.raises(
        EngineMissing, match=rf"the Whisper model in {re.escape(str(damaged))} cannot be loaded .*delete"
    ):
        open_engine(str(damaged))


def test_a_model_with_a_strange_vocabulary_says_how_to_mend_it(damaged: Path) -> None:
    (damaged / "tokenizer.json").write_text('{"model": 5}')
    with pytest.raises(EngineMissing, match="cannot be loaded"):
        open_engine(str(damaged))


def test_the_model_is_timed_by_real_decodes() -> None:
    decoder = FasterWhisperDecoder(tiny_whisper(), "tiny", DecoderOptions(cpu_threads=1))
    assert REALLY_TIME(decoder, 5) > 0
    engine = open_engine()
    assert engine.facts == {
        **{"model": tiny_whisper().name, "final_ms": 100, "partial_ms": 100, "partials": tiny_whisper().name},
        "timings_ms": {tiny_whisper().name: 100},
    }
    engine.close()


def test_on_a_slow_machine_there_are_no_partials_and_that_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(FasterWhisperDecoder, "time_decode_ms", lambda self, beam_size: 700)
    engine = open_engine(languages=("en",))
    (paused,), final = recognise(engine, sentence("en_weather"))
    assert paused.text == final.text
    assert engine.facts["partials"] == "off"
    assert [note.split(":")[0] for note in engine.facts["notes"]] == [
        "no words are shown while somebody speaks",
        "answers come late",
    ]
    engine.close()


def test_closed_while_it_decodes_it_lets_the_decode_end_and_fails_afterwards() -> None:
    engine = open_engine(interim_interval_ms=0)
    engine.feed(sentence("en_long"))
    began, go_on = threading.Event(), threading.Event()
    assert engine._decoders is not None
    decoder = engine._decoders.final
    decode = decoder.decode

    def slow_decode(*arguments: object, **keywords: object) -> object:
        began.set()
        go_on.wait(10)
        return decode(*arguments, **keywords)  # type: ignore[arg-type]

    decoder.decode = slow_decode  # type: ignore[method-assign, assignment]
    finals: list[Final] = []
    thread = threading.Thread(target=lambda: finals.append(engine.finish()), daemon=True)
    thread.start()
    assert began.wait(10)
    engine.close()
    go_on.set()
    thread.join(30)
    assert len(finals) == 1
    with pytest.raises(EngineFailed, match="faster_whisper is closed"):
        engine.feed(NOISE[:1600])


def test_words_have_times_inside_the_audio_even_for_noise() -> None:
    engine = open_engine(guards=NO_GUARDS, interim_interval_ms=0, languages=("en",))
    _, final = recognise(engine, NOISE[: 2 * RATE_HZ])
    assert all(0 <= word.start_ms <= word.start_ms + word.duration_ms <= 2000 for word in final.words)
    assert TimedWord(" a", 0, 10).confidence == 1.0
    engine.close()
