"""The command line of the voices: speak a text, enrol a voice, measure a model."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import get_args

from rich.console import Console

from wrappers.audio import AudioFileError
from wrappers.errors import EngineFailed, EngineMissing
from wrappers.tts import spark_commands
from wrappers.tts.base import SpeechEngine
from wrappers.tts.mlx_audio import MlxAudioOptions
from wrappers.tts.mlx_audio_loading import open_mlx_audio
from wrappers.tts.spark.scheduler import Preset
from wrappers.tts.speaking import speak
from wrappers.tts.system import open_system_voice

INTERRUPTED = 130
_PROGRAM = "python -m wrappers.tts"
_EXAMPLES = """\
examples:
  python -m wrappers.tts --engine spark --text "Hello there." --output hello.wav
  python -m wrappers.tts --engine spark --voice male-low --preset latency --text "Hello there." --play
  python -m wrappers.tts --engine mlx-audio --model mlx-community/Kokoro-82M-bf16 --text "Hello there." --play
  python -m wrappers.tts --text "Hello there." --play
  python -m wrappers.tts enrol anna recording.wav --transcript "What the recording says."
  python -m wrappers.tts calibrate --model ~/models/Spark-TTS-0.5B-bf16
"""


def main(arguments: Sequence[str]) -> int:
    """Do what the arguments ask for; returns the exit status: 0 done, 1 it could not be done, 130 interrupted.

    Wrong arguments end the process with status 2.
    """
    console = Console(stderr=True, highlight=False)
    command = {"enrol": _enrol, "calibrate": _calibrate}.get(arguments[0] if arguments else "")
    try:
        if command is None:
            _speak(arguments, console)
        else:
            command(arguments[1:], console)
    except (EngineMissing, EngineFailed, AudioFileError) as problem:
        console.print(str(problem), markup=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("Stopped.")
        return INTERRUPTED
    return 0


def _speak(arguments: Sequence[str], console: Console) -> None:
    parser = _parser("", "Speaks a text, and shows how far it is. Commands of their own: enrol, calibrate.")
    parser.epilog = _EXAMPLES
    parser.add_argument("--engine", choices=("system", "spark", "mlx-audio"), default="system", help="default: system")
    parser.add_argument("--text", required=True, help="what to say")
    parser.add_argument("--voice", default="", help="a name that the engine knows; none = its best")
    parser.add_argument("--output", metavar="FILE.wav", type=Path, help="write it to this file")
    parser.add_argument("--play", action="store_true", help="let it be heard while it is made")
    _add_model(parser)
    spark = parser.add_argument_group("the engine spark")
    spark.add_argument("--preset", choices=get_args(Preset), default="balanced", help="default: balanced")
    spark.add_argument("--seed", type=int, default=0, help="another one says it another way (default: 0)")
    options = parser.parse_args(arguments)
    if options.output is None and not options.play:
        parser.error("say where it shall go: --output FILE.wav, --play, or both")
    engine = _open(options, console)
    try:
        speak(engine, options.text, options.output, options.play, console)
    finally:
        engine.close()


def _open(options: argparse.Namespace, console: Console) -> SpeechEngine:
    match options.engine:
        case "spark":
            return spark_commands.open_speaker(options.model, options.voice, options.preset, options.seed, console)
        case "mlx-audio":
            return open_mlx_audio(options.model, MlxAudioOptions(options.voice), tell=console.print)
    return open_system_voice(voice=options.voice)


def _enrol(arguments: Sequence[str], console: Console) -> None:
    parser = _parser("enrol", "Makes a voice of a recording, and puts it into the folder voices.")
    parser.add_argument("name", help="of the voice, for --voice")
    parser.add_argument("recording", type=Path, help="5 to 15 s of one person speaking")
    parser.add_argument("--transcript", default="", help="what it says: the voice then has its manner, too")
    _add_model(parser)
    options = parser.parse_args(arguments)
    spark_commands.enrol(options.name, options.recording, options.transcript, options.model, console)


def _calibrate(arguments: Sequence[str], console: Console) -> None:
    parser = _parser("calibrate", "Measures how much look-ahead a model needs, and keeps the result.")
    parser.add_argument("--voice", default="", help="to measure with; none = its best")
    _add_model(parser)
    options = parser.parse_args(arguments)
    spark_commands.calibrate(options.model, options.voice, console)


def _add_model(group: argparse.ArgumentParser) -> None:
    group.add_argument("--model", default="", help="a folder, or a name on the Hugging Face hub; none = the usual one")


def _parser(command: str, description: str) -> argparse.ArgumentParser:
    return argparse.ArgumentParser(
        prog=f"{_PROGRAM} {command}".rstrip(),
        description=description,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
