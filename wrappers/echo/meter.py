"""What is known of the echo of this room, learnt while the agent speaks."""

from __future__ import annotations

from wrappers.audio import Samples
from wrappers.echo.base import FRAME_MS, can_be_heard
from wrappers.echo.correlation import LEAKS, Correlator
from wrappers.echo.delay import DelayEstimator, EchoFinding
from wrappers.echo.erle import ErleMeter

LOOK_MS = 500
"""So much of the agent's voice between two looks."""
OUTPUT_LATER_MS = 24
"""The canceller delays its output by 11 to 17 ms; the echo is looked for around its place in the microphone."""


class EchoMeter:
    """Frames of microphone, canceller and reference in; every half second of the agent's voice it knows more."""

    def __init__(self, max_delay_ms: int) -> None:
        self._max_delay_ms = max_delay_ms
        self._delay = DelayEstimator()
        self._erle = ErleMeter()
        self.reset()

    def reset(self) -> None:
        """The devices have changed: nothing is known."""
        self.voice_ms = 0
        """How much of the agent's voice there was."""
        self._unseen_ms = 0
        self._correlator = Correlator(2, self._max_delay_ms)
        self._delay.reset()
        self._erle.reset()

    @property
    def finding(self) -> EchoFinding:
        """Whether there is an echo."""
        return self._delay.finding

    @property
    def delay_ms(self) -> int | None:
        """From handing over to arrival in the microphone; None while no echo is found."""
        return self._delay.delay_ms

    @property
    def erle_db(self) -> float | None:
        """By how much the canceller lowers the echo; None before that is known."""
        return self._erle.erle_db

    @property
    def is_buried(self) -> bool:
        """Whether what it leaves is below the noise of the room."""
        return self._erle.is_buried

    def push(self, microphone: Samples, output: Samples | None, reference: Samples) -> bool:
        """Take a frame, int16 [160] each, `output` being None without a canceller.

        returns whether there was a look, so that something may have changed
        """
        sounds = can_be_heard(reference)
        self._correlator.push(reference, microphone, microphone if output is None else output)
        if output is not None:
            self._erle.push(microphone, output, sounds, self.delay_ms)
        elif self._erle.erle_db is not None:
            self._erle.reset()
        if not sounds:
            return False
        self.voice_ms += FRAME_MS
        self._unseen_ms += FRAME_MS
        if self._unseen_ms < LOOK_MS:
            return False
        self._unseen_ms = 0
        self._look(has_output=output is not None)
        return True

    def _look(self, has_output: bool) -> None:
        in_microphone, in_output = self._correlator.correlate()
        self._delay.look(in_microphone)
        if has_output and self.delay_ms is not None:
            self._erle.look(in_output.strength_near(self.delay_ms, OUTPUT_LATER_MS) >= LEAKS)
