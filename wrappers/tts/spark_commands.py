"""What the command line does with Spark-TTS. MLX is imported only after looking whether it is here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import Progress

from wrappers.cache_folder import cache_folder
from wrappers.mlx_library import require_mlx
from wrappers.tts.base import SpeechEngine
from wrappers.tts.spark.defaults import DEFAULT_MODEL, DEFAULT_VOICE, DEFAULT_VOICES
from wrappers.tts.spark.loading import find_model
from wrappers.tts.spark.model_folder import ModelFolder
from wrappers.tts.spark.opening import SparkOptions, open_spark
from wrappers.tts.spark.reference import read_reference
from wrappers.tts.spark.scheduler import Preset
from wrappers.tts.spark.voice_file import voice_path

if TYPE_CHECKING:
    from wrappers.tts.spark.engine import SparkEngine

_CALIBRATION_TEXT = (
    "The quick brown fox jumps over the lazy dog. Then it sits down for a while, looks around, and does it once more!"
)
_CALIBRATION_TOKENS = 300
"""Six seconds: enough to tell 38 from 40 dB."""


def open_speaker(model: str, voice: str, preset: Preset, seed: int, console: Console) -> SpeechEngine:
    """Load the engine with a voice. Raises EngineMissing, saying what mends it."""
    options = SparkOptions(model or DEFAULT_MODEL, voice or DEFAULT_VOICE, preset, seed)
    return open_spark(options, tell=_teller(console))


def enrol(name: str, recording: Path, transcript: str, model: str, console: Console) -> None:
    """Make a voice of a recording, in the folder of voices. Raises EngineMissing, saying what mends it."""
    require_mlx()
    voice_path(DEFAULT_VOICES, name)  # what is wrong with the arguments is told before gigabytes are fetched
    read_reference(recording)
    engine = _open(_find(model, console), console)
    with console.status("Listening to the recording"):
        voice = engine.voices.clone(recording, transcript)
    file = engine.voices.save(name, voice)
    console.print(f"Written to {file}. Speak with it: --voice {name}", markup=False, soft_wrap=True)


def calibrate(model: str, voice: str, console: Console) -> None:
    """Print look-ahead against signal-to-noise ratio, and keep what suffices. Raises EngineMissing."""
    require_mlx()
    from wrappers.tts.spark.calibration import calibrate, save_calibration

    folder = _find(model, console)
    engine = _open(folder, console)
    speaker = engine.voices.find(voice or DEFAULT_VOICE)
    with console.status("Making up something to decode"):
        tokens = engine.tokens(_CALIBRATION_TEXT, speaker)[:_CALIBRATION_TOKENS]
    with Progress(console=console, transient=True) as bar:
        task = bar.add_task("decoding", total=1.0)
        codec_voice = engine.codec.voice(speaker.global_tokens)
        result = calibrate(engine.codec, codec_voice, tokens, report=lambda done: bar.update(task, completed=done))
    file = save_calibration(cache_folder(), folder.codec_fingerprint(), result)
    for line in result.lines():
        print(line)
    console.print(f"Kept in {file}; this model is decoded with it from now on.", markup=False, soft_wrap=True)


def _find(model: str, console: Console) -> ModelFolder:
    return find_model(model or DEFAULT_MODEL, cache_folder(), _teller(console))


def _teller(console: Console) -> Callable[[str], None]:
    return lambda line: console.print(line, markup=False, soft_wrap=True)


def _open(folder: ModelFolder, console: Console) -> SparkEngine:
    from wrappers.tts.spark.engine import SparkEngine

    with console.status(f"Loading {folder.path}"):
        return SparkEngine.open(folder, voices=DEFAULT_VOICES, cache=cache_folder())
