"""The properties of one extension or of the app."""

from __future__ import annotations

import threading
from typing import Any

from ._properties import copy_tree, from_json_text, merge, split_scope, to_json_text
from ._schema import Schema
from ._typed import as_type, look_up, write, zero
from .error import TenError, TenErrorCode, make_error


class PropertyStore:
    """Property tree with a schema; usable from any thread.

    Until `load` it holds only what was set, which then wins over what is loaded.
    """

    def __init__(self, schema: Schema, scopes: dict[str, PropertyStore] | None = None) -> None:
        self._schema = schema
        self._scopes = {"extension": self, **(scopes or {})}
        self._tree: dict[str, Any] = {}
        self._lock = threading.Lock()
        self.init_text: str | None = None
        """What the owner gave in place of its property file."""
        self.is_loaded = False

    def load(self, *trees: dict[str, Any]) -> list[str]:
        """Take the properties from their sources, later ones win. Returns what does not fit the schema."""
        with self._lock:
            loaded: dict[str, Any] = {}
            for tree in (*trees, self._tree):
                loaded = merge(loaded, tree)
            self._tree = loaded
            self.is_loaded = True
            return self._schema.property.adjust(self._tree)

    def snapshot(self) -> dict[str, Any]:
        with self._lock:
            return copy_tree(self._tree)

    def get(self, path: str, wanted: str) -> tuple[Any, TenError | None]:
        """A value of type int, float, bool or string; a zero value and an error if there is none such."""
        value, error = self._find(path)
        return (zero(wanted), error) if error else as_type(value, wanted, path)

    def exists(self, path: str) -> bool:
        return not path or self._find(path)[1] is None

    def to_json(self, path: str | None) -> tuple[str, TenError | None]:
        with self._lock:
            if not path:
                return to_json_text(self._tree), None
        value, error = self._find(path)
        return ("", error) if error else (to_json_text(value), None)

    def set(self, path: str, value: Any) -> TenError | None:
        scope, inner = split_scope(path)
        store = self._scopes.get(scope) if scope else self
        if store is None:
            return make_error(TenErrorCode.ErrorCodeInvalidArgument, f"There is no scope {scope} here: {path}")
        return store._set_own(inner, value)

    def set_init_text(self, text: str) -> TenError | None:
        if self.is_loaded:
            return make_error(TenErrorCode.ErrorCodeGeneric, "Invalid timing to init property.")
        self.init_text = text
        return None

    def parse_init_text(self) -> dict[str, Any] | None:
        """Raises ValueError if the text is not a JSON object."""
        if self.init_text is None:
            return None
        tree = from_json_text(self.init_text)
        if not isinstance(tree, dict):
            raise ValueError("expected a JSON object")
        return tree

    def _find(self, path: str) -> tuple[Any, TenError | None]:
        scope, inner = split_scope(path)
        store = self._scopes.get(scope) if scope else self
        if store is None:
            return None, make_error(TenErrorCode.ErrorCodeInvalidArgument, f"There is no scope {scope} here: {path}")
        with store._lock:
            value, error = look_up(store._tree, inner)
            return copy_tree(value), error

    def _set_own(self, path: str, value: Any) -> TenError | None:
        with self._lock:
            value, problems = self._schema.property.adjust_at(path, value)
            if problems:
                return make_error(TenErrorCode.ErrorCodeGeneric, ", ".join(problems))
            return write(self._tree, path, value)
