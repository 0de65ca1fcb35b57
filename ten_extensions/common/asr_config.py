"""Properties that all recognisers have."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from ten_extensions.common.config import Config
from wrappers.asr import CutterOptions, Segmentation


class AsrParams(Config):
    """Everything of the engine; subclasses add their own."""


class AsrConfig(Config):
    """Properties of a recogniser's node; subclasses narrow `params`."""

    params: AsrParams
    """Everything of the engine. Required, as by TEN's custom, but may be empty."""
    auto_connect: bool = True
    """Load the engine at the start. Otherwise `trigger_connect` does, and audio before that is not heard."""
    segmentation: Segmentation = "auto"
    """Who says where speech is. `vad`: the events that come with the audio. `own`: loudness. `auto`: loudness until the
    first event comes; a graph with a VAD should say `vad`, so that no noise is taken for speech before that."""
    finalize_mode: Literal["flush_api", "mute_pkg", "ignore"] = "flush_api"
    """What `asr_finalize` does. `flush_api`: decode what there is. `mute_pkg`: the same after some silence, for an
    engine that needs it to believe the last word. `ignore`: nothing, utterances end by segmentation alone."""
    mute_pkg_duration_ms: int = Field(default=300, ge=0, le=5000)
    """Silence for `mute_pkg`."""
    final_hold_ms: int = Field(default=1500, ge=0)
    """A final waits for the `asr_finalize` of its utterance. A control that never sends one gets it after this time."""
    max_utterance_ms: int = Field(default=30_000, ge=5000, le=120_000)
    """Longer ones are cut: it bounds memory, and the time that a decode takes."""
    connection_events: bool = False
    """Send `connected`, `disconnected` and `connection_status_changed`. A graph that does not take them would only be
    warned that nobody does; `ready` and `error` tell the same."""
    dump: bool = False
    """Write the received audio to a file, byte for byte."""
    dump_path: str = "."
    """Folder of that file."""

    def cutter_options(self) -> CutterOptions:
        """The part that cuts the audio into utterances."""
        return CutterOptions(segmentation=self.segmentation, max_utterance_ms=self.max_utterance_ms)
