"""Stages of the life cycle that wait for a command (`ten.manual_trigger_life_cycle`)."""

from __future__ import annotations

from typing import Any

from ._body import ResultBody, TriggerLifeCycleBody

STAGES = ("start", "stop")


class ManualStages:
    """Which of the stages `start` and `stop` wait, and the commands that let them go on."""

    def __init__(self) -> None:
        self._triggers: dict[str, TriggerLifeCycleBody | None] = {}
        self._entered: set[str] = set()

    def load(self, properties: dict[str, Any]) -> None:
        """Read `ten.manual_trigger_life_cycle` of an extension."""
        ten = properties.get("ten")
        entries = ten.get("manual_trigger_life_cycle") if isinstance(ten, dict) else None
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict) and entry.get("stage") in STAGES:
                self._triggers.setdefault(entry["stage"], None)

    def holds(self, stage: str) -> bool:
        """Whether a stage that is due now must wait."""
        return stage in self._triggers and self._triggers[stage] is None

    def enter(self, stage: str) -> None:
        self._entered.add(stage)

    def trigger(self, command: TriggerLifeCycleBody) -> bool:
        """Take the command that lets a stage begin. False if it cannot, and then it is answered at once."""
        stage = command.stage
        if stage not in self._triggers:
            known = ", ".join(self._triggers) or "none"
            _answer(command, 1, f"Extension not configured for manual {stage} control; manual stages: {known}")
        elif stage in self._entered or self._triggers[stage] is not None:
            _answer(command, 1, f"The stage {stage} was triggered before")
        else:
            self._triggers[stage] = command
            return True
        return False

    def done(self, stage: str) -> None:
        """Answer the command whose stage has ended."""
        command = self._triggers.get(stage)
        if command is not None:
            _answer(command, 0, "Life cycle triggered successfully")


def _answer(command: TriggerLifeCycleBody, status_code: int, detail: str) -> None:
    if command.call is not None:
        command.call.answer(ResultBody.answer(status_code, command.call, detail))
