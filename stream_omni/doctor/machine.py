"""The machine: system, chip, memory, Python."""

from __future__ import annotations

import os
import platform
import subprocess

from stream_omni.doctor.context import Context
from stream_omni.doctor.findings import Found

LEAST_MEMORY_GB = 16
"""A language model of some billion parameters, Whisper and a voice fit, and the system has some left."""
OLDEST_MACOS = 14
"""MLX needs it."""


def look(_context: Context) -> Found:
    """See what the machine is, without measuring."""
    found = Found()
    system, machine = platform.system(), platform.machine()
    if system == "Darwin":
        _look_at_mac(found, machine)
    else:
        found.add("system", "good", f"{system} {platform.release()}, {machine}, {os.cpu_count()} cores")
    memory_gb = memory_bytes() / 2**30
    found.figures["memory_gb"] = round(memory_gb, 1)
    if memory_gb and memory_gb < LEAST_MEMORY_GB:
        text = f"{memory_gb:.0f} GB, which is little beside a language model"
        found.add("memory", "doubtful", text, "load a model of at most 4 billion parameters in LM Studio")
    elif memory_gb:
        found.add("memory", "good", f"{memory_gb:.0f} GB")
    found.add("Python", "good", platform.python_version())
    return found


def _look_at_mac(found: Found, machine: str) -> None:
    version = platform.mac_ver()[0]
    chip = _sysctl("machdep.cpu.brand_string") or machine
    found.figures["chip"] = chip
    text = f"macOS {version}, {chip}, {os.cpu_count()} cores"
    if machine != "arm64":
        mend = "use a Mac with Apple Silicon, or arm64 Python on it; the graph offline works here"
        found.add("system", "bad", f"{text}: MLX does not run on it", mend)
    elif int(version.partition(".")[0] or 0) < OLDEST_MACOS:
        found.add("system", "doubtful", f"{text}: MLX needs macOS {OLDEST_MACOS}", "update macOS")
    else:
        found.add("system", "good", text)


def memory_bytes() -> int:
    """Of the whole machine; 0 where the system does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (OSError, ValueError):
        return int(_sysctl("hw.memsize") or 0)


def _sysctl(name: str) -> str:
    try:
        done = subprocess.run(["sysctl", "-n", name], capture_output=True, text=True, timeout=5)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
