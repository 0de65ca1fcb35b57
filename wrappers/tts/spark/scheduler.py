"""Decides when to decode, and with how much look-ahead. Pure: the caller gives the times, seconds on any clock.

The first sound comes as soon as the preset allows. From then on every chunk waits for tokens as long as playback can
wait for the chunk. What came beyond the tokens that keep the buffer as it is goes first into look-ahead, until that is
as good as exact, and then into longer chunks, so that the buffer grows.

Where tokens come too slowly for that, the first chunk waits until the rest can be played without a break; `pace` says
so. That wait has a limit, behind which breaks are the lesser evil.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

from wrappers.tts.spark.rates import EXACT_LOOK_AHEAD, TOKENS_PER_SECOND, WAVE_LOOK_AHEAD
from wrappers.tts.spark.speed import DecodeTime, TokenRate

Preset = Literal["latency", "balanced", "exact"]
GOOD_LOOK_AHEAD = 25
"""Look-ahead that no weights are known to need more than; calibration finds what the user's weights need."""

_ABOVE_BREAK_EVEN = 1.25
_LAST_OF_MARGIN = 0.25
"""What is left of the margin where chunks would otherwise become too small."""
_DOUBT = 0.5
"""A decoding may take longer than predicted by this share: what else the machine does comes and goes."""


@dataclass(frozen=True, slots=True)
class ScheduleOptions:
    """Numbers of tokens, unless said."""

    first_chunk: int = 10
    """Of sound at once at the start: enough to last until the second chunk."""
    first_look_ahead: int = 6
    """The less, the sooner the first sound, and the more it differs from the exact one."""
    look_ahead: int = GOOD_LOOK_AHEAD
    """What look-ahead grows to."""
    smallest_chunk: int = 4
    """Smaller ones cost more than they bring; only the end of an utterance may be smaller."""
    largest_chunk: int = 100
    """Bounds how long an interruption waits for a decode."""
    margin_s: float = 0.08
    """How long before playback runs dry the next chunk shall be there, at least; longer for a long decoding."""
    longest_wait_s: float = 4.0
    """Most time that the first sound is held back where tokens come too slowly."""
    expected_tokens: int = 300
    """Guess of an utterance's length, only used where tokens come too slowly."""


_PRESETS: dict[Preset, ScheduleOptions] = {
    "latency": ScheduleOptions(first_chunk=6, first_look_ahead=4),
    "balanced": ScheduleOptions(),
    "exact": ScheduleOptions(first_look_ahead=EXACT_LOOK_AHEAD, look_ahead=EXACT_LOOK_AHEAD),
}


def schedule_options(preset: Preset, look_ahead: int = GOOD_LOOK_AHEAD) -> ScheduleOptions:
    """The options of a preset; `look_ahead`: what calibration found good enough, of no effect on "exact"."""
    options = _PRESETS[preset]
    if preset == "exact":
        return options
    return replace(options, first_look_ahead=min(options.first_look_ahead, look_ahead), look_ahead=look_ahead)


@dataclass(frozen=True, slots=True)
class Step:
    """Decode now, all tokens that came."""

    look_ahead: int
    """For `CodecStream.push`."""
    frames: int
    """Frames that it commits to."""
    last: bool = False
    """Use `CodecStream.flush` instead: the utterance ends."""


@dataclass(frozen=True, slots=True)
class Pace:
    """How synthesis compares with playback."""

    real_time_factor: float
    """Time to make sound over its duration; from 1 on, playback has to wait, at the start or in between."""
    underruns: int
    """How often playback ran dry within the utterance."""
    underrun_s: float
    """How long it was dry, all together."""


