"""Rooms that a virtual card has not, around the real echo suppressor and VAD, faster than real time."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from support.echo_scene import Scene, Side, Stall, story
from support.room import Room

from wrappers.echo import Aec3Canceller, EchoSuppressor

STALLS_MS = (50, 100, 200, 400)


@dataclass(frozen=True)
class Simulated:
    """How often a VAD took the agent for a person."""

    variant: str
    seconds: float
    self_turns_gate: int
    self_turns_aec: int


def simulate_variants(quick: bool) -> list[Simulated]:
    """All of them, or the hardest few for some seconds."""
    seconds = 7.0 if quick else 25.0
    found = []
    for name, scene in _scenes(seconds, quick):
        print(f"simulated: {name}", flush=True)
        gate = scene.play(EchoSuppressor("gate")).speech_starts_ms()
        aec = scene.play(EchoSuppressor("aec", Aec3Canceller())).speech_starts_ms()
        found.append(Simulated(name, seconds, len(gate), len(aec)))
    return found


def _scenes(seconds: float, quick: bool) -> Iterator[tuple[str, Scene]]:
    agent = story(seconds)
    yield "small loudspeaker, 120 ms -6 dB", Scene(Room(120, -6, clipping=4), agent)
    if quick:
        yield "both clocks drift, 250 ms -12 dB", Scene(Room(250, -12, drift_ppm=100), agent)
        return
    for ppm in (-100.0, 100.0):
        yield f"drift of {ppm:g} ppm, 250 ms -12 dB", Scene(Room(250, -12, drift_ppm=ppm), agent)
    for delay_ms, gain_db in ((40, -6.0), (120, -12.0), (250, -6.0), (400, -20.0)):
        yield f"room, {delay_ms} ms {gain_db:g} dB", Scene(Room(delay_ms, gain_db, decay_ms=300), agent)
    for change_db in (-12.0, 12.0):
        volume = np.ones(len(agent))
        volume[len(agent) * 3 // 5 :] = 10 ** (change_db / 20)
        yield f"volume changes by {change_db:g} dB", Scene(Room(120, -12), agent, volume=volume)
    sides: tuple[Side, Side] = ("microphone", "loudspeaker")
    for side in sides:
        stalls = tuple(Stall(side, 6000 + 4000 * index, ms) for index, ms in enumerate(STALLS_MS))
        yield f"{side} stalls for {min(STALLS_MS)}-{max(STALLS_MS)} ms", Scene(Room(40, -6), agent, stalls=stalls)
