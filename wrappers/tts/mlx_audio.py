"""Speaks with any model of mlx-audio: chunk by chunk where the model streams, sentence by sentence where it does not.

The models differ in what their `generate` takes and in what they yield, and do not always say so: see `_Call` and
`_Speech`. MLX and mlx-audio are not imported here but in `mlx_audio_loading.py`.
"""

from __future__ import annotations

import inspect
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass, field
from typing import Any, Protocol, TypeAlias

import numpy as np
from numpy.typing import NDArray

from wrappers.audio import Resampler, Samples
from wrappers.audio.samples import to_int16
from wrappers.errors import EngineFailed, EngineMissing
from wrappers.tts.sentence_engine import SentenceEngine

STREAMING_INTERVAL_S = 0.28
"""Sound per chunk. The models' own default of 2 s is a pause before the first word; less costs more than it gains."""
DEFAULT_RATE_HZ = 24_000
"""Rate of most models, for those that only tell with their first result."""
_TEST_TEXT = "Hello there."

Setting: TypeAlias = str | int | float | bool
ToNumpy: TypeAlias = Callable[[Any], NDArray[np.float32]]
"""Computes an array of MLX, in the thread of the model; what comes out may go anywhere."""


class Model(Protocol):
    """What all models of mlx-audio have in common."""

    @property
    def generate(self) -> Callable[..., Any]:
        """Takes a text and more, yields results with `audio` (array of floats) and `sample_rate`."""


@dataclass(frozen=True, slots=True)
class MlxAudioOptions:
    """What is asked of a model, beside the text."""

    voice: str = ""
    """Its own name for a voice; "" = its default."""
    language: str = ""
    """Its own code for a language: "a" or "z" (Kokoro), "english" or "auto" (Qwen3-TTS); "" = its default."""
    speed: float = 1.0
    """Left out at 1.0: few models can do it."""
    settings: Mapping[str, Setting] = field(default_factory=dict)
    """More of what its `generate` takes: temperature, instruct, ref_audio, ref_text, ..."""


class MlxAudioVoice(SentenceEngine):
    """A `SpeechEngine` around one model."""

    def __init__(
        self, model: Model, name: str, options: MlxAudioOptions | None = None, *, to_numpy: ToNumpy = np.asarray
    ) -> None:
        """
        name: what users know the model by
        raises EngineMissing where the model does not take what the options ask for
        """
        super().__init__()
        self.name = name
        self.sample_rate_hz = getattr(model, "sample_rate", None) or DEFAULT_RATE_HZ
        self._model = model
        self._call = _Call.of(model, name, options or MlxAudioOptions())
        self._to_numpy = to_numpy

    def warm_up(self) -> None:
        """Say something to nobody: the first speech is then as quick as all others, and what is wrong is known early.

        raises EngineMissing
        """
        try:
            with closing(self._results(_TEST_TEXT)) as results:
                for result in results:
                    self.sample_rate_hz = result.sample_rate
                    break
        except ImportError as problem:
            mend = "install what it names into the environment of the app, or choose another model"
            raise EngineMissing(f"{self.name} needs a package that is not there ({_line(problem)})", mend) from problem
        except Exception as problem:
            mend = "choose another voice, language or model"
            raise EngineMissing(f"{self.name} cannot speak ({_line(problem)})", mend) from problem

    def _speak(self, sentence: str, stop: threading.Event) -> Generator[Samples, None, None]:
        speech = _Speech(self.name, self.sample_rate_hz, self._to_numpy)
        try:
            with closing(self._results(sentence)) as results:
                for result in results:
                    yield speech.push(result)
            yield speech.finish()
        except EngineFailed:
            raise
        except Exception as problem:  # models are other people's code
            raise EngineFailed(f"{self.name} could not say this: {_line(problem)}") from problem

    def _results(self, text: str) -> Generator[Any, None, None]:
        """What the model yields. Closing it closes the model's own generator."""
        began = False
        try:
            with closing(self._generate(text)) as results:
                for result in results:
                    began = True
                    yield result
        except NotImplementedError:  # some take `stream` only to refuse it
            if began or not self._call.streams:
                raise
            self._call = self._call.without_streaming()
            yield from self._generate(text)

    def _generate(self, text: str) -> Generator[Any, None, None]:
        yield from self._model.generate(text, **self._call.arguments)


@dataclass(frozen=True, slots=True)
class _Call:
    """The arguments of `generate` that a model takes, by its signature."""

    arguments: Mapping[str, Any]

    @property
    def streams(self) -> bool:
        return "stream" in self.arguments

    @classmethod
    def of(cls, model: Model, name: str, options: MlxAudioOptions) -> _Call:
        known = {
            parameter.name
            for parameter in inspect.signature(model.generate).parameters.values()
            if parameter.kind not in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)
        }
        asked: dict[str, Any] = {
            key: value for key, value in {"voice": options.voice, "lang_code": options.language}.items() if value
        } | dict(options.settings)
        if options.speed != 1.0:
            asked["speed"] = options.speed
        if unknown := sorted(asked.keys() - known):
            allowed = ", ".join(sorted(known - {"text", "self", "stream", "streaming_interval"}))
            raise EngineMissing(
                f"{name} does not take {', '.join(unknown)}", f"what it takes is {allowed or 'nothing'}"
            )
        streaming = {"stream": True, "streaming_interval": STREAMING_INTERVAL_S} if "stream" in known else {}
        return cls(asked | {key: value for key, value in streaming.items() if key in known})

    def without_streaming(self) -> _Call:
        return _Call({k: v for k, v in self.arguments.items() if k not in ("stream", "streaming_interval")})


class _Speech:
    """Makes samples of one sentence's results. Every result is a part of the sound, whatever it says about itself."""

    def __init__(self, name: str, rate_hz: int, to_numpy: ToNumpy) -> None:
        self._name = name
        self._rate_hz = rate_hz
        self._to_numpy = to_numpy
        self._resampler: Resampler | None = None

    def push(self, result: Any) -> Samples:
        """int16 [n]; n may be 0, as the last result of some models is empty."""
        waveform = np.asarray(self._to_numpy(result.audio), np.float32)
        if waveform.ndim > 1:  # [1, n], or channels
            waveform = waveform.mean(axis=int(np.argmin(waveform.shape[:2]))).reshape(-1)
        if not np.isfinite(waveform).all():
            raise EngineFailed(f"{self._name} made sound that is no numbers")
        samples = to_int16(waveform)
        if self._resampler is None and result.sample_rate != self._rate_hz:
            self._resampler = Resampler(result.sample_rate, self._rate_hz)
        return self._resampler.push(samples) if self._resampler else samples

    def finish(self) -> Samples:
        """What the resampler still holds."""
        return self._resampler.flush() if self._resampler else np.zeros(0, np.int16)


def _line(problem: Exception) -> str:
    """The first line of an error's text."""
    return next((line.strip() for line in str(problem).splitlines() if line.strip()), type(problem).__name__)
