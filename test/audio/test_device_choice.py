"""Which device is meant: by name, part of a name, number or default."""

import pytest

from wrappers.audio import Device, DeviceNotFound, Devices, Side, choose_device
from wrappers.audio.wake import SleepDetector

MAC = Devices(
    (
        Device(0, "MacBook Pro Microphone", 1, 0, 48000, transport="built-in"),
        Device(1, "MacBook Pro Speakers", 0, 2, 48000, transport="built-in"),
        Device(2, "Ann's AirPods", 1, 0, 24000, True, False, "bluetooth"),
        Device(3, "Ann's AirPods", 0, 2, 48000, False, True, "bluetooth"),
        Device(4, "Studio USB", 2, 2, 44100, transport="other"),
    )
)


@pytest.mark.parametrize(
    ("side", "wish", "index"),
    [
        ("output", "default", 3),
        ("output", "", 3),
        ("output", " Default ", 3),
        ("input", "Studio USB", 4),
        ("output", "studio", 4),
        ("input", "macbook", 0),
        ("output", "macbook", 1),
        ("input", "Ann's AirPods", 2),
        ("output", "4", 4),
    ],
)
def test_it_is_found(side: Side, wish: str, index: int) -> None:
    assert choose_device(MAC, side, wish).index == index


def test_with_a_bluetooth_loudspeaker_the_built_in_microphone_is_the_default() -> None:
    headset, speakers = MAC.devices[3], MAC.devices[1]
    assert choose_device(MAC, "input", "default", headset).name == "MacBook Pro Microphone"
    assert choose_device(MAC, "input", "default", speakers).name == "Ann's AirPods"
    assert choose_device(MAC, "input", "airpods", headset).name == "Ann's AirPods", "who names it gets it"
    without_built_in = Devices(MAC.devices[2:])
    assert choose_device(without_built_in, "input", "default", headset).name == "Ann's AirPods"


@pytest.mark.parametrize(
    ("found", "side", "wish", "text"),
    [
        (
            MAC,
            "input",
            "studo",
            'microphone "studo": no microphone has this name; there are 0 "MacBook Pro Microphone", '
            '2 "Ann\'s AirPods", 4 "Studio USB"',
        ),
        (MAC, "input", "1", "microphone 1: no microphone has this number; there are 0 "),
        (MAC, "output", "9", "loudspeaker 9: no loudspeaker has this number; there are 1 "),
        (
            MAC,
            "output",
            "s",
            'loudspeaker "s": 3 fit: 1 "MacBook Pro Speakers", 3 "Ann\'s AirPods", 4 "Studio USB"; give',
        ),
        (Devices((), "it is deaf", "mend it"), "input", "default", "there is no microphone (it is deaf): mend it"),
        (
            Devices((Device(0, "Speakers", 0, 2, 48000, False, True),)),
            "input",
            "default",
            'the system has no default microphone; there is none, only 0 "Speakers" without a microphone',
        ),
    ],
)
def test_it_is_not_found(found: Devices, side: Side, wish: str, text: str) -> None:
    with pytest.raises(DeviceNotFound) as error:
        choose_device(found, side, wish)
    assert str(error.value).startswith(text)


def test_a_wall_clock_that_ran_on_alone_means_sleep() -> None:
    detector = SleepDetector(wall_s=1000.0, monotonic_s=50.0)
    assert not detector.has_slept(1000.25, 50.25)
    assert not detector.has_slept(1001.9, 50.5), "the clock was set a little"
    assert detector.has_slept(1902.2, 50.8)
    assert not detector.has_slept(1902.5, 51.1), "it is told once"
    assert not detector.has_slept(1000.0, 51.4), "set back by hand"
