"""Native TEN where it is installed, else the runtime that ships with the app."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from stream_omni.user_error import UserError, near_misses

RuntimeName = Literal["native", "embedded"]
VARIABLE = "STREAM_OMNI_RUNTIME"
REPOSITORY = Path(__file__).resolve().parents[1]


@dataclass(frozen=True, slots=True)
class Runtime:
    """Which `ten_runtime` the extensions see."""

    name: RuntimeName
    app_dir: Path
    module_paths: tuple[Path, ...]
    """Folders for `sys.path`, the first one holds `ten_runtime`."""

    def activate(self) -> None:
        """Make `import ten_runtime` and `import ten_packages.extension.<addon>` work."""
        sys.path[:0] = [str(path) for path in self.module_paths if str(path) not in sys.path]
        os.environ.setdefault("TEN_APP_BASE_DIR", str(self.app_dir))
        if self.name == "embedded":
            from ten_runtime._package import AddonFinder  # the start-up check imports addons before the app installs it

            AddonFinder(self.app_dir).install()


def app_folder(environment: Mapping[str, str] = os.environ) -> Path:
    """Where property.json and manifest.json lie: the repository, or what TEN_APP_BASE_DIR names."""
    return Path(environment.get("TEN_APP_BASE_DIR") or REPOSITORY).absolute()


def choose_runtime(app_dir: Path, environment: Mapping[str, str] = os.environ) -> Runtime:
    """Native TEN if it lies in `ten_packages`, unless the variable STREAM_OMNI_RUNTIME says otherwise.

    raises UserError for an unknown value of the variable, or if it asks for native TEN and there is none
    """
    native = app_dir / "ten_packages" / "system" / "ten_runtime_python"
    wanted = environment.get(VARIABLE, "")
    if wanted not in ("", "native", "embedded"):
        raise UserError(f'{VARIABLE}: "{wanted}" is not a runtime{near_misses(wanted, ("native", "embedded"))}')
    if wanted == "native" and not native.is_dir():
        raise UserError(
            f"{VARIABLE}=native, but native TEN is not in {native}. "
            f"Install it with TEN's package manager (tman install), or unset {VARIABLE}"
        )
    if wanted != "embedded" and native.is_dir():
        return Runtime("native", app_dir, (native / "lib", native / "interface"))
    return Runtime("embedded", app_dir, (REPOSITORY / "ten_embedded",))
