"""Microphones and loudspeakers, for `--list-devices`."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table

from wrappers.audio import Devices


def print_devices(found: Devices, console: Console) -> None:
    """Show the list as a table, or why it is empty and what works all the same."""
    if not found.devices:
        console.print(f"No device: {found.reason}. To mend it: {found.mend}.", highlight=False)
        console.print("Without one, a recording can take your place: --input FILE --output FILE.wav", highlight=False)
        return
    table = Table(title="Sound devices", title_justify="left")
    for heading in ("number", "name", "microphone", "loudspeaker", "rate"):
        table.add_column(heading, overflow="fold")
    for device in found.devices:
        ears = _channels(device.inputs, device.is_default_input)
        mouth = _channels(device.outputs, device.is_default_output)
        table.add_row(str(device.index), device.name, ears, mouth, f"{device.rate_hz} Hz")
    console.print(table)


def _channels(count: int, is_default: bool) -> str:
    if not count:
        return ""
    return f"{count} channel{'s' if count > 1 else ''}" + (", default" if is_default else "")
