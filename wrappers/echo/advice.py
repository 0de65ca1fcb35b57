"""What a measured echo means for the configuration."""

from __future__ import annotations

from dataclasses import dataclass

from wrappers.echo.base import WantedMode
from wrappers.echo.chirp import EchoMeasurement
from wrappers.echo.gate import GateOptions, TimeGate

LONGEST_CANCELLED_MS = 500
"""A later echo is beyond the canceller's filter, which needs some length for the room as well."""


@dataclass(frozen=True, slots=True)
class Advice:
    """A recommended configuration of the echo suppressor, and why."""

    mode: WantedMode
    echo_delay_ms: int
    tail_ms: int | None
    """None: what follows from the delay will do."""
    reason: str


def advise(measurement: EchoMeasurement, canceller_is_installed: bool) -> Advice:
    """The best configuration for what was measured."""
    if measurement.delay_ms is None:
        return Advice(
            "off", 0, None, "the microphone does not hear the loudspeaker, as with headphones: talk over the agent"
        )
    tail_ms = _tail_ms(measurement.delay_ms, measurement.rings_ms)
    mode, reason = _mode(measurement.delay_ms, measurement.is_overdriven, canceller_is_installed)
    return Advice(mode, measurement.delay_ms, tail_ms, reason)


def _mode(delay_ms: int, is_overdriven: bool, canceller_is_installed: bool) -> tuple[WantedMode, str]:
    if delay_ms > LONGEST_CANCELLED_MS:
        return "gate", f"an echo that takes more than {LONGEST_CANCELLED_MS} ms cannot be cancelled"
    if is_overdriven:
        return "gate", "the echo is too loud for the microphone, so it cannot be cancelled: turn the loudspeaker down"
    if not canceller_is_installed:
        return "gate", "the canceller is not installed; `make run EXTRAS=aec` lets you talk over the agent"
    return "auto", "this echo can be cancelled: you can talk over the agent"


def _tail_ms(delay_ms: int, rings_ms: int) -> int | None:
    gate = TimeGate(GateOptions())
    gate.delay_ms = delay_ms
    return None if delay_ms + rings_ms <= gate.tail_ms else delay_ms + rings_ms


def describe(measurement: EchoMeasurement, advice: Advice) -> str:
    """Both, as lines for a terminal."""
    lines = [f"noise    {measurement.noise_db:7.1f} dB beside full scale"]
    if measurement.delay_ms is None:
        lines.append("echo         none")
    else:
        lines += [
            f"delay    {measurement.delay_ms:7d} ms from the app to the loudspeaker, through the air, and back",
            f"echo     {measurement.echo_db:7.1f} dB beside what is played",
            f"rings    {measurement.rings_ms:7d} ms until it is lost in the noise",
        ]
    lines += ["", f"Recommended: mode {advice.mode}; {advice.reason}.", ""]
    return "\n".join([*lines, f'  make run ARGS="{_options(advice)}"'])


def _options(advice: Advice) -> str:
    """The command line of the app that has this configuration."""
    settings = {"mode": advice.mode, "echo_delay_ms": advice.echo_delay_ms or None, "tail_ms": advice.tail_ms}
    graph = "voice_chat" if advice.mode == "gate" else "barge_in"
    options = [f"--set aec.{key}={value}" for key, value in settings.items() if value is not None]
    return " ".join([f"--graph {graph}", *options])
