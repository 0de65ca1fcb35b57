"""What the benchmarks of Spark-TTS share: our engine and mlx-audio's `generate()`, with the same weights and voice."""

from __future__ import annotations

import contextlib
import io
import math
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import mlx.core as mx
import numpy as np
import soundfile
from numpy.typing import NDArray

from wrappers.tts.spark.calibration import signal_to_noise_db
from wrappers.tts.spark.codec import load_bicodec
from wrappers.tts.spark.engine import Chunk, SparkEngine
from wrappers.tts.spark.model_folder import open_model_folder
from wrappers.tts.spark.prompt import Voice
from wrappers.tts.spark.rates import SAMPLE_RATE_HZ, SAMPLES_PER_TOKEN, TOKENS_PER_SECOND
from wrappers.tts.spark.scheduler import Preset

VOICE = Voice(tuple(range(100, 132)))
EDGE = 80
"""Samples at either end that may be faded, so they are not compared."""
_MEGABYTE = 1e6


@dataclass(frozen=True)
class Speech:
    """One measured speech."""

    first_s: float
    total_s: float
    duration_s: float
    samples: NDArray[np.float32]
    chunks: tuple[tuple[float, float], ...] = ()
    """When each was ready, and how much sound there was then, both in seconds from the start."""
    tokens: int = 0
    first_tokens: int = 0
    """How many there had to be for the first sound."""
    prefill_s: float = 0.0
    language_model_s: float = 0.0
    decode_s: float = 0.0
    underruns: int = 0
    peak_mb: float = 0.0

    @property
    def rtf(self) -> float:
        """Time to make it over its duration."""
        return self.total_s / self.duration_s

    def figures(self) -> dict[str, Any]:
        """What belongs into JSON."""
        found = {name: value for name, value in vars(self).items() if name != "samples"}
        made_s = self.language_model_s + self.decode_s
        return found | {
            "rtf": self.rtf,
            "tokens_per_s": self.tokens / self.language_model_s if self.language_model_s else None,
            "decode_share": self.decode_s / made_s if made_s else None,
        }


class Streaming:
    """Our engine."""

    def __init__(self, model: Path, work: Path) -> None:
        self.folder = open_model_folder(model)
        self.engine = SparkEngine.open(self.folder, voices=work / "voices", cache=work / "cache")
        self.engine.warm_up(VOICE)

    def speak(self, text: str, preset: Preset = "balanced", max_tokens: int = 200) -> Speech:
        mx.reset_peak_memory()
        began_s = time.monotonic()
        stream = self.engine.stream(text, VOICE, preset=preset, max_tokens=max_tokens)
        chunks = [next(stream)]
        first_tokens = self.engine.figures.tokens
        chunks.extend(stream)
        total_s = time.monotonic() - began_s
        figures = self.engine.figures
        samples = np.concatenate([chunk.pcm for chunk in chunks])
        return Speech(
            first_s=chunks[0].t_emit - began_s,
            total_s=total_s,
            duration_s=len(samples) / SAMPLE_RATE_HZ,
            samples=samples,
            chunks=tuple(_emitted(chunks, began_s)),
            tokens=figures.tokens,
            first_tokens=first_tokens,
            prefill_s=figures.prefill_s,
            language_model_s=figures.language_model_s,
            decode_s=figures.decode_s,
            underruns=figures.underruns,
            peak_mb=mx.get_peak_memory() / _MEGABYTE,
        )


class Offline:
    """mlx-audio as it is, but for what it needs to run: its codec in evaluation mode."""

    def __init__(self, model: Path, work: Path) -> None:
        from mlx_audio.tts.utils import load_model

        with contextlib.redirect_stdout(io.StringIO()):
            self._model = load_model(model, model_type="spark")
        self._tokenizer = self._model._audio_tokenizer
        self._tokenizer.model.eval()
        self._tokenizer.feature_extractor.eval()
        self._tokenize = self._tokenizer.tokenize
        self._recording = _write_recording(work / "recording.wav")

    def speak(self, text: str, max_tokens: int = 200, *, keep_voice: bool = True) -> Speech:
        """
        keep_voice: leave out what `generate()` does for the voice in every call, as if it kept that
        """
        self._tokenizer.tokenize = self._kept if keep_voice else self._tokenize
        mx.reset_peak_memory()
        began_s = time.monotonic()
        results = self._model.generate(text, ref_audio=str(self._recording), max_tokens=max_tokens)
        samples = np.concatenate([np.array(result.audio) for result in results])
        total_s = time.monotonic() - began_s
        return Speech(
            first_s=total_s,
            total_s=total_s,
            duration_s=len(samples) / SAMPLE_RATE_HZ,
            samples=samples,
            tokens=len(samples) // SAMPLES_PER_TOKEN,
            peak_mb=mx.get_peak_memory() / _MEGABYTE,
        )

    def _kept(self, _recording: str) -> tuple[mx.array, mx.array]:
        return mx.array(VOICE.global_tokens, mx.int32)[None], mx.zeros((1, 1), mx.int32)


class Decoder:
    """mlx-audio's decoder: what a speech is compared with."""

    def __init__(self, model: Path) -> None:
        self.bicodec = load_bicodec(open_model_folder(model).codec)

    def decode(self, tokens: Sequence[int]) -> NDArray[np.float32]:
        voice = mx.array(VOICE.global_tokens, mx.int32)[None, None]
        return np.array(self.bicodec.detokenize(mx.array(list(tokens), mx.int32)[None], voice)[0, 0])

    def snr_db(self, tokens: Sequence[int], samples: NDArray[np.float32], end: int | None = None) -> float:
        """How far the difference to offline decoding is below the sound; at most 200.

        end: compare only so many samples
        """
        cut = slice(EDGE, (len(samples) if end is None else end) - EDGE)
        return min(200.0, signal_to_noise_db(self.decode(tokens)[cut], samples[cut]))

    def max_error(self, tokens: Sequence[int], samples: NDArray[np.float32]) -> float:
        """The largest difference of a sample."""
        return float(np.abs(self.decode(tokens) - samples)[EDGE:-EDGE].max())


@contextlib.contextmanager
def work_folder() -> Iterator[Path]:
    """A folder for what a benchmark writes; nothing that is kept elsewhere changes its figures."""
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


def usual_tokens(text: str) -> int:
    """About as many tokens as people take to say a text: 15 letters, or 4.5 Chinese characters, a second."""
    han = sum("一" <= character <= "鿿" for character in text)
    return math.ceil(TOKENS_PER_SECOND * (han / 4.5 + (len(text) - han) / 15))


def _emitted(chunks: Sequence[Chunk], began_s: float) -> Iterator[tuple[float, float]]:
    made_s = 0.0
    for chunk in chunks:
        made_s += len(chunk.pcm) / SAMPLE_RATE_HZ
        yield chunk.t_emit - began_s, made_s


def _write_recording(file: Path) -> Path:
    time_s = np.arange(4 * SAMPLE_RATE_HZ) / SAMPLE_RATE_HZ
    tone = sum(np.sin(2 * np.pi * 150 * k * time_s) / k for k in (1, 2, 3))
    soundfile.write(file, 0.2 * tone * np.sin(2 * np.pi * 2 * time_s) ** 2, SAMPLE_RATE_HZ)
    return file
