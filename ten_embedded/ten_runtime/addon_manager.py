"""The addons of the process: registered by decorator, found by name."""

from __future__ import annotations

import importlib
import os
import sys
import traceback
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, TypeVar

from ._json_shape import listing
from .addon import Addon

AddonType = TypeVar("AddonType", bound=type[Addon])
_PACKAGE = "ten_packages.extension"


class UnknownAddon(Exception):
    """An addon that is not there or cannot be imported. The text tells the user why."""


@dataclass(frozen=True)
class RegisteredAddon:
    addon: Addon
    base_dir: Path
    """Where manifest.json and property.json of its extension lie."""


class _AddonManager:
    """All addons of the process; several apps share them.

    There is no lock: an import that runs in another thread may be about to register.
    """

    _classes: ClassVar[dict[str, tuple[type[Addon], Path]]] = {}
    _loaded: ClassVar[dict[str, RegisteredAddon]] = {}

    @classmethod
    def register_addon(cls, name: str, addon_class: type[Addon], base_dir: Path) -> None:
        cls._classes[name] = (addon_class, base_dir)
        cls._loaded.pop(name, None)

    @classmethod
    def find(cls, name: str, installed: Iterable[str]) -> RegisteredAddon:
        """The addon of a name; its package is imported when it is not registered yet.

        installed: names of the packages that can be imported, for the error text. Raises UnknownAddon.
        """
        if name not in cls._classes:
            cls._import(name, installed)
        if name not in cls._loaded:
            addon_class, base_dir = cls._classes[name]
            cls._loaded.setdefault(name, RegisteredAddon(addon_class(), base_dir))
        return cls._loaded[name]

    @classmethod
    def _import(cls, name: str, installed: Iterable[str]) -> None:
        module = f"{_PACKAGE}.{name}"
        known = sorted({*installed, *cls._classes})
        try:
            importlib.import_module(module)
        except ModuleNotFoundError as error:
            if error.name in (module, _PACKAGE, "ten_packages"):
                raise UnknownAddon(f'addon "{name}" is not known; known are {listing(name, known)}') from None
            raise UnknownAddon(_describe_failure(name, error)) from error
        except BaseException as error:
            if isinstance(error, KeyboardInterrupt):
                raise
            raise UnknownAddon(_describe_failure(name, error)) from error
        if name not in cls._classes:
            text = f'the import of {module} registered no addon "{name}"; registered are {listing(name, cls._classes)}'
            raise UnknownAddon(text)


def _describe_failure(name: str, error: BaseException) -> str:
    lines = traceback.format_exception(error)
    return f'addon "{name}" cannot be imported: {type(error).__name__}: {error}\n{"".join(lines).rstrip()}'


def register_addon_as_extension(name: str, base_dir: str | None = None) -> Callable[[AddonType], AddonType]:
    """Decorate an Addon class: it makes the extension `name`.

    base_dir: a file in the folder of the extension's manifest.json; by default the file that decorates
    """
    file = base_dir or sys._getframe(1).f_code.co_filename
    folder = Path(os.path.abspath(file)).parent  # noqa: PTH100 - resolve() would follow links away from the folder

    def decorate(addon_class: AddonType) -> AddonType:
        _AddonManager.register_addon(name, addon_class, folder)
        return addon_class

    return decorate
