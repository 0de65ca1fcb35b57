"""Asks a chat server once, with the real client."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import aclosing
from typing import Any

from support.chat_server import FakeChatServer

from wrappers.llm.base import ChatRequest, Delta, LlmError, Message
from wrappers.llm.chat_servers import CHAT_SERVERS, Preset
from wrappers.llm.openai_compatible import OpenAiEngine, OpenAiOptions

HELLO = ChatRequest((Message("user", "Hello"),))


def converse(
    server: FakeChatServer,
    request: ChatRequest = HELLO,
    preset: Preset = "lmstudio",
    loop_factory: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop,
    **options: Any,
) -> list[Delta]:
    """Open an engine, ask once, close it. The deltas before an error are its note `deltas`."""

    async def main() -> list[Delta]:
        engine = OpenAiEngine(OpenAiOptions(CHAT_SERVERS[preset], **({"base_url": server.base_url} | options)))
        deltas = []
        try:
            await engine.open()
            async with aclosing(engine.chat(request)) as answer:
                async for delta in answer:
                    deltas.append(delta)
        except LlmError as error:
            error.deltas = deltas  # type: ignore[attr-defined]
            raise
        finally:
            await engine.close()
        return deltas

    with asyncio.Runner(loop_factory=loop_factory) as runner:
        return runner.run(main())
