"""Which mode the echo of this room allows."""

from __future__ import annotations

from dataclasses import dataclass

from wrappers.echo.base import EchoMode
from wrappers.echo.delay import EchoFinding


@dataclass(frozen=True)
class AutoOptions:
    good_erle_db: float = 15.0
    """From here on people can talk over the agent, and it does not hear itself."""
    bad_erle_db: float = 10.0
    """Below this the gate is the better choice; lower than the other, so that it does not change to and fro."""
    patience: int = 3
    """So many looks (half seconds of the agent's voice) in a row must say that the canceller fails."""


class AutoMode:
    """Begins with the gate; takes the canceller once it works, and nothing at all where there is no echo."""

    def __init__(self, has_canceller: bool, options: AutoOptions = AutoOptions()) -> None:
        self._has_canceller = has_canceller
        self._options = options
        self.reset()

    def reset(self) -> None:
        """The devices have changed: everything is open again."""
        self.mode: EchoMode = "gate"
        self._bad_looks = 0

    def look(self, finding: EchoFinding, erle_db: float | None, is_buried: bool) -> None:
        """Take what the last half second of the agent's voice has shown.

        is_buried: what the canceller leaves is below the noise, so that a low figure is no fault of it
        """
        if finding == "none":
            self.mode = "off"
        elif self.mode == "off":
            self.mode = "gate"
        elif finding == "unknown" or not self._has_canceller or erle_db is None:
            return
        elif is_buried or erle_db >= self._options.good_erle_db:
            self.mode = "aec"
            self._bad_looks = 0
        else:
            self._endure(erle_db)

    def _endure(self, erle_db: float) -> None:
        self._bad_looks = self._bad_looks + 1 if erle_db < self._options.bad_erle_db else 0
        if self._bad_looks >= self._options.patience:
            self.mode = "gate"
