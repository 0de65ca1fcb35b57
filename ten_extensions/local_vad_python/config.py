"""Configuration of the VAD. Names are those of TEN's own VAD where it has the same."""

from __future__ import annotations

from pydantic import Field, ValidationInfo, field_validator

from ten_extensions.common.config import Config
from wrappers.vad import Backend, SegmenterOptions

HYSTERESIS = 0.15
"""How much lower the probability may fall before speech counts as over: a soft syllable does not end a word."""


class VadConfig(Config):
    """How speech is told from silence."""

    backend: Backend = "silero"
    """`silero` is a small neural network; `ten` another one, which lets go of a word sooner and is taken in by some
    tones and clicks (an extra with a licence of its own); `energy` only measures loudness and is fooled by any noise
    that begins."""

    vad_threshold: float = Field(default=0.5, gt=HYSTERESIS, le=1)
    """Probability from which sound counts as speech."""

    prefix_padding_ms: int = Field(default=96, ge=0)
    """So much speech starts a sentence; shorter bursts are clicks and coughs."""

    pause_ms: int = Field(default=96, gt=0)
    """Silence after which `speech_pause` is sent: recognition can begin to finish what it has, and a cough is known for
    one before it counts as an interruption. Three steps of Silero."""

    silence_duration_ms: int = Field(default=400, gt=0)
    """Silence that ends a sentence. Turn detection decides whether it ends the turn, so it need not be long."""

    max_speech_ms: int = Field(default=30_000, gt=0)
    """A longer sentence is cut, as recognisers take no more at once."""

    pre_roll_ms: int = Field(default=200, ge=0)
    """How much audio before the detected start belongs to the sentence: detectors are 50-100 ms late."""

    @field_validator("silence_duration_ms")
    @classmethod
    def _ends_after_the_pause(cls, silence_duration_ms: int, info: ValidationInfo) -> int:
        if silence_duration_ms < info.data.get("pause_ms", 0):
            raise ValueError(f"must not be below pause_ms ({info.data['pause_ms']})")
        return silence_duration_ms

    @field_validator("max_speech_ms")
    @classmethod
    def _is_longer_than_anything_else(cls, max_speech_ms: int, info: ValidationInfo) -> int:
        shortest_ms = info.data.get("prefix_padding_ms", 0) + info.data.get("silence_duration_ms", 0)
        if max_speech_ms <= shortest_ms:
            raise ValueError(f"must be above prefix_padding_ms + silence_duration_ms ({shortest_ms})")
        return max_speech_ms

    def segmenter_options(self) -> SegmenterOptions:
        """The same as the segmenter wants it."""
        return SegmenterOptions(
            start_threshold=self.vad_threshold,
            end_threshold=self.vad_threshold - HYSTERESIS,
            min_speech_ms=self.prefix_padding_ms,
            pause_ms=self.pause_ms,
            hangover_ms=self.silence_duration_ms,
            max_speech_ms=self.max_speech_ms,
            pre_roll_ms=self.pre_roll_ms,
        )
