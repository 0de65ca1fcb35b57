"""Recognises the agent's own words in a transcript: the last line of defence, where an echo got through as speech."""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from wrappers.echo.base import EchoMode
from wrappers.echo.heard_intervals import HeardIntervals

MIN_WORDS = 4
MIN_HAN = 6
"""Shorter ones are answers: 'Tea or coffee?' 'Coffee.'"""
ALIGNED_SHARE = 0.8
"""So much of it must stand, in order, in what was heard then; recognisers err, and the user may add a word."""
SKIP_COST = 0.25
"""Of a word that the recogniser left out, where a match counts 1: words from all over a long answer are no echo."""
ALIKE_FROM_LETTERS = 4
LETTERS_PER_ERROR = 4
"""'waves' and 'wave' are alike, 'robot' and 'rowboat' are not."""

TAIL_MS = 700
"""An echo is over so long after the sound: 400 ms on its way, and a room."""
EARLIER_MS = 2000
LATER_MS = 500
"""What was heard so long before and after also counts: when a word is spoken is known to a second or so."""
KEPT_SNAPSHOTS = 1200
"""Two minutes of playback, one every 100 ms."""

_TOKEN = re.compile("[\u3400-\u9fff\uf900-\ufaff]|[^\\W_\u3400-\u9fff\uf900-\ufaff]+(?:['’][^\\W_]+)*")
_HAN = re.compile("[\u3400-\u9fff\uf900-\ufaff]")


def is_repetition(said: str, heard: str) -> bool:
    """Whether `said` is long enough, and nearly all of it stands in `heard` in the same order. English and Chinese."""
    said_tokens, heard_tokens = _tokens(said), _tokens(heard)
    han = sum(1 for token in said_tokens if _HAN.match(token))
    if han < MIN_HAN and len(said_tokens) - han < MIN_WORDS:
        return False
    wanted = ALIGNED_SHARE * len(said_tokens)
    known = set(heard_tokens)
    if sum(1 for token in said_tokens if any(_alike(token, other) for other in known)) < wanted:
        return False  # most transcripts end here: the alignment costs more
    return _aligned(said_tokens, heard_tokens) >= wanted


@dataclass(frozen=True, slots=True)
class _Snapshot:
    """What had been heard of a request at some time."""

    time_ms: int
    request_id: str
    text: str


class SpokenEcho:
    """Knows what of the agent's voice was heard when. Pure: no clock of its own."""

    def __init__(self) -> None:
        self.mode: EchoMode = "off"
        """How the echo is dealt with; in `off` there can be none, so nothing is one."""
        self._heard = HeardIntervals()
        self._snapshots: deque[_Snapshot] = deque(maxlen=KEPT_SNAPSHOTS)

    def playback(self, request_id: str, state: str, time_ms: int, heard_text: str) -> None:
        """The loudspeaker tells something; `heard_text` is all that was heard of the request so far, '' if unknown."""
        self._heard.expire(time_ms)
        self._heard.tell(request_id, state, time_ms, queued_ms=0)
        if heard_text:
            self._snapshots.append(_Snapshot(time_ms, request_id, heard_text))

    def recognises(self, text: str, start_ms: int, end_ms: int) -> bool:
        """Whether a transcript of what was captured between the two times is the agent's own voice."""
        if self.mode == "off" or not self._heard.overlap(start_ms, end_ms, tail_ms=TAIL_MS):
            return False
        return is_repetition(text, self._heard_between(start_ms - EARLIER_MS, end_ms + LATER_MS))

    def _heard_between(self, start_ms: int, end_ms: int) -> str:
        before: dict[str, str] = {}
        until: dict[str, str] = {}
        for snapshot in self._snapshots:
            if snapshot.time_ms <= start_ms:
                before[snapshot.request_id] = snapshot.text
            elif snapshot.time_ms <= end_ms:
                until[snapshot.request_id] = snapshot.text
        return " ".join(text.removeprefix(before.get(request_id, "")) for request_id, text in until.items())


def _tokens(text: str) -> list[str]:
    """Words without punctuation and capitals; of Chinese, the characters."""
    return _TOKEN.findall(text.casefold())


def _aligned(said: Sequence[str], heard: Sequence[str]) -> int:
    """How many words of `said` match, in the best alignment with some part of `heard`."""
    scores: list[tuple[float, int]] = [(0.0, 0)] * (len(heard) + 1)
    for word in said:
        row = [(0.0, 0)]
        for index, other in enumerate(heard):
            score, matches = row[index]
            best = max(scores[index + 1], (score - SKIP_COST, matches), (0.0, 0))
            if _alike(word, other):
                score, matches = scores[index]
                best = max(best, (score + 1, matches + 1))
            row.append(best)
        scores = row
    return max(scores)[1]


@lru_cache(maxsize=4096)
def _alike(one: str, other: str) -> bool:
    if one == other:
        return True
    shorter, longer = sorted((one, other), key=len)
    errors = len(longer) // LETTERS_PER_ERROR
    if len(shorter) < ALIKE_FROM_LETTERS or len(longer) - len(shorter) > errors:
        return False
    return _distance(shorter, longer) <= errors


def _distance(one: str, other: str) -> int:
    """How many letters have to be changed, added or left out (Levenshtein)."""
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, start=1):
        diagonal, row[0] = row[0], i
        for j, wanted in enumerate(other, start=1):
            cost = diagonal + (letter != wanted)
            diagonal = row[j]
            row[j] = min(cost, diagonal + 1, row[j - 1] + 1)
    return row[-1]
