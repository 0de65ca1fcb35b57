"""Registers our extensions as TEN addons, and remembers them for the app's start-up check."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ten_runtime import Addon, TenEnv, register_addon_as_extension

if TYPE_CHECKING:
    from ten_extensions.common.extension import Extension

registered: dict[str, type[Extension[Any]]] = {}
"""Extension class by addon name, for all of ours that were imported."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Why an engine cannot run on this machine."""

    what: str
    """What is missing, as part of a sentence: 'Flite is not installed'."""
    mend: str
    """The one command or step that mends it."""
    trace: str = ""
    """The traceback of an import that failed, for whoever writes the addon."""


def register(name: str, file: str, extension: type[Extension[Any]]) -> None:
    """Make `extension` available to graphs as addon `name`.

    file: the `__file__` of the addon's package; manifest.json and property.json are read beside it
    """

    class OurAddon(Addon):
        def on_create_instance(self, ten_env: TenEnv, name: str, context: Any) -> None:
            ten_env.on_create_instance_done(extension(name), context)

    register_addon_as_extension(name, file)(OurAddon)
    registered[name] = extension
