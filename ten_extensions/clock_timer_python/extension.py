"""Tells the language model the time, and rings timers for it."""

from __future__ import annotations

import asyncio
from datetime import datetime

from pydantic import Field
from ten_runtime import AsyncTenEnv

from ten_extensions.common.config import Config
from ten_extensions.common.messages import Json
from ten_extensions.common.tool_base import ToolExtension, ToolRefused
from wrappers.llm.base import Tool, ToolParameter
from wrappers.text import Language

from .timers import RunningTimer, Timers

RINGING: dict[Language, tuple[str, str]] = {
    "en": ("Your timer is up.", "Your timer is up: {label}."),
    "zh": ("时间到了。", "时间到了：{label}。"),
}
"""Without and with a label."""

_LABEL = "What it is for, in the user's words, such as: pasta"


class ClockTimerConfig(Config):
    """Properties of the node."""

    max_timers: int = Field(default=20, ge=1, le=1000)
    """At a time; more is a model that has lost its way."""
    max_hours: int = Field(default=24, ge=1, le=1000)
    """Timers do not outlive the app, so long ones would be a promise that is not kept."""


class ClockTimerExtension(ToolExtension[ClockTimerConfig]):
    """Date and time, and timers that ring. Messages: see manifest.json."""

    config_type = ClockTimerConfig
    tools = (
        Tool("current_time", "The local date, weekday and time, now."),
        Tool(
            "set_timer",
            "Sets a timer. When it is over, the user is told by himself.",
            (
                ToolParameter("seconds", "number", "How long, in seconds", True),
                ToolParameter("label", "string", _LABEL, False),
            ),
        ),
        Tool("list_timers", "The timers that are running, and how long they still run."),
        Tool(
            "cancel_timer",
            "Cancels a timer by its number or label; without either, all of them.",
            (
                ToolParameter("number", "integer", "The timer's number", False),
                ToolParameter("label", "string", "The timer's label", False),
            ),
        ),
    )

    async def on_init(self, ten_env: AsyncTenEnv) -> None:
        await super().on_init(ten_env)
        self.timers = Timers()

    async def run(self, name: str, arguments: Json, metadata: Json) -> str:
        """See `ToolExtension.run`. Arguments come as the parameters say: main_control sees to that."""
        label = str(arguments.get("label") or "").strip()
        match name:
            case "current_time":
                return self.local_time().strftime("%A, %Y-%m-%d, %H:%M, time zone %Z")
            case "set_timer":
                language: Language = "zh" if metadata.get("language") == "zh" else "en"
                return self._set(float(arguments["seconds"]), label, language)
            case "list_timers":
                return self._describe(self.timers.all()) or "No timer is running."
        found = self.timers.cancel(arguments.get("number"), label)
        if not found:
            raise ToolRefused(f"There is no such timer. Running: {self._describe(self.timers.all()) or 'none'}")
        return f"Cancelled: {self._describe(found)}"

    def local_time(self) -> datetime:
        """The user's."""
        return datetime.now().astimezone()

    def _set(self, seconds: float, label: str, language: Language) -> str:
        longest_s = self.config.max_hours * 3600
        if not 1 <= seconds <= longest_s:
            raise ToolRefused(f"seconds: {seconds:g}; 1 to {longest_s} is allowed")
        if len(self.timers) >= self.config.max_timers:
            raise ToolRefused(f"{len(self.timers)} running timers are enough; cancel one first")
        timer = self.timers.set(self.now_ms() + round(seconds * 1000), label)
        self.spawn(self._ring(timer, seconds, language))
        return f"Set: {self._describe([timer])}"

    async def _ring(self, timer: RunningTimer, seconds: float, language: Language) -> None:
        await asyncio.sleep(seconds)
        if self.timers.ring(timer.number):
            plain, labelled = RINGING[language]
            await self.announce(labelled.format(label=timer.label) if timer.label else plain)

    def _describe(self, timers: list[RunningTimer]) -> str:
        return "; ".join(timer.describe(self.now_ms()) for timer in timers)
