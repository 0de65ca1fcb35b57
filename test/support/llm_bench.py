"""Talks to a language model's node in real time, and measures what a user waits for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Literal

from support.app_dir import use_repository
from support.llm_probe import Completion, LlmProbe
from ten_runtime import StatusCode

from ten_extensions.common.messages import Json

Condition = Literal["cold", "cached", "read ahead"]
CONDITIONS: tuple[Condition, ...] = ("cold", "cached", "read ahead")
"""Nothing of the prompt was read before; only the last question is new; and of that only the last words."""

SYSTEM = "You are a voice assistant. Answer in one to three short spoken sentences, without lists. "
BACKGROUND = "The quick brown fox jumps over the lazy dog, and then it says hello to you today. "
QUESTION = "and now tell me what the quick brown fox says to the lazy dog when it jumps over it today"


@dataclass(frozen=True)
class Plan:
    """How much is asked."""

    turns: int
    """Per condition, beside a first one that is not counted."""
    background_tokens: int
    """Length of the prompt's beginning, about."""
    answer_tokens: int
    word_ms: int
    """How fast the user speaks."""
    words_at_once: int = 3
    """So many words become sure at a time."""


@dataclass(frozen=True)
class Turn:
    """What one question took; times are ms since it was asked."""

    condition: Condition
    first_token_ms: float
    first_piece_ms: float
    """Until something could be spoken."""
    tokens_per_s: float
    prompt_tokens: int
    """0 where the engine does not tell."""
    cached_tokens: int


class RealTimeProbe(LlmProbe):
    """In real time; virtual time is for tests."""

    _loop_factory = staticmethod(asyncio.new_event_loop)  # type: ignore[assignment]


class Conversation:
    """One condition, turn after turn."""

    def __init__(self, llm: RealTimeProbe, condition: Condition, plan: Plan) -> None:
        self._llm = llm
        self._condition = condition
        self._plan = plan
        self._past: list[Json] = []
        self._count = 0

    async def turn(self) -> Turn | None:
        """Ask once; None where the node cannot read ahead."""
        self._count += 1
        question = f"{self._count}: {QUESTION}"
        if self._condition == "read ahead" and not await self._say_slowly(question):
            return None
        request_id = f"{self._condition}-{self._count}"
        completion = await self._ask(request_id, question)
        arrival = (await self._llm.wait_for("metrics", id=request_id))[0]
        metrics = arrival.properties["metrics"]
        self._past += [{"role": "user", "content": question}, {"role": "assistant", "content": completion.content}]
        return Turn(
            self._condition,
            metrics["ttft"],
            metrics["ttfs"],
            metrics.get("tokens_per_s", 0.0),
            metrics.get("input_tokens", 0),
            metrics.get("cached_tokens", 0),
        )

    async def _say_slowly(self, question: str) -> bool:
        words = question.split()
        for count in range(self._plan.words_at_once, len(words), self._plan.words_at_once):
            await asyncio.sleep(self._plan.words_at_once * self._plan.word_ms / 1000)
            _, answer = await self._llm.tell("prefill", messages=self._messages(" ".join(words[:count])))
            if not answer.get("taken"):
                return False
        await asyncio.sleep(self._plan.words_at_once * self._plan.word_ms / 1000)
        return True

    async def _ask(self, request_id: str, question: str) -> Completion:
        completion = await self._llm.ask(
            request_id=request_id,
            messages=self._messages(question),
            parameters={"temperature": 0, "max_tokens": self._plan.answer_tokens},
        )
        if completion.status != StatusCode.OK:
            raise RuntimeError(completion.final.get("detail"))
        return completion

    def _messages(self, question: str) -> list[Json]:
        """The beginning differs between conditions, and when nothing may be cached between turns."""
        mark = f"{self._condition} {self._count if self._condition == 'cold' else ''}. "
        background = BACKGROUND * (self._plan.background_tokens // 20)
        return [
            {"role": "system", "content": mark + SYSTEM + background},
            *self._past,
            {"role": "user", "content": question},
        ]


def measure_node(addon: str, properties: Json, plan: Plan) -> list[Turn]:
    """Run a node and ask it in all conditions that it can have. raises RuntimeError with what it says is wrong"""
    turns: list[Turn] = []

    async def script(llm: RealTimeProbe) -> None:
        first = [asyncio.ensure_future(llm.wait_for(name)) for name in ("ready", "error")]
        await asyncio.wait(first, return_when=asyncio.FIRST_COMPLETED)
        for waiting in first:
            waiting.cancel()
        if llm.errors():
            raise RuntimeError(llm.errors()[0]["message"])
        for condition in CONDITIONS:
            conversation = Conversation(llm, condition, plan)
            await conversation.turn()
            for _ in range(plan.turns):
                if (turn := await conversation.turn()) is not None:
                    turns.append(turn)

    run_in_real_time(addon, properties, script)
    return turns


def run_in_real_time(
    addon: str, properties: Json, script: Callable[[RealTimeProbe], Coroutine[Any, Any, None]]
) -> None:
    """As `support.probe.probe`, in real time."""

    async def run(tester: Any) -> None:
        await script(tester)

    use_repository()
    tester = RealTimeProbe(run)
    tester.set_test_mode_single(addon, json.dumps(properties))
    tester.set_timeout(3_600_000_000)
    error = tester.run()
    if tester.failure is not None:
        raise tester.failure
    if error is not None:
        raise RuntimeError(str(error))
