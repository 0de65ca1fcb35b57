"""The packages of an app: makes `import ten_packages.extension.<addon>` find them."""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from importlib.util import spec_from_file_location
from pathlib import Path
from types import ModuleType
from typing import Any

from ._errors import ConfigError
from ._manifest import find_app_base_dir, load_json_file, read_manifest

__all__ = ["AddonFinder", "find_app_base_dir", "load_json_file", "read_manifest"]

_ROOT = "ten_packages"
_added_paths: set[str] = set()
"""App folders that are on `sys.path` because a finder put them there."""


class AddonFinder(MetaPathFinder):
    """Finds packages in `<app>/ten_packages/<type>/<name>` and in the app's `{"path": ...}` dependencies.

    A path dependency is known by the name in its manifest and needs no link in `ten_packages`. Its own path
    dependencies count as well. `problems` tells which dependencies could not be read: they do no harm until an
    addon of them is needed. Several finders may be installed at a time; the one installed last is asked first.
    """

    def __init__(self, base_dir: Path) -> None:
        self.base_dir = base_dir.absolute()
        self.problems: list[str] = []
        self._linked: dict[tuple[str, str], Path] = {}
        if (self.base_dir / "manifest.json").is_file():
            self._collect(self.base_dir, set())

    def install(self) -> None:
        """Put the finder in front of the others and the app folder on `sys.path`. Repeating it does nothing."""
        if self not in sys.meta_path:
            sys.meta_path.insert(0, self)
            if str(self.base_dir) not in sys.path:
                sys.path.append(str(self.base_dir))
                _added_paths.add(str(self.base_dir))
            for location, module_path in self._loaded_namespaces():
                if location not in module_path:
                    module_path.append(location)

    def uninstall(self) -> None:
        """Undo `install`. Modules that were imported stay imported."""
        if self in sys.meta_path:
            sys.meta_path.remove(self)
            others = (finder for finder in sys.meta_path if isinstance(finder, AddonFinder))
            if any(other.base_dir == self.base_dir for other in others):
                return
            if str(self.base_dir) in _added_paths:
                _added_paths.remove(str(self.base_dir))
                sys.path.remove(str(self.base_dir))
            for location, module_path in self._loaded_namespaces():
                if isinstance(module_path, list) and location in module_path:
                    module_path.remove(location)

    def known_addons(self) -> tuple[str, ...]:
        """Names of the extensions this app could load, sorted."""
        linked = {name for kind, name in self._linked if kind == "extension"}
        return tuple(sorted(linked | set(_folders(self.base_dir / _ROOT / "extension"))))

    def package_dir(self, name: str, kind: str = "extension") -> Path | None:
        """Folder of a package, or None. What lies in `ten_packages` wins over a path dependency."""
        if name in _folders(self.base_dir / _ROOT / kind):
            return self.base_dir / _ROOT / kind / name
        return self._linked.get((kind, name))

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        parts = fullname.split(".")
        if parts[0] != _ROOT or len(parts) > 3:
            return None
        if len(parts) == 3:
            folder = self.package_dir(parts[2], kind=parts[1])
            return None if folder is None else _package_spec(fullname, folder)
        regular = PathFinder.find_spec(fullname, path, target)
        if regular is not None and regular.loader is not None:
            return regular
        found = list((regular and regular.submodule_search_locations) or [])
        locations = dict.fromkeys([*self._search_locations(parts[1:]), *found])
        if not locations and len(parts) == 2 and all(kind != parts[1] for kind, _ in self._linked):
            return None
        return _namespace_spec(fullname, list(locations))

    def _search_locations(self, parts: list[str]) -> list[str]:
        finders = [self, *(finder for finder in sys.meta_path if isinstance(finder, AddonFinder))]
        folders = [finder.base_dir.joinpath(_ROOT, *parts) for finder in finders]
        return [str(folder) for folder in folders if folder.is_dir()]

    def _loaded_namespaces(self) -> list[tuple[str, Any]]:
        """For `ten_packages` and each imported `ten_packages.<type>`: this app's folder of it, and its `__path__`."""
        loaded = [(name.split("."), module) for name, module in list(sys.modules.items())]
        return [
            (str(self.base_dir.joinpath(*parts)), module.__path__)
            for parts, module in loaded
            if parts[0] == _ROOT and len(parts) <= 2 and hasattr(module, "__path__")
        ]

    def _collect(self, folder: Path, seen: set[Path]) -> None:
        seen.add(folder.resolve())
        try:
            manifest = read_manifest(folder)
        except ConfigError as error:
            self.problems.append(str(error))
            return
        if folder != self.base_dir:
            self._linked.setdefault((manifest["type"], manifest["name"]), folder)
        for dependency in [*manifest.get("dependencies", []), *manifest.get("dev_dependencies", [])]:
            if "path" not in dependency:
                continue
            linked = (folder / dependency["path"]).resolve()
            if not linked.is_dir():
                self.problems.append(f'{folder / "manifest.json"}: dependency "{dependency["path"]}": no such folder')
            elif linked not in seen:
                self._collect(linked, seen)


def _folders(parent: Path) -> list[str]:
    """Names as they are on the disk: asking for a path would accept any case on a Mac."""
    return [entry.name for entry in parent.iterdir() if entry.is_dir()] if parent.is_dir() else []


def _package_spec(fullname: str, folder: Path) -> ModuleSpec | None:
    init = folder / "__init__.py"
    if not init.is_file():
        return _namespace_spec(fullname, [str(folder)])
    return spec_from_file_location(fullname, init, submodule_search_locations=[str(folder)])


def _namespace_spec(fullname: str, locations: list[str]) -> ModuleSpec:
    spec = ModuleSpec(fullname, None, is_package=True)
    spec.submodule_search_locations = locations
    return spec
