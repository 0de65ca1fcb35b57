"""Flush, pause, resume and duck on the virtual card: how soon, how smoothly, and from which sample on."""

import numpy as np
import pytest
from support.probe import Probe
from support.sound_node import find, joined, noise, run_node, speak, states
from support.virtual_sound import RATE_HZ, VirtualSound
from ten_runtime import StatusCode

from ten_extensions.common.messages import make_cmd, make_data, make_pcm_frame

FADE = 80
"""5 ms at 16 kHz."""


def tone(duration_ms: int, rate_hz: int = 16000, hz: int = 200, level: int = 10_000) -> np.ndarray:
    return (level * np.sin(2 * np.pi * hz * np.arange(rate_hz * duration_ms // 1000) / rate_hz)).astype(np.int16)


def hardest_step(samples: np.ndarray) -> int:
    return int(np.abs(np.diff(samples.astype(int))).max())


def ends_within(samples: np.ndarray, level: int) -> int:
    """Samples from the last one that is as loud as that to the end of all sound."""
    loud = np.flatnonzero(np.abs(samples.astype(int)) >= level)
    any_sound = np.flatnonzero(np.abs(samples.astype(int)) > 2)
    return int(any_sound[-1] - loud[-1])


def test_a_flush_silences_within_one_block_with_a_fade(card: VirtualSound) -> None:
    handed_when_flushed = 0

    async def script(node: Probe) -> None:
        nonlocal handed_when_flushed
        await speak(node, tone(5000), 16000)
        await node.wait_for("playback_state", state="progress", played_ms=700)
        handed_when_flushed = len(node.audio("playback_frame"))
        status, answer = await node.command(make_cmd("flush", flush_id="f1", min_epoch=2))
        assert status == StatusCode.OK and answer["flush_id"] == "f1"
        assert states(node)[-1][0] == "flushed"  # told before the answer
        await speak(node, tone(300), 16000, "100-1-1", epoch=1)  # comes late, is dropped
        await node.wait_for("playback_frame", count=handed_when_flushed + 40)

    with card.tap() as heard:
        node = run_node(script, mode="output")
    reference = joined(node.audio("playback_frame"))
    sound = np.flatnonzero(reference)
    # The block that was the next one when the order came holds the fade, and no later one anything.
    (_, _, played_ms) = states(node)[-1]
    assert (sound[-1] - sound[0]) / 16 == pytest.approx(played_ms + 5, abs=2)
    assert sound[-1] < (handed_when_flushed + 10) * 160, "and the order was not long on its way"
    assert ends_within(reference, 9000) <= FADE + 80
    assert hardest_step(reference) < 1100
    assert ends_within(heard[0], 9000) <= 3 * (FADE + 80)
    assert hardest_step(heard[0]) < 500
    assert np.count_nonzero(np.abs(heard[0].astype(int)) > 2) / RATE_HZ * 1000 == pytest.approx(played_ms, abs=25)


def test_pause_and_resume_go_on_from_the_very_sample(card: VirtualSound) -> None:
    spoken = noise(1500, RATE_HZ, seed=4)

    async def script(node: Probe) -> None:
        await speak(node, spoken, RATE_HZ)
        await node.wait_for("playback_state", state="progress", played_ms=500)
        await node.command(make_cmd("pause"))
        frames = len(node.audio("playback_frame"))
        await node.wait_for("playback_frame", count=frames + 30)
        await node.command(make_cmd("resume", ramp_ms=20))
        await node.wait_for("playback_state", state="drained")

    with card.tap() as heard:
        node = run_node(script, mode="output")
    paused_ms = next(played_ms for state, _, played_ms in states(node) if state == "paused")
    at = paused_ms * RATE_HZ // 1000
    before, after = spoken[: at - 480], spoken[at + 2000 :]  # away from fade and ramp
    start, level_before = find(before, heard[0])
    goes_on, level_after = find(after, heard[0])
    assert level_before == pytest.approx(1, abs=0.02) and level_after == pytest.approx(1, abs=0.02)
    silence = heard[0][start + at + 240 : goes_on - 2000]
    assert len(silence) > 0.25 * RATE_HZ and not silence.any()
    # Silence is put in by the block: were a sample left out or played twice, it would not be whole blocks.
    gap = goes_on - start - (at + 2000)
    assert gap % (RATE_HZ // 100) == 0
    assert states(node) == [
        ("started", "100-1-1", 0),
        ("paused", "100-1-1", paused_ms),
        ("drained", "100-1-1", 1500),
    ]
    assert hardest_step(heard[0]) <= hardest_step(spoken) * 1.1


def test_ducking_is_smooth_and_lasts_until_resume(card: VirtualSound) -> None:
    async def script(node: Probe) -> None:
        await speak(node, tone(1500), 16000)
        await node.wait_for("playback_state", state="progress", played_ms=300)
        await node.command(make_cmd("duck", gain_db=-12, ramp_ms=20))
        await node.wait_for("playback_state", state="progress", played_ms=800)
        await node.command(make_cmd("resume", ramp_ms=20))
        await node.wait_for("playback_state", state="drained")

    samples = joined(run_node(script, mode="output").audio("playback_frame"))
    sound = samples[np.flatnonzero(samples)[0] :][: 16 * 1400]
    loudness = np.abs(sound.astype(int)).reshape(-1, 160).max(axis=1)
    assert loudness[10] == pytest.approx(10_000, rel=0.03) and loudness[-5] == pytest.approx(10_000, rel=0.03)
    ducked = np.flatnonzero(np.abs(loudness - 2512) < 150)
    assert 35 <= len(ducked) <= 65 and np.all(np.diff(ducked) == 1)
    assert hardest_step(sound) < 1000


def test_bursts_are_gathered_before_they_are_heard(card: VirtualSound) -> None:
    async def script(node: Probe) -> None:
        about = {"session_id": "100", "request_id": "a", "epoch": 1}
        await node.env.send_data(make_data("tts_audio_start", request_id="a", metadata=about))
        signal = tone(600)
        for burst in np.split(signal, 3):
            await send_frame(node, burst, about)
            frames = len(node.audio("playback_frame"))
            await node.wait_for("playback_frame", count=frames + 18)  # the next 200 ms come after 180 ms
        await node.env.send_data(make_data("tts_audio_end", request_id="a", reason=1, metadata=about))
        await node.wait_for("playback_state", state="drained")

    node = run_node(script, mode="output", jitter_ms=250)
    sound = joined(node.audio("playback_frame"))
    heard = np.flatnonzero(np.abs(sound.astype(int)) > 2)
    assert len(heard) / 16 == pytest.approx(600, abs=15)
    assert np.diff(heard).max() < 16 * 5  # no hole
    (metrics,) = node.named("metrics")
    assert metrics.properties["metrics"]["underruns"] == 0


async def send_frame(node: Probe, samples: np.ndarray, about: dict) -> None:
    await node.env.send_audio_frame(make_pcm_frame(samples, 16000, 0, about))
