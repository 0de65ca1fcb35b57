"""Finds a voice by its name: in the folder of voices, among the styles, or as a file.

    anna                     voices/anna.json, a voice that was enrolled
                             voices/anna.wav, a recording; what it says may stand beside it in voices/anna.txt
    female, male-low,        a style: gender, pitch and speed, each of them very_low, low, moderate, high or very_high
    female-high-very_low
    path/to/anna.wav         a file of either kind

What takes long is done once: a recording is enrolled, and a voice for a style is made up, when it is first asked for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import mlx.core as mx

from wrappers.audio.files import SUFFIXES as RECORDING_SUFFIXES
from wrappers.errors import EngineMissing
from wrappers.tts.spark import voice_file
from wrappers.tts.spark.enrolment import enrol
from wrappers.tts.spark.language_model import LanguageModel
from wrappers.tts.spark.model_folder import ModelFolder
from wrappers.tts.spark.prompt import LEVELS, Gender, Style, Voice
from wrappers.tts.spark.reference import read_reference
from wrappers.tts.spark.sampler import Sampler

_EXAMPLE = "Hello, it is good to hear from you. What would you like to talk about today?"
"""What a new voice is made up for; a voice is a little different for each text."""
_GENDERS: tuple[Gender, ...] = get_args(Gender)


class Voices:
    """The voices that a model can speak with here. All calls belong in the thread of the model."""

    def __init__(self, folder: ModelFolder, language_model: LanguageModel, voices: Path, cache: Path) -> None:
        """
        voices: the folder of voices; it need not exist
        cache: where voices are kept that were made of recordings and styles
        """
        self._folder = folder
        self._language_model = language_model
        self._voices = voices.expanduser()
        self._cache = cache.expanduser() / "voices"

    def names(self) -> list[str]:
        """The voices of the folder, and the two genders."""
        found = {file.stem for file in _files(self._voices) if _is_voice(file)}
        return [*sorted(found), *_GENDERS]

    def find(self, name: str) -> Voice:
        """Find or make a voice.

        raises EngineMissing where there is none of this name, or its file does not make a voice
        """
        file = self._file(name)
        if file is None:
            return self._of_style(self._style(name))
        if file.suffix.lower() == voice_file.SUFFIX:
            return voice_file.read_voice(file)
        return self.clone(file, _transcript_beside(file))

    def clone(self, recording: Path, transcript: str = "") -> Voice:
        """The voice of a recording; the same recording is enrolled only once.

        transcript: what it says, "" = unknown
        raises EngineMissing for a recording that does not make a voice, and as `enrol` does
        """
        recording, transcript = recording.expanduser(), " ".join(transcript.split())
        samples = read_reference(recording)  # also where the voice is known: a file that became bad is not used
        digest = hashlib.sha256(samples.tobytes())
        digest.update(f"{transcript}\0{self._folder.codec_fingerprint()}".encode())
        return self._kept(digest.hexdigest()[:32], lambda: enrol(self._folder, samples, transcript))

    def save(self, name: str, voice: Voice) -> Path:
        """Put a voice into the folder of voices; returns its file. Raises EngineMissing where that cannot be."""
        file = voice_file.voice_path(self._voices, name)
        voice_file.write_voice(file, voice)
        return file

    def _of_style(self, style: Style) -> Voice:
        model = self._folder.language_model_fingerprint()
        name = f"{style.gender}-{style.pitch}-{style.speed}-{model}"
        return self._kept(name, lambda: self._language_model.make_up_voice(style, Sampler(), seed=0, text=_EXAMPLE))

    def _kept(self, name: str, make: Callable[[], Voice]) -> Voice:
        file = self._cache / f"{name}{voice_file.SUFFIX}"
        try:
            return voice_file.read_voice(file)
        except EngineMissing:  # not there yet, or damaged
            voice = make()
        voice_file.write_voice(file, voice)
        mx.clear_cache()
        return voice

    def _file(self, name: str) -> Path | None:
        """The file that a name means; None where it is a style's or nobody's."""
        file = Path(name).expanduser() if name.startswith("~/") else Path(name)
        for suffix in (voice_file.SUFFIX, *RECORDING_SUFFIXES):
            if name and _is_file(known := self._voices / f"{name}{suffix}"):
                return known
        if _is_file(file):
            return file
        if file.suffix.lower() in (voice_file.SUFFIX, *RECORDING_SUFFIXES):
            raise EngineMissing(f"there is no file {file}", "give the path of a recording or of an enrolled voice")
        return None

    def _style(self, name: str) -> Style:
        gender, *levels = name.split("-")
        if gender in _GENDERS and len(levels) <= 2 and all(level in LEVELS for level in levels):
            return Style(gender, *levels)  # type: ignore[arg-type]
        known = ", ".join(self.names())
        styles = f"a style such as female-high-low ({', '.join(LEVELS)})"
        raise EngineMissing(f'there is no voice "{name}"', f"choose one of {known}, {styles}, or a file")


def _transcript_beside(recording: Path) -> str:
    file = recording.with_suffix(".txt")
    try:
        return file.read_text(encoding="utf-8") if file.exists() else ""
    except (OSError, UnicodeDecodeError) as problem:
        raise EngineMissing(f"{file} cannot be read ({problem})", "write it as UTF-8 text, or remove it") from None


def _is_voice(file: Path) -> bool:
    return file.suffix.lower() in (voice_file.SUFFIX, *RECORDING_SUFFIXES) and not file.name.startswith(".")


def _is_file(file: Path) -> bool:
    try:
        return file.is_file()
    except (OSError, ValueError):  # a name that is too long, or holds what no name may hold
        return False


def _files(folder: Path) -> list[Path]:
    try:
        return [file for file in folder.iterdir() if file.is_file()]
    except OSError:
        return []
