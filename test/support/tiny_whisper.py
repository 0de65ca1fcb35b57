"""The small Whisper of the fixtures: knows the sentences of `make_speech.sh`, and makes something up for all else."""

import zipfile
from pathlib import Path

from support.made_once import made_once
from support.require import REPOSITORY, require

FIXTURE = REPOSITORY / "test" / "fixtures" / "tiny_whisper.zip"
"""Made by make_tiny_whisper.py."""


def tiny_whisper() -> Path:
    """The model's folder; skips the test where faster-whisper is absent."""
    require("whisper")

    def unpack(folder: Path) -> None:
        with zipfile.ZipFile(FIXTURE) as archive:
            archive.extractall(folder)

    return made_once(f"tiny_whisper_{FIXTURE.stat().st_size}", unpack)
