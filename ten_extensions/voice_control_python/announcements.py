"""What the app has to say of its own accord: it waits until nobody speaks. Pure."""

from __future__ import annotations

from collections import deque

from .agent import Agent
from .reply import Reply

MOST_WAITING = 20
"""Of more than these the oldest are dropped: a tool that announces without end must not keep the agent talking."""


class Announcements:
    """First come, first said. One of which nothing was heard when the user began to speak is said again later."""

    def __init__(self, agent: Agent) -> None:
        self._agent = agent
        self._waiting: deque[str] = deque(maxlen=MOST_WAITING)
        self._said = ""
        self._reply: Reply | None = None
        """The one with the latest announcement."""

    def add(self, text: str) -> None:
        """Have something said, as soon as there is room for it."""
        self._waiting.append(text)

    def say_next(self, turn_id: int) -> None:
        """Nobody speaks, but perhaps the agent."""
        if self._waiting and self._agent.reply is None:
            self._said = self._waiting.popleft()
            self._reply = self._agent.say(self._said, turn_id)

    def keep(self, reply: Reply | None) -> None:
        """This reply is thrown away, unheard."""
        if reply is not None and reply is self._reply:
            self._waiting.appendleft(self._said)
