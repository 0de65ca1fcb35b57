"""A language model for tests: whatever it is asked, it tells the same story, for a minute or longer."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator

from ten_extensions.common.addon import register
from ten_extensions.common.llm_base import LlmExtension
from ten_extensions.common.llm_config import LlmConfig
from wrappers.llm.base import ChatRequest, Delta, TextDelta

STORY = (
    "Once upon a time there was a little robot, who lived in a big house by the sea. "
    "Every morning it went down to the water and counted the waves. "
    "One day it counted a thousand of them, and then it went home. "
    "It told the fish and the birds about it, but nobody believed that there were so many. "
    "So the robot built a boat out of wood and paper, and sailed away to find somebody who could count. "
    "It sailed past the lighthouse, past the island with the three tall trees, and past the end of the map. "
    "At night it slept under the stars, and in the morning it wrote down how many there had been. "
    "After seven weeks it came to a harbour where an old captain was mending his nets. "
    "The captain looked at the long list of numbers, nodded slowly, and said that he had counted the same. "
    "They drank tea together until the sun went down, and talked about numbers that nobody had used yet. "
)
WORDS_PER_S = 40
"""As a language model on a Mac."""
TIMES = 3


class StoryEngine:
    """Streams the story, word by word."""

    vendor = "storyteller"

    async def open(self) -> None:
        """Nothing to load."""

    async def chat(self, request: ChatRequest) -> AsyncGenerator[Delta, None]:
        for word in (STORY * TIMES).split(" "):
            await asyncio.sleep(1 / WORDS_PER_S)
            yield TextDelta(f"{word} ")

    async def close(self) -> None:
        """Nothing to free."""


class StorytellerExtension(LlmExtension[LlmConfig]):
    """The node."""

    vendor = "storyteller"
    config_type = LlmConfig

    def make_engine(self) -> StoryEngine:
        return StoryEngine()


register("storyteller_llm_python", __file__, StorytellerExtension)
