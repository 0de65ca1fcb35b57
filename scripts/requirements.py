"""Prints the requirement lines of pyproject.toml: the core ones and those of the extras named as arguments.

The app runs from its folder, so only its needs are installed. pip and uv both read this list; neither has to build
the project itself.
"""

import sys
import tomllib
from pathlib import Path

PYPROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"


def requirements(extras: list[str]) -> list[str]:
    """The core requirements and those of `extras`, each once, in order; raises KeyError for an unknown extra."""
    project = tomllib.loads(PYPROJECT.read_text(encoding="utf-8"))["project"]
    lines: list[str] = list(project["dependencies"])
    for extra in extras:
        lines += project["optional-dependencies"][extra]
    return list(dict.fromkeys(lines))


if __name__ == "__main__":
    try:
        print("\n".join(requirements(sys.argv[1:])))
    except KeyError as unknown:
        sys.exit(f"pyproject.toml: there is no extra {unknown}")