class ChunkScheduler:
    """Schedules one utterance.

    Call `token` for each token and, where it answers with a step, decode and call `decoded`. After the last token call
    `finish`, decode and call `decoded`, until a step is the last one.
    """

    def __init__(self, options: ScheduleOptions, decode_time: DecodeTime, runs_dry_s: float | None = None) -> None:
        """
        decode_time: learns on; shared by all utterances of a decoder
        runs_dry_s: when the sound before this utterance ends, if some is playing: until then there is no hurry
        """
        self._options = options
        self._decode_time = decode_time
        self._rate = TokenRate()
        self._look_ahead = options.first_look_ahead
        self._received = 0
        self._committed = 0
        self._wait_began_s: float | None = None
        self._emitted_s: float | None = None
        self._step: tuple[Step, float] | None = None
        self._underruns = 0
        self._underrun_s = 0.0
        self.runs_dry_s = runs_dry_s
        """When playback ends if nothing more comes; None before the first sound. Set it where playback is known better
        than by its start and the time since (a pause, another device)."""

    @property
    def pace(self) -> Pace:
        """How it goes so far."""
        factor = TOKENS_PER_SECOND * (self._rate.token_s + self._decode_time.frame_s)
        return Pace(factor, self._underruns, self._underrun_s)

    def token(self, now_s: float) -> Step | None:
        """A token came; the step to take now, if any."""
        self._received += 1
        self._rate.token(now_s)
        look_ahead = self._look_ahead
        frames = self._received - look_ahead - self._committed
        starting = self._emitted_s is None
        sound = frames - WAVE_LOOK_AHEAD if starting else frames
        silent = self.runs_dry_s is None or now_s + self._decode_time.predict_s(frames) > self.runs_dry_s
        if starting or silent:  # after a break, too, playback starts with enough for it not to break again at once
            if sound < self._options.first_chunk or not self._may_start(sound, now_s):
                return None
        elif sound < self._options.smallest_chunk:
            return None
        if silent:
            return self._take(Step(look_ahead, frames), now_s)
        if self._can_wait(frames, sound, now_s):
            return None
        growth = max(0, min(self._options.look_ahead - look_ahead, sound - self._needed(frames, now_s)))
        return self._take(Step(look_ahead + growth, frames - growth), now_s)

    def finish(self, now_s: float) -> Step:
        """There are no more tokens; the next step. Several, where playback could not wait for all the rest at once.

        Look-ahead is of no importance now: that nothing follows is known for sure.
        """
        rest = self._received - self._committed
        least = self._sensible_chunk(token_s=0.0)
        if self._emitted_s is None:
            least = max(least, self._options.first_chunk) + WAVE_LOOK_AHEAD
        left_s = self._due_s(0) - now_s
        in_time = self._decode_time.frames_within(min(left_s - self._options.margin_s, left_s / (1 + _DOUBT)))
        frames = math.ceil(min(rest, max(in_time, least, rest - EXACT_LOOK_AHEAD)))
        if rest - frames < self._options.smallest_chunk:
            return self._take(Step(0, rest, last=True), now_s)
        return self._take(Step(rest - frames, frames), now_s)

    def decoded(self, duration_s: float, now_s: float) -> None:
        """The step is done; it gave sound of `duration_s`, which can be played from now on.

        raises RuntimeError without a step
        """
        if self._step is None:
            raise RuntimeError("decoded() without a step to decode")
        step, began_s = self._step
        self._step = None
        self._decode_time.learn(step.frames, now_s - began_s)
        self._rate.interrupted()
        if duration_s <= 0:
            return
        if self._emitted_s is not None and self.runs_dry_s is not None and now_s > self.runs_dry_s:
            self._underruns += 1
            self._underrun_s += now_s - self.runs_dry_s
        self.runs_dry_s = max(now_s, self.runs_dry_s or now_s) + duration_s
        self._emitted_s = now_s
        self._wait_began_s = None

    def _take(self, step: Step, now_s: float) -> Step:
        self._look_ahead = step.look_ahead
        self._committed += step.frames
        self._step = step, now_s
        return step

    def _sensible_chunk(self, token_s: float) -> float:
        """Tokens below which chunks cost so much that the buffer shrinks."""
        return max(self._options.smallest_chunk, _ABOVE_BREAK_EVEN * self._decode_time.break_even(token_s))

    def _due_s(self, margin_s: float) -> float:
        """When the next chunk shall be there."""
        return -math.inf if self.runs_dry_s is None else self.runs_dry_s - margin_s

    def _can_wait(self, frames: int, sound: int, now_s: float) -> bool:
        """Would a chunk with one more token still be there in time?"""
        if sound >= self._options.largest_chunk:
            return False
        margin_s = self._margin_s(frames + 1)
        if frames < self._sensible_chunk(self._rate.token_s):
            margin_s = _LAST_OF_MARGIN * self._options.margin_s
        return now_s + self._rate.token_s + self._decode_time.predict_s(frames + 1) <= self._due_s(margin_s)

    def _margin_s(self, frames: int) -> float:
        """How long before playback runs dry a decoding of so many frames shall be done."""
        return max(self._options.margin_s, _DOUBT * self._decode_time.predict_s(frames))

    def _needed(self, frames: int, now_s: float) -> int:
        """Tokens of sound that keep the buffer as full as it was, and bring the margin back if it was touched."""
        if self._emitted_s is None:
            return self._options.first_chunk
        ready_s = now_s + self._decode_time.predict_s(frames)
        late_s = max(0.0, ready_s - self._due_s(self._margin_s(frames)))
        level = (ready_s - self._emitted_s + late_s) * TOKENS_PER_SECOND
        return math.ceil(min(frames, max(level, self._sensible_chunk(self._rate.token_s))))

    def _may_start(self, sound: int, now_s: float) -> bool:
        """Will playback go on without a break if it starts with `sound` tokens of sound?"""
        self._wait_began_s = now_s if self._wait_began_s is None else self._wait_began_s
        if now_s - self._wait_began_s >= self._options.longest_wait_s:
            return True
        buffered_s = sound / TOKENS_PER_SECOND + max(0.0, (self.runs_dry_s or now_s) - now_s)
        token_s = self._rate.token_s + self._decode_time.frame_s
        chunk = self._sensible_chunk(self._rate.token_s)
        margin_s = self._options.margin_s * _LAST_OF_MARGIN
        if chunk * token_s + self._decode_time.call_s + margin_s <= buffered_s:
            return True
        return self._rest_s(token_s, sound) <= buffered_s - self._options.margin_s

    def _rest_s(self, token_s: float, sound: int) -> float:
        """How much longer making the rest of the utterance takes than playing it, in chunks of `sound` tokens."""
        rest = max(self._options.expected_tokens - self._received, self._options.expected_tokens // 4)
        calls = _ABOVE_BREAK_EVEN * rest / min(sound, self._options.largest_chunk)
        return rest * (token_s - 1 / TOKENS_PER_SECOND) + calls * self._decode_time.call_s
