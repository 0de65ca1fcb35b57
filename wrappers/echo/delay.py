"""Where the echo is, and whether there is one."""

from __future__ import annotations

from typing import Literal, TypeAlias

from wrappers.echo.correlation import FOUND, Correlogram

SAME_PLACE_MS = 20
"""Two looks that differ by less have found the same echo."""
LOOKS_FOR_NONE = 8
"""So many looks in a row without an echo mean that there is none: the agent spoke for at least four seconds."""

EchoFinding: TypeAlias = Literal["unknown", "echo", "none"]


class DelayEstimator:
    """Takes a correlogram of the microphone for every half second of the agent's voice."""

    def __init__(self) -> None:
        self.reset()

    def reset(self) -> None:
        """The devices have changed."""
        self.finding: EchoFinding = "unknown"
        self.delay_ms: int | None = None
        """From handing over to arrival in the microphone."""
        self._candidate_ms: int | None = None
        self._empty_looks = 0

    def look(self, microphone: Correlogram) -> None:
        """A delay counts once two looks in a row agree; noise agrees with nothing."""
        if microphone.strength < FOUND:
            self._candidate_ms = None
            self._empty_looks += 1
            if self._empty_looks >= LOOKS_FOR_NONE:
                self.finding = "none"
                self.delay_ms = None
            return
        self._empty_looks = 0
        found_ms = microphone.delay_ms
        if self._candidate_ms is not None and abs(found_ms - self._candidate_ms) < SAME_PLACE_MS:
            self.finding = "echo"
            self.delay_ms = found_ms
        self._candidate_ms = found_ms
