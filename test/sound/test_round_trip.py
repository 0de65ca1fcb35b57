"""What goes in at one end of the virtual card comes out at the other: true, at the true time, without gaps."""

import asyncio

import numpy as np
import pytest
from support.probe import Probe
from support.sound_node import find, finished, joined, listen, noise, run_node, speak, states, steps_ms, time_of
from support.virtual_sound import RATE_HZ, VirtualSound

from ten_extensions.common.messages import make_cmd
from wrappers.audio import Resampler


def at_16_khz(samples: np.ndarray, rate_hz: int) -> np.ndarray:
    resampler = Resampler(rate_hz, 16000, "best")
    return np.concatenate([resampler.push(samples), resampler.flush()])


def test_a_person_is_heard_without_gaps(card: VirtualSound) -> None:
    said = noise(1000, 24000)

    async def script(node: Probe) -> None:
        await listen(node)
        await finished(card.say(said, 24000))
        await asyncio.sleep(0.5)

    node = run_node(script, mode="input")
    frames = node.audio()
    assert all(len(frame.samples) == 160 and frame.rate_hz == 16000 for frame in frames)
    assert set(steps_ms(frames)) <= {9, 10, 11}
    assert frames[-1].timestamp_ms - frames[0].timestamp_ms == pytest.approx(10 * (len(frames) - 1), abs=15)
    pattern = at_16_khz(said, 24000)
    position, level = find(pattern, joined(frames))
    assert level == pytest.approx(1, abs=0.05)
    heard = joined(frames)[position : position + len(pattern)]
    assert np.corrcoef(heard, pattern)[0, 1] > 0.95
    assert len(node.named("on_user_joined", "cmd")) == 1
    assert not node.named("error")


def test_nothing_is_captured_before_start_input(card: VirtualSound) -> None:
    async def script(node: Probe) -> None:
        await asyncio.sleep(0.3)

    node = run_node(script, mode="input")
    assert not node.audio() and not node.named("device_state")


@pytest.mark.parametrize("rate_hz", [16000, 24000, 44100])
def test_the_agent_is_heard_as_it_spoke(card: VirtualSound, rate_hz: int) -> None:
    spoken = noise(1000, rate_hz, seed=1)

    async def script(node: Probe) -> None:
        await speak(node, spoken, rate_hz)
        await node.wait_for("playback_state", state="drained")
        await asyncio.sleep(0.2)

    with card.tap() as heard:
        node = run_node(script, mode="output")
    pattern = at_16_khz(spoken, rate_hz)
    position, level = find(pattern, at_16_khz(heard[0], RATE_HZ))
    assert level == pytest.approx(1, abs=0.05)
    found = at_16_khz(heard[0], RATE_HZ)[position : position + len(pattern)]
    assert np.corrcoef(found, pattern)[0, 1] > 0.95

    reference = node.audio("playback_frame")
    assert set(steps_ms(reference)[20:]) <= {9, 10, 11}
    _, reference_level = find(pattern, joined(reference))
    assert reference_level == pytest.approx(1, abs=0.05)
    assert states(node) == [("started", "100-1-1", 0), ("drained", "100-1-1", 1000)]


def test_reference_and_microphone_have_one_clock(card: VirtualSound) -> None:
    card.echo(60, -12)

    async def script(node: Probe) -> None:
        await listen(node)
        await asyncio.sleep(0.5)
        await speak(node, noise(1000, 24000, seed=2), 24000)
        await node.wait_for("playback_state", state="drained")
        await asyncio.sleep(0.5)

    node = run_node(script, mode="duplex")
    reference, microphone = node.audio("playback_frame"), node.audio()
    sound = np.flatnonzero(joined(reference))
    pattern = joined(reference)[sound[0] : sound[-1]]
    position, level = find(pattern, joined(microphone))
    echo_ms = time_of(microphone, position) - time_of(reference, sound[0], heard=True)
    assert echo_ms == pytest.approx(60, abs=40)  # the echo path itself differs by 10 ms from run to run
    assert 20 * np.log10(level) == pytest.approx(-12, abs=1.5)


def test_a_muted_microphone_gives_silence_that_flows(card: VirtualSound) -> None:
    async def script(node: Probe) -> None:
        await listen(node)
        player = card.say(noise(1500, 16000, seed=3), 16000)
        await asyncio.sleep(0.7)
        _, answer = await node.command(make_cmd("mute", muted=True))
        assert answer["muted"] is True
        node.arrivals.clear()
        await asyncio.sleep(0.4)
        assert len(node.audio()) >= 20 and not joined(node.audio()).any()
        await node.command(make_cmd("mute"))
        await node.wait_for("device_state", state="open")
        node.arrivals.clear()
        await finished(player)
        assert joined(node.audio()).any()

    node = run_node(script, mode="input")
    assert set(steps_ms(node.audio())) <= {9, 10, 11}
