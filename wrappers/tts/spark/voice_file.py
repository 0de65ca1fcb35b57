"""A voice as a small file, to keep and to give to others. It works with every bit width of the model."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path

from wrappers.errors import EngineMissing
from wrappers.tts.spark.prompt import Style, Voice

SUFFIX = ".json"
_FORMAT = "Spark-TTS voice 1"


def voice_path(folder: Path, name: str) -> Path:
    """Where a voice of this name belongs. Raises EngineMissing for what is no name."""
    if Path(name).name != name or not name.strip("."):
        raise EngineMissing(f'"{name}" is no name for a voice', "take letters and digits")
    return folder / f"{name}{SUFFIX}"


def write_voice(file: Path, voice: Voice) -> None:
    """Write a voice, whole or not at all; missing folders are made. Raises EngineMissing where that cannot be."""
    text = json.dumps({"format": _FORMAT, **asdict(voice)}, ensure_ascii=False)
    work = file.with_name(f".{file.name}.{os.getpid()}")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        work.write_text(text + "\n", encoding="utf-8")
        work.replace(file)
    except OSError as problem:
        raise EngineMissing(f"the voice cannot be written to {file} ({problem.strerror})", "mend that") from None


def read_voice(file: Path) -> Voice:
    """Read a voice; raises EngineMissing for a file that holds none."""
    try:
        content = json.loads(file.read_text(encoding="utf-8"))
        if content.pop("format") != _FORMAT:
            raise ValueError("another format")
        style = content.pop("style")
        lists = ("global_tokens", "description", "semantic_tokens")
        for name in lists:
            content[name] = tuple(content[name])
        return Voice(**content, style=None if style is None else Style(**style))
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as problem:
        mend = "make it again: python -m wrappers.tts enrol"
        raise EngineMissing(f"{file} is not the file of a voice ({problem})", mend) from None
