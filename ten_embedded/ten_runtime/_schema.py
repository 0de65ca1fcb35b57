"""Schemas of a package: what its manifest's `api` says about properties and messages."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from ._errors import ConfigError
from ._json_shape import Shape, quote
from ._manifest import load_json_file
from ._properties import PathError, parse_path
from ._schema_types import AnyType, ObjectType, parse_object_type

KINDS: Final = ("cmd", "data", "audio_frame", "video_frame")
_MESSAGE_KEYS: Final = {f"{kind}_{direction}": (direction, kind) for kind in KINDS for direction in ("in", "out")}
_ANYTHING: Final = ObjectType({})
_shape = Shape(ConfigError)


@dataclass(frozen=True)
class ObjectSchema:
    """Checks a property tree from its root."""

    type: ObjectType

    def adjust(self, tree: dict[str, Any]) -> list[str]:
        """Convert numbers in place to their declared types; return what is wrong, such as
        `params.preset: expected string, found 3`. Undeclared keys pass.
        """
        problems: list[str] = []
        self.type.adjust(tree, "", problems)
        return problems

    def adjust_at(self, path: str, value: Any) -> tuple[Any, list[str]]:
        """Check one value on its way to `path`; return it in its declared type, and what is wrong.

        A path that cannot be parsed is no matter of the schema: whoever uses it is told then.
        """
        try:
            steps = parse_path(path)
        except PathError:
            return value, []
        declared: AnyType = self.type
        for step in (step for step in steps if step != ""):
            holder = "array" if isinstance(step, int) else "object"
            if declared.name != holder:
                return value, [f"{path}: expected {declared.name}, found an {holder} on the way to it"]
            below = declared.below(step)
            if below is None:
                return value, []
            declared = below
        problems: list[str] = []
        return declared.adjust(value, path, problems), problems


@dataclass(frozen=True)
class MessageSchema(ObjectSchema):
    result: ObjectSchema | None = None
    """For the results of a command."""


@dataclass(frozen=True)
class Schema:
    property: ObjectSchema = field(default_factory=lambda: ObjectSchema(_ANYTHING))
    messages: Mapping[tuple[str, str, str], MessageSchema] = field(default_factory=dict)

    def message(self, direction: str, kind: str, name: str) -> MessageSchema | None:
        """Schema of a message, None if it has none. `direction` is in or out, `kind` is cmd, data, ..."""
        return self.messages.get((direction, kind, name))


def load_schema(manifest: Mapping[str, Any], base_dir: Path) -> Schema:
    """Read `api` of a manifest that lies in `base_dir`, and the interface files it names. Raises ConfigError."""
    loader = _Loader()
    path = base_dir / "manifest.json"
    if "api" in manifest:
        loader.read(manifest["api"], base_dir, f"{path}: api.", (path,))
    return Schema(ObjectSchema(ObjectType(loader.properties, tuple(loader.required))), loader.messages)


class _Loader:
    """Collects definitions; those nearest to the manifest win over those of interface files."""

    def __init__(self) -> None:
        self.properties: dict[str, AnyType] = {}
        self.required: dict[str, None] = {}
        self.messages: dict[tuple[str, str, str], MessageSchema] = {}

    def read(self, api: Any, folder: Path, place: str, files: tuple[Path, ...]) -> None:
        """`place` is put before the keys of `api` in error texts."""
        _shape.keys(api, place.rstrip(".: "), required=(), optional=("property", "interface", *_MESSAGE_KEYS))
        if "property" in api:
            parsed = _parse_property(api["property"], f"{place}property")
            self.properties = {**parsed.properties, **self.properties}
            self.required.update(dict.fromkeys(parsed.required))
        for key, (direction, kind) in _MESSAGE_KEYS.items():
            for where, item in _shape.items(api.get(key, []), f"{place}{key}"):
                self._read_message(item, direction, kind, where)
        for where, item in _shape.items(api.get("interface", []), f"{place}interface"):
            uri = _shape.keys(item, where, required=("import_uri",))["import_uri"]
            self._read_interface(_shape.string(uri, f"{where}.import_uri"), folder, f"{where}.import_uri", files)

    def _read_message(self, raw: Any, direction: str, kind: str, where: str) -> None:
        optional = ("property", "description", *(("result",) if kind == "cmd" else ()))
        fields = _shape.keys(raw, where, required=("name",), optional=optional)
        name = _shape.string(fields["name"], f"{where}.name")
        parsed = _parse_property(fields.get("property", {}), f"{where}.property")
        result = None
        if "result" in fields:
            result_fields = _shape.keys(fields["result"], f"{where}.result", required=(), optional=("property",))
            result_property = result_fields.get("property", {})
            result = ObjectSchema(_parse_property(result_property, f"{where}.result.property"))
        self.messages.setdefault((direction, kind, name), MessageSchema(parsed, result))

    def _read_interface(self, uri: str, folder: Path, where: str, files: tuple[Path, ...]) -> None:
        text = uri.removeprefix("file://")
        if "://" in text:
            raise ConfigError(f"{where}: {quote(uri)}: nothing is fetched from the net; write the path of a file")
        try:
            path = (folder / text).resolve()
            loaded = load_json_file(path)
        except (ConfigError, OSError, ValueError) as error:
            raise ConfigError(f"{where}: {error}") from None
        if path in files:
            raise ConfigError(f"{where}: {path} imports itself")
        self.read(loaded, path.parent, f"{path}: ", (*files, path))


def _parse_property(raw: Any, where: str) -> ObjectType:
    fields = _shape.keys(raw, where, required=(), optional=("properties", "required"))
    return parse_object_type(fields, where, _shape)
