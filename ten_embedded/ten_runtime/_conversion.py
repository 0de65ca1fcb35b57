"""Message conversion: what a connection changes in a message before its target sees it."""

from dataclasses import dataclass
from typing import Any, Final

from ._errors import GraphError
from ._json_shape import Shape, show
from ._properties import MISSING, PathError, copy_tree, get_path, parse_path, set_path

_NAME_PATH: Final = "ten.name"
_shape = Shape(GraphError)


class ConversionError(Exception):
    """A message that cannot be converted; the original is delivered instead."""


@dataclass(frozen=True)
class Rule:
    """Sets `path` to `value`, or to what the original message has at `original_path`."""

    path: str
    value: str | bool | int | float | None = None
    original_path: str | None = None


@dataclass(frozen=True)
class Conversion:
    rules: tuple[Rule, ...]
    keep_original: bool = False
    """Start from all properties of the original instead of none."""
    result: "Conversion | None" = None
    """The same for results on their way back (commands only)."""

    def apply(self, properties: dict[str, Any], name: str) -> tuple[dict[str, Any], str]:
        """Return properties and name of the converted message; the given ones are left as they are.

        Raises ConversionError.
        """
        converted = copy_tree(properties) if self.keep_original else {}
        new_name = name
        for rule in self.rules:
            value = rule.value if rule.original_path is None else _original(properties, name, rule.original_path)
            if rule.path == _NAME_PATH:
                if not isinstance(value, str) or not value:
                    raise ConversionError(f"message {name}: ten.name must become a string, found {show(value)}")
                new_name = value
            else:
                set_path(converted, rule.path, value)
        return converted, new_name


def _original(properties: dict[str, Any], name: str, path: str) -> Any:
    if path == _NAME_PATH:
        return name
    value = get_path(properties, path)
    return None if value is MISSING else copy_tree(value)


def parse_conversion(raw: Any, kind: str, where: str) -> Conversion:
    """Read `msg_conversion` of a target that gets messages of `kind` (cmd, data, ...). Raises GraphError."""
    optional = ("keep_original", "result")
    fields = _shape.keys(raw, where, required=("type", "rules"), optional=optional)
    _shape.one_of(fields["type"], f"{where}.type", ("per_property",))
    rules = tuple(_parse_rule(rule, place) for place, rule in _shape.items(fields["rules"], f"{where}.rules"))
    if not rules:
        raise GraphError(f"{where}.rules: needs at least one rule")
    result = None
    if "result" in fields:
        if kind != "cmd":
            raise GraphError(f"{where}.result: only a cmd has results to convert, this is a {kind}")
        result = parse_conversion(fields["result"], "cmd_result", f"{where}.result")
    return Conversion(rules, _shape.boolean(fields.get("keep_original", False), f"{where}.keep_original"), result)


def _parse_rule(raw: Any, where: str) -> Rule:
    mode = _shape.object(raw, where).get("conversion_mode")
    if "conversion_mode" in raw:
        _shape.one_of(mode, f"{where}.conversion_mode", ("fixed_value", "from_original"))
    source = "original_path" if mode == "from_original" else "value"
    fields = _shape.keys(raw, where, required=("path", "conversion_mode", source))
    path = _parse_rule_path(fields["path"], f"{where}.path")
    if source == "original_path":
        return Rule(path, original_path=_parse_rule_path(fields["original_path"], f"{where}.original_path"))
    value = fields["value"]
    if not isinstance(value, str | bool | int | float):
        raise GraphError(f"{where}.value: expected a string, a number, true or false, found {show(value)}")
    return Rule(path, value=value)


def _parse_rule_path(raw: Any, where: str) -> str:
    path = _shape.string(raw, where)
    try:
        steps = [step for step in parse_path(path) if step != ""]
    except PathError as error:
        raise GraphError(f"{where}: {error}") from None
    if not steps or isinstance(steps[0], int):
        raise GraphError(f'{where}: "{path}" does not begin with a key')
    if steps[0] == "ten" and path != _NAME_PATH:
        raise GraphError(f'{where}: "{path}": of the runtime\'s own fields only {_NAME_PATH} can be converted')
    return path
