"""Breaks a long silence, if that is wished. Pure: no I/O, no clock of its own."""

from __future__ import annotations

from collections.abc import Callable

from .actions import Action, StartTimer, State, StopTimer
from .agent import Agent
from .events import Timer
from .options import VoiceControlConfig


class Idle:
    """Counts the silence while both sides have nothing to say; the user's next turn lets it speak anew."""

    def __init__(self, options: VoiceControlConfig, emit: Callable[[Action], None], agent: Agent) -> None:
        self._options = options
        self._emit = emit
        self._agent = agent
        self._prompts = 0
        """Since the user's last turn."""

    def state_changed(self, before: State | None, state: State) -> None:
        """The silence begins, or is over. A noise begins it anew."""
        if self._options.idle_ms == 0 or state == before:
            return
        if state == "listening" and self._prompts < self._options.max_idle_prompts:
            self._emit(StartTimer(Timer.IDLE, self._options.idle_ms))
        elif before == "listening":
            self._emit(StopTimer(Timer.IDLE))

    def user_took_turn(self) -> None:
        """The user is there."""
        self._prompts = 0

    def silence_was_long(self, turn_id: int) -> None:
        """Time to say something."""
        self._prompts += 1
        self._agent.prompt(turn_id)
