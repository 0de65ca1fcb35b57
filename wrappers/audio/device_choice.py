"""Which device a user means. Pure: from a list and a wish to one device, or to a sentence that says what there is."""

from __future__ import annotations

from collections.abc import Iterable

from wrappers.audio.devices import SIDE_NAMES, Device, Devices, Side

DEFAULT = "default"


class DeviceNotFound(Exception):
    """No device fits, or several do; the text names what is there, for the user."""


def choose_device(found: Devices, side: Side, wish: str = DEFAULT, output: Device | None = None) -> Device:
    """The device for one side.

    wish: a number of the list, a name, a part of a name (upper and lower case are the same), or 'default'
    output: for an input, the loudspeaker in use. Where that is a Bluetooth headset, 'default' means the built-in
        microphone: a headset that also listens falls to the quality of a telephone.
    raises DeviceNotFound
    """
    kind = SIDE_NAMES[side]
    if not found.devices:
        raise DeviceNotFound(f"there is no {kind} ({found.reason}): {found.mend}")
    able = [device for device in found.devices if device.channels(side)]
    if wish.strip().casefold() in ("", DEFAULT):
        return _default(able, side, output, found)
    wish = wish.strip()
    if wish.isdecimal():
        matches = [device for device in able if device.index == int(wish)]
        if not matches:
            raise DeviceNotFound(f"{kind} {wish}: no {kind} has this number; {_list(able, side, found)}")
        return matches[0]
    same = [device for device in able if device.name.casefold() == wish.casefold()]
    matches = same or [device for device in able if wish.casefold() in device.name.casefold()]
    if not matches:
        raise DeviceNotFound(f'{kind} "{wish}": no {kind} has this name; {_list(able, side, found)}')
    if len(matches) > 1:
        names = _names(matches)
        raise DeviceNotFound(f'{kind} "{wish}": {len(matches)} fit: {names}; give more of the name, or the number')
    return matches[0]


def _default(able: list[Device], side: Side, output: Device | None, found: Devices) -> Device:
    default = next((device for device in able if device.is_default(side)), None)
    if default is None:
        kind = SIDE_NAMES[side]
        raise DeviceNotFound(f"the system has no default {kind}; {_list(able, side, found)}")
    if side == "input" and output is not None and "bluetooth" == output.transport == default.transport:
        return next((device for device in able if device.transport == "built-in"), default)
    return default


def _list(able: list[Device], side: Side, found: Devices) -> str:
    if able:
        return f"there are {_names(able)}"
    return f"there is none, only {_names(found.devices)} without a {SIDE_NAMES[side]}"


def _names(devices: Iterable[Device]) -> str:
    return ", ".join(f'{device.index} "{device.name}"' for device in devices)
