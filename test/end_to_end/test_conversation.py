"""The offline graph from one recording to another, with its real engines."""

import json
from pathlib import Path

import numpy as np
import pytest
import soundfile
from support.app_run import Finished, make_app, run_app, write_talk
from support.require import REPOSITORY, recording, require
from support.speech import say
from support.words import word_error_rate

SAMPLE = REPOSITORY / "assets" / "sample_conversation.flac"
TEXTS = [turn["text"] for turn in json.loads(SAMPLE.with_suffix(".json").read_text("utf-8"))["turns"]]


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """One run of the sample conversation, shared by the tests that look at it."""
    require("pocketsphinx", "flite")
    folder = tmp_path_factory.mktemp("sample")
    return run_app(make_app(folder / "app"), "--fast", "--input", SAMPLE, "--output", folder / "talk.wav")


def test_every_turn_is_heard_and_answered_in_order(sample: Finished) -> None:
    assert sample.status == 0, sample.err
    assert [entry["role"] for entry in sample.transcript] == ["user", "agent"] * len(TEXTS)
    assert [entry["turn_id"] for entry in sample.transcript[::2]] == list(range(1, len(TEXTS) + 1))
    assert word_error_rate(" ".join(TEXTS), " ".join(sample.texts("user"))) <= 0.1
    assert all(sample.texts("agent"))
    assert "forty-two" in sample.texts("agent")[2] or "42" in sample.texts("agent")[2]


def test_the_turn_with_a_pause_is_one_turn(sample: Finished) -> None:
    turns = json.loads(SAMPLE.with_suffix(".json").read_text("utf-8"))["turns"]
    entry = sample.transcript[2]
    assert turns[1]["pause_ms"] >= 500
    assert abs(entry["start_ms"] - turns[1]["start_ms"]) < 200
    assert abs(entry["end_ms"] - turns[1]["end_ms"]) < 200


def test_the_stages_of_every_answer_are_in_order(sample: Finished) -> None:
    for entry in sample.transcript[1::2]:
        stages = entry["stages_ms"]
        order = [
            stages[name] for name in ("transcript", "turn_decided", "first_llm_text", "first_tts_audio", "first_sound")
        ]
        assert order == sorted(order)
        assert 0 < order[-1] < 5000
        assert not entry["interrupted"]


def test_the_recording_has_the_user_left_and_the_agent_right(sample: Finished) -> None:
    assert sample.run_dir is not None
    audio, rate_hz = soundfile.read(sample.run_dir.parents[2] / "talk.wav", dtype="int16")
    assert rate_hz == 16000
    assert audio.shape[1] == 2
    for entry in sample.transcript:
        start, end = (entry[key] * 16 for key in ("start_ms", "end_ms"))
        mine, other = (0, 1) if entry["role"] == "user" else (1, 0)
        speech, silence = (np.sqrt(np.mean(audio[start:end, c].astype(float) ** 2)) for c in (mine, other))
        assert speech > 300, entry
        assert silence < 30, entry


def test_the_screen_tells_what_was_said_and_where_it_lies(sample: Finished) -> None:
    for text in [*sample.texts("user"), *sample.texts("agent")]:
        assert text in " ".join(sample.out.split())
    assert "talk.wav" in sample.out


def test_a_run_in_virtual_time_is_the_same_every_time(sample: Finished, tmp_path: Path) -> None:
    again = run_app(make_app(tmp_path), "--fast", "--input", SAMPLE)
    assert timeless(again) == timeless(sample)


def timeless(done: Finished) -> list[dict[str, object]]:
    """The transcript without the answer that tells the time of day."""
    return [entry for entry in done.transcript if (entry["turn_id"], entry["role"]) != (2, "agent")]


def test_the_same_graph_runs_in_real_time(tmp_path: Path) -> None:
    require("pocketsphinx", "flite")
    talk = write_talk(tmp_path / "talk.wav", 0.5, say("what is seven times six"), 1.5)
    done = run_app(make_app(tmp_path), "--input", talk)
    assert done.status == 0, done.err
    assert done.texts("user") == ["what is seven times six"]
    assert len(done.texts("agent")) == 1


