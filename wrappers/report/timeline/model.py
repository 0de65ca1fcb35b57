"""All that the page shows, as one JSON object: made here, so that the page only draws."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from wrappers.report.timeline.agent_lanes import heard_lane, model_lane, voice_lane
from wrappers.report.timeline.interruptions import interruption_lane, read_interruptions
from wrappers.report.timeline.marks import PARTS
from wrappers.report.timeline.moments import text
from wrappers.report.timeline.requests import read_requests
from wrappers.report.timeline.run_folder import TRACKS, Run
from wrappers.report.timeline.sound_lanes import echo_lane, problem_lane
from wrappers.report.timeline.tool_lane import tool_lane
from wrappers.report.timeline.turns import middles, read_turns
from wrappers.report.timeline.user_lanes import decision_lane, speech_lane, state_lane, words_lane

MOST_FACTS = 300
"""Of graph.json and run.json, which names every package: a page has room for so many lines."""


def page_model(run: Run) -> dict[str, Any]:
    """The run as the page wants it. Times are ms since the start of the tracks."""
    moments = run.moments
    requests = read_requests(moments)
    interruptions = read_interruptions(moments)
    turns = read_turns(run.utterances, requests, interruptions, moments)
    lanes = [
        state_lane(moments),
        speech_lane(moments),
        words_lane(moments),
        decision_lane(moments),
        model_lane(requests),
        tool_lane(moments),
        voice_lane(requests),
        heard_lane(requests, moments),
        interruption_lane(interruptions),
        echo_lane(moments),
        problem_lane(moments),
    ]
    return {
        "name": run.name,
        "graph": text(run.about.get("graph")),
        "length": moments.end_ms,
        "facts": [*_engines(run.graph), *_facts(run.about)][:MOST_FACTS],
        "missing": run.missing,
        "sounds": run.sounds,
        "waves": [{"id": name, "label": TRACKS[name], "levels": levels} for name, levels in run.waves.items()],
        "lanes": [lane.to_json() for lane in lanes if lane.items],
        "turns": [turn.to_json() for turn in turns],
        "parts": PARTS,
        "middles": middles(turn.marks for turn in turns),
    }


def _facts(about: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """The leaves of run.json as (path, value)."""
    for key, value in about.items():
        if isinstance(value, dict):
            yield from _facts(value, f"{prefix}{key} ")
        elif value not in (None, "", []):
            yield f"{prefix}{key}", ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def _engines(graph: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The nodes of graph.json as (node, addon)."""
    inner = graph.get("graph", graph)
    nodes = inner.get("nodes") if isinstance(inner, dict) else None
    for node in nodes if isinstance(nodes, list) else []:
        if isinstance(node, dict):
            yield str(node.get("name", "?")), str(node.get("addon", "?"))
