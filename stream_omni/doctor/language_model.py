"""The language model: whether it answers, and how fast."""

from __future__ import annotations

import asyncio
import time
from contextlib import aclosing
from dataclasses import dataclass

from stream_omni.doctor.context import RESPONDER, Context
from stream_omni.doctor.findings import Found
from wrappers.errors import EngineMissing
from wrappers.llm.base import ChatEngine, ChatRequest, LlmError, Message, ReasoningDelta, TextDelta

QUESTION = "Tell me in three sentences how a kettle works."
ANSWER_TOKENS = 120
SLOW_FIRST_MS = 1000
"""With this the answer begins two seconds after the question."""
SLOW_TOKENS_PER_S = 15
"""People speak about five tokens a second; below three times that the first sentence keeps one waiting."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Of one answer."""

    first_ms: float
    """To the first text that can be spoken."""
    tokens_per_s: float
    thinks: bool
    """Whether it thought before it answered."""


def look(context: Context) -> Found:
    """Have the graph's model answer a question, twice."""
    found = Found()
    node = context.node("llm")
    if node is None:
        return found
    if node.missing is not None:
        found.add("language model", "bad", node.missing.what, node.missing.mend)
    if node.addon == RESPONDER:
        text = "answers come from a built-in responder, which is no language model"
        found.add("language model", "doubtful", text, "start LM Studio and load a model; then --graph voice_chat")
        return found
    return asyncio.run(_look(node.extension(), found))


async def _look(extension: object, found: Found) -> Found:
    engine: ChatEngine = extension.make_engine()  # type: ignore[attr-defined]
    try:
        await engine.open()
        await answer(engine)  # the first one may still load something
        pace = await answer(engine)
    except (LlmError, EngineMissing) as error:
        text, mend = (error.text, error.mend) if isinstance(error, LlmError) else (error.what, error.mend)
        found.add("language model", "bad", text, mend or "see LM Studio's window")
        return found
    finally:
        await engine.close()
    found.figures |= {"llm": engine.vendor, "llm_first_ms": pace.first_ms, "llm_tokens_per_s": pace.tokens_per_s}
    text = f"{engine.vendor}: first text {pace.first_ms:.0f} ms, {pace.tokens_per_s:.0f} tokens/s"
    if pace.thinks:
        found.add(
            "language model", "doubtful", f"{text}; it thinks before it speaks", "take a model that does not think"
        )
    elif pace.first_ms > SLOW_FIRST_MS or pace.tokens_per_s < SLOW_TOKENS_PER_S:
        found.add("language model", "doubtful", f"{text}, which is slow", "take a smaller model, or fewer bits")
    else:
        found.add("language model", "good", text)
    return found


async def answer(engine: ChatEngine, question: str = QUESTION, max_tokens: int = ANSWER_TOKENS) -> Pace:
    """Ask once. Raises LlmError, also for an empty answer."""
    request = ChatRequest((Message("user", question),), parameters={"max_tokens": max_tokens})
    began_s = time.monotonic()
    first_s = last_s = None
    deltas, thinks = 0, False
    async with aclosing(engine.chat(request)) as answered:
        async for delta in answered:
            thinks = thinks or isinstance(delta, ReasoningDelta)
            if isinstance(delta, TextDelta):
                last_s = time.monotonic()
                first_s = last_s if first_s is None else first_s
                deltas += 1
    if first_s is None or last_s is None:
        raise LlmError("failed", "the model's answer is empty", "take another model")
    return Pace(1000 * (first_s - began_s), (deltas - 1) / max(1e-3, last_s - first_s), thinks)
