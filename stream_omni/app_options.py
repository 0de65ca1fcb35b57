"""The section `stream_omni` of property.json: what the app, not TEN, wants to know about the graphs."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from ten_extensions.common.config import Config


class Fallback(Config):
    """What takes the place of an addon that cannot run on this machine."""

    addon: str
    """Replaces the addon of the node; the node keeps its name and its connections."""

    property: dict[str, Any] = Field(default_factory=dict)
    """Replaces the node's property as a whole: another engine has other keys."""

    note: str = ""
    """What its user should know, as part of a sentence: "understands English only"."""

    when: dict[str, list[Any]] = Field(default_factory=dict)
    """Only where the replaced node's property has one of these values, e.g. {"params.language": ["en", "auto"]}:
    an engine that knows no Chinese is no help to who speaks it."""


class AppOptions(Config):
    """All of the section; every key may be left out."""

    default_graph: str = ""
    """Runs if nobody names one; empty: the first of the file."""

    fallbacks: dict[str, list[Fallback]] = Field(default_factory=dict)
    """By the addon that cannot run. The first of the list that can run here is taken."""

    input_node: str = "mic"
    """The node that `--input` replaces by a recording."""

    output_node: str = "speaker"
    """The node that `--output` replaces by one that needs no loudspeaker."""

    report_node: str = "report"
    """The node that is told where to keep the conversation."""

    echo_node: str = "aec"
    """The node whose sound is the microphone without the agent."""

    keyboard_node: str = "keyboard"
    """The node that reads the terminal's keys."""

    max_runs_mb: int = Field(default=2000, ge=0)
    """So much is kept in `runs`; the oldest conversations go first. Three and a half hours of talk."""
