"""What an extension's folder says about it: manifest and properties."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ._package import load_json_file, read_manifest
from ._schema import Schema, load_schema


@dataclass(frozen=True)
class PackageFiles:
    schema: Schema = field(default_factory=Schema)
    properties: dict[str, Any] = field(default_factory=dict)
    """Content of property.json."""


def read_package(base_dir: Path) -> PackageFiles:
    """Read manifest.json and property.json of a folder, if they are there. Raises ConfigError."""
    has_manifest = (base_dir / "manifest.json").is_file()
    schema = load_schema(read_manifest(base_dir), base_dir) if has_manifest else Schema()
    property_file = base_dir / "property.json"
    return PackageFiles(schema, load_json_file(property_file) if property_file.is_file() else {})
