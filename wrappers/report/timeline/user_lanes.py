"""What the user's side of the graph did: states, speech, words, and whether a turn was complete."""

from __future__ import annotations

from wrappers.report.event import Event
from wrappers.report.timeline.lane import Item, Lane
from wrappers.report.timeline.moments import Moments, number, seconds, text

DECISIONS = {"finished": "finished", "unfinished": "not finished", "wait": "asked to wait"}


def state_lane(moments: Moments) -> Lane:
    """What the agent was doing."""
    items: list[Item] = []
    until_ms = moments.end_ms
    for event in reversed(list(moments.named("turn_state"))):
        start_ms, state = max(0, event.time_ms), text(event.properties.get("state"))
        if until_ms > start_ms and state != "ended":
            items.append(Item(start_ms, until_ms, state, state))
        until_ms = start_ms
    return Lane("state", "state", items)


def speech_lane(moments: Moments) -> Lane:
    """Speech as the VAD marks it, and how long it took to be sure of an end."""
    items: list[Item] = []
    open_ms: int | None = None
    for event in moments.named("start_of_sentence", "end_of_sentence"):
        if event.kind != "data":
            continue  # the same, said as a command, or the answer to that
        start_ms = moments.time_ms(event, "start_ms")
        if event.name == "start_of_sentence":
            open_ms = start_ms
            continue
        end_ms = moments.time_ms(event, "end_ms")
        late_ms = max(0, event.time_ms - end_ms)
        items.append(Item(start_ms, end_ms, "speech", seconds(end_ms - start_ms), "speech"))
        items.append(Item(end_ms, end_ms + late_ms, "tail", "", f"silence until the end was certain: {late_ms} ms"))
        open_ms = None
    if open_ms is not None:
        items.append(Item(open_ms, max(open_ms, moments.end_ms), "speech", "speech", "its end was not recorded"))
    return Lane("speech", "speech", items)


def words_lane(moments: Moments) -> Lane:
    """What was recognised: partial transcripts when they came, final ones over their speech."""
    items = []
    for event in moments.named("asr_result"):
        said = text(event.properties.get("text"))
        start_ms = moments.time_ms(event, "start_ms")
        end_ms = start_ms + round(number(event.properties.get("duration_ms")) or 0)
        if event.properties.get("final") is not True:
            items.append(Item(event.time_ms, event.time_ms, "partial", said or "(nothing)"))
        elif said:
            detail = f"final {max(0, event.time_ms - end_ms)} ms after the speech{_confidence(event)}"
            items.append(Item(start_ms, max(start_ms, end_ms), "final", said, detail))
    return Lane("words", "words", items)


def decision_lane(moments: Moments) -> Lane:
    """What turn detection thought, and how long the silence had to be."""
    items: list[Item] = []
    speech_end_ms = 0
    waiting: Item | None = None
    for event in moments.named("start_of_sentence", "end_of_sentence", "turn_decision"):
        if event.kind != "data":
            continue
        if event.name == "end_of_sentence":
            speech_end_ms = moments.time_ms(event, "end_ms")
        elif event.name == "start_of_sentence":
            if waiting is not None and event.time_ms < waiting.end_ms:  # the user goes on: no silence any more
                items[-1] = Item(waiting.start_ms, event.time_ms, waiting.kind, waiting.text, waiting.detail)
            waiting = None
        else:
            decision = text(event.properties.get("decision"))
            wait_ms = round(number(event.properties.get("wait_ms")) or 0)
            detail = _decision_detail(event, wait_ms)
            until_ms = max(event.time_ms, speech_end_ms + wait_ms)
            waiting = Item(event.time_ms, until_ms, decision, DECISIONS.get(decision, decision), detail)
            items.append(waiting)
    return Lane("decisions", "decision", items)


def _decision_detail(event: Event, wait_ms: int) -> str:
    parts = [f"“{text(event.properties.get('text'))}”"]
    confidence = number(event.properties.get("confidence"))
    if confidence is not None:
        parts.append(f"{round(confidence * 100)} % sure")
    if wait_ms:
        parts.append(f"{wait_ms} ms of silence wanted")
    return ", ".join(parts)


def _confidence(event: Event) -> str:
    metadata = event.properties.get("metadata")
    info = metadata.get("asr_info") if isinstance(metadata, dict) else None
    confidence = number(info.get("confidence")) if isinstance(info, dict) else None
    return "" if confidence is None else f", {round(confidence * 100)} % sure"
