"""When a person is heard above what is left of the echo, and what is left of it that is none."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from wrappers.echo.double_talk import HOLD_FRAMES, DoubleTalk
from wrappers.echo.drift import LARGEST_DRIFT, ClockDrift
from wrappers.echo.residue import Residue

NOISE, ECHO = 1.0, 1e6


def learnt(leakage: float) -> DoubleTalk:
    """One that knows the room: of the echo, so much is left."""
    double_talk = DoubleTalk()
    for _ in range(50):
        double_talk.push(NOISE, 0.0, 0.0)
    for _ in range(3000):
        double_talk.push(NOISE + leakage * ECHO, ECHO, 0.0)
    return double_talk


@pytest.mark.parametrize("leakage", [0.001, 0.01, 0.1])
def test_the_echo_alone_is_nobody(leakage: float) -> None:
    double_talk = learnt(leakage)
    assert not any(double_talk.push(NOISE + leakage * level * ECHO, ECHO, 0.0) for level in [0.5, 1.0, 1.5, 0.1] * 50)
    assert double_talk.is_echo_alone


@pytest.mark.parametrize("leakage", [0.001, 0.01, 0.1])
def test_a_person_as_loud_as_the_echo_is_noticed_within_20_ms(leakage: float) -> None:
    double_talk = learnt(leakage)
    assert any([double_talk.push(ECHO, ECHO, 0.0) for _ in range(2)])
    assert not double_talk.is_echo_alone


def test_a_person_stays_for_a_moment_and_is_gone_then() -> None:
    double_talk = learnt(0.001)
    for _ in range(30):
        double_talk.push(ECHO, ECHO, 0.0)
    after = [double_talk.push(NOISE + 0.001 * ECHO, ECHO, 0.0) for _ in range(3 * HOLD_FRAMES)]
    assert HOLD_FRAMES <= len(list(itertools.takewhile(bool, after))) < 2 * HOLD_FRAMES
    assert not after[-1]


def test_who_was_behind_the_gate_is_forgotten() -> None:
    double_talk = learnt(0.001)
    assert any([double_talk.push(ECHO, ECHO, 0.0) for _ in range(5)])
    for _ in range(20):
        double_talk.forget_person()
        double_talk.push(NOISE, ECHO, 0.0)
    assert not double_talk.push(NOISE, ECHO, 0.0)


def test_an_echo_of_which_more_is_left_from_now_on_is_learnt() -> None:
    double_talk = learnt(0.001)
    told = [double_talk.push(NOISE + 0.05 * ECHO, ECHO, 0.0) for _ in range(800)]
    assert told[0] or told[1]
    assert not any(told[600:])


def test_a_louder_echo_that_is_known_as_such_is_nobody_and_learnt_at_once() -> None:
    double_talk = learnt(0.001)
    assert not any(double_talk.push(0.5 * ECHO, ECHO, 0.9) for _ in range(20))
    assert not any(double_talk.push(0.5 * ECHO, ECHO, 0.1) for _ in range(20))


def tone_and_noise(frames: int) -> tuple[np.ndarray, np.ndarray]:
    """Two sounds that have nothing in common, float32 [160 frames]."""
    rng = np.random.default_rng(1)
    smooth = np.hanning(32) / 16
    echo, other = (0.1 * np.convolve(rng.standard_normal(160 * frames), smooth, "same") for _ in range(2))
    return echo.astype(np.float32), other.astype(np.float32)


def pushed(left: np.ndarray, echo: np.ndarray) -> tuple[Residue, list[float]]:
    residue, delays = Residue(), []
    for one, other in zip(left.reshape(-1, 160), echo.reshape(-1, 160), strict=True):
        residue.push(one, other)
        delays.append(residue.delay_samples)
    return residue, delays


def test_a_person_has_no_share_of_echo() -> None:
    echo, person = tone_and_noise(50)
    residue, delays = pushed(person, echo)
    assert residue.echo_share < 0.1
    assert abs(np.mean(delays)) < 0.2


@pytest.mark.parametrize("gain", [0.3, 4.0])
def test_an_echo_that_has_changed_its_loudness_is_all_echo(gain: float) -> None:
    echo, _ = tone_and_noise(50)
    residue, _ = pushed((gain - 1) * echo, echo)
    assert residue.echo_share > 0.95


@pytest.mark.parametrize("delay", [0.3, -0.3])
def test_a_later_echo_is_all_echo_and_tells_by_how_much(delay: float) -> None:
    echo, _ = tone_and_noise(50)
    at = np.arange(len(echo))
    residue, delays = pushed((np.interp(at - delay, at, echo) - echo).astype(np.float32), echo)
    assert residue.echo_share > 0.8
    assert np.median(delays) == pytest.approx(delay, abs=0.15)


def test_silence_tells_nothing() -> None:
    residue, delays = pushed(np.zeros(1600, np.float32), np.zeros(1600, np.float32))
    assert residue.echo_share == 0
    assert not any(delays)


def test_an_echo_that_is_always_later_has_a_slower_reference_up_to_a_limit() -> None:
    drift = ClockDrift()
    drift.push(0.5)
    assert 1 - 1e-5 < drift.speed < 1
    for _ in range(10_000):
        drift.push(1.0)
    assert drift.speed == pytest.approx(1 - LARGEST_DRIFT)
