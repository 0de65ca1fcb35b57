"""Configuration of the report."""

from __future__ import annotations

from typing import Literal

from ten_extensions.common.config import Config


class ReportConfig(Config):
    """Where the conversation is kept, and how it is shown."""

    run_dir: str = ""
    """Folder for transcript.jsonl and events.jsonl; the app names a new one for each run. Empty: nothing is kept."""

    recording: str = ""
    """Stereo WAV of the conversation; empty: conversation.wav in run_dir."""

    console: Literal["auto", "live", "plain", "off"] = "auto"
    """`live` draws a line that changes in place, `plain` only adds lines; `auto` is live on a terminal."""
