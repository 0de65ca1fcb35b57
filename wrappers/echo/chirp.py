"""A sound to measure an echo with, and what a recording of it tells. Pure: no device."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from wrappers.audio import ENGINE_RATE_HZ, Samples, samples_of_ms
from wrappers.audio.samples import FULL_SCALE, to_int16

CHIRP_MS = 500
CHIRP_HZ = (5000.0, 150.0)
"""Downwards: the low end, where rooms ring longest, comes last."""
CHIRPS = 3
PAUSE_MS = 1000
"""Between two; no echo takes longer, and no living room rings longer."""
LEAD_MS = 1000
"""Silence before the first one, for the noise of the room."""
FADE_MS = 20
FRAME_MS = 10

FOUND = 8.0
"""The peak of a chirp in a recording is so many times the rest of it; by chance it is 4 to 5 times."""
SAME_PLACE_MS = 20
"""The chirps must agree in their delay, as far as devices keep to theirs in their first seconds."""
AUDIBLE_DB = 6.0
"""What is louder than the noise by this can be heard in it."""
OVERDRIVEN = 0.98
"""Of full scale; a sample beyond it was probably cut."""

Waveform = npt.NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class EchoMeasurement:
    """What a microphone hears of the loudspeaker."""

    noise_db: float
    """Of room and microphone, beside full scale."""
    delay_ms: int | None
    """From handing a sound over to its arrival; None if the chirps were not found."""
    echo_db: float | None = None
    """Level in the microphone beside the level that was played."""
    rings_ms: int = 0
    """How long after the end of a chirp it can still be heard."""
    is_overdriven: bool = False
    """Whether the microphone was too loud for its range."""
    hears_nothing: bool = False
    """Whether the recording is nothing but zeros."""
    is_unclear: bool = False
    """Whether something like the chirps was there, but not all of them at one delay."""


def make_chirps(level_db: float) -> Samples:
    """The test sound, int16 at 16 kHz: silence, then chirps with pauses; `level_db` is its peak beside full scale."""
    time_s = np.arange(samples_of_ms(CHIRP_MS, ENGINE_RATE_HZ)) / ENGINE_RATE_HZ
    high_hz, low_hz = CHIRP_HZ
    octaves = np.log(low_hz / high_hz)
    length_s = CHIRP_MS / 1000
    phase = 2 * np.pi * high_hz * length_s / octaves * (np.exp(time_s / length_s * octaves) - 1)
    fade = np.clip(np.minimum(time_s, length_s - time_s) * 1000 / FADE_MS, 0, 1)
    chirp = to_int16((10 ** (level_db / 20) * fade * np.sin(phase)).astype(np.float32))
    pause = np.zeros(samples_of_ms(PAUSE_MS, ENGINE_RATE_HZ), np.int16)
    lead = np.zeros(samples_of_ms(LEAD_MS, ENGINE_RATE_HZ), np.int16)
    return np.concatenate([lead, *([chirp, pause] * CHIRPS)])


def analyse(recorded: Samples, played: Samples) -> EchoMeasurement:
    """Find the test sound in a recording.

    recorded: int16 [n] at 16 kHz, whose first sample was captured when the first one of `played` was handed over
    played: what `make_chirps` gave
    raises ValueError for a recording that is too short to hold it
    """
    if len(recorded) < len(played):
        raise ValueError(f"the recording holds {len(recorded)} samples, and the test sound {len(played)}")
    heard, given = recorded / FULL_SCALE, played / FULL_SCALE
    noise = _power(heard[: samples_of_ms(LEAD_MS, ENGINE_RATE_HZ)])
    noise_db = _db(noise)
    if not recorded.any():
        return EchoMeasurement(noise_db, None, hears_nothing=True)
    overdriven = bool(np.abs(heard).max() >= OVERDRIVEN)
    delays_ms = [_delay_ms(heard, given, start) for start in _starts()]
    known_ms = [delay_ms for delay_ms in delays_ms if delay_ms is not None]
    if len(known_ms) < CHIRPS or max(known_ms) - min(known_ms) > SAME_PLACE_MS:
        return EchoMeasurement(noise_db, None, is_overdriven=overdriven, is_unclear=bool(known_ms))
    delay_ms = round(float(np.median(known_ms)))
    late = samples_of_ms(delay_ms, ENGINE_RATE_HZ)
    chirp = samples_of_ms(CHIRP_MS, ENGINE_RATE_HZ)
    echo = float(np.median([_power(heard[start + late : start + late + chirp]) for start in _starts()]))
    sound = _power(given[_starts()[0] :][:chirp])
    return EchoMeasurement(
        noise_db=noise_db,
        delay_ms=delay_ms,
        echo_db=_db(max(echo - noise, 1e-12)) - _db(sound),
        rings_ms=sorted(_rings_ms(heard[start + late + chirp :], noise) for start in _starts())[CHIRPS // 2],
        is_overdriven=overdriven,
    )


def _starts() -> list[int]:
    """Where the chirps begin, in samples."""
    first = samples_of_ms(LEAD_MS, ENGINE_RATE_HZ)
    return [first + index * samples_of_ms(CHIRP_MS + PAUSE_MS, ENGINE_RATE_HZ) for index in range(CHIRPS)]


def _delay_ms(heard: Waveform, given: Waveform, start: int) -> float | None:
    """Of one chirp: a matched filter over the time until the next one."""
    chirp = given[start : start + samples_of_ms(CHIRP_MS, ENGINE_RATE_HZ)]
    stretch = heard[start : start + samples_of_ms(CHIRP_MS + PAUSE_MS, ENGINE_RATE_HZ)]
    match = np.abs(np.correlate(stretch, chirp, "valid")) if len(stretch) > len(chirp) else np.zeros(1)
    peak = int(np.argmax(match))
    around = samples_of_ms(FADE_MS, ENGINE_RATE_HZ)
    rest = np.concatenate([match[: max(0, peak - around)], match[peak + around :]])
    if not len(rest) or match[peak] < FOUND * np.sqrt(np.mean(rest**2)):
        return None
    return peak * 1000 / ENGINE_RATE_HZ


def _rings_ms(after: Waveform, noise: float) -> int:
    """How long a sound can be heard in what comes after it."""
    frame = samples_of_ms(FRAME_MS, ENGINE_RATE_HZ)
    count = min(len(after) // frame, PAUSE_MS // 2 // FRAME_MS)
    powers = np.mean(after[: count * frame].reshape(count, frame) ** 2, axis=1)
    audible = np.flatnonzero(powers > noise * 10 ** (AUDIBLE_DB / 10))
    return int(audible[-1] + 1) * FRAME_MS if len(audible) else 0


def _power(samples: Waveform) -> float:
    return float(np.mean(samples**2)) if len(samples) else 0.0


def _db(power: float) -> float:
    return float(10 * np.log10(power + 1e-12))
