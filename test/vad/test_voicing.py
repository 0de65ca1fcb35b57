"""Telling a voice from a cough."""

from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from support.noises import burst, cough, tap
from support.speech import Voice, say

from wrappers.audio import Samples, read_audio
from wrappers.vad.voicing import HIGHEST_HZ, WINDOW_SAMPLES, Voicing, pitch_strength

RATE_HZ = 16000


def tone(hz: float, samples: int = WINDOW_SAMPLES) -> NDArray[np.float64]:
    return np.sin(2 * np.pi * hz * np.arange(samples) / RATE_HZ)


def hiss(samples: int = WINDOW_SAMPLES, seed: int = 1) -> NDArray[np.float64]:
    return np.random.default_rng(seed).standard_normal(samples)


def is_voice(sound: Samples, piece: int = 160) -> bool:
    voicing = Voicing()
    for first in range(0, len(sound), piece):
        voicing.push(sound[first : first + piece])
    return voicing.is_heard


@pytest.mark.parametrize("hz", [80, 117.3, 200, 390])
def test_the_strength_of_a_tone_is_one(hz: float) -> None:
    assert pitch_strength(tone(hz)) == pytest.approx(1, abs=0.02)


@pytest.mark.parametrize("hz", [1500, 5000])
def test_tones_above_the_voice_have_none(hz: float) -> None:
    assert pitch_strength(tone(hz) + 1e-3 * hiss()) < 0.5


@pytest.mark.parametrize("share", [0.1, 0.5, 1.0])
def test_it_is_the_share_of_the_tone_in_the_power(share: float) -> None:
    """Boersma's equation 4: the peak is the power of the periodic part over that of all."""
    noise_power = share * HIGHEST_HZ / (RATE_HZ / 2)  # what is above is not looked at
    strengths = [pitch_strength(np.sqrt(2) * tone(150) + np.sqrt(share) * hiss(seed=seed)) for seed in range(40)]
    assert np.mean(strengths) == pytest.approx(1 / (1 + noise_power), abs=0.02)


def test_hiss_and_silence_have_none() -> None:
    assert np.mean([pitch_strength(hiss(seed=seed)) for seed in range(40)]) < 0.4
    assert pitch_strength(np.zeros(WINDOW_SAMPLES)) == 0


@pytest.mark.parametrize("speaker", ["slt", "rms", "awb"])
@pytest.mark.parametrize("text", ["Wait a moment.", "Stop.", "She sells sea shells.", "Yes."])
def test_whatever_is_said_there_is_a_voice_in_it(text: str, speaker: Voice) -> None:
    sound = np.concatenate(list(read_audio(say(text, speaker))))
    assert [is_voice(sound, piece) for piece in (160, 512, 3000)] == [True] * 3


@pytest.mark.parametrize(("noise", "at_most"), [(cough, 0.15), (tap, 0.05), (burst, 0.0)])
def test_there_is_seldom_one_in_coughs_knocks_and_noise(noise: Callable[[int], Samples], at_most: float) -> None:
    """Those few that have a resonance like a pitch are no speech to a detector: see test_finder.py."""
    assert np.mean([is_voice(noise(seed)) for seed in range(200)]) <= at_most


def test_the_rest_of_an_echo_between_two_coughs_is_no_voice() -> None:
    hum = (500 * tone(150, 8000)).astype(np.int16)
    assert is_voice(hum)
    assert not is_voice(np.concatenate([cough(1), hum, cough(1)]))


def test_what_was_heard_can_be_forgotten() -> None:
    voicing = Voicing()
    voicing.push((5000 * tone(150, 8000)).astype(np.int16))
    assert voicing.is_heard
    voicing.forget()
    assert not voicing.is_heard