def finished_story(folder: Path) -> str:
    """What the agent tells when nobody interrupts it."""
    folder.mkdir()
    talk = write_talk(folder / "talk.wav", 0.5, say("tell me a story"), 1.5)
    return run_app(make_app(folder), "--fast", "--input", talk).texts("agent")[0]


def test_speech_over_the_answer_interrupts_it(tmp_path: Path) -> None:
    require("pocketsphinx", "flite")
    talk = write_talk(tmp_path / "talk.wav", 0.5, say("tell me a story"), 4.0, say("what is seven times six"), 6.0)
    done = run_app(make_app(tmp_path), "--fast", "--input", talk, "--set", 'main_control.barge_in="vad"')
    assert done.status == 0, done.err
    roles = [(entry["role"], entry["interrupted"]) for entry in done.transcript]
    assert roles == [("user", False), ("agent", True), ("user", False), ("agent", False)]
    whole_story = finished_story(tmp_path / "whole")
    heard = done.texts("agent")[0]
    assert whole_story.startswith(heard)
    assert 20 < len(heard) < len(whole_story) / 2
    interrupted, question = done.transcript[1], done.transcript[2]
    assert 0 <= interrupted["end_ms"] - question["start_ms"] < 700, "the voice stops soon after the user begins"


def test_the_rest_of_a_story_and_its_last_sentence_can_be_asked_for(tmp_path: Path) -> None:
    require("pocketsphinx", "flite")
    asked = (say("tell me a story"), 4.0, say("stop it please"), 2.0, say("continue please"), 5.0)
    talk = write_talk(tmp_path / "talk.wav", 0.5, *asked, say("what did you say"), 3.0)
    done = run_app(make_app(tmp_path), "--fast", "--input", talk)
    assert done.status == 0, done.err
    assert done.texts("user") == ["tell me a story", "stop it please", "continue please", "what did you say"]
    first, second, third = done.texts("agent")
    story = finished_story(tmp_path / "whole")
    assert story.startswith(f"{first} {second}"), "it goes on at the very word"
    assert story.endswith(third), "and to the end"
    assert third.startswith(second.rsplit(". ")[-1]), "from the sentence that was heard last"


def test_with_interruption_off_the_answer_is_finished(tmp_path: Path) -> None:
    require("pocketsphinx", "flite")
    talk = write_talk(tmp_path / "talk.wav", 0.5, say("tell me a story"), 4.0, say("stop it please"), 12.0)
    done = run_app(make_app(tmp_path), "--fast", "--input", talk, "--set", 'main_control.barge_in="off"')
    assert [entry["role"] for entry in done.transcript] == ["user", "agent"]
    assert not done.transcript[1]["interrupted"]


@pytest.mark.parametrize(
    ("name", "words", "worst"),
    [
        ("sense_and_sensibility-0930.wav", "he might even have been made amiable himself", 0.35),
        ("sense_and_sensibility-0880.wav", "he was not an ill disposed young man", 0.5),
        (
            "sense_and_sensibility-0870.wav",
            "and mister john dashwood had then leisure to consider how much there might be prudently "
            "in his power to do for them",
            0.6,
        ),
        ("jfk.wav", "and so my fellow americans ask not what your country can do for you", 1.5),
    ],
)
def test_people_are_heard(name: str, words: str, worst: float, tmp_path: Path) -> None:
    """The built-in recogniser is rough with people; short clear sentences are mostly right."""
    require("pocketsphinx")
    done = run_app(make_app(tmp_path), "--fast", "--input", recording(name))
    assert done.status == 0, done.err
    assert done.texts("user"), "the turn was found"
    assert done.texts("agent")
    assert word_error_rate(words, " ".join(done.texts("user"))) <= worst
