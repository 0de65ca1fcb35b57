"""The stateful resampler: lengths, no seams, reuse."""

import numpy as np
import pytest

from wrappers.audio import Resampler
from wrappers.audio.resample import Quality

RATES = [8000, 11025, 16000, 22050, 24000, 44100, 48000]


def tone(rate_hz: int, seconds: float, hz: float = 440) -> np.ndarray:
    return (8000 * np.sin(2 * np.pi * hz * np.arange(round(rate_hz * seconds)) / rate_hz)).astype(np.int16)


@pytest.mark.parametrize("in_hz", RATES)
@pytest.mark.parametrize("quality", ["live", "best"])
def test_chunks_give_the_same_as_the_whole(in_hz: int, quality: Quality) -> None:
    signal = tone(in_hz, 0.5)
    whole_resampler = Resampler(in_hz, 16000, quality)
    whole = np.concatenate([whole_resampler.push(signal), whole_resampler.flush()])
    chunked = Resampler(in_hz, 16000, quality)
    parts = [chunked.push(signal[first : first + 321]) for first in range(0, len(signal), 321)]
    joined = np.concatenate([*parts, chunked.flush()])
    np.testing.assert_array_equal(joined, whole)
    assert abs(len(joined) - 8000) <= 1


@pytest.mark.parametrize("in_hz", RATES)
def test_a_tone_stays_the_tone(in_hz: int) -> None:
    resampler = Resampler(in_hz, 16000)
    out = np.concatenate([resampler.push(tone(in_hz, 0.5)), resampler.flush()]).astype(float)
    middle = slice(1000, -1000)
    error = out[middle] - tone(16000, 0.5).astype(float)[: len(out)][middle]
    assert np.sqrt(np.mean(error**2)) < 80  # -40 dB below the tone


def test_equal_rates_change_nothing() -> None:
    resampler = Resampler(16000, 16000)
    signal = tone(16000, 0.1)
    assert resampler.push(signal) is signal
    assert resampler.held_ms == 0
    assert len(resampler.flush()) == 0


def test_it_tells_what_it_holds_back_and_starts_anew_after_a_flush() -> None:
    resampler = Resampler(24000, 16000)
    first = resampler.push(tone(24000, 0.015))
    assert resampler.held_ms == pytest.approx(15 - len(first) / 16)
    resampler.flush()
    assert resampler.held_ms == 0
    again = np.concatenate([resampler.push(tone(24000, 0.1)), resampler.flush()])
    assert len(again) == 1600


def test_flush_without_input_is_empty() -> None:
    assert len(Resampler(22050, 16000).flush()) == 0


@pytest.mark.parametrize("rates", [(0, 16000), (16000, 0), (-8000, 16000)])
def test_impossible_rates_are_refused(rates: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="above 0"):
        Resampler(*rates)
