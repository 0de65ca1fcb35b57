"""What echo suppression works with: modes, frames of 10 ms at 16 kHz, and what a canceller looks like."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, Protocol, TypeAlias

from wrappers.audio import ENGINE_RATE_HZ, Samples, samples_of_ms

EchoMode: TypeAlias = Literal["gate", "aec", "off"]
"""gate: the microphone is silent while the agent is heard; aec: the echo is subtracted; off: headphones."""
WantedMode: TypeAlias = Literal["gate", "aec", "off", "auto"]
"""auto: whichever of the three the echo of this room allows."""

FRAME_MS = 10
FRAME_SAMPLES = samples_of_ms(FRAME_MS, ENGINE_RATE_HZ)
"""Cancellers take exactly this much at a time."""

SOUND_LEVEL = 16
"""A reference with a sample beyond this can be heard; below are the last bits of a fade and dither (-66 dBFS)."""


def can_be_heard(samples: Samples) -> bool:
    """Whether a piece of the reference, int16 [n], makes any sound."""
    return len(samples) > 0 and int(max(samples.max(), -int(samples.min()))) > SOUND_LEVEL


class Canceller(Protocol):
    """Subtracts what the loudspeaker plays from what the microphone hears."""

    is_gated: bool
    """Set from outside: what was left of the last frame is not let through, since it may be the agent's voice."""

    @property
    def is_lost(self) -> bool:
        """Whether the way of the sound has changed at once, as after an underrun of a device, and is being learnt."""
        ...

    @property
    def speed(self) -> float:
        """How fast the loudspeaker's clock runs, seen from the microphone's, as far as it is learnt; else 1."""
        ...

    def process(self, microphone: Samples, reference: Samples) -> Samples:
        """Clean one frame.

        microphone: int16 [160]
        reference: int16 [160], handed to the loudspeaker at the time at which the microphone frame was captured
        returns: int16 [160], some ms later than the microphone
        """
        ...

    def reset(self) -> None:
        """Forget the room: the devices have changed."""
        ...


@dataclass(frozen=True, slots=True)
class EchoState:
    """How the echo is dealt with at the moment."""

    mode: EchoMode
    is_open: bool
    """Whether the microphone gets through."""
    open_since_ms: int | None
    """Capture time of the first frame that got through after the gate was closed last; None before it ever was."""
    is_settled: bool
    """Whether the canceller can be trusted; without one, False."""
    speaking_interrupts: bool
    """Whether a person who talks over the agent is heard."""
    erle_db: float | None
    """By how much the canceller lowers the echo, measured while the user is silent; None before that is known."""
    delay_ms: int | None
    """From handing a sound to the loudspeaker to its arrival in the microphone; None while no echo is found."""
