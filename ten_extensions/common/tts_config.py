"""Properties that all voices have."""

from __future__ import annotations

from pydantic import Field

from ten_extensions.common.config import Config


class TtsParams(Config):
    """What every engine has; subclasses add their own."""

    sample_rate: int | None = Field(default=None, ge=8000, le=48000)
    """Rate of the audio in Hz, resampled where the engine's is another one. None = the engine's own."""


class TtsConfig(Config):
    """Properties of a voice's node; subclasses narrow `params`."""

    params: TtsParams
    """Everything of the engine. Required, as by TEN's custom, but may be empty."""
    dump: bool = False
    """Write all that is spoken to files, one per request."""
    dump_path: str = "."
    """Folder of these files."""
