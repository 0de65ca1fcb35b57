"""A microphone or loudspeaker node on a real sound path: real devices, real time, a script around the node."""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Awaitable, Callable
from itertools import pairwise
from typing import Any

import numpy as np
from support.probe import Probe, probe

from ten_extensions.common.messages import Json, Pcm, make_cmd, make_data, make_pcm_frame
from wrappers.worker import Worker

ADDON = "local_audio_python"


class RealTimeProbe(Probe):
    """Sound devices have a pace of their own: no clock jumps here."""

    _loop_factory = asyncio.SelectorEventLoop  # type: ignore[assignment]


def run_node(script: Callable[[Probe], Awaitable[None]], **properties: Any) -> Probe:
    """Run the node; the script begins when it is ready."""

    async def after_ready(node: Probe) -> None:
        await node.wait_for("ready", module="audio")
        await script(node)

    return probe(ADDON, properties, after_ready, RealTimeProbe)


async def speak(node: Probe, samples: np.ndarray, rate_hz: int, request_id: str = "100-1-1", epoch: int = 1) -> None:
    """Send a whole request, int16 [n], in frames of 20 ms, as fast as a voice that is ahead."""
    about = {"session_id": "100", "turn_id": 1, "request_id": request_id, "epoch": epoch}
    await node.env.send_data(make_data("tts_audio_start", request_id=request_id, metadata=about))
    for first in range(0, len(samples), rate_hz // 50):
        await node.env.send_audio_frame(make_pcm_frame(samples[first : first + rate_hz // 50], rate_hz, 0, about))
    await node.env.send_data(make_data("tts_audio_end", request_id=request_id, reason=1, metadata=about))


async def finished(player: subprocess.Popen[bytes]) -> None:
    """Wait for the end of a program without stopping the loop."""
    worker = Worker("player")
    await worker.call(player.wait)
    worker.close()


async def listen(node: Probe) -> None:
    """Start the microphone and wait for the device."""
    await node.command(make_cmd("start_input"))
    await node.wait_for("device_state", side="input", state="open")


def noise(duration_ms: int, rate_hz: int, seed: int = 0, level: int = 5000) -> np.ndarray:
    """Sound that can be found again, int16: noise of 100-3000 Hz, which every rate carries."""
    count = rate_hz * duration_ms // 1000
    spectrum = np.fft.rfft(np.random.default_rng(seed).normal(0, 1, count))
    hz = np.fft.rfftfreq(count, 1 / rate_hz)
    spectrum[(hz < 100) | (hz > 3000)] = 0
    sound = np.fft.irfft(spectrum, count)
    return np.clip(sound * level / sound.std(), -32000, 32000).astype(np.int16)


def joined(frames: list[Pcm]) -> np.ndarray:
    """Their samples in one piece."""
    return np.concatenate([frame.samples for frame in frames])


def time_of(frames: list[Pcm], position: int, heard: bool = False) -> float:
    """When a sample of the joined frames was at the device, or is heard, in ms."""
    frame = frames[position // 160]
    return (frame.metadata["heard_ms"] if heard else frame.timestamp_ms) + position % 160 / 16


def find(pattern: np.ndarray, signal: np.ndarray) -> tuple[int, float]:
    """Where a pattern is in a signal, and how loud there (1 = as loud as the pattern)."""
    length = 1 << int(np.ceil(np.log2(len(signal) + len(pattern))))
    spectrum = np.fft.rfft(signal.astype(float), length) * np.conj(np.fft.rfft(pattern.astype(float), length))
    likeness = np.fft.irfft(spectrum, length)[: len(signal)]
    position = int(np.argmax(np.abs(likeness)))
    return position, float(likeness[position] / np.dot(pattern.astype(float), pattern.astype(float)))


def steps_ms(frames: list[Pcm]) -> list[int]:
    """Between the times of neighbouring frames."""
    return [later.timestamp_ms - frame.timestamp_ms for frame, later in pairwise(frames)]


def states(node: Probe) -> list[tuple[str, str, int]]:
    """What was told of the playback, progress left out."""
    found: list[Json] = [arrival.properties for arrival in node.named("playback_state")]
    return [
        (state["state"], state["request_id"], state["played_ms"]) for state in found if state["state"] != "progress"
    ]
