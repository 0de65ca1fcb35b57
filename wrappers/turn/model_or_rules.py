"""A model that decides about turns, with the rules behind it: nobody waits for a model that is late or gone."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

from wrappers.errors import EngineFailed, EngineMissing
from wrappers.turn.base import Said, TurnModel, Verdict
from wrappers.turn.rules import RuleTurnDetector


class ModelOrRules:
    """Asks the model; the rules answer where it does not."""

    def __init__(self, model: TurnModel, timeout_ms: int, complain: Callable[[str], None]) -> None:
        """
        timeout_ms: so long an answer is awaited
        complain: gets the first problem, as a sentence; the ones after it would be the same
        """
        self._model = model
        self._timeout_ms = timeout_ms
        self._complain = complain
        self._complained = False
        self._opened = False
        self._opening = asyncio.Lock()
        self._rules = RuleTurnDetector()

    async def open(self) -> None:
        """Load the model, however long that takes. What goes wrong is told, and tried again with the next question."""
        try:
            await self._open()
        except (EngineFailed, EngineMissing) as problem:
            self._tell(str(problem))

    async def judge(self, said: Said) -> Verdict:
        """The model's verdict, or that of the rules: at once where the user asks for silence, else as a last resort."""
        by_rules = self._rules.judge(said.text, said.language)
        # Set phrases, of which one surely knows, and which want no delay; or nothing to ask about.
        if by_rules.decision == "wait" or not said.text.strip():
            return by_rules
        try:
            async with asyncio.timeout(self._timeout_ms / 1000):
                await self._open()
                return await self._model.judge(said)
        except TimeoutError:
            self._tell(f"the model has not answered within {self._timeout_ms} ms.")
        except (EngineFailed, EngineMissing) as problem:
            self._tell(str(problem))
        return by_rules

    async def close(self) -> None:
        """Free the model. Never raises."""
        await self._model.close()

    async def _open(self) -> None:
        async with self._opening:
            if not self._opened:
                await self._model.open()
                self._opened = True

    def _tell(self, problem: str) -> None:
        if not self._complained:
            self._complained = True
            self._complain(problem)
