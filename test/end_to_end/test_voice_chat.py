"""The graph voice_chat with its own engines, whose models are small: Whisper, LM Studio's protocol, Spark-TTS."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import soundfile
from support.app_run import RATE_HZ, Finished, run_app, write_talk
from support.tiny_voice_chat import (
    GRAPH,
    HEADPHONES,
    LONG,
    SAID,
    SHORT,
    STAGES_IN_ORDER,
    Model,
    make_voice_chat,
    own_voice,
    sentence,
)


@pytest.fixture(scope="module")
def model() -> Iterator[Model]:
    with Model() as model:
        yield model


@pytest.fixture(scope="module")
def done(model: Model, tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """Three turns, the third one into the second answer; from one recording to another, in virtual time."""
    folder = tmp_path_factory.mktemp("voice_chat")
    hello, weather, time = (sentence(name, folder)[0] for name in SAID)
    talk = write_talk(folder / "talk.wav", 0.5, hello, 5.5, weather, 4.2, time, 5.5)
    app = make_voice_chat(folder / "app", model.host)
    files = ("--input", talk, "--output", folder / "conversation.wav")
    return run_app(app, "--graph", GRAPH, "--fast", *files, *HEADPHONES, XDG_CACHE_HOME=str(folder / "cache"))


def test_the_words_are_recognised_and_answered_in_turn(done: Finished, tmp_path: Path) -> None:
    assert done.status == 0, done.err
    assert done.texts("user") == [sentence(name, tmp_path)[1] for name in SAID]
    assert [entry["role"] for entry in done.transcript] == ["user", "agent"] * 3
    assert [entry["turn_id"] for entry in done.transcript] == [1, 1, 2, 2, 3, 3]
    first, cut_short, last = done.texts("agent")
    assert (first, last) == (SHORT, SHORT)
    assert cut_short and LONG.startswith(cut_short) and cut_short != LONG


def test_only_the_second_answer_is_interrupted_and_soon(done: Finished) -> None:
    assert [entry["interrupted"] for entry in done.transcript] == [False, False, False, True, False, False]
    answer, question = done.transcript[3:5]
    assert 0 < answer["end_ms"] - question["start_ms"] < 500


def test_the_model_is_asked_with_what_was_heard(done: Finished, model: Model) -> None:
    hello, weather, time = done.texts("user")
    cut_short = done.texts("agent")[1]
    assert [[message for message in history if message[0] != "system"] for history in model.asked] == [
        [("user", hello)],
        [("user", hello), ("assistant", SHORT), ("user", weather)],
        [
            *(("user", hello), ("assistant", SHORT), ("user", weather)),
            *(("assistant", f"{cut_short}… [interrupted by the user]"), ("user", time)),
        ],
    ]
    assert all(history[0][0] == "system" and "voice assistant" in history[0][1] for history in model.asked)


def test_what_comes_out_is_what_the_voice_makes_of_the_answer(done: Finished, tmp_path: Path) -> None:
    assert done.run_dir is not None
    audio, rate_hz = soundfile.read(done.run_dir.parents[2] / "conversation.wav", dtype="int16")
    assert rate_hz == RATE_HZ
    expected = own_voice(SHORT, tmp_path).astype(float)
    for entry in (done.transcript[1], done.transcript[5]):
        heard = audio[entry["start_ms"] * 16 :][: len(expected), 1].astype(float)
        assert np.corrcoef(heard, expected)[0, 1] > 0.99
    cut = done.transcript[3]
    after = audio[(cut["end_ms"] + 50) * 16 : (done.transcript[5]["start_ms"] - 50) * 16, 1]
    assert len(after) > RATE_HZ
    assert not after.any(), "silence between the interruption and the next answer"


def test_the_stages_of_every_answer_come_in_order(done: Finished) -> None:
    for entry in done.transcript[1::2]:
        times = [entry["stages_ms"][stage] for stage in STAGES_IN_ORDER]
        assert times == sorted(times)
        assert times[0] > 0 and times[-1] < 2000
