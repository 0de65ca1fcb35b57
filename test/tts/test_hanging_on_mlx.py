"""A voice that hangs in the thread that all engines on MLX share: it alone is lost, and loaded anew."""

import asyncio
import threading
from contextlib import aclosing

import pytest
from support.tone_engine import DEAF, ToneEngine

from wrappers.errors import EngineFailed
from wrappers.mlx_worker import MlxUser, MlxWorker
from wrappers.tts import EngineThread

RATE_HZ = 16000


async def speak(voice: EngineThread, text: str) -> int:
    """Samples of a text."""
    async with aclosing(voice.speak(text, RATE_HZ)) as frames:
        return sum([len(frame) async for frame in frames])


def test_a_voice_that_hangs_is_left_behind_and_loaded_anew_while_others_go_on() -> None:
    opened: list[ToneEngine] = []

    def open_engine() -> ToneEngine:
        opened.append(ToneEngine(RATE_HZ))
        return opened[-1]

    async def script() -> None:
        worker = MlxWorker(hung_s=0.3, stopped_hung_s=0.3)
        other = MlxUser("model", "answer", worker=worker)
        voice = EngineThread(lambda: MlxUser("voice", "speech", worker=worker), open_engine)
        await voice.open()
        with pytest.raises(EngineFailed, match="voice hangs, and was left behind"):
            await speak(voice, f"{DEAF} and what comes after it")
        assert await other.call(lambda: threading.current_thread().name) == "MLX"
        assert not await voice.stop()
        assert voice.engine is None
        await voice.open()
        assert await speak(voice, "Hello.") == len(opened[-1].tone("Hello."))
        assert len(opened) == 2
        opened[0]._never.set()
        await voice.close()

    asyncio.run(script())
