"""The imports of the project's files, read without running them."""

import ast
from collections.abc import Iterator
from pathlib import Path

from support.require import REPOSITORY

OURS = {"wrappers", "ten_extensions", "ten_runtime", "ten_embedded", "ten_packages", "stream_omni"}
"""The first names of the project's own modules."""


def python_files(folder: str) -> list[Path]:
    """All Python files below a folder of the repository."""
    files = sorted((REPOSITORY / folder).rglob("*.py"))
    assert files, folder
    return files


def imports(file: Path) -> Iterator[tuple[int, str]]:
    """Level (0 is absolute) and dotted name of all that `file` imports, wherever in the file."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((0, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = node.module or ""
            yield node.level, module
            if module in OURS:  # "from wrappers import audio" is an import of wrappers.audio
                yield from ((0, f"{module}.{alias.name}") for alias in node.names)
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            yield from ((0, str(name.value)) for name in node.args[:1] if isinstance(name, ast.Constant))


def roots(files: list[Path]) -> set[str]:
    """First names of all absolute imports of `files`, e.g. "numpy"."""
    return {name.split(".")[0] for file in files for level, name in imports(file) if level == 0}
