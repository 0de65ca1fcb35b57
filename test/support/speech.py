"""Speech for tests, made on this machine and kept: nothing recorded, nothing downloaded."""

import csv
import hashlib
import subprocess
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray
from support.require import REPOSITORY, require

RATE_HZ = 16000
PEAK = 0.5
"""-6 dB: as loud as a person close to the microphone, with room for noise on top."""
SILENCE = 0.005
"""Part of the peak below which the ends of an utterance are cut, so that labels are exact to about 10 ms."""
CACHE = REPOSITORY / ".cache" / "speech"
MAKER = Path(__file__).with_name("make_speech.sh")

Voice = Literal["slt", "rms", "awb"]
"""Flite's voices that were built from recorded people. PocketSphinx understands `slt` best."""


@dataclass(frozen=True, slots=True)
class Labelled:
    """A file of the speech folder and what is in it."""

    path: Path
    language: str
    """"en", "zh", or "" where nobody speaks."""
    start_ms: int
    end_ms: int
    text: str


def say(text: str, voice: Voice = "slt") -> Path:
    """A 16 kHz mono WAV of `text`, without silence at its ends; skips the test where Flite is absent."""
    require("flite")
    path = CACHE / f"{_digest(f'{voice} {PEAK} {SILENCE} {text}'.encode())}.wav"
    if not path.exists():
        _make(path, lambda work: soundfile.write(work, speak(text, voice), RATE_HZ, subtype="PCM_16", format="WAV"))
    return path


def speak(text: str, voice: Voice) -> NDArray[np.float32]:
    """Samples of `text` at 16 kHz, shape (n,), peak 0.5, spoken by Flite."""
    with tempfile.TemporaryDirectory() as work:
        wav = Path(work) / "flite.wav"
        subprocess.run(["flite", "-voice", voice, "-t", text, "-o", str(wav)], check=True, stdin=subprocess.DEVNULL)
        samples, rate_hz = soundfile.read(wav, dtype="float32")
    samples = soxr.resample(samples, rate_hz, RATE_HZ)
    loud = np.flatnonzero(np.abs(samples) > SILENCE * np.abs(samples).max())
    samples = samples[loud[0] : loud[-1] + 1]
    return samples * np.float32(PEAK / np.abs(samples).max())


def speech_dir() -> Path:
    """The folder of labelled speech (see make_speech.sh), made once; skips the test where a tool for it is absent."""
    require("flite", "sox", "espeak")
    folder = CACHE / _digest(MAKER.read_bytes())
    if not folder.exists():
        _make(folder, lambda work: subprocess.run(["bash", str(MAKER), str(work)], check=True))
    return folder


def labelled_speech() -> list[Labelled]:
    """All files of the speech folder with their labels; skips as `speech_dir` does."""
    folder = speech_dir()
    with (folder / "speech.tsv").open(encoding="utf-8", newline="") as table:
        return [
            Labelled(folder / row["file"], row["lang"], int(row["start_ms"]), int(row["end_ms"]), row["text"])
            for row in csv.DictReader(table, delimiter="\t")
        ]


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:16]


def _make(path: Path, make: Callable[[Path], object]) -> None:
    """Make `path` beside its place and move it there: another test run never sees half of it."""
    CACHE.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CACHE) as work:
        made = Path(work) / path.name
        make(made)
        try:
            made.replace(path)
        except OSError:
            if not path.exists():  # a run beside this one was quicker: its folder is as good as ours
                raise
