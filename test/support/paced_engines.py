"""Engines for benchmarks that understand and say always the same, each after a set delay.

    write_addons(folder)  # for `make_app(..., addons=folder)`
    edit = use_paced_engines(Delays(llm_ms=300))

ASR begins to decode at the first silence, as Whisper does, and has its final `asr_ms` later.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from support.scripted_llm import ScriptedLlm
from support.tone_tts import ToneTts
from ten_runtime import AsyncTenEnv, Data

from ten_extensions.common.asr_base import AsrExtension
from ten_extensions.common.asr_config import AsrConfig, AsrParams
from ten_extensions.common.config import Config
from ten_extensions.common.extension import Extension
from ten_extensions.common.messages import make_data, read
from wrappers.asr import Final, Partial
from wrappers.audio import Samples

ANSWER = "It is ten."


@dataclass(frozen=True)
class Delays:
    """What each engine takes for itself."""

    asr_ms: int = 150
    """From the first silence to the final."""
    turn_ms: int = 20
    """To judge a transcript."""
    wait_ms: int = 700
    """Silence after the speech that the turn detector wants before an answer."""
    llm_ms: int = 200
    """To the first words."""
    tts_ms: int = 150
    """To the first sound of a text."""


class PacedParams(AsrParams):
    final_ms: int = 0


class PacedAsrConfig(AsrConfig):
    params: PacedParams


class PacedRecogniser:
    """Implements `wrappers.asr.Recogniser`."""

    vendor = "paced"
    model = "paced"

    def __init__(self, final_ms: int) -> None:
        self._final_s = final_ms / 1000
        self._decoded = False

    def open(self) -> None:
        self._decoded = False

    def feed(self, samples: Samples) -> Partial | None:
        assert samples.dtype == np.int16
        return None

    def pause(self) -> Partial | None:
        time.sleep(self._final_s)
        self._decoded = True
        return None

    def resume(self) -> None:
        self._decoded = False

    def finish(self) -> Final:
        if not self._decoded:
            time.sleep(self._final_s)
        self._decoded = False
        return Final("What time is it now", "en-US", confidence=0.9)

    def reset(self) -> None:
        self._decoded = False

    def close(self) -> None:
        pass


class PacedAsr(AsrExtension[PacedAsrConfig]):
    vendor = "paced"
    config_type = PacedAsrConfig

    def make_recogniser(self) -> PacedRecogniser:
        return PacedRecogniser(self.config.params.final_ms)


class PacedTurnConfig(Config):
    latency_ms: int = 0
    wait_ms: int = 0


class PacedTurn(Extension[PacedTurnConfig]):
    """Finds everything finished."""

    module = "turn"
    config_type = PacedTurnConfig

    async def on_start(self, ten_env: AsyncTenEnv) -> None:
        await self.send_ready()

    async def on_data(self, ten_env: AsyncTenEnv, data: Data) -> None:
        self.spawn(self._decide(str(read(data)["text"])))

    async def _decide(self, text: str) -> None:
        await asyncio.sleep(self.config.latency_ms / 1000)
        decision = {"decision": "finished", "confidence": 0.9, "wait_ms": self.config.wait_ms}
        times = {"latency_ms": self.config.latency_ms}
        await self.ten_env.send_data(make_data("turn_decision", text=text, **decision, **times, metadata={}))


ADDONS: dict[str, tuple[str, type[Extension[Any]]]] = {
    "stt": ("paced_asr_python", PacedAsr),
    "turn_detection": ("paced_turn_python", PacedTurn),
    "llm": ("paced_llm_python", ScriptedLlm),
    "tts": ("paced_tts_python", ToneTts),
}
"""By the node whose place it takes."""


def write_addons(folder: Path) -> Path:
    """A folder with an addon for each engine; returns it."""
    for addon, extension in ADDONS.values():
        (folder / addon).mkdir(parents=True)
        manifest = {"type": "extension", "name": addon, "version": "0.1.0"}
        (folder / addon / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
        (folder / addon / "__init__.py").write_text(
            f"from {extension.__module__} import {extension.__name__}\n"
            "from ten_extensions.common.addon import register\n"
            f'register("{addon}", __file__, {extension.__name__})\n',
            encoding="utf-8",
        )
    return folder


def use_paced_engines(delays: Delays) -> Callable[[dict[str, Any]], None]:
    """Puts the engines into the places of a graph's own."""
    properties: dict[str, dict[str, Any]] = {
        "stt": {"segmentation": "vad", "params": {"final_ms": delays.asr_ms}},
        "turn_detection": {"latency_ms": delays.turn_ms, "wait_ms": delays.wait_ms},
        "llm": {"params": {"steps": [f"wait:{delays.llm_ms / 1000}", f"text:{ANSWER} "]}},
        "tts": {"params": {"first_delay_ms": delays.tts_ms}, "cache": {"enabled": False}},
    }

    def edit(graph: dict[str, Any]) -> None:
        for node in graph["nodes"]:
            if node["name"] in ADDONS:
                node["addon"], node["property"] = ADDONS[node["name"]][0], properties[node["name"]]

    return edit
