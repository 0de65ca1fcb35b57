"""What the way from the microphone to the VAD costs: one real node at a time, with frames as the devices send them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import process_time
from typing import Any

import numpy as np
from support.app_dir import use_repository
from support.echo_scene import story
from support.probe import Probe, probe, probe_graph
from support.room import Room
from support.sound_node import RealTimeProbe
from support.virtual_sound import VirtualSound
from ten_runtime import Addon, AsyncExtension, AsyncTenEnv, AudioFrame, TenEnv, register_addon_as_extension

from ten_extensions.common.messages import Json, make_cmd, make_data, make_pcm_frame, read_pcm
from wrappers.audio import ENGINE_RATE_HZ, Samples, samples_of_ms

FRAME_MS = 10
FRAME = samples_of_ms(FRAME_MS, ENGINE_RATE_HZ)
OUTPUT_LATENCY_MS = 40
"""From handing a sound to the device to hearing it."""
METADATA: Json = {"session_id": "100"}
SETTLE_S = 1.0
"""So long the devices find their pace."""
FORWARDER = "path_bench_forwarder"


class Forwarder(AsyncExtension):
    """Does nothing but what every node must: its cost is that of the graph, not of a stage."""

    async def on_audio_frame(self, ten_env: AsyncTenEnv, audio_frame: AudioFrame) -> None:
        if audio_frame.get_name() == "pcm_frame":
            await ten_env.send_audio_frame(audio_frame)


@dataclass(frozen=True, slots=True)
class Stage:
    """A node on the way, and what it is given."""

    name: str
    addon: str
    properties: Json
    with_playback: bool = False
    """Whether it also gets what the loudspeaker plays."""


class Ear(Probe):
    """Takes the place of the node behind: notes when frames arrive, and does no work."""

    def __init__(self, script: Callable[[Probe], Awaitable[None]]) -> None:
        super().__init__(script)
        self.latency_ms: list[float] = []
        """From the capture of each frame's first sample to its arrival."""
        self.frames: list[AudioFrame] = []

    async def on_audio_frame(self, ten_env: Any, audio_frame: AudioFrame) -> None:
        self.latency_ms.append(asyncio.get_running_loop().time() * 1000 - audio_frame.get_timestamp())
        self.frames.append(audio_frame)


class LiveEar(Ear, RealTimeProbe):
    """The same, in real time."""


@dataclass(frozen=True, slots=True)
class Latency:
    """Of one node."""

    frame_ms: list[float]
    """From the capture of a frame's first sample to the arrival of the frame behind the node."""
    held_ms: float
    """How much older the sound in the frames is than they say: filters delay it."""

    @property
    def total_ms(self) -> list[float]:
        """From capture to the entry into the VAD."""
        return [ms + self.held_ms for ms in self.frame_ms]


