"""`--set node.key=JSON`: one value of one node, changed from the command line."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from typing import Any

_FORM = re.compile(r"(?P<node>[A-Za-z_]\w*)\.(?P<key>[^=\s]+)=(?P<value>.*)", re.DOTALL)
_LOOKS_LIKE_JSON = re.compile(r"[\[\]{}\"'+\-\d]|\.\d")
"""How a value begins that was probably meant as JSON: as a text it would be a surprise."""
_WORDS_OF_OTHER_LANGUAGES = {"true", "false", "null", "none", "nan", "infinity"}


@dataclass(frozen=True, slots=True)
class Setting:
    """A value for a key of a node's property."""

    node: str
    key: str
    """Path of names, joined by dots."""
    value: Any


def parse_setting(text: str) -> Setting:
    """Read `node.key=JSON`; a value that is plainly a word needs no quotes.

    raises ValueError, with a text for the user, for another form or a value of unclear type
    """
    found = _FORM.fullmatch(text)
    if found is None or not all(found["key"].split(".")):
        raise ValueError(f'"{text}" is not of the form node.key=JSON, e.g. tts.params.speed=1.2')
    return Setting(found["node"], found["key"], _value(found["value"]))


def _value(text: str) -> Any:
    try:
        return json.loads(text, parse_constant=_refuse)
    except ValueError:
        pass
    if not text.strip():
        raise ValueError("the value is missing; for an empty text write '\"\"'")
    if _LOOKS_LIKE_JSON.match(text.strip()) or text.strip().lower() in _WORDS_OF_OTHER_LANGUAGES:
        raise ValueError(f"{text} is neither JSON nor plainly a word; for a text write '\"{text}\"'")
    return text


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")
