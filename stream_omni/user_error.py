"""Mistakes that the user can mend: shown as they are, never with a traceback."""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class UserError(Exception):
    """The text says where, what was found, and what is allowed. The app ends with status 2."""


def near_misses(found: str, allowed: Iterable[str]) -> str:
    """Text to put behind an unknown name: the nearest known one, or all of them.

    returns e.g. `; did you mean "offline"?` or `; known: barge_in, offline`
    """
    names = sorted(allowed)
    cutoff = 0.6 if len(found) < 8 else 0.75  # long names share endings such as `_python`
    if near := difflib.get_close_matches(found, names, n=1, cutoff=cutoff):
        return f'; did you mean "{near[0]}"?'
    return f"; known: {', '.join(names)}" if names else ""
