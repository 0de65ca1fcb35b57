"""Sound does not wait for the app: another thread may hold the GIL, and the processor, for as long as it likes."""

import ctypes
import random
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
from support.probe import Probe
from support.sound_node import joined, listen, run_node, speak, steps_ms
from support.virtual_sound import RATE_HZ, VirtualSound


@contextmanager
def busy_app() -> Iterator[None]:
    """One thread computes in Python, one keeps the GIL for 80-300 ms at a time, as loading a model does."""
    over = threading.Event()
    holding_gil = ctypes.PyDLL(None)
    durations_us = random.Random(0)

    def compute() -> None:
        while not over.is_set():
            sum(range(1000))

    def hold() -> None:
        while not over.wait(0.05):
            holding_gil.usleep(durations_us.randint(80_000, 300_000))

    threads = [threading.Thread(target=function, daemon=True) for function in (compute, hold)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


def holes(heard: np.ndarray) -> int:
    """Samples of a tone that are missing in its middle."""
    sound = np.flatnonzero(np.abs(heard.astype(int)) > 50)
    middle = np.abs(heard[sound[0] : sound[-1]].astype(int)) <= 2
    return int(
        sum(len(run) for run in np.split(middle, np.flatnonzero(np.diff(middle)) + 1) if run[0] and len(run) > 48)
    )


def play_while_busy(card: VirtualSound) -> tuple[int, Probe]:
    tone = (8000 * np.sin(2 * np.pi * 440 * np.arange(4 * 24000) / 24000)).astype(np.int16)

    async def script(node: Probe) -> None:
        await listen(node)
        await speak(node, tone, 24000)
        with busy_app():
            await node.wait_for("playback_state", state="drained")

    with card.tap() as heard:
        node = run_node(script, mode="duplex")
    assert len(heard[0]) / RATE_HZ > 4
    return holes(heard[0]), node


def test_no_underrun_while_others_hold_the_gil(card: VirtualSound) -> None:
    missing, node = play_while_busy(card)
    underruns = [metrics.properties["metrics"].get("device_underruns", 0) for metrics in node.named("metrics")]
    assert missing == 0 and not any(underruns)  # a sound path that waits for the GIL has ten a second
    for frames in (node.audio(), node.audio("playback_frame")):
        assert set(steps_ms(frames)[20:]) <= {9, 10, 11}, "and nothing of it was lost on the way to the app"
        assert len(frames) > 400
    sound = joined(node.audio("playback_frame"))
    assert np.count_nonzero(np.abs(sound.astype(int)) > 50) > 0.95 * 4 * 16000
    assert not any(metrics.properties["metrics"].get("overflows", 0) for metrics in node.named("metrics"))
