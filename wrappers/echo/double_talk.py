"""Tells when a person talks over the agent, from what a linear filter leaves of a microphone and what it takes away."""

from __future__ import annotations

from wrappers.echo.erle import FLOOR_RISE

MARGIN = 4.0
"""6 dB above the echo that is expected to be left: a person as loud as the echo is 15-30 dB above it."""
HOLD_FRAMES = 35
"""So long after the last such frame the person is still there: between syllables, and into the next word."""
ECHO_SHARE = 0.4
"""What consists of so much echo is no person: the loudspeaker has become louder, or the clocks have drifted apart. Of a
person, 1 frame in 100 has more than 0.25."""
POWER_SHARE = 0.5
"""How fast the power of what is left is followed: within 20 ms."""
ECHO_DECAY = 0.95
"""Per frame: what is left of a sound ends later than the sound."""
AUDIBLE = 30.0
"""An echo louder than the noise, times this, tells how much of it is left."""
LEAKAGE_RISE = 1.2
LEAKAGE_RISE_IN_TALK = 1.01
LEAKAGE_FALL = 0.99
"""Per frame. While a person seems to talk, it rises so slowly that a sentence is not taken for an echo."""


class DoubleTalk:
    """Learns which part of the echo the filter usually leaves; more than that is a person."""

    def __init__(self) -> None:
        self._left = 0.0
        self._echo = 0.0
        self.noise: float | None = None
        """Power of what is left while nothing is heard; None before the first frame."""
        self._leakage = 1.0
        self._hold = 0
        self.is_echo_alone = False
        """Whether all that is left is echo, and it may be heard."""

    def push(self, left: float, echo: float, echo_share: float) -> bool:
        """Take one frame; returns whether a person talks, or just did.

        left, echo: mean powers, any unit
        echo_share: which part of `left` is known to be echo, 0..1
        """
        self._left += POWER_SHARE * (left - self._left)
        self._echo = max(echo, ECHO_DECAY * self._echo)
        self.noise = self._left if self.noise is None else min(self._left, self.noise * FLOOR_RISE)
        is_echo = echo_share > ECHO_SHARE and self._echo > MARGIN * self.noise
        if is_echo:
            self._hold = 0
        elif self._left > MARGIN * (self._leakage * self._echo + self.noise):
            self._hold = HOLD_FRAMES
        elif self._hold:
            self._hold -= 1
        if self._echo > AUDIBLE * self.noise:
            self._learn(self._left / self._echo, is_echo)
        self.is_echo_alone = not self._hold and self._echo > MARGIN * self.noise
        return self._hold > 0

    def forget_person(self) -> None:
        """What seemed to be a person so far was none."""
        self._hold = 0

    def _learn(self, leakage: float, is_echo: bool) -> None:
        if leakage < self._leakage:
            self._leakage = max(leakage, self._leakage * LEAKAGE_FALL)
        elif is_echo:
            self._leakage = min(1.0, leakage)
        else:
            self._leakage = min(1.0, leakage, self._leakage * (LEAKAGE_RISE_IN_TALK if self._hold else LEAKAGE_RISE))
