"""Spark-TTS behind the interface that all speech engines share."""

from __future__ import annotations

from contextlib import closing

from wrappers.audio.samples import to_int16
from wrappers.errors import EngineFailed, EngineMissing
from wrappers.tts.base import SpeechSteps, SpeechStream, without_turns
from wrappers.tts.spark.defaults import DEFAULT_VOICE
from wrappers.tts.spark.engine import SparkEngine
from wrappers.tts.spark.prompt import Voice
from wrappers.tts.spark.rates import SAMPLE_RATE_HZ
from wrappers.tts.spark.scheduler import Preset


class SparkSpeaker:
    """A `SpeechEngine`: one voice of an engine, in one manner."""

    name = "Spark-TTS"
    sample_rate_hz = SAMPLE_RATE_HZ

    def __init__(
        self, engine: SparkEngine, voice: str | Voice = DEFAULT_VOICE, *, preset: Preset = "balanced", seed: int = 0
    ) -> None:
        """
        engine: belongs to this speaker from now on
        raises EngineMissing where the voice cannot be used
        """
        self._engine = engine
        self._voice = engine.voices.find(voice) if isinstance(voice, str) else voice
        self._preset = preset
        self._seed = seed
        engine.warm_up(self._voice)

    def stream(self, text: str) -> SpeechStream:
        """See `SpeechEngine.stream`."""
        return without_turns(self.steps(text))

    def steps(self, text: str) -> SpeechSteps:
        """See `SharesThread.steps`."""
        chunks = self._engine.steps(text, self._voice, preset=self._preset, seed=self._seed)
        try:
            with closing(chunks):
                for chunk in chunks:
                    yield to_int16(chunk.pcm) if chunk is not None and len(chunk.pcm) else None
        except (EngineMissing, RuntimeError, ValueError) as problem:
            raise EngineFailed(f"Spark-TTS could not say this: {problem}") from problem

    def interrupt(self) -> None:
        """See `SpeechEngine.interrupt`."""
        self._engine.interrupt()

    def close(self) -> None:
        """See `SpeechEngine.close`."""
        self._engine.close()
