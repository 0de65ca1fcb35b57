"""The sample conversation: its description tells what is in the sound file, and the script makes both."""

import itertools
import json

import numpy as np
import soundfile
from numpy.typing import NDArray
from support.require import REPOSITORY, require

from scripts.make_sample_conversation import ANSWER_MS, PAUSE_MS, RATE_HZ, conversation

ASSETS = REPOSITORY / "assets"
DESCRIPTION = json.loads((ASSETS / "sample_conversation.json").read_text(encoding="utf-8"))
TURNS = DESCRIPTION["turns"]
SPEECH = 0.02
"""Amplitude that the noise of the room never reaches."""


def recording() -> NDArray[np.float32]:
    samples, rate_hz = soundfile.read(ASSETS / "sample_conversation.flac", dtype="float32")
    assert rate_hz == DESCRIPTION["rate_hz"] == RATE_HZ
    return np.asarray(samples)


def test_someone_speaks_in_the_turns_and_nowhere_else() -> None:
    samples = recording()
    assert samples.ndim == 1
    assert len(samples) * 1000 // RATE_HZ == DESCRIPTION["duration_ms"]
    milliseconds = np.abs(samples[: len(samples) // 16 * 16]).reshape(-1, 16).max(axis=1)
    loud_ms = np.flatnonzero(milliseconds > SPEECH)
    in_a_turn = np.zeros(len(milliseconds), bool)
    for turn in TURNS:
        in_a_turn[turn["start_ms"] : turn["end_ms"] + 1] = True
        assert milliseconds[turn["start_ms"] : turn["end_ms"]].max() > SPEECH
    assert in_a_turn[loud_ms].all()


def test_there_are_turns_enough_and_room_for_the_answers() -> None:
    assert len(TURNS) >= 4
    assert 35_000 <= DESCRIPTION["duration_ms"] <= 60_000
    gaps_ms = [after["start_ms"] - before["end_ms"] for before, after in itertools.pairwise(TURNS)]
    assert min(gaps_ms) >= ANSWER_MS


def test_one_turn_has_a_pause_inside_it() -> None:
    (turn,) = [turn for turn in TURNS if turn["pause_ms"]]
    samples = recording()[turn["start_ms"] * 16 : turn["end_ms"] * 16]
    loud = np.flatnonzero(np.abs(samples) > SPEECH)
    assert np.diff(loud).max() / 16 >= PAUSE_MS


def test_the_script_makes_what_is_shipped() -> None:
    require("flite")
    samples, turns = conversation()
    assert turns == TURNS
    np.testing.assert_allclose(recording(), samples, atol=2 / 32768)
