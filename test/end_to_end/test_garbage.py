"""Input that is no conversation: a clear word or a quiet end, never a crash or a hang."""

from pathlib import Path

import numpy as np
import pytest
import soundfile
from support.app_run import make_app, run_app
from support.require import require


def tone(path: Path, seconds: float, rate_hz: int = 16000, channels: int = 1, file_format: str | None = None) -> Path:
    time_s = np.arange(int(seconds * rate_hz)) / rate_hz
    samples = np.repeat(0.3 * np.sin(2 * np.pi * 440 * time_s)[:, None], channels, axis=1)
    soundfile.write(path, samples, rate_hz, format=file_format)
    return path


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda path: path.touch(), "talk.wav"),
        (lambda path: path.write_text("this is no sound"), "talk.wav"),
        (lambda path: None, "talk.wav"),
        (lambda path: path.mkdir(), "talk.wav"),
    ],
    ids=["empty file", "text", "missing file", "empty folder"],
)
def test_what_is_no_recording_is_named(make: object, said: str, tmp_path: Path) -> None:
    path = tmp_path / "talk.wav"
    make(path)  # type: ignore[operator]
    done = run_app(make_app(tmp_path / "app"), "--fast", "--input", path)
    assert done.status in (1, 2)
    assert said in done.out + done.err
    assert "Traceback" not in done.out + done.err


@pytest.mark.parametrize(
    ("seconds", "rate_hz", "channels", "file_format"),
    [(1.0, 8000, 2, "WAV"), (0.1, 16000, 1, "WAV"), (1.0, 44100, 2, "OGG"), (1.0, 44100, 1, "MP3")],
    ids=["8 kHz stereo", "0.1 s", "OGG named wav", "MP3 named wav"],
)
def test_odd_recordings_end_in_order(
    seconds: float, rate_hz: int, channels: int, file_format: str, tmp_path: Path
) -> None:
    require("pocketsphinx")
    path = tone(tmp_path / "talk.wav", seconds, rate_hz, channels, file_format)
    done = run_app(make_app(tmp_path / "app"), "--fast", "--input", path)
    assert done.status == 0, done.err
    assert done.transcript == []
    assert "Traceback" not in done.out + done.err


def test_minutes_of_silence_are_no_conversation(tmp_path: Path) -> None:
    """Ten of them pass through microphone and VAD in `test/audio`."""
    require("pocketsphinx")
    path = tmp_path / "silence.wav"
    soundfile.write(path, np.zeros(120 * 16000, np.int16), 16000)
    done = run_app(make_app(tmp_path / "app"), "--fast", "--input", path)
    assert done.status == 0, done.err
    assert done.transcript == []
