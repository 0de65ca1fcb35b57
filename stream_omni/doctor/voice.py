"""The voice: how soon it begins and whether it keeps up, alone and while the language model writes."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any, get_args

from stream_omni.doctor.context import RESPONDER, Context, Node
from stream_omni.doctor.findings import Found
from stream_omni.doctor.language_model import answer
from wrappers.audio import ENGINE_RATE_HZ
from wrappers.errors import EngineFailed, EngineMissing
from wrappers.llm.base import ChatEngine, LlmError
from wrappers.tts import EngineThread
from wrappers.tts.spark.scheduler import Preset

TEXT = "The quick brown fox jumps over the lazy dog, and then it does it again."
LARGEST_RTF = 0.7
"""Beside a language model that writes; above it speech stutters as soon as anything else happens."""
SLOW_FIRST_MS = 400
STORY = "Tell me a long story about a fox."
STORY_TOKENS = 2000
"""More than is written while somebody says TEXT."""


def look(context: Context) -> Found:
    """Let the graph's voice speak in each of its modes, beside the model of the graph."""
    found = Found()
    node = context.node("tts")
    if node is None:
        return found
    if node.missing is not None:
        found.add("voice", "bad", node.missing.what, node.missing.mend)
    return asyncio.run(_look(node, context.node("llm"), found))


async def _look(node: Node, model: Node | None, found: Found) -> Found:
    try:
        async with _busy_model(model) as is_busy:
            for preset in _presets(node):
                changes = {"preset": preset} if preset else {}
                extension: Any = node.extension(**changes)
                voice = EngineThread(extension.make_worker, extension.open_engine, extension.stall_timeout_s)
                try:
                    await voice.open()
                    await speak(voice)  # the first one may still load something
                    first_ms, rtf = await speak(voice)
                    name = voice.engine.name if voice.engine else ""
                finally:
                    await voice.close()
                _judge(found, name, preset, first_ms, rtf, is_busy)
    except (EngineMissing, EngineFailed) as error:
        mend = error.mend if isinstance(error, EngineMissing) else "look at the node tts in property.json"
        found.add("voice", "bad", str(error), mend)
    return found


def _presets(node: Node) -> tuple[str, ...]:
    """The modes of the voice; one nameless mode where it has none."""
    params = getattr(node.extension().config, "params", None)
    return get_args(Preset) if hasattr(params, "preset") else ("",)


async def speak(voice: EngineThread) -> tuple[float, float]:
    """Say TEXT; returns ms to the first sound, and the time for all of it over its duration. Raises EngineFailed."""
    began_s, first_s, samples = time.monotonic(), None, 0
    async with aclosing(voice.speak(TEXT, ENGINE_RATE_HZ)) as frames:
        async for frame in frames:
            first_s = time.monotonic() - began_s if first_s is None else first_s
            samples += len(frame)
    if first_s is None:
        raise EngineFailed("the voice says nothing")
    return 1000 * first_s, (time.monotonic() - began_s) * ENGINE_RATE_HZ / samples


def _judge(found: Found, name: str, preset: str, first_ms: float, rtf: float, is_busy: bool) -> None:
    prefix = f"tts_{preset}_" if preset else "tts_"
    found.figures |= {"tts": name, f"{prefix}first_ms": first_ms, f"{prefix}rtf": rtf}
    part = f"voice, {preset}" if preset else "voice"
    text = f"{name}: first sound {first_ms:.0f} ms, RTF {rtf:.2f}{' while the model writes' if is_busy else ''}"
    if rtf > LARGEST_RTF:
        found.add(part, "bad", f"{text}: it would stutter", "take a model with fewer bits, or another voice")
    elif first_ms > SLOW_FIRST_MS:
        found.add(part, "doubtful", f"{text}, which is late", "take another mode, or a model with fewer bits")
    else:
        found.add(part, "good", text)


@asynccontextmanager
async def _busy_model(model: Node | None) -> AsyncIterator[bool]:
    """Have the model write as long as this lasts; gives whether it does."""
    if model is None or model.addon == RESPONDER:
        yield False
        return
    extension: Any = model.extension()
    engine: ChatEngine = extension.make_engine()
    try:
        await engine.open()
    except (LlmError, EngineMissing):
        await engine.close()
        yield False  # the step before has told why
        return
    writing = asyncio.create_task(_write(engine))
    try:
        yield True
    finally:
        writing.cancel()
        with contextlib.suppress(asyncio.CancelledError, LlmError):
            await writing
        await engine.close()


async def _write(engine: ChatEngine) -> None:
    while True:
        await answer(engine, STORY, STORY_TOKENS)
