"""What is learnt of an echo: where it is, whether there is one, and how much of it is left."""

import numpy as np
import pytest
from support.echo_scene import story, voice
from support.room import Room

from wrappers.audio import Samples
from wrappers.audio.samples import to_int16
from wrappers.echo.auto import AutoMode
from wrappers.echo.correlation import FOUND, Correlator
from wrappers.echo.delay import DelayEstimator
from wrappers.echo.erle import ErleMeter
from wrappers.echo.meter import EchoMeter

SECONDS = 6


def frames(samples: Samples) -> np.ndarray:
    return samples[: len(samples) // 160 * 160].reshape(-1, 160)


def learn(microphone: Samples, output: Samples | None = None, seconds: float = SECONDS) -> EchoMeter:
    """A meter that has heard the story, with this in the microphone."""
    meter = EchoMeter(max_delay_ms=800)
    played = story(seconds)
    rest = frames(microphone if output is None else output)
    for reference, heard, left in zip(frames(played), frames(microphone), rest, strict=False):
        meter.push(heard, None if output is None else left, reference)
    return meter


def mix(*sounds: Samples) -> Samples:
    return np.clip(np.sum([sound.astype(int) for sound in sounds], axis=0), -32768, 32767).astype(np.int16)


def quieter(samples: Samples, gain_db: float) -> Samples:
    return to_int16((samples / 32768 * 10 ** (gain_db / 20)).astype(np.float32))


def person(seconds: float = SECONDS) -> Samples:
    """Somebody who never stops talking."""
    return np.resize(voice("No, tell me about the fish, and then about the weather.", "rms"), round(16000 * seconds))


@pytest.mark.parametrize("delay_ms", [0, 40, 250, 780])
@pytest.mark.parametrize("with_person", [False, True], ids=["alone", "with a person"])
def test_the_delay_of_an_echo_is_found(delay_ms: int, with_person: bool) -> None:
    room = Room(delay_ms=delay_ms, gain_db=-12)
    sound = mix(room.echo(story(SECONDS)), room.noise(16000 * SECONDS))
    if with_person:
        sound = mix(sound, quieter(person(), -12))
    meter = learn(sound)
    assert meter.finding == "echo"
    assert meter.delay_ms == pytest.approx(delay_ms, abs=3)


def test_a_quiet_echo_is_found_below_the_noise() -> None:
    room = Room(delay_ms=150, gain_db=-30, noise_db=-45)
    meter = learn(mix(room.echo(story(SECONDS)), room.noise(16000 * SECONDS)))
    assert (meter.finding, meter.delay_ms) == ("echo", pytest.approx(150, abs=3))


@pytest.mark.parametrize("sound", ["noise", "person", "nothing"])
def test_where_there_is_no_echo_none_is_found(sound: str) -> None:
    noise = Room().noise(16000 * SECONDS)
    microphone = {"noise": noise, "person": mix(noise, person()), "nothing": np.zeros_like(noise)}[sound]
    meter = learn(microphone)
    assert meter.finding == "none"
    assert meter.delay_ms is None
    assert learn(microphone, seconds=2).finding == "unknown", "two seconds do not tell"


def test_silence_of_the_agent_tells_nothing() -> None:
    meter = EchoMeter(max_delay_ms=800)
    for frame in frames(person(20)):
        assert not meter.push(frame, None, np.zeros(160, np.int16))
    assert meter.finding == "unknown"
    assert meter.voice_ms == 0


def test_the_correlogram_of_a_delayed_signal_has_one_peak() -> None:
    correlator = Correlator(1, 800)
    noise = np.random.default_rng(1).normal(0, 3000, 16000 * 3).astype(np.int16)
    for reference, late in zip(frames(noise), frames(np.roll(noise, 16 * 123)), strict=True):
        correlator.push(reference, late)
    (correlogram,) = correlator.correlate()
    assert correlogram.delay_ms == 123
    assert correlogram.strength > 2 * FOUND
    assert correlogram.strength_near(123, 5) == correlogram.strength
    assert correlogram.strength_near(400, 20) < FOUND


def test_a_delay_must_be_seen_twice() -> None:
    estimator = DelayEstimator()
    noise = frames(np.random.default_rng(1).normal(0, 3000, 16000 * 3).astype(np.int16))
    for shift, expected in ((10, None), (30, None), (30, 300), (31, 310)):
        correlator = Correlator(1, 800)
        for reference, late in zip(noise, np.roll(noise, shift, axis=0), strict=True):
            correlator.push(reference, late)
        estimator.look(correlator.correlate()[0])
        assert estimator.delay_ms == expected


def measure(microphone: Samples, output: Samples, follows: bool, delay_ms: int = 0) -> ErleMeter:
    """Half a minute of looks at an echo that is there all the time."""
    meter = ErleMeter()
    quiet = Room(noise_db=-70).noise(16000 * 2)
    for frame in frames(quiet):
        meter.push(frame, frame, False, delay_ms)
    for heard, left in zip(frames(microphone), frames(output), strict=True):
        meter.push(heard, left, True, delay_ms)
        if meter._frames == 50:
            meter.look(output_follows=follows)
    return meter


@pytest.mark.parametrize("erle_db", [12, 20, 30])
def test_the_figure_is_the_attenuation_of_the_echo(erle_db: float) -> None:
    echo = quieter(story(SECONDS), -6)
    assert measure(echo, quieter(echo, -erle_db), follows=False).erle_db == pytest.approx(erle_db, abs=0.7)


def test_a_person_does_not_lower_it() -> None:
    echo = quieter(story(12), -6)
    talking = np.concatenate([np.zeros(16000 * 6, np.int16), quieter(person(6), -6)])
    meter = measure(mix(echo, talking), mix(quieter(echo, -25), talking), follows=False)
    assert meter.erle_db == pytest.approx(25, abs=3)


def test_a_canceller_that_fails_lowers_it_whoever_speaks() -> None:
    echo = quieter(story(SECONDS), -6)
    meter = measure(echo, quieter(echo, -2), follows=True)
    assert meter.erle_db == pytest.approx(2, abs=1)


def test_nothing_is_known_while_a_person_speaks_all_the_time() -> None:
    sound = quieter(person(), -6)
    assert measure(sound, sound, follows=False).erle_db is None


def test_what_is_left_below_the_noise_is_buried() -> None:
    noise = Room(noise_db=-70).noise(16000 * SECONDS)
    echo = quieter(story(SECONDS), -40)
    meter = measure(mix(echo, noise), noise, follows=False)
    assert meter.is_buried
    assert not measure(quieter(echo, 30), quieter(echo, 15), follows=True).is_buried


def test_auto_takes_the_canceller_once_it_works_and_gives_it_up_when_it_fails_for_long() -> None:
    auto = AutoMode(has_canceller=True)
    seen = []
    for erle_db in (None, 8.0, 14.0, 15.0, 11.0, 9.0, 9.0, 12.0, 9.0, 9.0, 9.0, 14.0, 16.0):
        auto.look("echo", erle_db, is_buried=False)
        seen.append(auto.mode)
    assert seen == ["gate"] * 3 + ["aec"] * 7 + ["gate"] * 2 + ["aec"]


def test_auto_takes_a_canceller_that_leaves_less_than_the_noise() -> None:
    auto = AutoMode(has_canceller=True)
    auto.look("echo", 7.0, is_buried=True)
    assert auto.mode == "aec"


def test_auto_without_a_canceller_is_a_gate_or_nothing() -> None:
    auto = AutoMode(has_canceller=False)
    auto.look("echo", None, is_buried=False)
    assert auto.mode == "gate"
    auto.look("none", None, is_buried=False)
    assert auto.mode == "off"


def test_auto_goes_back_behind_the_gate_when_an_echo_appears_or_the_devices_change() -> None:
    auto = AutoMode(has_canceller=True)
    auto.look("none", None, is_buried=False)
    auto.look("echo", 20.0, is_buried=False)
    assert auto.mode == "gate", "the figure is of another time"
    auto.look("echo", 20.0, is_buried=False)
    assert auto.mode == "aec"
    auto.reset()
    assert auto.mode == "gate"
