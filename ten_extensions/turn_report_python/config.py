"""Configuration of the report."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from ten_extensions.common.config import Config


class ReportConfig(Config):
    """Where the conversation is kept, and how it is shown."""

    run_dir: str = ""
    """Folder for what is kept of the conversation, as far as the graph sends it here. Empty: nothing is kept here; on
    the embedded runtime the app itself keeps everything."""

    recording: str = ""
    """Stereo WAV of the conversation; empty: conversation.wav in run_dir."""

    about: dict[str, Any] = Field(default_factory=dict)
    """What run.json says beside the times: which graph, machine and versions."""

    echo_node: str = "aec"
    """What this node sends is the microphone after the echo suppressor; what others send is the microphone."""

    max_recording_mb: int = 2000
    """The sound of one run; what is said later is kept as words only. Three and a half hours."""

    traces: bool = False
    """Whether each turn is sent to an OpenTelemetry collector, as a trace; needs the extra `otel`."""

    traces_endpoint: str = ""
    """URL of the collector's traces. Empty: as the environment says (OTEL_EXPORTER_OTLP_ENDPOINT), else
    http://localhost:4318/v1/traces."""

    traces_with_text: bool = False
    """Whether what was said goes there, too. By default only times do."""

    console: Literal["auto", "live", "plain", "off"] = "auto"
    """`live` draws a line that changes in place, `plain` only adds lines; `auto` is live on a terminal."""
