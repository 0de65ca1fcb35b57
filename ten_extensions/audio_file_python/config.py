"""Configuration of the file input and the file output."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from ten_extensions.common.audio_config import AudioConfig


class AudioFileConfig(AudioConfig):
    """What the node plays as the user's voice, or where it keeps the agent's."""

    mode: Literal["input", "output"]
    """`input` is a microphone that hears recordings, `output` a loudspeaker that nobody hears."""

    path: str = Field(default="", validate_default=True)
    """input: a recording of any kind, or a folder of them, heard one after the other in the order of their names.
    output: WAV file for what is played, replaced if it exists; empty = it is not kept."""

    pace: Literal["real_time"] = "real_time"
    """As fast as people speak. With the app's `--fast` the clock itself runs faster."""

    tail_silence_ms: int = Field(default=1000, ge=0)
    """Silence after each recording of an input: the VAD needs 400 ms of it to hear the end, ears like some more."""

    @field_validator("path")
    @classmethod
    def _input_has_a_path(cls, path: str, info: ValidationInfo) -> str:
        if info.data.get("mode") == "input" and not path:
            raise ValueError("an input needs a recording, or a folder of recordings")
        return path
