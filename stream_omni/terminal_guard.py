"""Leaves the terminal as it was, however the app ends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from stream_omni.runtime import Runtime
from wrappers.terminal import TerminalMode, terminal_descriptor


@contextmanager
def terminal_kept(runtime: Runtime) -> Iterator[None]:
    """Put the terminal back in order at the end of the block, and before the runtime ends the process by force."""
    descriptor = terminal_descriptor()
    if descriptor is None:
        yield
        return
    mode = TerminalMode(descriptor)
    if runtime.name == "embedded":  # native TEN has nothing of this kind
        from ten_runtime._exit import register_restorer

        register_restorer(mode.restore)
    try:
        yield
    finally:
        mode.restore()
