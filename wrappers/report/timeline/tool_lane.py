"""The tools that the model used."""

from __future__ import annotations

import json

from wrappers.report.event import Event
from wrappers.report.timeline.lane import Item, Lane
from wrappers.report.timeline.moments import Moments, text


def tool_lane(moments: Moments) -> Lane:
    """Each from its call to its result."""
    items = []
    waiting: list[Event] = []
    for event in moments.named("tool_call"):
        if event.kind == "cmd":
            waiting.append(event)
        call = next((call for call in waiting if event.kind == "result" and event.source in call.dests), None)
        if call is not None:
            waiting.remove(call)
            items.append(_used(call, event.time_ms, event))
    items += [_used(call, moments.end_ms, None) for call in waiting]
    return Lane("tools", "tools", items)


def _used(call: Event, end_ms: int, result: Event | None) -> Item:
    arguments = call.properties.get("arguments")
    given = json.dumps(arguments, ensure_ascii=False) if arguments else ""
    kind, detail = "tool", "it gave no answer"
    if result is not None:
        failure = text(result.properties.get("detail"))
        answer = result.properties.get("tool_result")
        content = answer.get("content") if isinstance(answer, dict) else answer
        kind, detail = ("failed", failure) if failure else ("tool", f"told the model: {content}")
    return Item(call.time_ms, end_ms, kind, f"{text(call.properties.get('name'))} {given}".strip(), detail)
