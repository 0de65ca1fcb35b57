"""The voice that is there: say on a Mac, Flite where it is installed, eSpeak NG."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import Literal

from wrappers.audio import Resampler, Samples
from wrappers.errors import EngineFailed, EngineMissing
from wrappers.text import language_of
from wrappers.tts.base import SpeechEngine, SpeechStream
from wrappers.tts.espeak import CHINESE_VOICE, Espeak, find_espeak
from wrappers.tts.flite import Flite, find_flite
from wrappers.tts.macos_say import MacosSay, find_say
from wrappers.tts.plain_text import has_han
from wrappers.tts.sentence_engine import SentenceEngine

Backend = Literal["auto", "say", "flite", "espeak"]
Program = Literal["say", "flite", "espeak"]
VoiceLanguage = Literal["auto", "en", "zh"]

_SPEAKS: dict[str, tuple[Program, ...]] = {"en": ("say", "flite", "espeak"), "zh": ("say", "espeak")}
"""Which program speaks a language, the best first."""
_FIND: dict[Program, Callable[[], object]] = {"say": find_say, "flite": find_flite, "espeak": find_espeak}


def open_system_voice(
    backend: Backend = "auto",
    voice: str = "",
    language: VoiceLanguage = "auto",
    speed: float = 1.0,
    platform: str = sys.platform,
) -> SpeechEngine:
    """Make a speech engine of what this machine has.

    backend: "auto" takes the best one for each language, any other only that one
    voice: the backend's name of a voice; "" = its best. It is for English, unless the language is "zh"
    language: "auto" = each sentence by its characters, where both can be spoken; else the one voice for everything
    speed: 0.5 to 2.0
    raises EngineMissing where nothing here can speak, or the named voice does not exist
    """
    if language != "auto":
        return _open(find_program(backend, language, platform), language, voice, speed)
    english = _open(find_program(backend, "en", platform), "en", voice, speed)
    try:
        chinese = _open(find_program(backend, "zh", platform), "zh", "", speed)
    except EngineMissing as missing:
        return BilingualVoice(english, None, missing)
    return BilingualVoice(english, chinese)


def find_program(backend: Backend, language: Literal["en", "zh"], platform: str = sys.platform) -> Program:
    """The program that would speak a language here. Quick; raises EngineMissing where there is none."""
    candidates = [name for name in _SPEAKS[language] if backend in ("auto", name)]
    if backend == "auto" and platform != "darwin":
        candidates.remove("say")  # what is called so elsewhere is another program
    if not candidates:
        raise EngineMissing(f"{backend} does not speak Chinese", "choose the backend auto or espeak")
    missing: list[EngineMissing] = []
    for name in candidates:
        try:
            _FIND[name]()
        except EngineMissing as error:
            missing.append(error)
        else:
            return name
    raise EngineMissing(
        " and ".join(error.what for error in missing), ", or ".join(dict.fromkeys(error.mend for error in missing))
    )


def _open(program: Program, language: Literal["en", "zh"], voice: str, speed: float) -> SpeechEngine:
    if program == "say":
        return MacosSay(voice, language, speed)
    if program == "flite":
        return Flite(voice, speed)
    return Espeak(voice or (CHINESE_VOICE if language == "zh" else ""), speed)


class BilingualVoice(SentenceEngine):
    """Speaks English with one engine and sentences with Chinese characters with another, at the first one's rate."""

    def __init__(
        self, english: SpeechEngine, chinese: SpeechEngine | None, why_no_chinese: EngineMissing | None = None
    ) -> None:
        super().__init__()
        self._english = english
        self._chinese = chinese
        self._why_no_chinese = why_no_chinese
        self.name = english.name
        self.sample_rate_hz = english.sample_rate_hz

    def _speak(self, sentence: str, stop: threading.Event) -> Iterable[Samples]:
        if self._chinese is not None and has_han(sentence):
            return self._at_own_rate(self._chinese, sentence)
        if language_of(sentence) == "en":  # better without a few Chinese characters than not at all
            return self._english.stream(sentence)
        raise EngineFailed(f'nothing here speaks Chinese ("{sentence[:40]}"): {self._why_no_chinese}')

    def interrupt(self) -> None:
        """See `SpeechEngine.interrupt`."""
        super().interrupt()
        for engine in self._engines():
            engine.interrupt()

    def close(self) -> None:
        """See `SpeechEngine.close`."""
        for engine in self._engines():
            engine.close()

    def _engines(self) -> list[SpeechEngine]:
        return [engine for engine in (self._english, self._chinese) if engine is not None]

    def _at_own_rate(self, engine: SpeechEngine, sentence: str) -> SpeechStream:
        resampler = Resampler(engine.sample_rate_hz, self.sample_rate_hz, "best")
        with closing(engine.stream(sentence)) as chunks:
            for chunk in chunks:
                yield resampler.push(chunk)
        yield resampler.flush()
