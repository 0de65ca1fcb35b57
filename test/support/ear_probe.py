"""Talks to a recogniser node: sends audio in real-time pace of virtual time, marks speech, and reads the results."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from support.probe import Probe, probe
from support.scripted_asr import ADDON, ScriptedRecogniser
from ten_runtime import AudioFrame

from ten_extensions.common.messages import Json, make_data, make_pcm_frame
from wrappers.audio import Samples

FRAME = 160
START_MS = 5000
"""Capture time of the first sample: not 0, so that capture time and counted audio differ."""


class EarProbe(Probe):
    """The tester around a recogniser, in virtual time."""

    captured_ms = START_MS
    """Capture time of the next sample."""
    session_id = "100"

    async def hear(self, samples: Samples, *, pace: bool = True) -> None:
        """Send audio in frames of 10 ms; without pace as fast as it goes."""
        for start in range(0, len(samples), FRAME):
            frame = samples[start : start + FRAME]
            metadata = {"session_id": self.session_id}
            await self.env.send_audio_frame(make_pcm_frame(frame, 16000, self.captured_ms, metadata))
            self.captured_ms += len(frame) // 16
            await asyncio.sleep(0.01 if pace else 0)

    async def hear_bare(self, samples: Samples) -> None:
        """Send frames of 320 bytes without rate, channels and time, ten times as fast as they were spoken."""
        for start in range(0, len(samples), FRAME):
            frame = AudioFrame.create("pcm_frame")
            pcm = samples[start : start + FRAME].tobytes()
            frame.set_property_from_json("metadata", f'{{"session_id": "{self.session_id}"}}')
            frame.alloc_buf(len(pcm))
            view = frame.lock_buf()
            view[:] = pcm
            frame.unlock_buf(view)
            await self.env.send_audio_frame(frame)
            await asyncio.sleep(0.001)

    async def mark(self, name: str, **fields: Any) -> None:
        """Send an event of a VAD."""
        await self.env.send_data(make_data(name, metadata={}, **fields))

    async def utterance(self, samples: Samples, *, lead_ms: int = 100, hangover_ms: int = 400) -> int:
        """Speech with its marks, as our VAD sends them: some time after its beginning and its end. Returns its end."""
        silent = samples[:0].copy()
        silent.resize(hangover_ms * 16, refcheck=False)
        start_ms = self.captured_ms
        await self.hear(samples[: lead_ms * 16])
        await self.mark("start_of_sentence", start_ms=start_ms, pre_roll_ms=200)
        await self.hear(samples[lead_ms * 16 :])
        end_ms = self.captured_ms
        await self.hear(silent[: 120 * 16])
        await self.mark("speech_pause", time_ms=self.captured_ms)
        await self.hear(silent[120 * 16 :])
        await self.mark("end_of_sentence", start_ms=start_ms, end_ms=end_ms)
        return end_ms

    async def finalize(self, finalize_id: str, end_ms: int | None = None) -> Json:
        """Send `asr_finalize` and wait for its answer."""
        metadata: Json = {"session_id": self.session_id}
        if end_ms is not None:
            metadata["end_ms"] = end_ms
        await self.env.send_data(make_data("asr_finalize", finalize_id=finalize_id, metadata=metadata))
        return (await self.wait_for("asr_finalize_end", finalize_id=finalize_id))[0].properties

    def results(self, *, final: bool) -> list[Json]:
        """The `asr_result` messages so far."""
        return [arrival.properties for arrival in self.named("asr_result", final=final)]

    def finals(self) -> list[str]:
        """The texts of the finals so far."""
        return [result["text"] for result in self.results(final=True)]

    def errors(self) -> list[tuple[int, str]]:
        """Codes and texts of the errors so far."""
        return [(arrival.properties["code"], arrival.properties["message"]) for arrival in self.named("error")]

    def metrics(self, key: str) -> list[Any]:
        """The values of one metric, in order."""
        return [a.properties["metrics"][key] for a in self.named("metrics") if key in a.properties["metrics"]]

    def story(self) -> list[str]:
        """Results and answers in order: partial one two, final one two, end f1."""
        told = []
        for arrival in self.arrivals:
            if arrival.name == "asr_result":
                kind = "final" if arrival.properties["final"] else "partial"
                told.append(f"{kind} {arrival.properties['text']}".strip())
            elif arrival.name == "asr_finalize_end":
                told.append(f"end {arrival.properties['finalize_id']}")
        return told


def listen(
    script: Callable[[EarProbe], Awaitable[None]], properties: Json | None = None, addon: str = ADDON
) -> EarProbe:
    """Run a script around a recogniser that has loaded; by default the scripted one."""

    async def run(tester: Probe) -> None:
        assert isinstance(tester, EarProbe)
        await script(tester)

    ScriptedRecogniser.gate.set()
    tester = probe(addon, {"params": {}, "connection_events": True, **(properties or {})}, run, EarProbe)
    assert isinstance(tester, EarProbe)
    return tester
