"""Lets tests import pure files of the addons the way the runtime does, as `ten_packages.extension.<addon>.<file>`."""

from functools import cache
from pathlib import Path

from ten_runtime._package import AddonFinder

REPOSITORY = Path(__file__).resolve().parents[2]


@cache
def use_repository() -> None:
    """Make the repository's addons importable for the rest of the process."""
    AddonFinder(REPOSITORY).install()
