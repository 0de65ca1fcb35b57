"""End of turn by a language model behind a chat server, such as TEN Turn Detection.

That model, a Qwen2.5 of 7 B tuned for English and Mandarin, answers a transcript with one word: finished, unfinished,
or wait. It was trained on transcripts without punctuation.
"""

from __future__ import annotations

import re
from contextlib import aclosing
from typing import get_args

from wrappers.errors import EngineFailed
from wrappers.llm.base import ChatEngine, ChatRequest, Message, TextDelta
from wrappers.turn.base import Decision, Said, Verdict

CONFIDENCE = 0.9
"""The model gives none. Its published accuracy is between 0.91 and 0.99, by language and kind of answer."""
PARAMETERS = {"temperature": 0.1, "top_p": 0.1, "max_tokens": 6}
"""Those of TEN's own extension, but for a few tokens more: not every tokenizer has 'unfinished' in one."""

_PUNCTUATION = re.compile(r"(?!(?<=\w)['’-](?=\w))[^\w\s]")
"""All but what joins the parts of a word."""
_DECISIONS: tuple[Decision, ...] = get_args(Decision)
_SHORTEST = 2
"""Letters that an answer has at least, should it have been cut off."""


class ChatTurnModel:
    """A `TurnModel` in a `ChatEngine`."""

    def __init__(self, engine: ChatEngine, system_prompt: str = "") -> None:
        """system_prompt: sent even if empty, as the model's template would put one of its own in its place"""
        self._engine = engine
        self._system_prompt = system_prompt

    async def open(self) -> None:
        """See `TurnModel.open`: whether the server is there and has the model."""
        await self._engine.open()

    async def judge(self, said: Said) -> Verdict:
        """See `TurnModel.judge`."""
        text = " ".join(_PUNCTUATION.sub("", said.text).split())
        request = ChatRequest((Message("system", self._system_prompt), Message("user", text)), parameters=PARAMETERS)
        answer = ""
        async with aclosing(self._engine.chat(request)) as deltas:
            async for delta in deltas:
                answer += delta.text if isinstance(delta, TextDelta) else ""
                if decision := read_answer(answer):
                    return Verdict(decision, CONFIDENCE)
        if decision := read_answer(answer, cut_off=True):
            return Verdict(decision, CONFIDENCE)
        raise EngineFailed(
            f'The model answers "{answer.strip()[:40]}", which is not one of {", ".join(_DECISIONS)}. '
            "Load TEN Turn Detection, or tell another model in params.system_prompt what to answer."
        )

    async def close(self) -> None:
        """See `TurnModel.close`."""
        await self._engine.close()


def read_answer(answer: str, cut_off: bool = False) -> Decision | None:
    """What a model's answer means; None while it may still become anything. cut_off: the rest of its word is missing"""
    word = re.sub(r"^\W+", "", answer).lower()
    for decision in _DECISIONS:
        if word.startswith(decision) or (cut_off and len(word) >= _SHORTEST and decision.startswith(word)):
            return decision
    return None
