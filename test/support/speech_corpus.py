"""Finds recordings and what is said in them, in the layouts that collections of speech have."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr

from wrappers.asr import RATE_HZ
from wrappers.audio import Samples
from wrappers.text.script import language_of

SOUNDS = (".wav", ".flac", ".ogg", ".mp3")


class NoCorpus(Exception):
    """A folder holds no recordings with transcripts; the text says what was looked for."""


@dataclass(frozen=True, slots=True)
class Recording:
    """One file and what is said in it."""

    path: Path
    text: str

    @property
    def language(self) -> str:
        """en or zh, by its text: zh is counted in characters."""
        return language_of(self.text)

    def samples(self) -> Samples:
        """See `read_sound`."""
        return read_sound(self.path)


def read_sound(path: Path) -> Samples:
    """int16 [n] at 16 kHz; of several channels their mean."""
    sound, rate_hz = soundfile.read(path, dtype="float32", always_2d=True)
    mono = soxr.resample(sound.mean(axis=1), rate_hz, RATE_HZ)
    return (np.clip(mono, -1, 1) * 32767).astype(np.int16)


def find_recordings(folder: Path) -> list[Recording]:
    """All recordings below a folder that have a transcript, in the order of their names.

    LibriSpeech: NAME.trans.txt beside the sounds, a line for each. AISHELL: transcript/*.txt, a line for each sound
    below wav. Otherwise a table (.tsv or .csv) with the columns file and text, or NAME.txt beside NAME.wav.
    raises NoCorpus
    """
    if not folder.is_dir():
        raise NoCorpus(f"{folder} is no folder")
    sounds = {path.stem: path for path in sorted(folder.rglob("*")) if path.suffix.lower() in SOUNDS}
    texts = _from_lists(folder) or _from_tables(folder) or _from_neighbours(sounds)
    found = [Recording(sounds[name], text) for name, text in sorted(texts.items()) if name in sounds and text]
    if not found:
        raise NoCorpus(
            f"{folder} has {len(sounds)} sounds and {len(texts)} transcripts, but none belong together; known are "
            "the layouts of LibriSpeech and AISHELL, tables with the columns file and text, NAME.txt beside NAME.wav"
        )
    return found


def _from_lists(folder: Path) -> dict[str, str]:
    """Lines of a name and its text."""
    lists = sorted(folder.rglob("*.trans.txt")) or sorted(folder.rglob("transcript/*.txt"))
    texts = {}
    for file in lists:
        for line in file.read_text(encoding="utf-8").splitlines():
            name, _, text = line.strip().partition(" ")
            texts[name] = text.strip()
    return texts


def _from_tables(folder: Path) -> dict[str, str]:
    texts = {}
    for file in sorted([*folder.rglob("*.tsv"), *folder.rglob("*.csv")]):
        with file.open(encoding="utf-8", newline="") as table:
            for row in csv.DictReader(table, delimiter="\t" if file.suffix == ".tsv" else ","):
                if row.get("file") and row.get("text"):
                    texts[Path(row["file"]).stem] = row["text"]
    return texts


def _from_neighbours(sounds: dict[str, Path]) -> dict[str, str]:
    texts = {name: path.with_suffix(".txt") for name, path in sounds.items()}
    return {name: file.read_text(encoding="utf-8").strip() for name, file in texts.items() if file.is_file()}
