"""What chirps tell of an echo, and what is recommended then. Rooms in numbers; devices are in test/sound."""

import numpy as np
import pytest
from support.room import Room

from wrappers.audio import Samples
from wrappers.audio.samples import FULL_SCALE, to_int16
from wrappers.echo import __main__ as command
from wrappers.echo.advice import Advice, advise, describe
from wrappers.echo.chirp import EchoMeasurement, analyse, make_chirps

CHIRPS = make_chirps(-12)
AFTER = np.zeros(16 * 1500, np.int16)
"""The recording goes on after the last chirp."""


def record(room: Room, with_person: Samples | None = None) -> Samples:
    played = np.concatenate([CHIRPS, AFTER])
    sound = room.echo(played).astype(int) + room.noise(len(played))
    if with_person is not None:
        sound += np.resize(with_person, len(played))
    return np.clip(sound, -FULL_SCALE, FULL_SCALE - 1).astype(np.int16)


def measured(room: Room) -> EchoMeasurement:
    return analyse(record(room), CHIRPS)


def noise(level_db: float) -> Samples:
    rng = np.random.default_rng(5)
    return to_int16((rng.standard_normal(len(CHIRPS)) * 10 ** (level_db / 20)).astype(np.float32))


@pytest.mark.parametrize("delay_ms", [0, 40, 120, 250, 400, 800])
@pytest.mark.parametrize("gain_db", [0, -12, -30])
def test_delay_and_level_of_an_echo(delay_ms: int, gain_db: float) -> None:
    echo = measured(Room(delay_ms, gain_db))
    assert echo.delay_ms == pytest.approx(delay_ms, abs=2)
    assert echo.echo_db == pytest.approx(gain_db, abs=1.5)
    assert echo.noise_db == pytest.approx(-60, abs=0.5)
    assert not (echo.is_overdriven or echo.hears_nothing or echo.is_unclear)


def test_an_echo_below_the_noise_is_found() -> None:
    echo = measured(Room(120, -40, noise_db=-40))
    assert echo.delay_ms == pytest.approx(120, abs=2)
    assert echo.rings_ms == 0


@pytest.mark.parametrize("ppm", [-200, 200])
def test_devices_whose_clocks_differ(ppm: float) -> None:
    assert measured(Room(120, -12, drift_ppm=ppm)).delay_ms == pytest.approx(120, abs=3)


def test_a_hall_rings_longer_than_a_room() -> None:
    room, hall = (measured(Room(60, 0, decay_ms=decay_ms)).rings_ms for decay_ms in (120, 600))
    assert 20 <= room <= 120
    assert 200 <= hall <= 500


def test_one_noise_after_a_chirp_is_no_ringing() -> None:
    recorded = record(Room(60, -12))
    bang = 16 * (1000 + 60 + 500 + 300)
    recorded[bang : bang + 800] = noise(-10)[:800]
    assert analyse(recorded, CHIRPS).rings_ms < 150


@pytest.mark.parametrize("level_db", [-80, -40, -15])
def test_noise_is_no_echo(level_db: float) -> None:
    echo = analyse(np.concatenate([noise(level_db), AFTER]), CHIRPS)
    assert (echo.delay_ms, echo.echo_db, echo.is_unclear, echo.hears_nothing) == (None, None, False, False)


def test_silence_is_a_microphone_that_does_not_work() -> None:
    assert analyse(np.zeros(len(CHIRPS), np.int16), CHIRPS).hears_nothing


def test_chirps_that_are_not_all_there_are_unclear() -> None:
    recorded = record(Room(120, -12))
    recorded[16 * 3500 :] = noise(-40)[: len(recorded) - 16 * 3500]
    echo = analyse(recorded, CHIRPS)
    assert echo.is_unclear and echo.delay_ms is None


def test_a_microphone_that_is_overdriven() -> None:
    played = np.concatenate([CHIRPS, AFTER])
    loud = np.clip(Room(120, 0, noise_db=-60).echo(played).astype(int) * 8, -FULL_SCALE, FULL_SCALE - 1)
    echo = analyse(loud.astype(np.int16), CHIRPS)
    assert echo.is_overdriven and echo.delay_ms == pytest.approx(120, abs=2)
    assert advise(echo, canceller_is_installed=True).mode == "gate"


def test_a_recording_that_is_too_short() -> None:
    with pytest.raises(ValueError, match="holds 100 samples"):
        analyse(np.zeros(100, np.int16), CHIRPS)


def echo(delay_ms: int | None = 120, rings_ms: int = 60) -> EchoMeasurement:
    return EchoMeasurement(-60.0, delay_ms, None if delay_ms is None else -12.0, rings_ms)


@pytest.mark.parametrize(
    ("measurement", "installed", "advice"),
    [
        (echo(), True, ("auto", 120, None)),
        (echo(), False, ("gate", 120, None)),
        (echo(delay_ms=600), True, ("gate", 600, None)),
        (echo(rings_ms=400), True, ("auto", 120, 520)),
        (echo(delay_ms=None, rings_ms=0), True, ("off", 0, None)),
    ],
    ids=["room", "no canceller", "wireless", "hall", "headphones"],
)
def test_what_is_recommended(
    measurement: EchoMeasurement, installed: bool, advice: tuple[str, int, int | None]
) -> None:
    given = advise(measurement, installed)
    assert (given.mode, given.echo_delay_ms, given.tail_ms) == advice
    assert ("EXTRAS=aec" in given.reason) == (not installed)


@pytest.mark.parametrize(
    ("advice", "options"),
    [
        (Advice("auto", 120, 520, ""), "--graph barge_in --set aec.mode=auto --set aec.echo_delay_ms=120"),
        (Advice("gate", 120, None, ""), "--graph voice_chat --set aec.mode=gate --set aec.echo_delay_ms=120"),
        (Advice("off", 0, None, ""), '--graph barge_in --set aec.mode=off"'),
    ],
)
def test_the_recommendation_is_a_command(advice: Advice, options: str) -> None:
    lines = describe(echo(advice.echo_delay_ms or None), advice).splitlines()
    assert options in lines[-1]
    assert ("aec.tail_ms=520" in lines[-1]) == (advice.tail_ms is not None)
    assert any("dB beside what is played" in line for line in lines) == (advice.mode != "off")


@pytest.mark.parametrize(
    ("measurement", "status", "told"),
    [
        (EchoMeasurement(-120.0, None, hears_nothing=True), 1, "nothing but zeros: it is muted, or"),
        (EchoMeasurement(-60.0, None, is_unclear=True), 1, "not heard clearly"),
        (echo(delay_ms=None), 0, "talk over the agent"),
    ],
    ids=["no permission", "unclear", "headphones"],
)
def test_the_command_tells_what_it_means(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    measurement: EchoMeasurement,
    status: int,
    told: str,
) -> None:
    async def measure(*_arguments: object) -> tuple[EchoMeasurement, str, str]:
        return measurement, "Speakers", "Microphone"

    monkeypatch.setattr(command, "measure", measure)
    monkeypatch.setattr("sys.argv", ["echo", "measure"])
    assert command.main() == status
    printed = capsys.readouterr()
    assert told in (printed.err if status else printed.out)
    assert 'loudspeaker "Speakers", microphone "Microphone"' in printed.out
