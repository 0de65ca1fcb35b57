"""Spark-TTS engines of the small model."""

from collections.abc import Callable
from functools import cache
from itertools import count
from pathlib import Path

from support.endless_spark import endless_spark
from support.tiny_spark import Bits, tiny_spark

from wrappers.tts.spark.engine import SparkEngine
from wrappers.tts.spark.language_model import LanguageModel
from wrappers.tts.spark.model_folder import ModelFolder, open_model_folder
from wrappers.tts.spark.prompt import Voice

ANNA = Voice(tuple(range(100, 132)))
BOB = Voice(tuple(range(4095, 4063, -1)))


def folder(bits: Bits = 16) -> ModelFolder:
    """The small model."""
    return open_model_folder(tiny_spark(bits))


@cache
def language_model(bits: Bits = 16) -> LanguageModel:
    """Its language model; shared, it keeps nothing of what it says."""
    return LanguageModel.load(folder(bits))


def ticking_clock(tick_s: float = 0.001) -> Callable[[], float]:
    """Goes on at each look: so what an engine decides by time is the same in every run."""
    ticks = count()
    return lambda: next(ticks) * tick_s


def engine(tmp_path: Path, clock: Callable[[], float] | None = None) -> SparkEngine:
    """A new engine, whose speech ends only at the limit.

    Everything it keeps is in `tmp_path`, its folder of voices is tmp_path/voices.
    """
    return SparkEngine.open(
        open_model_folder(endless_spark()),
        voices=tmp_path / "voices",
        cache=tmp_path / "cache",
        clock=clock or ticking_clock(),
    )
