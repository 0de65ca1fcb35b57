"""The command line of the recognisers: get a Whisper model, so that everything afterwards works without a network."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from wrappers.asr.whisper_models import AUTO, AUTO_MODELS, REPOSITORIES, download_model
from wrappers.cache_folder import cache_folder
from wrappers.errors import EngineMissing

INTERRUPTED = 130


def main(arguments: Sequence[str], cache: Path | None = None) -> int:
    """Do what the arguments ask for; returns the exit status: 0 done, 1 it could not be done, 130 interrupted.

    Wrong arguments end the process with status 2.
    """
    console = Console(stderr=True, highlight=False)
    parser = argparse.ArgumentParser(prog="python -m wrappers.asr", description=__doc__, allow_abbrev=False)
    commands = parser.add_subparsers(dest="command", required=True)
    download = commands.add_parser("download", help="get a Whisper model")
    names = ", ".join((AUTO, *REPOSITORIES))
    download.add_argument("model", help=f"{names}, or a repository on the Hugging Face hub; {AUTO} = all it may choose")
    options = parser.parse_args(arguments)
    try:
        for model in AUTO_MODELS if options.model == AUTO else (options.model,):
            folder = download_model(model, cache or cache_folder(), lambda line: console.print(line, markup=False))
            console.print(f"{model} is in {folder}", markup=False, soft_wrap=True)
    except EngineMissing as problem:
        console.print(str(problem), markup=False, soft_wrap=True)
        return 1
    except KeyboardInterrupt:
        console.print("Stopped.")
        return INTERRUPTED
    return 0
