"""How much memory an object holds, with all that it alone leads to."""

from __future__ import annotations

import gc
import sys
import types
from typing import Any

_SHARED = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.CodeType, types.FrameType)
"""Belong to the program, not to one object of it."""


def held_bytes(start: Any, but_not: tuple[Any, ...] = ()) -> int:
    """Bytes of `start` and of everything that can be reached from it, without classes, functions and modules.

    but_not: objects at which to stop
    """
    seen = {id(other) for other in but_not}
    waiting, total = [start], 0
    while waiting:
        item = waiting.pop()
        if id(item) in seen or isinstance(item, _SHARED):
            continue
        seen.add(id(item))
        total += sys.getsizeof(item)
        waiting += gc.get_referents(item)
    return total
