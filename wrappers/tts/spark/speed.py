"""How fast tokens come and how long decoding takes, learned while it happens. Pure: the caller gives the times."""

from __future__ import annotations

import math

from wrappers.tts.spark.rates import TOKENS_PER_SECOND

_FORGET = 0.9
"""What an observation still counts after the next one: another program may take the processor at any time."""
_FIRST_TOKENS = 8
_OUTLIER = 4
"""A token that takes longer than so many usual ones counts no more than these: a pause is not a new speed."""
_LEAST_SPREAD = 1e-6
_LEAST_FRAME_S = 1e-6


class DecodeTime:
    """Learns the cost of decoding: so many seconds per call and so many per frame. One for all utterances."""

    def __init__(self, call_s: float = 0.005, frame_s: float = 0.001) -> None:
        """The guess before anything was decoded. Of it, the cost of a frame is forgotten at the first observation."""
        self.call_s, self.frame_s = call_s, frame_s
        self._weight, self._frames, self._seconds = 1.0, 0.0, call_s  # as if no frames had been decoded, once
        self._frames_squared = self._product = 0.0

    def learn(self, frames: int, seconds: float) -> None:
        """Decoding `frames` frames took `seconds`."""
        self._weight = self._weight * _FORGET + 1
        self._frames = self._frames * _FORGET + frames
        self._seconds = self._seconds * _FORGET + seconds
        self._frames_squared = self._frames_squared * _FORGET + frames * frames
        self._product = self._product * _FORGET + frames * seconds
        self._fit()

    def predict_s(self, frames: int) -> float:
        """How long decoding `frames` frames will take."""
        return self.call_s + self.frame_s * frames

    def frames_within(self, seconds: float) -> int:
        """How many frames can be decoded in a time, 0 if not even the call fits."""
        if seconds < self.call_s:
            return 0
        return int((seconds - self.call_s) / max(self.frame_s, _LEAST_FRAME_S))

    def break_even(self, token_s: float = 0.0) -> float:
        """Tokens from which on a chunk plays as long as it takes to make; infinite where none does.

        token_s: time to make a token before it is decoded
        """
        gain_s = 1 / TOKENS_PER_SECOND - token_s - self.frame_s
        return self.call_s / gain_s if gain_s > 0 else math.inf

    def _fit(self) -> None:
        """The line through the observations, least squares; neither part of the cost is below zero."""
        spread = self._weight * self._frames_squared - self._frames * self._frames
        if spread < _LEAST_SPREAD:  # always as many frames: all that can be told is the cost of these
            self.call_s = max(0.0, self._seconds / self._weight - self.frame_s * self._frames / self._weight)
            return
        self.frame_s = (self._weight * self._product - self._frames * self._seconds) / spread
        self.call_s = (self._seconds - self.frame_s * self._frames) / self._weight
        if self.frame_s < 0:
            self.frame_s, self.call_s = 0.0, self._seconds / self._weight
        elif self.call_s < 0:
            self.call_s, self.frame_s = 0.0, self._product / self._frames_squared


class TokenRate:
    """Learns how long the language model takes for a token."""

    def __init__(self, token_s: float = 0.01) -> None:
        """The guess before the second token."""
        self.token_s = token_s
        self._known = 0
        self._last_s: float | None = None

    def token(self, now_s: float) -> None:
        """A token came."""
        if self._last_s is not None:
            self._known += 1
            interval_s = now_s - self._last_s
            if self._known > _FIRST_TOKENS:
                interval_s = min(interval_s, _OUTLIER * self.token_s)
            self.token_s += max(1 / self._known, 1 - _FORGET) * (interval_s - self.token_s)
        self._last_s = now_s

    def interrupted(self) -> None:
        """Something else took the thread: the time to the next token tells nothing."""
        self._last_s = None
