"""Properties that all voices have."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from ten_extensions.common.config import Config
from wrappers.cache_folder import cache_folder
from wrappers.tts import CacheLimits, SentenceCache


class TtsParams(Config):
    """What every engine has; subclasses add their own."""

    sample_rate: int | None = Field(default=None, ge=8000, le=48000)
    """Rate of the audio in Hz, resampled where the engine's is another one. None = the engine's own."""


class CacheConfig(Config):
    """The cache for short sentences that are said again and again."""

    enabled: bool = False
    """Off: most of what a language model says is said once. On: a greeting comes from memory or from the disk."""
    max_characters: int = Field(default=60, ge=1, le=1000)
    """Of a text; longer ones are not kept."""
    max_megabytes: float = Field(default=32.0, gt=0, le=10_000)
    """In memory, and the same again on the disk."""
    folder: str = ""
    """"" = in the user's cache. Delete it after exchanging the files of a model: they are known by their name."""

    def open(self) -> SentenceCache:
        """The cache that these properties ask for."""
        limits = CacheLimits(self.max_characters, round(self.max_megabytes * 1_000_000))
        return SentenceCache(Path(self.folder).expanduser() if self.folder else cache_folder() / "sentences", limits)


class TtsConfig(Config):
    """Properties of a voice's node; subclasses narrow `params`."""

    params: TtsParams
    """Everything of the engine. Required, as by TEN's custom, but may be empty."""
    dump: bool = False
    """Write all that is spoken to files, one per request."""
    dump_path: str = "."
    """Folder of these files."""
    cache: CacheConfig = CacheConfig()
    """Keep the sound of short sentences."""
