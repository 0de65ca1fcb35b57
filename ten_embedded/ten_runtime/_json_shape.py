"""Checks of the shape of JSON that users write, with one wording for all errors."""

import difflib
import json
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from ._errors import ConfigError


class Shape:
    """Reads parts of a JSON value; whatever does not fit raises the given error class."""

    def __init__(self, error: type[ConfigError]) -> None:
        self.error = error

    def object(self, value: Any, where: str) -> dict[str, Any]:
        return self._expect(value, dict, "an object {...}", where)

    def array(self, value: Any, where: str) -> list[Any]:
        return self._expect(value, list, "a list [...]", where)

    def boolean(self, value: Any, where: str) -> bool:
        return self._expect(value, bool, "true or false", where)

    def string(self, value: Any, where: str) -> str:
        """A string that is not empty."""
        if value == "":
            raise self.error(f"{where}: must not be empty")
        return self._expect(value, str, "a string", where)

    def strings(self, value: Any, where: str) -> list[str]:
        return [self.string(item, place) for place, item in self.items(value, where)]

    def items(self, value: Any, where: str) -> Iterator[tuple[str, Any]]:
        """The items of a list, each with its place."""
        for index, item in enumerate(self.array(value, where)):
            yield f"{where}[{index}]", item

    def keys(self, value: Any, where: str, *, required: Sequence[str], optional: Sequence[str] = ()) -> dict[str, Any]:
        """An object that has all required keys and no others than the optional ones."""
        found = self.object(value, where)
        allowed = (*required, *optional)
        for key in found:
            if key not in allowed:
                raise self.error(f"{where}: unknown key {quote(key)}; allowed are {listing(key, allowed)}")
        for key in required:
            if key not in found:
                raise self.error(f"{where}: {quote(key)} is missing; the keys found are {listing('', found)}")
        return found

    def one_of(self, value: Any, where: str, allowed: Sequence[str]) -> str:
        if not isinstance(value, str) or value not in allowed:
            hint = value if isinstance(value, str) else ""
            raise self.error(f"{where}: {show(value)} is not one of {listing(hint, allowed)}")
        return value

    def _expect(self, value: Any, kind: type, wanted: str, where: str) -> Any:
        if not isinstance(value, kind):
            raise self.error(f"{where}: expected {wanted}, found {show(value)}")
        return value


def show(value: Any, limit: int = 60) -> str:
    """What was found, as JSON text, cut to `limit` characters."""
    text = json.dumps(value, ensure_ascii=False, default=lambda item: f"<{type(item).__name__}>")
    return text if len(text) <= limit else f"{text[: limit - 3]}..."


def quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)


def listing(found: str, allowed: Iterable[str], limit: int = 20) -> str:
    """`a, b, c`, cut to `limit` names, and the nearest name to `found` if one is near."""
    names = list(allowed)
    text = ", ".join(names[:limit]) + (f", ... ({len(names)} in all)" if len(names) > limit else "")
    near = difflib.get_close_matches(found, names, n=1) if found else []
    return (text or "none") + (f' (did you mean "{near[0]}"?)' if near else "")
