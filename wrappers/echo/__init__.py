"""Keeps the agent from hearing itself."""

from wrappers.echo.aec3 import Aec3Canceller, is_installed
from wrappers.echo.auto import AutoOptions
from wrappers.echo.base import FRAME_MS, FRAME_SAMPLES, Canceller, EchoMode, EchoState, WantedMode
from wrappers.echo.gate import GateOptions
from wrappers.echo.heard_intervals import HeardIntervals
from wrappers.echo.spoken_echo import SpokenEcho, is_repetition
from wrappers.echo.suppressor import Cleaned, EchoSuppressor, SuppressorOptions

__all__ = [
    "FRAME_MS",
    "FRAME_SAMPLES",
    "Aec3Canceller",
    "AutoOptions",
    "Canceller",
    "Cleaned",
    "EchoMode",
    "EchoState",
    "EchoSuppressor",
    "GateOptions",
    "HeardIntervals",
    "SpokenEcho",
    "SuppressorOptions",
    "WantedMode",
    "is_installed",
    "is_repetition",
]
