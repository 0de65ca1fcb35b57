"""The real engine on synthetic voices that were built from people, and on what is no speech at all."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from support.require import require
from support.speech import RATE_HZ, Voice
from support.spoken import quiet, spoken
from support.words import word_error_rate

from wrappers.asr import EngineMisconfigured, Final, Partial, PocketSphinxOptions, PocketSphinxRecogniser
from wrappers.asr import pocketsphinx as parent_side
from wrappers.audio import Samples
from wrappers.errors import EngineFailed, EngineMissing

require("pocketsphinx")

NOISE = np.random.default_rng(5).normal(0, 1500, 12 * RATE_HZ).astype(np.int16)


@pytest.fixture(scope="module")
def engine() -> Iterator[PocketSphinxRecogniser]:
    engine = PocketSphinxRecogniser()
    engine.open()
    yield engine
    engine.close()


def recognise(engine: PocketSphinxRecogniser, samples: Samples, *, pause: bool = True) -> tuple[list[Partial], Final]:
    """Feed in blocks of 100 ms; 280 ms before the end the VAD notices a pause."""
    partials = []
    for start in range(0, len(samples), 1600):
        if pause and start // 16 == max(0, len(samples) // 16 - 280) // 100 * 100:
            partials.append(engine.pause())
        partials.append(engine.feed(samples[start : start + 1600]))
    return [partial for partial in partials if partial is not None], engine.finish()


SENTENCES = (
    "what time is it",
    "hello how are you today",
    "what is the weather in paris",
    "repeat after me the quick brown fox",
    "thank you very much",
)


def test_the_clearest_voice_is_understood_word_for_word(engine: PocketSphinxRecogniser) -> None:
    assert [recognise(engine, spoken(sentence))[1].text for sentence in SENTENCES] == list(SENTENCES)


@pytest.mark.parametrize("voice", ["rms", "awb"])
def test_voices_are_mostly_understood_from_their_first_utterance_on(
    engine: PocketSphinxRecogniser, voice: Voice
) -> None:
    """Of twenty sentences like these, 11 and 30 % of the words are wrong if the mean spectrum is not measured first."""
    said = SENTENCES[1:4]
    heard = " ".join(recognise(engine, spoken(sentence, voice))[1].text for sentence in said)
    assert word_error_rate(" ".join(said), heard) <= 0.1, heard


def test_the_same_audio_gives_the_same_words_whoever_spoke_before(engine: PocketSphinxRecogniser) -> None:
    sentence = spoken(SENTENCES[2], "awb")
    _, first = recognise(engine, sentence)
    recognise(engine, spoken(SENTENCES[4], "rms"))
    recognise(engine, NOISE[:RATE_HZ])
    _, again = recognise(engine, sentence)

    assert (first.text, first.words) == (again.text, again.words)


def test_partials_grow_and_the_final_has_the_times_of_its_words(engine: PocketSphinxRecogniser) -> None:
    samples = spoken("what is the weather in paris")
    partials, final = recognise(engine, samples)

    assert len(partials) >= 3
    assert all(partial.text and partial.language == "en-US" for partial in partials)
    assert final.text == partials[-1].text
    assert [word.text for word in final.words] == final.text.split()
    starts = [word.start_ms for word in final.words]
    assert starts == sorted(starts)
    assert abs(starts[0] - 200) <= 60
    last = final.words[-1]
    assert abs(last.start_ms + last.duration_ms - (len(samples) // 16 - 400)) <= 150
    assert 0.3 < final.confidence <= 1
    assert final.compute_ms >= final.finish_ms > 0


def feed_searches(engine: PocketSphinxRecogniser, monkeypatch: pytest.MonkeyPatch, *found: str) -> list[str | None]:
    """What is shown after each search, given what the searches find; "|" is a pause."""
    texts = list(found)
    monkeypatch.setattr(engine, "_ask", lambda operation, pcm=b"": {"text": texts.pop(0)})
    partials = []
    while texts:
        if texts[0] == "|":
            texts.pop(0)
            partials.append(engine.pause())
        else:
            partials.append(engine.feed(quiet(100)))
    return [None if partial is None else partial.text for partial in partials]


def test_a_word_is_shown_when_two_searches_in_a_row_have_found_it(monkeypatch: pytest.MonkeyPatch) -> None:
    shown = feed_searches(PocketSphinxRecogniser(), monkeypatch, "", "no", "yeah", "yeah but", "yeah what", "yeah what")
    assert shown == [None, None, None, "yeah", None, "yeah what"]


def test_what_is_found_in_the_silence_of_a_pause_is_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    engine = PocketSphinxRecogniser()
    assert feed_searches(engine, monkeypatch, "stop", "|", "stop", "no tell", "no tell") == [None, None, None, None]
    engine.resume()
    assert feed_searches(engine, monkeypatch, "stop please", "stop please") == [None, "stop please"]


def test_without_a_pause_the_words_are_the_same(engine: PocketSphinxRecogniser) -> None:
    assert recognise(engine, spoken(SENTENCES[1], "awb"), pause=False)[1].text == SENTENCES[1]


def test_words_have_no_marks_of_the_decoder(engine: PocketSphinxRecogniser) -> None:
    """Pauses, noises and second pronunciations are what it writes in brackets."""
    samples = np.concatenate([spoken("what is a dragon"), NOISE[:8000], quiet(600), spoken("the end")])
    partials, final = recognise(engine, samples)

    texts = [partial.text for partial in partials] + [final.text] + [word.text for word in final.words]
    assert texts
    assert not [text for text in texts if set(text) & set("<>[]()+")]


@pytest.mark.parametrize("duration_ms", [0, 10, 100, 590, 3000])
def test_silence_says_nothing(engine: PocketSphinxRecogniser, duration_ms: int) -> None:
    for samples in (np.zeros(duration_ms * 16, np.int16), quiet(duration_ms)):
        partials, final = recognise(engine, samples)
        assert (partials, final.text, final.words, final.confidence) == ([], "", (), 0.0)


def test_a_tenth_of_a_second_of_speech_and_twelve_seconds_of_noise_do_no_harm(engine: PocketSphinxRecogniser) -> None:
    recognise(engine, spoken("stop")[3200 : 3200 + 1600])
    _, noise = recognise(engine, NOISE)
    assert len(noise.text.split()) <= 6
    recognise(engine, np.full(RATE_HZ, 32767, np.int16))
    assert recognise(engine, spoken("what time is it"))[1].text == "what time is it"


def test_reset_drops_what_was_said(engine: PocketSphinxRecogniser) -> None:
    for length in (1600, 3 * RATE_HZ):
        for start in range(0, length, 1600):
            engine.feed(NOISE[start : start + 1600])
        engine.reset()
    assert recognise(engine, spoken("what time is it"))[1].text == "what time is it"


def test_a_killed_engine_fails_and_can_be_opened_again() -> None:
    engine = PocketSphinxRecogniser()
    engine.open()
    samples = spoken("what time is it")
    engine.feed(samples[:RATE_HZ])
    assert engine.pid is not None
    os.kill(engine.pid, signal.SIGKILL)

    with pytest.raises(EngineFailed, match=r"PocketSphinx ended unexpectedly \(signal SIGKILL\)"):
        engine.feed(samples[RATE_HZ:])
    engine.open()
    assert recognise(engine, samples)[1].text == "what time is it"
    engine.close()
    assert engine.pid is None
    with pytest.raises(EngineFailed):
        engine.feed(samples)


GRAMMAR = """#JSGF V1.0;
grammar home;
public <command> = turn (on | off) the (light | radio) [please] | stop;
"""


@pytest.mark.parametrize("kind", ["text", "file"])
def test_a_grammar_lets_nothing_else_be_said(kind: str, tmp_path: Path) -> None:
    path = tmp_path / "home.gram"
    path.write_text(GRAMMAR)
    engine = PocketSphinxRecogniser(PocketSphinxOptions(grammar=GRAMMAR if kind == "text" else str(path)))
    engine.open()
    said = ("turn on the light", "turn off the radio please", "stop")
    heard = [recognise(engine, spoken(sentence, "awb"))[1].text for sentence in said]
    noise = recognise(engine, NOISE[: 2 * RATE_HZ])[1].text
    engine.close()

    assert heard == list(said)
    assert noise == ""


@pytest.mark.parametrize(
    ("grammar", "reason"),
    [
        ("#JSGF V1.0; grammar g; public <s> = (hello | stop;", "syntax error, unexpected ';'"),
        ("#JSGF V1.0; grammar g; public <s> = hello blorgwizz;", "The word 'blorgwizz' is missing in the dictionary"),
        ("#JSGF V1.0; grammar g; <s> = hello;", "No public rules"),
        ("#JSGF V1.0; grammar g; public <s> = <other>;", "Undefined rule"),
        ("#JSGF\0\1\2", "syntax error"),
        ("home.gram", '"home.gram" is neither JSGF text .* nor a file: No such file or directory'),
        ("/", "Is a directory"),
    ],
)
def test_a_grammar_that_cannot_be_used_is_refused_with_the_reason(grammar: str, reason: str) -> None:
    engine = PocketSphinxRecogniser(PocketSphinxOptions(grammar=grammar))
    with pytest.raises(EngineMisconfigured, match=f"params.grammar: .*{reason}"):
        engine.open()
    assert engine.pid is None


def test_where_the_package_is_missing_the_mend_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parent_side.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(EngineMissing, match=r"pip install pocketsphinx|use Python 3\.13 or 3\.11"):
        PocketSphinxRecogniser().open()
    monkeypatch.setattr(sys, "version_info", (3, 12, 4))
    with pytest.raises(EngineMissing, match=r"no package for Python 3\.12; use Python 3\.13 or 3\.11"):
        PocketSphinxRecogniser().open()
