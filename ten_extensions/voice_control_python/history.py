"""The messages of the conversation, as the language model sees them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

INTERRUPTED = "… [interrupted by the user]"


class History:
    """Finished turns in order: the user's text, and of the answer what was heard."""

    def __init__(self, system_prompt: str, max_turns: int, max_characters: int) -> None:
        self._system_prompt = system_prompt
        self._max_turns = max_turns
        self._max_characters = max_characters
        self._turns: list[list[dict[str, Any]]] = []

    def add(
        self, user_text: str, heard_text: str, interrupted: bool, tool_messages: Sequence[dict[str, Any]] = ()
    ) -> None:
        """Append a turn. Either text may be empty (a greeting, or an answer of which nothing was heard).

        tool_messages: what happened between the two
        """
        turn: list[dict[str, Any]] = []
        if user_text:
            turn.append({"role": "user", "content": user_text})
        turn += [message for message in tool_messages if "content" not in message]  # what was said is in heard_text
        if heard_text or (interrupted and user_text):
            turn.append({"role": "assistant", "content": heard_text + (INTERRUPTED if interrupted else "")})
        if turn:
            self._turns.append(turn)
            self._trim()

    def request(self, user_text: str) -> tuple[dict[str, Any], ...]:
        """All messages of a request that asks for an answer to `user_text`."""
        system = [{"role": "system", "content": self._system_prompt}] if self._system_prompt else []
        past = [message for turn in self._turns for message in turn]
        return (*system, *_joined(past), {"role": "user", "content": user_text})

    def request_more(self, user_text: str, begun: str, prompt: str) -> tuple[dict[str, Any], ...]:
        """All messages of a request for the rest of an answer to `user_text` that has begun with `begun`.

        prompt: asks for the rest, as models do not go on in a message of their own
        """
        if not begun:
            return self.request(f"{user_text}\n{prompt}")
        answer = ({"role": "assistant", "content": begun}, {"role": "user", "content": prompt})
        return (*self.request(user_text), *answer)

    def _trim(self) -> None:
        while len(self._turns) > 1 and (len(self._turns) > self._max_turns or self._size() > self._max_characters):
            self._turns.pop(0)

    def _size(self) -> int:
        return sum(len(str(value)) for turn in self._turns for message in turn for value in message.values())


def _joined(messages: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """What the agent said twice in a row as one message: many models take only messages that alternate."""
    joined: list[dict[str, Any]] = []
    for message in messages:
        before = joined[-1] if joined else {}
        if message.get("role") == before.get("role") == "assistant" and "content" in message and "content" in before:
            joined[-1] = {**before, "content": f"{before['content']}\n{message['content']}"}
        else:
            joined.append(message)
    return joined
