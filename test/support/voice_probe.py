"""Talks to a voice node: sends texts and flushes, and reads what came back request by request."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import numpy as np
from support.probe import Arrival, Probe, probe
from support.tone_tts import ADDON

from ten_extensions.common.messages import Json, make_data
from wrappers.audio import Samples

END, INTERRUPTED, ERROR = 1, 2, 3
"""Reasons of `tts_audio_end`."""


class VoiceProbe(Probe):
    """The tester around a voice, in virtual time."""

    async def say(self, request_id: str, text: str, end: bool = False, **metadata: Any) -> None:
        """Send one text; `metadata` beside what our control sends."""
        await self.env.send_data(
            make_data(
                "tts_text_input",
                request_id=request_id,
                text=text,
                text_input_end=end,
                metadata={"session_id": "100", "turn_id": 1, "request_id": request_id, **metadata},
            )
        )

    async def flush(self, flush_id: str, **properties: Any) -> None:
        """Send `tts_flush`."""
        await self.env.send_data(make_data("tts_flush", flush_id=flush_id, **properties))

    async def playback(self, state: str, queued_ms: int, ts_ms: int) -> None:
        """What the speaker reports."""
        await self.env.send_data(
            make_data("playback_state", request_id="", state=state, played_ms=0, queued_ms=queued_ms, ts_ms=ts_ms)
        )

    async def ended(self, request_id: str) -> Json:
        """Wait for the request's `tts_audio_end` and return it."""
        return (await self.wait_for("tts_audio_end", request_id=request_id))[0].properties

    async def first_frame(self) -> None:
        """Wait for the first audio of all."""
        await self.wait_for("pcm_frame")

    def story(self) -> list[str]:
        """What happened, in order: start a, audio a (once in a row), text a, end a 1, flush_end f, error a."""
        told: list[str] = []
        for arrival in self.arrivals:
            if (line := _line(arrival)) and (not told or told[-1] != line or not line.startswith("audio")):
                told.append(line)
        return told

    def speech(self, request_id: str) -> Samples:
        """All audio of a request, int16 [n]; empty if there is none."""
        frames = [p.samples for p in self.audio() if p.metadata.get("request_id") == request_id]
        return np.concatenate(frames) if frames else np.zeros(0, np.int16)

    def metrics(self, key: str) -> list[Any]:
        """The values of one metric, in order."""
        return [a.properties["metrics"][key] for a in self.named("metrics") if key in a.properties["metrics"]]


class RealTimeVoiceProbe(VoiceProbe):
    """The same on a common event loop: for engines that hang, during which virtual time would stand still."""

    _loop_factory = asyncio.SelectorEventLoop  # type: ignore[assignment]


def talk_to_voice(
    script: Callable[[VoiceProbe], Awaitable[None]],
    properties: Json | None = None,
    addon: str = ADDON,
    kind: type[VoiceProbe] = VoiceProbe,
) -> VoiceProbe:
    """Run a script around a voice; by default the tone."""

    async def run(tester: Probe) -> None:
        assert isinstance(tester, VoiceProbe)
        await script(tester)

    tester = probe(addon, properties if properties is not None else {"params": {}}, run, kind)
    assert isinstance(tester, VoiceProbe)
    return tester


def dumps(folder: Path) -> dict[str, bytes]:
    """Content of the dumped files by name."""
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.pcm"))}


def _line(arrival: Arrival) -> str:
    body = arrival.properties
    request_id = body.get("request_id", "")
    match arrival.name:
        case "tts_audio_start":
            return f"start {request_id}"
        case "pcm_frame":
            return f"audio {body['metadata'].get('request_id', '')}"
        case "tts_text_result":
            return f"text {request_id}"
        case "tts_audio_end":
            return f"end {request_id} {body['reason']}"
        case "tts_flush_end":
            return f"flush_end {body['flush_id']}"
        case "error":
            return f"error {body['id']}"
    return ""
