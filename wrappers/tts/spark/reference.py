"""Reads the recording of a voice that is to be cloned, and refuses what would not make a voice."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from wrappers.audio import AudioFileError, Resampler, Samples, describe_audio, read_audio
from wrappers.audio.samples import FULL_SCALE
from wrappers.errors import EngineMissing
from wrappers.tts.spark.rates import SAMPLE_RATE_HZ

SHORTEST_S = 2.0
LONGEST_S = 30.0
"""The voice is taken from the first 6 s; with a transcript, all of it is read before every sentence."""
LEAST_SPEECH_S = 1.0
ADVISED = "record 5 to 15 s of one person speaking"

_FRAME_S = 0.02
_SPEECH_DB = -50.0
"""Frames below this level are a pause."""
_FLAT_RUN = 4
"""Samples in a row at the very top: so many are no coincidence."""
_FLAT_SHARE = 0.001
_TOP = 0.999
"""Share of the loudest sample from which on a sample is at the top."""


def read_reference(file: Path) -> NDArray[np.float32]:
    """The recording of a voice.

    returns: float32 [n] at 16 kHz, in -1..1, 2 to 30 s
    raises EngineMissing for what is not audio, too short, too long, silent or clipped, saying which
    """
    try:
        rate_hz = describe_audio(file).rate_hz
        samples = _read(file, rate_hz)
    except AudioFileError as problem:
        raise EngineMissing(f"the recording {problem}", f"give another one: {ADVISED}") from None
    _check(file, samples, rate_hz)
    resampler = Resampler(rate_hz, SAMPLE_RATE_HZ, "best")
    resampled = np.concatenate([resampler.push(samples), resampler.flush()])
    return resampled.astype(np.float32) / np.float32(FULL_SCALE)


def _read(file: Path, rate_hz: int) -> Samples:
    """At its own rate: what was clipped is flat only there."""
    blocks, length = [], 0
    for block in read_audio(file, rate_hz):
        blocks.append(block)
        length += len(block)
        if length > LONGEST_S * rate_hz:
            raise _refused(file, f"is longer than {LONGEST_S:.0f} s", "cut it: " + ADVISED)
    return np.concatenate(blocks)


def _check(file: Path, samples: Samples, rate_hz: int) -> None:
    duration_s = len(samples) / rate_hz
    if duration_s < SHORTEST_S:
        raise _refused(file, f"lasts {duration_s:.1f} s, at least {SHORTEST_S:.0f} s are needed", ADVISED)
    speech_s = _loud_s(samples, rate_hz)
    if speech_s < LEAST_SPEECH_S:
        what = "is silent" if speech_s == 0 else f"holds only {speech_s:.1f} s of sound"
        raise _refused(file, what, ADVISED + ", and check that the microphone is on")
    share = _flat_share(samples)
    if share > _FLAT_SHARE:
        what = f"is clipped: {share:.1%} of it is cut off at the top"
        raise _refused(file, what, "record it again with less gain, or farther from the microphone")


def _loud_s(samples: Samples, rate_hz: int) -> float:
    """How much of it is louder than a pause."""
    frame = max(1, round(_FRAME_S * rate_hz))
    frames = samples[: len(samples) // frame * frame].reshape(-1, frame).astype(np.float64) / FULL_SCALE
    frames = frames - frames.mean()  # a constant is no sound
    power = np.mean(np.square(frames), axis=1)
    return float(np.sum(power > 10 ** (_SPEECH_DB / 10)) * _FRAME_S)


def _flat_share(samples: Samples) -> float:
    """The share of samples that are in a flat top."""
    size = np.abs(samples.astype(np.int32))
    at_top = np.concatenate([[False], size >= _TOP * size.max(), [False]])
    borders = np.flatnonzero(np.diff(at_top.astype(np.int8)))
    lengths = borders[1::2] - borders[::2]
    return float(lengths[lengths >= _FLAT_RUN].sum() / len(samples))


def _refused(file: Path, what: str, mend: str) -> EngineMissing:
    return EngineMissing(f"the recording {file} {what}", mend)
