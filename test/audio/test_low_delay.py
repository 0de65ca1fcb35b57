"""The resampler of the microphone: how late, how clean, how exact."""

import numpy as np
import pytest

from wrappers.audio import LowDelayResampler

RATES = [8000, 11025, 16000, 22050, 24000, 32000, 44100, 48000, 96000]


def tone(rate_hz: int, seconds: float, hz: float = 440) -> np.ndarray:
    return (8000 * np.sin(2 * np.pi * hz * np.arange(round(rate_hz * seconds)) / rate_hz)).astype(np.int16)


def whole(resampler: LowDelayResampler, samples: np.ndarray) -> np.ndarray:
    return np.concatenate([resampler.push(samples), resampler.flush()])


def loudness_db(samples: np.ndarray) -> float:
    middle = samples[500:-500].astype(float)
    return float(20 * np.log10(np.sqrt(np.mean(middle**2)) / (8000 / np.sqrt(2)) + 1e-9))


@pytest.mark.parametrize("in_hz", RATES)
def test_it_never_holds_more_than_4_ms(in_hz: int) -> None:
    resampler = LowDelayResampler(in_hz, 16000)
    held = []
    for block in np.array_split(tone(in_hz, 0.5), 100):
        resampler.push(block)
        held.append(resampler.held_ms)
    assert max(held) <= 4


@pytest.mark.parametrize("out_hz", [8000, 16000, 44100])
@pytest.mark.parametrize("in_hz", RATES)
def test_chunks_give_the_same_as_the_whole_in_its_true_length(in_hz: int, out_hz: int) -> None:
    signal = tone(in_hz, 0.3)
    chunked = LowDelayResampler(in_hz, out_hz)
    parts = [chunked.push(signal[first : first + 97]) for first in range(0, len(signal), 97)]
    joined = np.concatenate([*parts, chunked.flush()])
    np.testing.assert_array_equal(joined, whole(LowDelayResampler(in_hz, out_hz), signal))
    assert len(joined) == -(-len(signal) * out_hz // in_hz)


@pytest.mark.parametrize("in_hz", RATES)
def test_a_tone_stays_the_tone_and_keeps_its_place(in_hz: int) -> None:
    out = whole(LowDelayResampler(in_hz, 16000), tone(in_hz, 0.5)).astype(float)
    error = out - tone(16000, 0.5)[: len(out)]
    assert np.sqrt(np.mean(error[200:-200] ** 2)) < 8000 / 1000


@pytest.mark.parametrize("in_hz", [22050, 24000, 44100, 48000, 96000])
def test_what_the_output_cannot_carry_is_gone(in_hz: int) -> None:
    assert loudness_db(whole(LowDelayResampler(in_hz, 16000), tone(in_hz, 0.5, 8200))) < -55
    assert loudness_db(whole(LowDelayResampler(in_hz, 16000), tone(in_hz, 0.5, 7300))) == pytest.approx(0, abs=0.1)


def test_silence_and_a_constant_stay_what_they_are() -> None:
    resampler = LowDelayResampler(44100, 16000)
    assert not resampler.push(np.zeros(4410, np.int16)).any()
    out = resampler.push(np.full(4410, 1000, np.int16))
    assert set(out[200:]) <= {999, 1000, 1001}


def test_loud_sound_is_clipped_and_does_not_wrap() -> None:
    square = np.sign(tone(48000, 0.1)).astype(np.int16) * 32767
    out = whole(LowDelayResampler(48000, 16000), square)
    assert out.max() == 32767 and out.min() == -32768
    assert np.corrcoef(out, tone(16000, 0.1))[0, 1] > 0.8


def test_equal_rates_change_nothing() -> None:
    resampler = LowDelayResampler(16000, 16000)
    signal = tone(16000, 0.1)
    assert resampler.push(signal) is signal
    assert resampler.held_ms == 0 and len(resampler.flush()) == 0


def test_a_new_stream_after_flush_knows_nothing_of_the_old_one() -> None:
    resampler = LowDelayResampler(48000, 16000)
    first = whole(resampler, tone(48000, 0.1))
    np.testing.assert_array_equal(whole(resampler, tone(48000, 0.1)), first)
    assert len(resampler.flush()) == 0


@pytest.mark.parametrize("rates", [(0, 16000), (16000, 0), (-8000, 16000)])
def test_impossible_rates_are_refused(rates: tuple[int, int]) -> None:
    with pytest.raises(ValueError, match="above 0"):
        LowDelayResampler(*rates)
