"""Follows `import_uri` of graphs to files."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final
from urllib.parse import unquote

from ._errors import ConfigError, GraphError
from ._json_shape import Shape, quote
from ._manifest import load_json_file

_APP_BASE_DIR: Final = "${app_base_dir}"
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")
_shape = Shape(GraphError)


@dataclass(frozen=True)
class Source:
    """Where the JSON of a graph comes from."""

    where: str
    """Begins every error text."""
    folder: Path
    """Relative imports start here."""
    app_base_dir: Path
    files: tuple[Path, ...] = ()
    """The chain of imported files, to find circles."""


def follow_imports(raw: Any, source: Source) -> tuple[dict[str, Any], Source]:
    """While the graph is nothing but `{"import_uri": ...}`, read that file. Raises GraphError."""
    graph = _shape.object(raw, source.where)
    while "import_uri" in graph:
        _shape.keys(graph, source.where, required=("import_uri",))
        graph, source = load_graph_file(graph["import_uri"], source, f"{source.where}, import_uri")
    return graph, source


def load_graph_file(uri: Any, source: Source, where: str) -> tuple[dict[str, Any], Source]:
    path = _resolve(_shape.string(uri, where), source, where)
    if path in source.files:
        chain = " -> ".join(file.name for file in (*source.files, path))
        raise GraphError(f"{where}: the files import each other in a circle: {chain}")
    try:
        graph = load_json_file(path)
    except ConfigError as error:
        raise GraphError(f"{where}: {error}") from None
    shown = path.relative_to(source.app_base_dir) if path.is_relative_to(source.app_base_dir) else path
    imported = f"{shown} (imported by {source.where})"
    return graph, Source(imported, path.parent, source.app_base_dir, (*source.files, path))


def _resolve(uri: str, source: Source, where: str) -> Path:
    text = uri.replace(_APP_BASE_DIR, str(source.app_base_dir))
    if text.lower().startswith("file://"):
        text = unquote(text[len("file://") :])
    elif scheme := _SCHEME.match(text):
        advice = "nothing is fetched from the net; save the file in the app" if "http" in scheme[1].lower() else ""
        allowed = f"a path, file:// and {_APP_BASE_DIR}/ are allowed"
        raise GraphError(f"{where}: {quote(uri)}: {advice or f'{scheme[1]} is not supported'} ({allowed})")
    try:
        return (source.folder / text).resolve()
    except (OSError, ValueError, RuntimeError) as error:
        raise GraphError(f"{where}: {quote(uri)} is not a path ({error})") from None
