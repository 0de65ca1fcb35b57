"""What the doctor looks at, in which order, and for how long at most."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from stream_omni.doctor import language_model, machine, recogniser, sound, voice
from stream_omni.doctor.context import Context
from stream_omni.doctor.findings import Found


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to look at, in a process of its own."""

    name: str
    does: str
    """What a person reads while it takes its time."""
    limit_s: float
    look: Callable[[Context], Found]


STEPS = (
    Step("machine", "Looking at the machine", 20, machine.look),
    Step("sound", "Listening for three chirps: please be silent for ten seconds", 45, sound.look),
    Step("language model", "Asking the language model", 180, language_model.look),
    Step("recogniser", "Recognising a sentence", 180, recogniser.look),
    Step("voice", "Speaking, while the language model writes", 300, voice.look),
)
