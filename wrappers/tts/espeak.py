"""eSpeak NG, many languages, through its library.

The library is GPL-3, so it is an optional extra and nothing of it is part of this project.
"""

from __future__ import annotations

import ctypes
import importlib
import importlib.util
import threading
from collections.abc import Iterable
from functools import cache
from typing import Any

import numpy as np

from wrappers.audio import Samples, samples_of_ms
from wrappers.errors import EngineFailed, EngineMissing
from wrappers.tts.sentence_engine import SentenceEngine

DEFAULT_VOICE = "en-us"
CHINESE_VOICE = "cmn"
WORDS_PER_MINUTE = 170
SENTENCE_PAUSE_MS = 200
"""eSpeak pauses only between sentences it gets together."""
_SENTENCE_ENDS = (".", "!", "?", "。", "！", "？")

_OUTPUT_SYNCHRONOUS = 2  # the synthesis call gives the audio to a callback and opens no device
_DONT_EXIT = 0x8000  # an error is returned; otherwise the library ends the process
_CHARS_UTF8 = 1
_PARAMETER_RATE = 1
_CHUNK_MS = 40
_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


def find_espeak() -> None:
    """Raises EngineMissing where the package with the library is not installed."""
    if importlib.util.find_spec("espeakng_loader") is None:
        raise EngineMissing(
            "the eSpeak NG library is not installed", 'install it (GPL-3) with make run EXTRAS="espeak"'
        )


class _Library:
    """The library keeps its state for the whole process: one utterance at a time, all calls under one lock."""

    def __init__(self) -> None:
        find_espeak()
        loader: Any = importlib.import_module("espeakng_loader")
        try:
            self._calls = calls = ctypes.CDLL(loader.get_library_path())
        except OSError as error:
            raise EngineMissing(f"the eSpeak NG library does not load ({error})", "choose another backend") from None
        calls.espeak_Initialize.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_char_p, ctypes.c_int]
        calls.espeak_SetVoiceByName.argtypes = [ctypes.c_char_p]
        calls.espeak_Synth.argtypes = [
            *(ctypes.c_char_p, ctypes.c_size_t, ctypes.c_uint, ctypes.c_int),
            *(ctypes.c_uint, ctypes.c_uint, ctypes.c_void_p, ctypes.c_void_p),
        ]
        data = str(loader.get_data_path()).encode()
        self.rate_hz: int = calls.espeak_Initialize(_OUTPUT_SYNCHRONOUS, _CHUNK_MS, data, _DONT_EXIT)
        if self.rate_hz <= 0:
            raise EngineMissing("eSpeak NG does not find its voices", "install the package espeakng-loader anew")
        self._lock = threading.Lock()

    def has_voice(self, voice: str) -> bool:
        with self._lock:
            return self._choose(voice)

    def speak(self, text: str, voice: str, words_per_minute: int, stop: threading.Event) -> list[Samples]:
        """All audio of one sentence: it takes some ms, so nobody waits for the first chunk."""
        chunks: list[Samples] = []

        @_CALLBACK
        def take(samples: Any, count: int, _events: Any) -> int:
            if samples and count > 0:
                chunks.append(np.ctypeslib.as_array(samples, (count,)).astype(np.int16))
            return int(stop.is_set())

        data = text.encode()
        with self._lock:
            self._choose(voice)
            self._calls.espeak_SetParameter(_PARAMETER_RATE, words_per_minute, 0)
            self._calls.espeak_SetSynthCallback(take)
            status = self._calls.espeak_Synth(data, len(data) + 1, 0, 1, 0, _CHARS_UTF8, None, None)
        if status != 0:
            raise EngineFailed(f"eSpeak NG refused a text (error {status})")
        return chunks

    def _choose(self, voice: str) -> bool:
        return bool(self._calls.espeak_SetVoiceByName(voice.encode()) == 0)


@cache
def _library() -> _Library:
    return _Library()


class Espeak(SentenceEngine):
    """Small and robotic, but it speaks English and Chinese everywhere: 26 s of speech take 40 ms."""

    name = "eSpeak NG"

    def __init__(self, voice: str = "", speed: float = 1.0) -> None:
        """
        voice: a name eSpeak knows: en-us, en, cmn (Chinese characters, English words among them), ...; "" = en-us
        speed: 1.0 = 170 words a minute
        raises EngineMissing where the library or the voice is not there
        """
        super().__init__()
        self._library = _library()
        self._voice = voice or DEFAULT_VOICE
        if "\0" in self._voice or not self._library.has_voice(self._voice):
            raise EngineMissing(f'eSpeak NG has no voice "{voice}"', "choose one that `espeak-ng --voices` lists")
        self._words_per_minute = round(WORDS_PER_MINUTE * speed)
        self.sample_rate_hz = self._library.rate_hz

    def _speak(self, sentence: str, stop: threading.Event) -> Iterable[Samples]:
        yield from self._library.speak(sentence, self._voice, self._words_per_minute, stop)
        if sentence.endswith(_SENTENCE_ENDS):
            yield np.zeros(samples_of_ms(SENTENCE_PAUSE_MS, self.sample_rate_hz), np.int16)
