"""The way from a real device to the VAD, as the benchmark measures it."""

from statistics import median

from support.path_bench import Stage, latency_on_card
from support.virtual_sound import VirtualSound


def test_the_frames_of_a_device_reach_the_vad(card: VirtualSound) -> None:
    stage = Stage("gate", "echo_suppressor_python", {"mode": "gate"})
    latency = latency_on_card(stage, card, seconds=1.0, held_ms=2.0)
    assert len(latency.frame_ms) >= 50
    assert latency.total_ms[0] == latency.frame_ms[0] + 2
    assert min(latency.frame_ms) > 5  # no frame comes before its sound
    assert median(latency.frame_ms) < 1000  # and their times are those of the same clock