def latency_of(stage: Stage, seconds: float, live: bool, reference_late_ms: int = 0) -> Latency:
    """Send frames in the pace of the devices: each when its last sample has been captured.

    live: in real time, with all that the machine is busy with; otherwise computing takes no time, and what is left is
        what the node waits for

    reference_late_ms: so long after a sound was handed to the loudspeaker its frame is told of it
    """
    microphone = _noise(seconds)
    count = len(microphone) // FRAME

    async def script(node: Probe) -> None:
        if stage.addon != FORWARDER:
            await node.wait_for("ready")
        loop = asyncio.get_running_loop()
        start_ms = round(loop.time() * 1000) + 50

        async def at(time_ms: float) -> None:
            await asyncio.sleep(max(0.0, time_ms / 1000 - loop.time()))

        async def play() -> None:
            for index in range(count):
                handed_ms = start_ms + index * FRAME_MS
                await at(handed_ms + reference_late_ms)
                await node.env.send_audio_frame(_playback_frame(np.zeros(FRAME, np.int16), handed_ms))

        async def hear() -> None:
            for index in range(count):
                captured_ms = start_ms + index * FRAME_MS
                await at(captured_ms + FRAME_MS)
                frame = microphone[index * FRAME : (index + 1) * FRAME]
                await node.env.send_audio_frame(make_pcm_frame(frame, ENGINE_RATE_HZ, captured_ms, METADATA))

        await asyncio.gather(play(), hear())
        await asyncio.sleep(0.2)

    ear = probe(stage.addon, stage.properties, script, LiveEar if live else Ear)
    assert isinstance(ear, Ear)
    heard = np.concatenate([read_pcm(frame).samples for frame in ear.frames])
    # The first frames find the code cold.
    return Latency(ear.latency_ms[count // 10 :], shift_of(microphone, heard) * 1000 / ENGINE_RATE_HZ)


def latency_on_card(stage: Stage, card: VirtualSound, seconds: float, held_ms: float) -> Latency:
    """The same with real devices: the nodes of microphone and loudspeaker on a virtual sound card, in a noisy room.

    held_ms: as found by `latency_of`
    """

    async def script(node: Probe) -> None:
        await node.wait_for("ready", 3)
        noise = card.say(_noise(seconds + 3 * SETTLE_S), ENGINE_RATE_HZ)
        await node.command(make_cmd("start_input"))
        await node.wait_for("device_state", 2, state="open")
        await asyncio.sleep(SETTLE_S)
        assert isinstance(node, LiveEar)
        node.latency_ms.clear()
        await asyncio.sleep(seconds)
        noise.terminate()
        noise.wait()

    ear = probe_graph(_card_graph(stage), script, LiveEar)
    assert isinstance(ear, LiveEar)
    return Latency(ear.latency_ms, held_ms)


def _card_graph(stage: Stage) -> Json:
    tester = "ten:test_extension"
    nodes = {
        "mic": ("local_audio_python", {"mode": "input"}),
        "speaker": ("local_audio_python", {"mode": "output"}),
        "aec": (stage.addon, stage.properties),
        tester: (tester, {}),
    }
    to_aec, to_tester = ({"extension": "aec"}, {"extension": tester})
    told = [{"name": "ready", "dest": [to_tester]}, {"name": "device_state", "dest": [to_aec, to_tester]}]
    return {
        "nodes": [
            {"type": "extension", "name": name, "addon": addon, "extension_group": name, "property": properties}
            for name, (addon, properties) in nodes.items()
        ],
        "connections": [
            {"extension": tester, "cmd": [{"name": "start_input", "dest": [{"extension": "mic"}]}]},
            {"extension": "mic", "data": told, "audio_frame": [{"name": "pcm_frame", "dest": [to_aec]}]},
            {"extension": "speaker", "data": told, "audio_frame": [{"name": "playback_frame", "dest": [to_aec]}]},
            {
                "extension": "aec",
                "data": [{"name": "ready", "dest": [to_tester]}],
                "audio_frame": [{"name": "pcm_frame", "dest": [to_tester]}],
            },
        ],
    }


def cpu_ms_per_s(stage: Stage, seconds: float) -> float:
    """CPU time of the process per second of audio, with sending and receiving; the audio comes as fast as it can."""
    played = story(seconds)
    room = Room()
    microphone = room.echo(played) + room.noise(len(played))
    cost: list[float] = []

    async def script(node: Probe) -> None:
        if stage.addon != FORWARDER:
            await node.wait_for("ready")
        began_s = process_time()
        for first in range(0, len(played) - FRAME + 1, FRAME):
            time_ms = 1000 + first * 1000 // ENGINE_RATE_HZ
            if stage.with_playback:
                await node.env.send_audio_frame(_playback_frame(played[first : first + FRAME], time_ms))
                if first % (10 * FRAME) == 0:
                    await node.env.send_data(_playback_state(time_ms, "progress" if first else "started"))
            frame = make_pcm_frame(microphone[first : first + FRAME], ENGINE_RATE_HZ, time_ms, METADATA)
            await node.env.send_audio_frame(frame)
            await asyncio.sleep(FRAME_MS / 1000)
        cost.append((process_time() - began_s) * 1000 / seconds)

    probe(stage.addon, stage.properties, script, Ear)
    return cost[0]


def us_per_decision(texts: list[str], rounds: int) -> float:
    """CPU time of the process for one decision of the rules about a turn, with its two messages."""
    cost: list[float] = []

    async def script(node: Probe) -> None:
        await node.wait_for("ready")
        began_s = process_time()
        for count in range(rounds):
            await node.env.send_data(make_data("text_data", text=texts[count % len(texts)], metadata=METADATA))
            await asyncio.sleep(FRAME_MS / 1000)
        cost.append((process_time() - began_s) * 1e6 / rounds)
        await node.wait_for("turn_decision", rounds)

    probe("semantic_turn_python", {}, script)
    return cost[0]


def register_forwarder() -> None:
    """Make the forwarder an addon; once per process."""

    class ForwarderAddon(Addon):
        def on_create_instance(self, ten_env: TenEnv, name: str, context: Any) -> None:
            ten_env.on_create_instance_done(Forwarder(name), context)

    use_repository()
    register_addon_as_extension(FORWARDER)(ForwarderAddon)


def _noise(seconds: float) -> Samples:
    return np.random.default_rng(1).normal(0, 2000, int(seconds * ENGINE_RATE_HZ)).astype(np.int16)


def _playback_frame(samples: Samples, handed_ms: int) -> AudioFrame:
    heard = {"heard_ms": handed_ms + OUTPUT_LATENCY_MS}
    return make_pcm_frame(samples, ENGINE_RATE_HZ, handed_ms, heard, "playback_frame")


def _playback_state(time_ms: int, state: str) -> Any:
    return make_data("playback_state", request_id="100-1-1", state=state, ts_ms=time_ms, queued_ms=5000, played_ms=0)


def shift_of(sent: Samples, heard: Samples) -> int:
    """By how many samples `heard` is later than `sent`."""
    length = min(len(sent), len(heard))
    spectrum = np.fft.rfft(heard[:length], 2 * length) * np.conj(np.fft.rfft(sent[:length], 2 * length))
    return int(np.argmax(np.fft.irfft(spectrum)[: ENGINE_RATE_HZ // 10]))
