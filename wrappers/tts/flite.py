"""Flite, the small English synthesiser of Carnegie Mellon University, as a program of its own."""

from __future__ import annotations

import io
import shutil
import threading
import wave
from collections.abc import Iterable

import numpy as np

from wrappers.audio import Samples, samples_of_ms
from wrappers.errors import EngineFailed, EngineMissing
from wrappers.tts.plain_text import to_ascii
from wrappers.tts.program import Program
from wrappers.tts.sentence_engine import SentenceEngine

VOICES = ("slt", "rms", "awb", "kal16")
"""Flite's voices at 16 kHz. It takes another voice without a word for an unknown one, so names are checked here."""
DEFAULT_VOICE = "slt"
LOUD = 200
"""What is quieter (-44 dB) is the silence Flite puts before a sentence."""
LEAD_IN_MS = 20
"""How much of that silence stays; all of it would make every answer 200 ms later."""


def find_flite() -> str:
    """Path of the program. Raises EngineMissing where it is not installed."""
    path = shutil.which("flite")
    if path is None:
        raise EngineMissing("Flite is not installed", "install it (Debian, Ubuntu: sudo apt-get install flite)")
    return path


class Flite(SentenceEngine):
    """English only: other scripts are left out of an English sentence. One process of 10-50 ms a sentence."""

    name = "Flite"
    sample_rate_hz = 16000

    def __init__(self, voice: str = "", speed: float = 1.0) -> None:
        """
        voice: one of VOICES; "" = slt
        speed: 1.0 = as the voice was made, 2.0 = twice as fast
        raises EngineMissing where the program or the voice is not there
        """
        super().__init__()
        if voice not in ("", *VOICES):
            raise EngineMissing(f'Flite has no voice "{voice}"', f"choose one of {', '.join(VOICES)}")
        self._command = [find_flite(), "-voice", voice or DEFAULT_VOICE, "--setf", f"duration_stretch={1 / speed:.3f}"]
        self._program = Program("Flite")

    def interrupt(self) -> None:
        """See `SpeechEngine.interrupt`."""
        super().interrupt()
        self._program.stop()

    def _speak(self, sentence: str, stop: threading.Event) -> Iterable[Samples]:
        plain = to_ascii(sentence)
        if not any(character.isalnum() for character in plain):
            raise EngineFailed(f'Flite speaks only English, not "{sentence[:40]}"')
        # `-t` takes the next argument whatever it is, so a text that starts with "-" is no option.
        output = self._program.run([*self._command, "-t", plain, "-o", "/dev/stdout"])
        if output is None or stop.is_set():
            return
        try:
            with wave.open(io.BytesIO(output)) as file:
                samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int16)
        except (wave.Error, EOFError) as error:
            raise EngineFailed(f"Flite gave no audio: {error}") from None
        loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > LOUD)
        first = int(loud[0]) if len(loud) else 0
        yield samples[max(0, first - samples_of_ms(LEAD_IN_MS, self.sample_rate_hz)) :]
