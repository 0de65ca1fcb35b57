"""A folder of labelled speech for the benchmark of speech detectors, made from synthetic voices."""

from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import soundfile
from support.speech import RATE_HZ, labelled_speech
from support.speech_corpus import read_sound
from support.vad_labels import Span, write_scv

from wrappers.audio import Samples

PAUSES_MS = (200, 300, 450, 700, 1000)
"""Between the sentences of a talk, in turns: from a breath to the end of a turn."""
NOISES_DB = (None, 15.0, 5.0)
"""How far the noise of each talk is below the speech; None: none at all."""
EDGE_MS = 800
ROOM_TONE = 3.0
"""RMS of what is heard where nobody speaks, as every microphone has some."""


def make_corpus(folder: Path, talks: int) -> None:
    """Fill a folder with all single utterances, all sounds that are no speech, and some talks with pauses.

    talks: for each language and each noise so many, every one with other pauses
    Skips (see `labelled_speech`) where a voice is absent.
    """
    files = [file for file in labelled_speech() if file.path.stem != "en_pause"]  # whose label spans its pause
    for file in files:
        shutil.copy(file.path, folder)
        spans = [Span(file.start_ms, file.end_ms)] if file.language else []
        write_scv(folder / f"{file.path.stem}.scv", spans, len(read_sound(file.path)) * 1000 / RATE_HZ)
    for language in ("en", "zh"):
        sentences = [
            read_sound(file.path)[file.start_ms * RATE_HZ // 1000 : file.end_ms * RATE_HZ // 1000]
            for file in files
            if file.language == language and file.path.stem.count("_") == 1  # the clean ones
        ]
        for number in range(talks):
            for noise_db in NOISES_DB:
                name = f"talk_{language}_{number}_{'clean' if noise_db is None else f'{noise_db:.0f}db'}"
                _make_talk(folder / f"{name}.wav", sentences, number, noise_db)


def _make_talk(path: Path, sentences: list[Samples], number: int, noise_db: float | None) -> None:
    random = np.random.default_rng(number)
    pieces = [_silence(EDGE_MS)]
    spans = []
    length = len(pieces[0])
    for place, sentence in enumerate(sentences):
        pause_ms = PAUSES_MS[(place + number) % len(PAUSES_MS)]
        spans.append(Span(length * 1000 / RATE_HZ, (length + len(sentence)) * 1000 / RATE_HZ))
        pieces += [sentence, _silence(pause_ms if place + 1 < len(sentences) else EDGE_MS)]
        length += len(sentence) + len(pieces[-1])
    talk = np.concatenate(pieces).astype(np.float64)
    level = ROOM_TONE
    if noise_db is not None:
        level = float(np.sqrt(np.mean(np.concatenate(sentences).astype(np.float64) ** 2))) / 10 ** (noise_db / 20)
    talk += level * _pink_noise(random, length)
    soundfile.write(path, np.clip(talk, -32768, 32767).astype(np.int16), RATE_HZ, subtype="PCM_16")
    write_scv(path.with_suffix(".scv"), spans, length * 1000 / RATE_HZ)


def _silence(duration_ms: int) -> Samples:
    return np.zeros(duration_ms * RATE_HZ // 1000, np.int16)


def _pink_noise(random: np.random.Generator, length: int) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """Noise like that of a room, float [length], RMS 1: equal power in each octave from 30 Hz."""
    spectrum = np.fft.rfft(random.normal(size=length))
    hertz = np.fft.rfftfreq(length, 1 / RATE_HZ)
    noise = np.fft.irfft(spectrum / np.sqrt(np.maximum(hertz, 30.0)), length)
    return noise / np.sqrt(np.mean(noise**2))
