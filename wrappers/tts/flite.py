"""Flite, the small English synthesiser of Carnegie Mellon University, as a program of its own."""

from __future__ import annotations

import io
import shutil
import wave

import numpy as np

from wrappers.audio import Samples, samples_of_ms
from wrappers.errors import EngineFailed, EngineMissing
from wrappers.tts.base import SpeechStream
from wrappers.tts.plain_text import sentences, to_ascii
from wrappers.tts.program import Program

VOICES = ("slt", "rms", "awb", "kal16")
"""Flite's voices at 16 kHz. It takes another voice without a word for an unknown one, so names are checked here."""
DEFAULT_VOICE = "slt"
LOUD = 200
"""What is quieter (-44 dB) is the silence Flite puts before a sentence."""
LEAD_IN_MS = 20
"""How much of that silence stays; all of it would make every answer 200 ms later."""
CHUNK_MS = 40


def find_flite() -> str:
    """Path of the program. Raises EngineMissing where it is not installed."""
    path = shutil.which("flite")
    if path is None:
        raise EngineMissing("Flite is not installed", "install it (Debian, Ubuntu: sudo apt-get install flite)")
    return path


class Flite:
    """English only. One process a sentence, 10-50 ms each; a sentence is there at once when it is done."""

    name = "Flite"
    sample_rate_hz = 16000

    def __init__(self, voice: str = "", speed: float = 1.0) -> None:
        """
        voice: one of VOICES; "" = slt
        speed: 1.0 = as the voice was made, 2.0 = twice as fast
        raises EngineMissing where the program or the voice is not there
        """
        if voice not in ("", *VOICES):
            raise EngineMissing(f'Flite has no voice "{voice}"', f"choose one of {', '.join(VOICES)}")
        self._command = [find_flite(), "-voice", voice or DEFAULT_VOICE, "--setf", f"duration_stretch={1 / speed:.3f}"]
        self._program = Program("Flite")

    def stream(self, text: str) -> SpeechStream:
        """See `SpeechEngine.stream`; letters other than English ones are left out where English ones remain."""
        chunk = samples_of_ms(CHUNK_MS, self.sample_rate_hz)
        for sentence in sentences(text):
            plain = to_ascii(sentence)
            if not any(character.isalnum() for character in plain):
                raise EngineFailed(f'Flite speaks only English, not "{sentence[:40]}"')
            samples = self._speak(plain)
            if samples is None:
                return
            for start in range(0, len(samples), chunk):
                yield samples[start : start + chunk]

    def interrupt(self) -> None:
        """See `SpeechEngine.interrupt`."""
        self._program.stop()

    def close(self) -> None:
        """See `SpeechEngine.close`."""
        self._program.stop()

    def _speak(self, sentence: str) -> Samples | None:
        # `-t` takes the next argument whatever it is, so a text that starts with "-" is no option.
        output = self._program.run([*self._command, "-t", sentence, "-o", "/dev/stdout"])
        if output is None:
            return None
        try:
            with wave.open(io.BytesIO(output)) as file:
                samples = np.frombuffer(file.readframes(file.getnframes()), "<i2").astype(np.int16)
        except (wave.Error, EOFError) as error:
            raise EngineFailed(f"Flite gave no audio: {error}") from None
        loud = np.flatnonzero(np.abs(samples.astype(np.int32)) > LOUD)
        first = int(loud[0]) if len(loud) else 0
        return samples[max(0, first - samples_of_ms(LEAD_IN_MS, self.sample_rate_hz)) :]
