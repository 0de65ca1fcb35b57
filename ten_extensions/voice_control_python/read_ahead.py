"""Lets the model read what the user has surely said, while he goes on speaking. Pure."""

from __future__ import annotations

from collections.abc import Callable

from .actions import Action, PrefillLlm
from .agent import Agent
from .turn import Turn


class ReadAhead:
    """One prefill for each bit of text that the recogniser will not take back, from the first sound on."""

    def __init__(self, agent: Agent, emit: Callable[[Action], None]) -> None:
        self._agent = agent
        self._emit = emit
        self._latest: tuple[int, str] = (0, "")

    def heard(self, turn: Turn | None) -> None:
        """The user speaks in this turn. While an answer is made the model has better things to do."""
        if turn is None or self._agent.reply is not None or self._latest == (turn.turn_id, turn.sure_question):
            return
        self._latest = (turn.turn_id, turn.sure_question)
        tools = self._agent.toolbox.offers()
        self._emit(PrefillLlm(self._agent.history.request(turn.sure_question, (), tools), tools))
