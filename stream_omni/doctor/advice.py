"""From what was measured to the graph and the settings that suit this machine. Pure."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from stream_omni.doctor.voice import LARGEST_RTF, SLOW_FIRST_MS

LIVE, OVER, OFFLINE = "voice_chat", "barge_in", "offline"
"""A microphone that is closed while the agent speaks, one that one can cut in with, and no devices at all."""
PRESETS = ("balanced", "latency")
"""Of the voice, the better one first; exact is for recordings."""


@dataclass(frozen=True)
class Advice:
    """A graph with settings, and why."""

    graph: str
    changes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By node, as in property.user.json: `property`, and `addon` where another engine takes the place."""
    reasons: tuple[str, ...] = ()

    @property
    def arguments(self) -> list[str]:
        """The settings as a command line has them; another engine cannot be chosen there."""
        return [
            argument
            for node, change in self.changes.items()
            if "addon" not in change
            for key, value in _flat(change.get("property", {}))
            for argument in ("--set", f"{node}.{key}={json.dumps(value)}")
        ]


def advise(figures: Mapping[str, float | str], graphs: tuple[str, ...]) -> Advice:
    """The best that these figures allow.

    figures: of all steps
    graphs: those that the app has
    """
    reasons: list[str] = []
    graph = _graph(figures, graphs, reasons)
    changes: dict[str, dict[str, Any]] = {}
    if graph != OFFLINE:
        echo = _echo(figures)
        if echo:
            changes["aec"] = {"property": echo}
    if voice := _voice(figures, reasons):
        changes["tts"] = voice
    return Advice(graph, changes, tuple(reasons))


def _graph(figures: Mapping[str, float | str], graphs: tuple[str, ...], reasons: list[str]) -> str:
    if "devices" not in figures or LIVE not in graphs:
        reasons.append("no microphone that works was found, so the sample conversation takes your place")
        return OFFLINE
    if OVER in graphs and figures.get("echo_mode") in ("auto", "off"):
        reasons.append("you can talk over the agent: what the microphone hears of the loudspeaker can be dealt with")
        return OVER
    reasons.append("the microphone is closed while the agent speaks, since its echo could not be cancelled here")
    return LIVE


def _echo(figures: Mapping[str, float | str]) -> dict[str, Any]:
    mode = figures.get("echo_mode")
    found: dict[str, Any] = {"mode": mode} if mode in ("gate", "off") else {}
    if delay_ms := figures.get("echo_delay_ms"):
        found["echo_delay_ms"] = int(delay_ms)
    if tail_ms := figures.get("echo_tail_ms"):
        found["tail_ms"] = int(tail_ms)
    return found


def _voice(figures: Mapping[str, float | str], reasons: list[str]) -> dict[str, Any] | None:
    """A change of the voice, if it needs one; never one that stutters."""
    known = [preset for preset in PRESETS if f"tts_{preset}_rtf" in figures]
    if not known:
        if _number(figures, "tts_rtf") > LARGEST_RTF:
            return _system_voice(reasons)
        return None
    steady = [preset for preset in known if _number(figures, f"tts_{preset}_rtf") <= LARGEST_RTF]
    if not steady:
        return _system_voice(reasons)
    prompt = [preset for preset in steady if _number(figures, f"tts_{preset}_first_ms") <= SLOW_FIRST_MS]
    preset = (prompt or steady[::-1])[0]
    if preset == PRESETS[0]:
        return None
    reasons.append(f"the voice begins early enough only in its mode {preset}")
    return {"property": {"params": {"preset": preset}}}


def _system_voice(reasons: list[str]) -> dict[str, Any]:
    reasons.append(
        f"the voice takes more than {LARGEST_RTF:g} of the time that it speaks: the system's voice does not stutter"
    )
    return {"addon": "system_tts_python", "property": {"params": {}}}


def _number(figures: Mapping[str, float | str], key: str) -> float:
    return float(figures.get(key, 0))


def _flat(property: Mapping[str, Any], prefix: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for key, value in property.items():
        inner = _flat(value, f"{prefix}{key}.") if isinstance(value, Mapping) else [(f"{prefix}{key}", value)]
        found += inner
    return found
