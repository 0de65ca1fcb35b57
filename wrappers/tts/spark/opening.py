"""Opens Spark-TTS as one of the speech engines. Can be imported without MLX: it is asked for when it is needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from wrappers.cache_folder import cache_folder
from wrappers.mlx_library import require_mlx
from wrappers.tts.base import SpeechEngine
from wrappers.tts.spark.defaults import DEFAULT_MODEL, DEFAULT_VOICE, DEFAULT_VOICES
from wrappers.tts.spark.loading import find_model
from wrappers.tts.spark.sampling import DEFAULT_SAMPLING, SamplingOptions
from wrappers.tts.spark.scheduler import Preset


@dataclass(frozen=True, slots=True)
class SparkOptions:
    """Which model, and how it shall speak."""

    model: str = DEFAULT_MODEL
    """A folder, or a name on the Hugging Face hub."""
    voice: str = DEFAULT_VOICE
    """See voices.py."""
    preset: Preset = "balanced"
    seed: int = 0
    voices: Path = DEFAULT_VOICES
    """The folder of voices."""
    sampling: SamplingOptions = DEFAULT_SAMPLING


def fetch_spark(model: str, tell: Callable[[str], None]) -> None:
    """Download a model where it is not here yet. Does nothing with MLX, so any thread may do it.

    raises EngineMissing, saying what mends it
    """
    require_mlx()
    find_model(model, cache_folder(), tell)


def open_spark(options: SparkOptions, tell: Callable[[str], None]) -> SpeechEngine:
    """Load the model, after downloading it where it is not here yet, and get the voice ready.

    tell: takes a line for the user
    raises EngineMissing, saying what mends it
    """
    require_mlx()
    from wrappers.tts.spark.engine import SparkEngine
    from wrappers.tts.spark.speaker import SparkSpeaker

    cache = cache_folder()
    folder = find_model(options.model, cache, tell)
    engine = SparkEngine.open(folder, voices=options.voices, cache=cache, sampling=options.sampling)
    return SparkSpeaker(engine, options.voice, preset=options.preset, seed=options.seed)
