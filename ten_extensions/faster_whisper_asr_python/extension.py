"""Understands people with Whisper, on the CPU."""

from __future__ import annotations

from ten_extensions.common.addon import Missing
from ten_extensions.common.whisper_base import WhisperExtension
from wrappers.asr import FasterWhisperRecogniser, WindowRecogniser
from wrappers.asr.faster_whisper import downloads, missing
from wrappers.downloads import Download

from .config import FasterWhisperAsrConfig


class FasterWhisperAsrExtension(WhisperExtension[FasterWhisperAsrConfig]):
    """Recognises speech while it is spoken. Messages: see manifest.json."""

    vendor = "faster_whisper"
    config_type = FasterWhisperAsrConfig

    @classmethod
    def check_here(cls, config: FasterWhisperAsrConfig) -> Missing | None:
        """See `Extension.check_here`."""
        problem = missing(config.options())
        return Missing(problem.what, problem.mend) if problem else None

    @classmethod
    def downloads(cls, config: FasterWhisperAsrConfig) -> tuple[Download, ...]:
        """See `Extension.downloads`."""
        return downloads(config.options())

    def make_whisper(self) -> WindowRecogniser:
        """See `WhisperExtension.make_whisper`."""
        return FasterWhisperRecogniser(self.config.options(), tell=self.log.info)
