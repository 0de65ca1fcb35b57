"""Is MLX here? Asked before any module that imports it."""

from __future__ import annotations

import importlib
import importlib.util
import platform
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version

from wrappers.errors import EngineMissing

OLDEST_MLX_AUDIO = (0, 6, 2)
"""Older ones decode Spark-TTS with 51 samples too many and a wrong end."""
_MLX = {"mlx.core": "mlx"}
"""Module and package."""
_SPEECH = {"mlx_audio": "mlx-audio", "soxr": "soxr"}
"""mlx-audio's Spark-TTS imports soxr without depending on it."""


def require_mlx() -> None:
    """Raises EngineMissing, with what mends it, where MLX or mlx-audio is not installed, does not work, or is too old.

    Imports only what takes a moment.
    """
    _import(_MLX | _SPEECH)
    _require_recent_mlx_audio()


def require_mlx_lm() -> None:
    """The same for MLX and mlx-lm; this one is only looked for, as importing it takes seconds."""
    _import(_MLX)
    if importlib.util.find_spec("mlx_lm") is None:
        raise EngineMissing("mlx-lm is not installed", _mend())


def _import(packages: Mapping[str, str]) -> None:
    for module, package in packages.items():
        try:
            importlib.import_module(module)
        except (ImportError, OSError) as problem:
            absent = isinstance(problem, ModuleNotFoundError)
            what = f"{package} is not installed" if absent else f"{package} cannot be imported ({problem})"
            raise EngineMissing(what, _mend()) from None


def _require_recent_mlx_audio() -> None:
    try:
        found = version("mlx-audio")
    except PackageNotFoundError:  # on the path without being installed: whoever does that knows which one it is
        return
    parts = tuple(int(part) for part in found.split(".")[:3] if part.isdigit())
    if parts < OLDEST_MLX_AUDIO:
        oldest = ".".join(map(str, OLDEST_MLX_AUDIO))
        raise EngineMissing(f"mlx-audio {found} is installed, at least {oldest} is needed", _mend())


def _mend() -> str:
    if platform.system() == "Darwin" and platform.machine() != "arm64":
        return "MLX needs a Mac with Apple Silicon; choose another engine"
    if platform.system() == "Darwin":
        return 'install it by `make run EXTRAS="mlx"` (it needs macOS 14)'
    return 'install it by `make run EXTRAS="mlx"` (to try it: without the GPU of a Mac it is too slow to talk with)'
