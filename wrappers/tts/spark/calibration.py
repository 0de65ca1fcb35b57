"""How much look-ahead do these weights need? Measured once per model, and kept.

How far a token reaches depends on the weights, so the look-ahead that is as good as exact is found on the user's own:
the smallest one at which decoding in chunks keeps a signal-to-noise ratio of 40 dB against exact decoding.
"""

from __future__ import annotations

import json
import math
import tempfile
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from wrappers.tts.spark.rates import EXACT_LOOK_AHEAD

if TYPE_CHECKING:  # the kept results can be read without MLX
    from wrappers.tts.spark.codec import CodecVoice, StreamingCodec

TARGET_DB = 40.0
"""Noise that far below speech is not heard."""
LOOK_AHEADS = (0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 25, 28, 32, 40, EXACT_LOOK_AHEAD)
CHUNK = 4
"""Tokens per chunk: the fewest that the scheduler takes, so the worst case."""


@dataclass(frozen=True, slots=True)
class Calibration:
    """The result for one codec."""

    look_ahead: int
    """Smallest look-ahead, in tokens, from which on all measured ones reach `target_db`."""
    target_db: float
    table: tuple[tuple[int, float], ...]
    """Look-ahead and signal-to-noise ratio in dB; infinite where the samples are equal."""

    def lines(self) -> list[str]:
        """The table as text, for people."""
        return [
            "look-ahead  signal to noise",
            *(f"{tokens:4d} tokens   {_in_db(ratio):>7} dB{self._mark(tokens)}" for tokens, ratio in self.table),
        ]

    def _mark(self, tokens: int) -> str:
        return f"  <- the first that keeps {self.target_db:g} dB" if tokens == self.look_ahead else ""


def calibrate(
    codec: StreamingCodec,
    voice: CodecVoice,
    tokens: Sequence[int],
    target_db: float = TARGET_DB,
    look_aheads: Sequence[int] = LOOK_AHEADS,
    report: Callable[[float], object] | None = None,
) -> Calibration:
    """Decode `tokens` with every look-ahead, and compare with exact decoding.

    tokens: semantic tokens of real speech, some seconds of them (50 per second)
    look_aheads: in rising order
    report: is told how much is done, 0..1
    raises ValueError without tokens
    """
    if not tokens:
        raise ValueError("calibration needs some tokens to decode")
    exact = _decode(codec, voice, tokens, EXACT_LOOK_AHEAD, len(tokens))
    table = []
    for done, look_ahead in enumerate(look_aheads, 1):
        table.append((look_ahead, signal_to_noise_db(exact, _decode(codec, voice, tokens, look_ahead, CHUNK))))
        if report is not None:
            report(done / len(look_aheads))
    return Calibration(_smallest_good(table, target_db), target_db, tuple(table))


def signal_to_noise_db(signal: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """How far the difference of two equally long signals is below the first; infinite if they are equal."""
    noise = float(np.sum(np.square(other - signal, dtype=np.float64)))
    power = float(np.sum(np.square(signal, dtype=np.float64)))
    if noise == 0:
        return math.inf
    return 10 * math.log10(power / noise) if power else -math.inf


def save_calibration(cache_dir: Path, fingerprint: str, calibration: Calibration) -> Path:
    """Keep a result; returns its file.

    fingerprint: of the codec, `ModelFolder.codec_fingerprint()`
    raises OSError
    """
    cache_dir.mkdir(parents=True, exist_ok=True)
    file = _file(cache_dir, fingerprint)
    with tempfile.NamedTemporaryFile("w", dir=cache_dir, suffix=".part", delete=False, encoding="utf-8") as part:
        json.dump(asdict(calibration), part, indent=2)
    Path(part.name).replace(file)  # a reader sees all of it or nothing
    return file


def load_calibration(cache_dir: Path, fingerprint: str) -> Calibration | None:
    """The result that was kept for a codec; None if there is none, or none that can be read."""
    try:
        kept = json.loads(_file(cache_dir, fingerprint).read_text(encoding="utf-8"))
        table = tuple((int(tokens), float(ratio)) for tokens, ratio in kept["table"])
        calibration = Calibration(int(kept["look_ahead"]), float(kept["target_db"]), table)
    except (OSError, ValueError, KeyError, TypeError):
        return None
    return calibration if 0 <= calibration.look_ahead <= EXACT_LOOK_AHEAD else None


def _file(cache_dir: Path, fingerprint: str) -> Path:
    return cache_dir / f"look_ahead-{fingerprint}.json"


def _decode(
    codec: StreamingCodec, voice: CodecVoice, tokens: Sequence[int], look_ahead: int, chunk: int
) -> NDArray[np.float32]:
    stream = codec.stream(voice)
    pieces = [stream.push(tokens[start : start + chunk], look_ahead) for start in range(0, len(tokens), chunk)]
    return np.concatenate([*pieces, stream.flush()])


def _smallest_good(table: Sequence[tuple[int, float]], target_db: float) -> int:
    smallest = EXACT_LOOK_AHEAD
    for look_ahead, ratio in reversed(table):
        if ratio < target_db:
            break
        smallest = look_ahead
    return smallest


def _in_db(ratio: float) -> str:
    return f"{ratio:.1f}" if math.isfinite(ratio) else "exact"
