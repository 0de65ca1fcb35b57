"""The base of all messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

from ._body import Body
from ._properties import from_json_text, to_json_text
from ._typed import as_type, check_buf, check_float, check_int, check_path, check_string, look_up, write, zero
from .error import TenError, TenErrorCode, make_error
from .loc import Loc

_HEADER = "ten."


class Msg:
    """A name, properties, a source and destinations.

    Sending or returning a message consumes the object: any later use raises ValueError. Properties are read as
    (value, None), or as a zero value and an error; setters return None or an error, and raise ValueError for a value
    of the wrong Python type.
    """

    __slots__ = ("__weakref__", "_body")
    _body: Any
    """A Body, or what stands for a consumed one."""

    def __init__(self, *_args: object) -> None:
        raise NotImplementedError(f"Use {type(self).__name__}.create(...).")

    @classmethod
    def _wrap(cls, body: Body) -> Self:
        message = object.__new__(cls)
        message._body = body
        return message

    def _clone(self) -> Self:
        return self._wrap(self._body.clone())

    def get_name(self) -> str:
        return self._body.name

    def set_name(self, name: str) -> TenError | None:
        self._body.name = check_string(name)
        return None

    def get_source(self) -> Loc:
        """Who sent the message last; parts that are not known are None."""
        return Loc(*self._body.source)

    def set_dests(self, dests: Sequence[Loc]) -> TenError | None:
        """Send to these places instead of where the graph says; an empty list takes that back."""
        for dest in dests:
            if dest.app_uri is None:
                return make_error(TenErrorCode.ErrorCodeInvalidArgument, "App URI cannot be empty.")
            if dest.extension_name and dest.graph_id is None:
                text = "Graph ID cannot be empty when extension name is provided."
                return make_error(TenErrorCode.ErrorCodeInvalidArgument, text)
        self._body.dests = tuple(Loc(dest.app_uri, dest.graph_id, dest.extension_name) for dest in dests)
        return None

    def get_property_int(self, path: str) -> tuple[int, TenError | None]:
        return self._get(path, "int")

    def get_property_float(self, path: str) -> tuple[float, TenError | None]:
        return self._get(path, "float")

    def get_property_bool(self, path: str) -> tuple[bool, TenError | None]:
        return self._get(path, "bool")

    def get_property_string(self, path: str) -> tuple[str, TenError | None]:
        return self._get(path, "string")

    def get_property_buf(self, path: str) -> tuple[bytearray, TenError | None]:
        return self._get(path, "buf")

    def get_property_to_json(self, path: str | None = None) -> tuple[str, TenError | None]:
        """JSON text of the value at a path; without a path, of all properties as one object."""
        if not path:
            return to_json_text(self._body.properties), None
        value, error = self._look_up(path)
        return ("", error) if error else (to_json_text(value), None)

    def set_property_int(self, path: str, value: int) -> TenError | None:
        return self._set(check_path(path), check_int(value))

    def set_property_float(self, path: str, value: float) -> TenError | None:
        return self._set(check_path(path), check_float(value))

    def set_property_bool(self, path: str, value: bool) -> TenError | None:
        return self._set(check_path(path), bool(value))

    def set_property_string(self, path: str, value: str) -> TenError | None:
        return self._set(check_path(path), check_string(value))

    def set_property_buf(self, path: str, value: bytes | bytearray) -> TenError | None:
        return self._set(check_path(path), check_buf(value))

    def set_property_from_json(self, path: str | None, json_str: str) -> TenError | None:
        """Set a value from JSON text; without a path the text is an object that replaces all properties."""
        try:
            value = from_json_text(check_string(json_str))
        except ValueError as error:
            if not isinstance(json_str, str):
                raise
            return make_error(TenErrorCode.ErrorCodeInvalidJSON, f"Failed to parse JSON: {error}")
        if path:
            return self._set(path, value)
        if not isinstance(value, dict):
            text = "All properties together must be a JSON object."
            return make_error(TenErrorCode.ErrorCodeInvalidArgument, text)
        self._body.properties = value
        return None

    def _get(self, path: str, wanted: str) -> tuple[Any, TenError | None]:
        value, error = self._look_up(check_path(path))
        return (zero(wanted), error) if error else as_type(value, wanted, path)

    def _look_up(self, path: str) -> tuple[Any, TenError | None]:
        body = self._body
        field = self._header_field(path)
        return (getattr(body, field), None) if field else look_up(body.properties, path)

    def _set(self, path: str, value: Any) -> TenError | None:
        field = self._header_field(path)
        if field is None:
            return write(self._body.properties, path, value)
        if not isinstance(value, type(getattr(self._body, field))):
            return make_error(TenErrorCode.ErrorCodeInvalidArgument, f"{path} does not take {value!r}.")
        setattr(self._body, field, value)
        return None

    def _header_field(self, path: str) -> str | None:
        """`ten.name`, `ten.timestamp`... reach what a message has beside its properties."""
        if not path.startswith(_HEADER):
            return None
        field = path[len(_HEADER) :]
        return field if field == "name" or (field in self._body.fields and field != "call") else None
