"""The voices of macOS, through its program `say`."""

from __future__ import annotations

import re
import shutil
import tempfile
import threading
import wave
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from wrappers.audio import Samples
from wrappers.errors import EngineFailed, EngineMissing
from wrappers.tts.program import Program
from wrappers.tts.sentence_engine import SentenceEngine

RATE_HZ = 22050
WORDS_PER_MINUTE = 175
FAVOURITES = ("Samantha", "Tingting", "Ting-Ting")
"""Natural voices that every Mac has; others of the list are jokes ('Bad News') or other languages' accents."""

_LISTED = re.compile(r"^(?P<name>.+?)\s+(?P<locale>[a-z]{2,3}[_-]\w+)\s+#")


@dataclass(frozen=True, slots=True)
class SayVoice:
    """One line of `say -v ?`."""

    name: str
    locale: str
    """As macOS writes it: en_US, zh_CN."""


def find_say() -> str:
    """Path of the program. Raises EngineMissing on a machine that has none."""
    path = shutil.which("say")
    if path is None:
        raise EngineMissing("the program `say` is not there", "it is part of macOS; choose another backend elsewhere")
    return path


class MacosSay(SentenceEngine):
    """One process a sentence, which writes a file; some 100 ms until its first sample."""

    name = "macOS say"
    sample_rate_hz = RATE_HZ

    def __init__(self, voice: str = "", language: str = "en", speed: float = 1.0) -> None:
        """
        voice: a name that `say -v ?` lists; "" = a natural one of the language
        language: "en" or "zh"
        speed: 1.0 = 175 words a minute
        raises EngineMissing where the program is not there or has no such voice
        """
        super().__init__()
        self._say = find_say()
        self._program = Program("say")
        self._voice = self._choose(voice, language)
        self._words_per_minute = round(WORDS_PER_MINUTE * speed)

    def interrupt(self) -> None:
        """See `SpeechEngine.interrupt`."""
        super().interrupt()
        self._program.stop()

    def voices(self) -> list[SayVoice]:
        """All voices of this Mac. Raises EngineFailed if `say` does."""
        listed = (self._program.run([self._say, "-v", "?"]) or b"").decode(errors="replace")
        return [SayVoice(line["name"], line["locale"]) for text in listed.splitlines() if (line := _LISTED.match(text))]

    def _choose(self, voice: str, language: str) -> str:
        try:
            listed = self.voices()
        except EngineFailed as error:
            raise EngineMissing(str(error), "choose another backend") from None
        if voice:
            if voice not in [known.name for known in listed]:
                raise EngineMissing(f'this Mac has no voice "{voice}"', "choose one that `say -v ?` lists")
            return voice
        fitting = [known.name for known in listed if known.locale.startswith(language)]
        if not fitting:
            raise EngineMissing(
                f"this Mac has no voice for the language {language}",
                "add one in System Settings, Accessibility, Spoken Content, System Voice",
            )
        return min(fitting, key=lambda name: FAVOURITES.index(name) if name in FAVOURITES else len(FAVOURITES))

    def _speak(self, sentence: str, stop: threading.Event) -> Iterable[Samples]:
        # The space keeps a text that starts with "-" from being an option; "[[" opens `say`'s own commands.
        text = " " + sentence.replace("[[", "[ [")
        with tempfile.TemporaryDirectory(prefix="say-") as folder:
            path = Path(folder) / "speech.wav"
            options = ["-v", self._voice, "-r", str(self._words_per_minute), "-o", str(path)]
            output = self._program.run([self._say, *options, f"--data-format=LEI16@{RATE_HZ}", text])
            if output is None or stop.is_set():
                return
            try:
                with wave.open(str(path)) as file:
                    samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int16)
            except (OSError, wave.Error, EOFError) as error:
                raise EngineFailed(f"say wrote no audio: {error}") from None
        yield samples
