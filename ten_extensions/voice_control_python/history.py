"""The messages of the conversation, as the language model sees them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate, takewhile
from math import ceil
from typing import Any, TypeAlias

from wrappers.llm.tokens import estimate_messages
from wrappers.text import Language, language_of

from .options import VoiceControlConfig
from .phrases import PHRASES, phrases_for

Messages: TypeAlias = Sequence[dict[str, Any]]
Prompt: TypeAlias = Callable[[Messages, Messages], tuple[dict[str, Any], ...]]
"""Makes all messages of a request, from the rounds of tools in its answer so far and the tools that are offered."""

INTERRUPTED = "… [interrupted by the user]"
UNKNOWN_CONTEXT_TOKENS = 4096
"""What an engine holds that does not tell: with so much LM Studio loads a model, if not told otherwise."""
KEPT_SHARE = 0.75
"""So much is kept where something has to go. Models keep what they have read, as long as the beginning is the same: to
leave out one turn with each question would have them read everything anew each time."""


class History:
    """Finished turns in order: the user's text, and of the answer what was heard."""

    def __init__(self, options: VoiceControlConfig) -> None:
        self._options = options
        self._turns: list[list[dict[str, Any]]] = []
        self._tokens: list[int] = []
        """Of each turn; counted once, as the loop has no time to read a long history at each word."""
        self._engine_tokens = 0
        self._language: Language | None = None
        """That of the system prompt. It stays, though the user may change: a new beginning means reading all anew."""

    def know_context(self, tokens: int) -> None:
        """What the engine says that it can hold; 0 if it does not tell."""
        self._engine_tokens = tokens

    def add(self, user_text: str, heard_text: str, interrupted: bool, tool_messages: Messages = ()) -> None:
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
            self._tokens.append(estimate_messages(turn))
        if len(self._turns) > self._options.max_history_turns:
            self._keep(ceil(self._options.max_history_turns * KEPT_SHARE))

    def forget_half(self) -> None:
        """The model says that it was too much, whatever was estimated."""
        self._keep(len(self._turns) // 2)

    def request(self, user_text: str, more: Messages = (), tools: Messages = ()) -> tuple[dict[str, Any], ...]:
        """All messages of a request that asks for an answer to `user_text`.

        more: messages that follow it
        tools: what comes with the request and takes room in the context, too
        """
        question = [{"role": "user", "content": user_text}, *more]
        self._make_room(estimate_messages([*self._system(), *question, *tools]))
        if self._language is None and user_text:
            self._language = language_of(user_text)
        past = [message for turn in self._turns for message in turn]
        return (*self._system(), *_joined(past), *question)

    def request_more(
        self, user_text: str, begun: str, more: Messages = (), tools: Messages = ()
    ) -> tuple[dict[str, Any], ...]:
        """All messages of a request for the rest of an answer to `user_text` that has begun with `begun`."""
        # Models do not go on in a message of their own.
        prompt = self._options.go_on_prompt or phrases_for(begun or user_text).go_on
        if not begun:
            return self.request(f"{user_text}\n{prompt}", more, tools)
        answer = ({"role": "assistant", "content": begun}, {"role": "user", "content": prompt})
        return self.request(user_text, (*answer, *more), tools)

    def _system(self) -> list[dict[str, Any]]:
        prompt = self._options.system_prompt
        if prompt is None:
            prompt = PHRASES[self._language or "en"].system_prompt
        return [{"role": "system", "content": prompt}] if prompt else []

    def _make_room(self, other_tokens: int) -> None:
        """Leave out the oldest turns where the context is too small; whole turns, and some more than need be."""
        context = self._options.context_tokens or self._engine_tokens or UNKNOWN_CONTEXT_TOKENS
        room = context - self._options.answer_tokens - other_tokens
        if sum(self._tokens) > room:
            kept = takewhile(lambda total: total <= room * KEPT_SHARE, accumulate(reversed(self._tokens)))
            self._keep(sum(1 for _ in kept))

    def _keep(self, turns: int) -> None:
        """The newest. The prompt has another beginning then, so its language may be another one, too."""
        first = len(self._turns) - turns
        self._turns, self._tokens = self._turns[first:], self._tokens[first:]
        self._language = None


def _joined(messages: Messages) -> list[dict[str, Any]]:
    """What the agent said twice in a row as one message: many models take only messages that alternate."""
    joined: list[dict[str, Any]] = []
    for message in messages:
        before = joined[-1] if joined else {}
        if message.get("role") == before.get("role") == "assistant" and "content" in message and "content" in before:
            joined[-1] = {**before, "content": f"{before['content']}\n{message['content']}"}
        else:
            joined.append(message)
    return joined
