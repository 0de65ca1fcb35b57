"""The turns of a run: who said what, how long the answer took, and the reason in a sentence."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from wrappers.report.timeline.interruptions import Interruption
from wrappers.report.timeline.marks import PARTS, parts_of, read_marks
from wrappers.report.timeline.moments import Moments, number
from wrappers.report.timeline.requests import Request
from wrappers.report.utterance import Utterance

Usual: TypeAlias = Mapping[str, Mapping[str, int]]

LEAD_MS = 300
"""Where a turn begins to play: the first sound of a word is soft."""
NOTICEABLE_MS = 100
"""A difference from the median of less is not worth a word."""


@dataclass(frozen=True, slots=True)
class Turn:
    """One row of the table. Times are ms since the start of the tracks."""

    id: int
    """0: what the agent says before the user's first words."""
    said: list[Utterance]
    answers: list[Utterance]
    marks: Mapping[str, int]
    """ms from the end of the user's speech (see `marks`); empty without an answer to the user."""
    notes: list[str]
    """Why it was late, or interrupted."""

    @property
    def start_ms(self) -> int:
        return min(each.start_ms for each in [*self.said, *self.answers])

    @property
    def end_ms(self) -> int:
        return max(each.end_ms for each in [*self.said, *self.answers])

    def to_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "start": self.start_ms,
            "end": self.end_ms,
            "play": max(0, self.start_ms - LEAD_MS),
            "speech_end": self.said[-1].end_ms if self.said else None,
            "user": " ".join(each.text for each in self.said),
            "agent": " ".join(each.text for each in self.answers),
            "answered": bool(self.answers),
            "interrupted": any(each.interrupted for each in self.answers),
            "marks": dict(self.marks),
            "parts": parts_of(self.marks),
            "notes": self.notes,
        }


def read_turns(
    utterances: list[Utterance], requests: list[Request], interruptions: list[Interruption], moments: Moments
) -> list[Turn]:
    """In the order in which they began."""
    turns = []
    for turn_id in dict.fromkeys(each.turn_id for each in utterances):
        said = [each for each in utterances if each.turn_id == turn_id and each.role == "user"]
        answers = [each for each in utterances if each.turn_id == turn_id and each.role == "agent"]
        request = next((each for each in requests if each.turn_id == turn_id and each.played), None)
        marks = read_marks(said[-1], answers[0], request, moments) if said and answers else {}
        turns.append(Turn(turn_id, said, answers, marks, []))
    turns.sort(key=lambda turn: turn.start_ms)
    usual, usual_parts = middles(turn.marks for turn in turns), middles(parts_of(turn.marks) for turn in turns)
    for turn in turns:
        turn.notes.extend(_lateness(turn, usual, usual_parts, moments))
        turn.notes.extend(_interruptions(turn, interruptions))
    return turns


def middles(marks: Iterable[Mapping[str, int]]) -> dict[str, dict[str, int]]:
    """For each mark the median and p90 over the turns that reached it, as {"median": ..., "p90": ..., "count": ...}."""
    reached: dict[str, list[int]] = {}
    for each in marks:
        for key, time_ms in each.items():
            reached.setdefault(key, []).append(time_ms)
    return {
        key: {"median": round(statistics.median(values)), "p90": _p90(values), "count": len(values)}
        for key, values in reached.items()
    }


def _p90(values: list[int]) -> int:
    """The smallest value that nine of ten do not pass."""
    return sorted(values)[math.ceil(0.9 * len(values)) - 1]


def _lateness(turn: Turn, usual: Usual, usual_parts: Usual, moments: Moments) -> list[str]:
    """usual, usual_parts: `middles` of the marks and of the parts"""
    if not turn.said:
        return []
    if not turn.answers:
        return ["It got no answer."]
    total_ms = turn.marks["first_sound"]
    difference_ms = total_ms - usual["first_sound"]["median"]
    compared = ""
    if abs(difference_ms) >= NOTICEABLE_MS:
        compared = f", {abs(difference_ms)} ms {'later' if difference_ms > 0 else 'sooner'} than the median"
    notes = [f"Heard {total_ms} ms after you stopped{compared}."]
    parts = parts_of(turn.marks)
    if difference_ms >= NOTICEABLE_MS:
        more_ms = {key: ms - usual_parts.get(key, {"median": 0})["median"] for key, ms in parts.items()}
        slowest = max(parts, key=lambda key: more_ms[key])
        notes.append(
            f"Slower than usual: {PARTS[slowest]}, {parts[slowest]} ms, {more_ms[slowest]} ms above its median."
        )
    elif parts:
        longest = max(parts, key=lambda key: parts[key])
        notes.append(f"The longest part: {PARTS[longest]}, {parts[longest]} ms.")
    if "sure" in parts:
        notes += _hesitation(turn, moments)
    return notes


def _hesitation(turn: Turn, moments: Moments) -> list[str]:
    """Why it waited in case the user goes on."""
    end_ms = turn.said[-1].end_ms
    until_ms = end_ms + turn.marks["first_sound"]
    decisions = [event for event in moments.named("turn_decision") if end_ms <= event.time_ms <= until_ms]
    if not decisions:
        return []
    properties = decisions[-1].properties
    confidence, wait_ms = number(properties.get("confidence")), number(properties.get("wait_ms"))
    sure = "" if confidence is None else f" with {round(confidence * 100)} % certainty"
    silence = "" if wait_ms is None else f", so {round(wait_ms)} ms of silence were wanted"
    return [f"Turn detection said “{properties.get('decision')}”{sure}{silence}."]


def _interruptions(turn: Turn, interruptions: list[Interruption]) -> list[str]:
    # An answer is cut by the speech of the next turn, which is why it is looked for by its time.
    heard = [(each.start_ms, each.end_ms) for each in turn.answers]
    during = [each for each in interruptions if any(start <= each.end_ms <= end + 500 for start, end in heard)]
    notes = [each.story() for each in during]
    was_cut = any(each.interrupted for each in turn.answers)
    if was_cut and not any(each.outcome == "stopped" for each in during):
        notes.append("The answer was cut short: the conversation ended, or the voice failed.")
    return notes
