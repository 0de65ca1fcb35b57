"""How much of their beginning two sequences share."""

from __future__ import annotations

from collections.abc import Sequence


def common_beginning(first: Sequence[object], second: Sequence[object]) -> int:
    """Length of the beginning that both have."""
    for place, (one, other) in enumerate(zip(first, second, strict=False)):
        if one != other:
            return place
    return min(len(first), len(second))
