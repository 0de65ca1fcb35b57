"""Property trees: plain dicts and lists that are read and written by paths such as `a.b[0].c`.

A tree holds what JSON can hold, plus `bytes` or `bytearray` for buffers.
"""

import json
import math
import re
from functools import lru_cache
from itertools import pairwise
from typing import Any, Final, NoReturn

MAX_INDEX: Final = 65_535
"""Highest array index a path may name: a typing error must not allocate gigabytes of padding."""
MAX_DEPTH: Final = 200
"""Deepest nesting of JSON text; deeper trees could not be walked recursively."""

PathStep = str | int
_INDEX = re.compile(r"\[([^\[\]]*)\]")
_SCOPES: Final = ("app", "extension")


class _Missing:
    def __repr__(self) -> str:
        return "MISSING"

    def __bool__(self) -> bool:
        return False


MISSING: Final = _Missing()
"""What `get_path` returns when nothing is there; `None` is a value (JSON null)."""


class PathError(ValueError):
    """A path that cannot be understood, such as `a[x]` or `a[0`."""


def split_scope(path: str) -> tuple[str, str]:
    """`"app:x.y"` gives `("app", "x.y")`; without one of the scopes `app`, `extension` the scope is `""`."""
    scope, colon, rest = path.partition(":")
    return (scope, rest) if colon and scope in _SCOPES else ("", path)


@lru_cache(maxsize=1024)
def parse_path(path: str) -> tuple[PathStep, ...]:
    """Split `a.b[0].c` into `("a", "b", 0, "c")`; `""` (the whole tree) gives `()`.

    An empty key between two dots is kept as `""`. Raises PathError for an index that is no number or too large.
    """
    if not path:
        return ()
    steps: list[PathStep] = []
    for part in path.split("."):
        key, bracket, _ = part.partition("[")
        if key or not bracket:
            steps.append(key)
        if bracket:
            steps.extend(_parse_indexes(part[len(key) :], path))
    return tuple(steps)


def _parse_indexes(text: str, path: str) -> list[int]:
    indexes: list[int] = []
    position = 0
    while position < len(text):
        found = _INDEX.match(text, position)
        if found is None or not (found[1].isascii() and found[1].isdigit()):
            raise PathError(f'path "{path}": "{text}" is not an array index such as [0]')
        if len(found[1]) > len(str(MAX_INDEX)) or int(found[1]) > MAX_INDEX:
            raise PathError(f'path "{path}": index {found[1]} is above {MAX_INDEX}')
        indexes.append(int(found[1]))
        position = found.end()
    return indexes


def get_path(tree: Any, path: str) -> Any:
    """Return the value at `path` (not a copy), or MISSING. Raises PathError."""
    value = tree
    for step in parse_path(path):
        if isinstance(step, int):
            if not isinstance(value, list) or step >= len(value):
                return MISSING
            value = value[step]
        elif step and isinstance(value, dict) and step in value:
            value = value[step]
        else:
            return MISSING
    return value


def set_path(tree: dict[str, Any], path: str, value: Any) -> None:
    """Put `value` at `path`, in place.

    Missing objects and arrays are created, arrays are padded with None, and whatever has the wrong shape on the way
    is replaced. Empty keys are skipped (`a..b` sets `a.b`). Raises PathError for a path that names no key of the tree.
    """
    steps = [step for step in parse_path(path) if step != ""]
    if not steps or isinstance(steps[0], int):
        raise PathError(f'path "{path}" does not begin with a key')
    holder: Any = tree
    for step, following in pairwise(steps):
        wanted = list if isinstance(following, int) else dict
        holder = _descend(holder, step, wanted)
    if isinstance(holder, list):
        _pad(holder, steps[-1])
    holder[steps[-1]] = value


def _descend(holder: Any, step: PathStep, wanted: type) -> Any:
    if isinstance(holder, list):
        _pad(holder, step)
        child = holder[step]  # type: ignore[index]
    else:
        child = holder.get(step)
    if not isinstance(child, wanted):
        child = holder[step] = wanted()
    return child


def _pad(items: list[Any], index: PathStep) -> None:
    assert isinstance(index, int)
    items.extend([None] * (index + 1 - len(items)))


def copy_tree(value: Any) -> Any:
    """Deep copy of a property tree, buffers included; several times faster than `copy.deepcopy`."""
    if isinstance(value, dict):
        return {key: copy_tree(item) for key, item in value.items()}
    if isinstance(value, list):
        return [copy_tree(item) for item in value]
    return bytearray(value) if isinstance(value, bytearray) else value


def merge(base: dict[str, Any], over: dict[str, Any]) -> dict[str, Any]:
    """Return a new tree: objects merged recursively, everything else of `over` replaces what `base` has."""
    merged = copy_tree(base)
    for key, value in over.items():
        below = merged.get(key)
        both_objects = isinstance(below, dict) and isinstance(value, dict)
        merged[key] = merge(below, value) if both_objects else copy_tree(value)
    return merged


def to_json_text(value: Any) -> str:
    """Pretty JSON text: 4 spaces per level, non-ASCII kept; a buffer and a number that JSON lacks read as null."""
    try:
        return json.dumps(value, indent=4, ensure_ascii=False, allow_nan=False, default=_as_null)
    except ValueError:
        return json.dumps(_without_nan(value), indent=4, ensure_ascii=False, default=_as_null)


def _as_null(value: Any) -> None:
    if not isinstance(value, bytes | bytearray | memoryview):
        raise TypeError(f"a property cannot hold a {type(value).__name__}")


def _without_nan(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_nan(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_nan(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def from_json_text(text: str) -> Any:
    """Parse JSON text. A key given twice keeps its last value.

    Raises ValueError (json.JSONDecodeError with line and column where there is a place) for anything that is not
    JSON, for numbers beyond float64 and for nesting deeper than MAX_DEPTH.
    """
    try:
        value = json.loads(text, parse_constant=_refuse_constant, parse_float=_parse_float)
    except RecursionError:
        _refuse_depth()
    if text.count("[") + text.count("{") > MAX_DEPTH and _is_too_deep(value):
        _refuse_depth()
    return value


def _is_too_deep(value: Any) -> bool:
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [
            child
            for item in level
            if isinstance(item, dict | list)
            for child in (item.values() if isinstance(item, dict) else item)
        ]
    return any(isinstance(item, dict | list) for item in level)


def _refuse_depth() -> NoReturn:
    raise ValueError(f"nested deeper than {MAX_DEPTH} levels")


def _refuse_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")


def _parse_float(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"the number {text} is out of range")
    return number
