"""Puts texts together as one would write them."""

from collections.abc import Iterable

from .script import is_cjk


def join_texts(parts: Iterable[str]) -> str:
    """Join the parts that are not empty: a space between words of spaced writing, none beside Han characters."""
    joined = ""
    for part in (part.strip() for part in parts):
        if joined and part and not (is_cjk(part[0]) or is_cjk(joined[-1]) or joined[-1] in "。，！？；：、"):
            joined += " "
        joined += part
    return joined
