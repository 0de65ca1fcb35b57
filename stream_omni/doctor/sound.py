"""Microphone and loudspeaker: whether they are there, what they give, and what one hears of the other."""

from __future__ import annotations

import asyncio

from stream_omni.doctor.advice import LIVE
from stream_omni.doctor.context import DEVICES, Context
from stream_omni.doctor.findings import Found
from wrappers.audio import DEFAULT
from wrappers.echo.advice import advise
from wrappers.echo.aec3 import is_installed
from wrappers.echo.chirp import EchoMeasurement
from wrappers.echo.measure import MeasurementFailed, measure

LEVEL_DB = -12.0
"""Peak of the chirps: as loud as a voice of the agent."""
LOUD_NOISE_DB = -45.0
"""Speech at arm's length is some 15 dB above this."""


def look(context: Context) -> Found:
    """Play chirps and listen, ten seconds."""
    found = Found()
    microphone, loudspeaker = (context.node(name) for name in ("mic", "speaker"))
    if microphone is None or loudspeaker is None or {microphone.addon, loudspeaker.addon} != {DEVICES}:
        missing = microphone.missing if microphone else None
        text = missing.what if missing else f"graph {context.graph.name} has files for them here"
        mend = missing.mend if missing else f"--graph {LIVE} has devices"
        found.add("microphone, loudspeaker", "doubtful", text, mend)
        return found
    devices = (
        str(microphone.property.get("input_device", DEFAULT)),
        str(loudspeaker.property.get("output_device", DEFAULT)),
    )
    try:
        measurement, output_name, input_name = asyncio.run(measure(*devices, LEVEL_DB))
    except MeasurementFailed as error:
        mend = "connect one, then: python ten_stream_omni_app.py --list-devices"
        found.add("microphone, loudspeaker", "bad", str(error), mend)
        return found
    _judge(found, measurement, input_name)
    found.add("loudspeaker", "good", f'"{output_name}"')
    if not measurement.hears_nothing:
        _judge_echo(found, measurement)
    return found


def _judge(found: Found, measurement: EchoMeasurement, name: str) -> None:
    if measurement.hears_nothing:
        mend = "unmute it; on macOS allow it in System Settings > Privacy & Security > Microphone, for the terminal"
        found.add("microphone", "bad", f'"{name}" gives nothing but zeros', mend)
        return
    found.figures |= {"devices": "yes", "noise_db": measurement.noise_db}
    text = f'"{name}", noise {measurement.noise_db:.0f} dB beside full scale'
    if measurement.noise_db > LOUD_NOISE_DB:
        found.add("microphone", "doubtful", f"{text}, which is loud", "turn off what is noisy, or its gain down")
    else:
        found.add("microphone", "good", text)


def _judge_echo(found: Found, measurement: EchoMeasurement) -> None:
    installed = is_installed()
    advice = advise(measurement, installed)
    found.figures |= {"echo_mode": advice.mode, "echo_delay_ms": advice.echo_delay_ms}
    if advice.tail_ms is not None:
        found.figures["echo_tail_ms"] = advice.tail_ms
    if measurement.delay_ms is None:
        found.add("echo", "good", advice.reason)
        return
    text = f"{measurement.delay_ms} ms, {measurement.echo_db:.0f} dB: {advice.reason}"
    if advice.mode == "gate":
        mend = "make run EXTRAS=aec" if not installed else "use headphones to talk over the agent"
        found.add("echo", "doubtful", text, mend)
    else:
        found.add("echo", "good", text)
