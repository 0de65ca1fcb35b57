"""Replaces `${env:NAME}` and `${env:NAME|default}` in properties by environment variables."""

import os
import re
from collections.abc import Mapping
from typing import Any

from ._errors import ConfigError

_PLACEHOLDER = re.compile(r"\$\{env:([^|}\\]*)(?:\|((?:[^\\}]|\\.)*))?\}", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


def interpolate(value: Any, where: str, environ: Mapping[str, str] | None = None) -> Any:
    """Return a copy of `value` with every placeholder replaced, at any depth.

    A placeholder is the whole string; the result is always a string. In the default, a backslash takes the next
    character as it is. Raises ConfigError, beginning with `where`, for an unset variable without default.
    """
    return _interpolate(value, where, "", os.environ if environ is None else environ)


def _interpolate(value: Any, where: str, path: str, environ: Mapping[str, str]) -> Any:
    if isinstance(value, dict):
        return {
            key: _interpolate(item, where, f"{path}.{key}" if path else key, environ) for key, item in value.items()
        }
    if isinstance(value, list):
        return [_interpolate(item, where, f"{path}[{index}]", environ) for index, item in enumerate(value)]
    if isinstance(value, str) and (found := _PLACEHOLDER.fullmatch(value)):
        return _look_up(found[1], found[2], f"{where}, {path}" if path else where, environ)
    return value


def _look_up(name: str, default: str | None, where: str, environ: Mapping[str, str]) -> str:
    if not name:
        raise ConfigError(f'{where}: "${{env:}}" names no environment variable; write ${{env:NAME}}')
    text = environ.get(name)
    if text is not None:
        return text
    if default is None:
        raise ConfigError(
            f"{where}: the environment variable {name} is not set and has no default. "
            f"Set {name}, or write ${{env:{name}|default}}"
        )
    return _ESCAPED.sub(r"\1", default)
