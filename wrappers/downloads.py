"""Models that are fetched from the Hugging Face hub: which are still to come, and whether they can."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

TIMEOUT_S = 3.0


@dataclass(frozen=True)
class Download:
    """Something that an engine fetches when it is opened, because it is not on this machine yet."""

    name: str
    """E.g. 'Whisper small'."""
    fetch: Callable[[Callable[[str], None]], object]
    """Gets it, with progress bars on stderr, and goes on where an earlier try stopped. Takes what takes a line for the
    user; raises EngineMissing."""
    needed: bool = True
    """False: the engine works without it, but better with it."""


@cache
def hub_answers() -> bool:
    """Whether anything can be fetched now: asked once, within seconds. Never raises."""
    try:
        hub: Any = importlib.import_module("huggingface_hub")
        if hub.constants.HF_HUB_OFFLINE:
            return False
        hub.get_session().head(hub.constants.ENDPOINT, timeout=TIMEOUT_S)
    except Exception:  # not installed; no network; the client's own kinds
        return False
    return True
