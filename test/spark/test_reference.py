"""Recordings of a voice: what is taken, and what is said about the others."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import soundfile
from numpy.typing import NDArray

from wrappers.errors import EngineMissing
from wrappers.tts.spark.reference import read_reference

RATE_HZ = 16000


def speech(seconds: float, rate_hz: int = RATE_HZ, peak: float = 0.5) -> NDArray[np.float32]:
    """A tone with overtones that swells and fades four times a second, in noise."""
    time_s = np.arange(round(seconds * rate_hz)) / rate_hz
    tone = sum(np.sin(2 * np.pi * 150 * k * time_s) / k for k in (1, 2, 3))
    sound = tone * np.sin(2 * np.pi * 2 * time_s) ** 2 + 0.01 * np.random.default_rng(1).normal(size=len(time_s))
    return (peak * sound / np.abs(sound).max()).astype(np.float32)


def written(file: Path, sound: NDArray[np.float32], rate_hz: int = RATE_HZ) -> Path:
    soundfile.write(file, sound, rate_hz)
    return file


@pytest.mark.parametrize(("rate_hz", "channels"), [(16000, 1), (44100, 2), (8000, 1)])
def test_a_recording_of_any_kind_comes_at_16_khz(tmp_path: Path, rate_hz: int, channels: int) -> None:
    sound = np.tile(speech(3, rate_hz)[:, None], (1, channels))
    samples = read_reference(written(tmp_path / "a.wav", sound, rate_hz))

    assert samples.dtype == np.float32
    assert len(samples) == pytest.approx(3 * RATE_HZ, abs=2)
    assert np.abs(samples).max() == pytest.approx(0.5, abs=0.05)


@pytest.mark.parametrize("suffix", [".flac", ".ogg", ".mp3"])
def test_other_formats_are_read(tmp_path: Path, suffix: str) -> None:
    assert len(read_reference(written(tmp_path / f"a{suffix}", speech(3)))) >= 3 * RATE_HZ


def with_tops_cut() -> NDArray[np.float32]:
    return np.clip(3 * speech(3), -0.8, 0.8)


BAD: dict[str, tuple[Callable[[], NDArray[np.float32]], str]] = {
    "short": (lambda: speech(1), r"lasts 1\.0 s, at least 2 s are needed"),
    "long": (lambda: speech(31), "is longer than 30 s"),
    "silent": (lambda: np.zeros(3 * RATE_HZ, np.float32), "is silent"),
    "constant": (lambda: np.full(3 * RATE_HZ, 0.4, np.float32), "is silent"),
    "faint": (lambda: speech(3, peak=0.001), "is silent"),
    "pause": (lambda: np.concatenate([speech(0.5), np.zeros(3 * RATE_HZ, np.float32)]), r"holds only 0\.\d s of sound"),
    "clipped": (lambda: 3 * speech(3), "is clipped: .*% of it is cut off at the top; record it again with less gain"),
    "clipped and then made quieter": (with_tops_cut, "is clipped"),
}


@pytest.mark.parametrize("kind", BAD)
def test_a_bad_recording_is_refused_with_the_reason(tmp_path: Path, kind: str) -> None:
    sound, says = BAD[kind]
    file = written(tmp_path / "me.wav", sound())
    with pytest.raises(EngineMissing, match=rf"me\.wav {says}"):
        read_reference(file)


def test_tops_that_were_cut_are_seen_at_any_rate(tmp_path: Path) -> None:
    file = written(tmp_path / "me.wav", 3 * speech(3, 44100), 44100)
    with pytest.raises(EngineMissing, match="is clipped"):
        read_reference(file)


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "empty"),
        (b"Dear Anna, how are you?", "not an audio file"),
        (b"RIFF\x00\x00\x00\x00WAVEfmt ", "damaged or cut off"),
        (b"\x89PNG\r\n\x1a\n" + bytes(200), "not an audio file"),
    ],
    ids=["empty", "text", "half", "picture"],
)
def test_what_is_not_audio_is_refused(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "me.wav").write_bytes(content)
    with pytest.raises(EngineMissing, match=says) as told:
        read_reference(tmp_path / "me.wav")
    assert "5 to 15 s of one person speaking" in told.value.mend


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    with pytest.raises(EngineMissing, match="no such file"):
        read_reference(tmp_path / "nobody.wav")
    with pytest.raises(EngineMissing, match="folder"):
        read_reference(tmp_path)
