"""CosyVoice with the process of `cosyvoice_double.py` in the place of the real one."""

import sys
from pathlib import Path

import numpy as np
import soundfile
from support.require import REPOSITORY

DOUBLE = REPOSITORY / "test" / "support" / "cosyvoice_double.py"


def make_params(folder: Path) -> dict[str, str]:
    """Properties of the node: an environment, a model, and a voice, all in `folder`."""
    python, voice = folder / "python", folder / "voice.wav"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{DOUBLE}" "$@"\n', "utf-8")
    python.chmod(0o755)
    (folder / "config.json").write_text("{}", "utf-8")
    soundfile.write(voice, np.zeros(1600), 16_000)
    return {
        "python": str(python),
        "model": str(folder),
        "reference_audio": str(voice),
        "reference_text": "The quick brown fox.",
    }


def starts(folder: Path) -> int:
    """How often a process has begun to load the model."""
    return len((folder / "starts").read_text("utf-8").splitlines())
