"""Skips a test that cannot run on this machine, and fails it where it must.

`STREAM_OMNI_REQUIRE=flite,sound` (the continuous integration sets what it has installed) names the parts whose tests
may not skip.
"""

import importlib
import importlib.util
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
RECORDINGS = REPOSITORY.parent / "shared" / "audio"
"""Public recordings of people, beside the repository where there are any; no part of the project."""
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


def _program(name: str) -> Callable[[], str]:
    return lambda: "" if shutil.which(name) else f"the program {name} is not installed"


def _module(name: str) -> Callable[[], str]:
    def missing() -> str:
        try:
            importlib.import_module(name)
        except (ImportError, OSError) as problem:
            return f"the Python module {name} cannot be imported ({problem})"
        return ""

    return missing


def _mlx() -> str:
    """Looked for and not imported: that takes seconds."""
    missing = [name for name in ("mlx", "mlx_audio") if importlib.util.find_spec(name) is None]
    return f"not installed: {', '.join(missing)} (the extra mlx)" if missing else ""


def _whisper() -> str:
    """Looked for and not imported: that takes a second."""
    missing = [name for name in ("faster_whisper", "opencc") if importlib.util.find_spec(name) is None]
    return f"not installed: {', '.join(missing)} (the extra whisper)" if missing else ""


def _sound() -> str:
    """A virtual sound card needs PulseAudio and its tools; reaching it needs PortAudio."""
    missing = [name for name in ("pulseaudio", "pactl", "aplay") if not shutil.which(name)]
    return f"not installed: {', '.join(missing)}" if missing else _module("sounddevice")()


def _browser() -> str:
    """Playwright drives it; the browser itself is the system's."""
    if not any(map(shutil.which, BROWSERS)):
        return f"not installed: {' or '.join(BROWSERS)}"
    return _module("playwright")()


CHECKS: dict[str, Callable[[], str]] = {
    "aec": _module("livekit.rtc"),
    "bench": _module("matplotlib"),
    "browser": _browser,
    "flite": _program("flite"),
    "sox": _program("sox"),
    "espeak": _program("espeak-ng"),
    "espeak_library": _module("espeakng_loader"),
    "mlx": _mlx,
    "lmstudio": _module("lmstudio"),
    "onnxruntime": _module("onnxruntime"),
    "openai": _module("openai"),
    "otel": _module("opentelemetry.sdk"),
    "pocketsphinx": _module("pocketsphinx"),
    "recordings": lambda: "" if RECORDINGS.is_dir() else "no recordings of people beside the repository",
    "shellcheck": _program("shellcheck"),
    "sound": _sound,
    "ten_vad": _module("ten_vad"),
    "torch": _module("torch"),
    "whisper": _whisper,
}
"""For each part: what is missing on this machine, or an empty text."""


def parts_that_must_run() -> set[str]:
    """The parts that STREAM_OMNI_REQUIRE names; raises pytest.UsageError for a name that no test knows."""
    parts = {part.strip() for part in os.environ.get("STREAM_OMNI_REQUIRE", "").split(",")} - {""}
    if unknown := parts - CHECKS.keys():
        raise pytest.UsageError(
            f"STREAM_OMNI_REQUIRE: unknown {', '.join(sorted(unknown))}; known are {', '.join(sorted(CHECKS))}"
        )
    return parts


def require(*parts: str) -> None:
    """Go on only if all `parts` are here; otherwise skip with the reason, or fail if the part must run here."""
    for part in parts:
        missing = CHECKS[part]()
        if missing and part in parts_that_must_run():
            pytest.fail(f"{part} is required here (STREAM_OMNI_REQUIRE), but {missing}", pytrace=False)
        if missing:
            pytest.skip(f"{part}: {missing}", allow_module_level=True)


def recording(name: str) -> Path:
    """The public recording `name` ("jfk.wav"); skips where the recordings are absent."""
    require("recordings")
    return RECORDINGS / name
