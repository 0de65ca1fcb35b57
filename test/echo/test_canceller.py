"""The canceller and its linear filter."""

import sys

import numpy as np
import pytest
from support.echo_scene import story, voice
from support.require import require
from support.room import Room

from wrappers.audio import Samples
from wrappers.echo import Aec3Canceller, is_installed
from wrappers.echo.linear_filter import LinearFilter
from wrappers.errors import EngineMissing

ROOM = Room(delay_ms=60, gain_db=-6, noise_db=-70)
SECONDS = 6


def as_float(samples: Samples) -> np.ndarray:
    return (samples / 32768).astype(np.float32)


def filtered(microphone: Samples, played: Samples, linear: LinearFilter | None = None) -> np.ndarray:
    """What the linear filter leaves, -1..1."""
    linear = linear or LinearFilter()
    pairs = zip(as_float(microphone).reshape(-1, 160), as_float(played).reshape(-1, 160), strict=True)
    return np.concatenate([linear.process(heard, given) for heard, given in pairs])


def level_db(samples: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(samples.astype(float) ** 2) + 1e-12))


def test_the_filter_learns_the_room() -> None:
    played = story(SECONDS)
    microphone = ROOM.echo(played) + ROOM.noise(len(played))
    left = filtered(microphone, played)
    last = slice(-16000 * 2, None)
    assert level_db(as_float(microphone)[last]) - level_db(left[last]) > 15


def test_the_filter_leaves_a_person_as_they_are() -> None:
    played = story(SECONDS)
    echo = ROOM.echo(played)
    said = np.zeros_like(played)
    words = voice("No, tell me about the fish.", "rms")
    said[16000 * 4 :][: len(words)] = words // 2
    left = filtered(echo + said + ROOM.noise(len(played)), played)
    stretch = slice(16000 * 4, 16000 * 4 + len(words))
    assert level_db(left[stretch] - as_float(said)[stretch]) < level_db(as_float(echo)[stretch]) - 10


def test_the_filter_does_nothing_where_nothing_is_played() -> None:
    said = np.resize(voice("No, tell me about the fish.", "rms"), 16000 * 4)
    np.testing.assert_array_equal(filtered(said, np.zeros_like(said)), as_float(said))


def test_the_filter_never_makes_it_worse_for_long() -> None:
    """Where the echo has gone at once, what is subtracted would be an echo of its own."""
    played = story(SECONDS)
    microphone = ROOM.echo(played)
    microphone[16000 * 3 :] = ROOM.noise(len(played) - 16000 * 3)
    left = filtered(microphone, played)
    assert level_db(left[16000 * 3 + 3200 :]) < level_db(as_float(microphone)[16000 * 3 + 3200 :]) + 3


def test_the_filter_starts_anew_after_a_reset() -> None:
    played = story(2)
    echo = ROOM.echo(played)
    linear = LinearFilter()
    first = filtered(echo, played, linear)
    linear.reset()
    np.testing.assert_array_equal(filtered(echo, played, linear), first)


def test_frames_of_another_length_are_refused() -> None:
    require("aec")
    canceller = Aec3Canceller()
    for lengths in ((320, 320), (160, 80), (0, 160)):
        with pytest.raises(ValueError, match="frames have 160 samples"):
            canceller.process(*(np.zeros(length, np.int16) for length in lengths))


@pytest.mark.parametrize(("noise_suppression", "delay_ms"), [(False, 11), (True, 17)])
def test_it_delays_speech_by_some_ms_and_leaves_its_level(noise_suppression: bool, delay_ms: int) -> None:
    require("aec")
    canceller = Aec3Canceller(noise_suppression)
    said = np.resize(voice("No, tell me about the fish.", "rms"), 16000 * 4)
    silence = np.zeros(160, np.int16)
    out = np.concatenate([canceller.process(frame, silence) for frame in said.reshape(-1, 160)])
    late = [
        float(np.mean(out[16 * ms + 32000 :] * said[32000 : len(said) - 16 * ms].astype(float))) for ms in range(25)
    ]
    assert int(np.argmax(late)) == pytest.approx(delay_ms, abs=1.5)
    assert level_db(as_float(out)[32000:]) == pytest.approx(level_db(as_float(said)[32000:]), abs=3), "no gain control"


def test_the_input_is_not_changed() -> None:
    require("aec")
    said, played = voice("No, tell me about the fish.", "rms")[:160].copy(), story(1)[8000:8160].copy()
    before = said.copy(), played.copy()
    Aec3Canceller().process(said, played)
    np.testing.assert_array_equal((said, played), before)


def test_without_the_package_the_way_out_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "livekit", None)
    assert not is_installed()
    with pytest.raises(EngineMissing, match=r"livekit.*EXTRAS=aec"):
        Aec3Canceller()
