"""Before the conversation: can every node of the graph run on this machine, and what takes its place if not?

Addons are imported as the runtime will import them, so this runs where `ten_packages` can be imported: inside the
app's `on_configure`.
"""

from __future__ import annotations

import importlib
import json
import os
import re
import sys
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from stream_omni.app_options import Fallback
from stream_omni.effective_property import ChosenGraph, Replacement, with_sample
from stream_omni.graph_file import FILE_NAME, GraphFile, Json, nodes_of
from stream_omni.user_error import near_misses
from ten_extensions.common.addon import Missing, registered
from ten_extensions.common.config import Config, InvalidConfig, parse_config
from ten_extensions.common.extension import Extension
from wrappers.downloads import Download, hub_answers

_ENVIRONMENT = re.compile(r"\$\{env:([^|}\\]+)(?:\|((?:[^\\}]|\\.)*))?\}", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)


@dataclass(frozen=True)
class NodeCheck:
    """What was found out about one node."""

    node: str
    addon: str
    mistakes: tuple[str, ...] = ()
    """Complete sentences about what property.json or the command line has wrong. No fallback helps against these."""
    missing: Missing | None = None
    """Why the addon cannot run here."""
    replacement: Replacement | None = None
    """The fallback that can."""
    downloads: tuple[Download, ...] = ()
    """Models of the addon that are not on this machine yet."""

    @property
    def runs(self) -> bool:
        """Whether the node will work, be it with a fallback."""
        return not self.mistakes and (self.missing is None or self.replacement is not None)


def check_graph(
    file: GraphFile, graph: ChosenGraph, environment: Mapping[str, str] = os.environ
) -> tuple[NodeCheck, ...]:
    """Check all nodes, in the graph's order."""
    return tuple(_check_node(file, graph, node, environment) for node in nodes_of(graph.entry).values())


def replacements_of(checks: Iterable[NodeCheck]) -> dict[str, Replacement]:
    """By node, what takes the place of the addons that cannot run."""
    return {check.node: check.replacement for check in checks if check.replacement is not None}


def known_addons(app_dir: Path) -> list[str]:
    """Addons that the app's manifest or its folder `ten_packages` offers."""
    try:
        manifest = json.loads((app_dir / "manifest.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        manifest = {}
    dependencies = [app_dir / item["path"] for item in manifest.get("dependencies", []) if "path" in item]
    linked = [path.name for path in dependencies if path.is_dir()]
    installed = [path.name for path in (app_dir / "ten_packages" / "extension").glob("*") if path.is_dir()]
    return sorted({*linked, *installed})


def _check_node(file: GraphFile, graph: ChosenGraph, node: Json, environment: Mapping[str, str]) -> NodeCheck:
    name, addon = node["name"], str(node.get("addon", ""))
    property, unset = _with_environment(node.get("property", {}), environment)
    if unset:
        return NodeCheck(name, addon, tuple(f"{graph.where(name)}, {problem}" for problem in unset))
    found = _check_addon(file, graph.name, addon, property)
    if found.missing is None:
        mistakes = tuple(f"{graph.where(name, key)}, {text}" for key, text in found.mistakes)
        return NodeCheck(name, addon, mistakes, downloads=found.downloads)
    for index, fallback in enumerate(file.options.fallbacks.get(addon, [])):
        if not _applies(fallback, property):
            continue
        replacement = Replacement(fallback.addon, with_sample(fallback.addon, fallback.property), fallback.note)
        property_here = _with_environment(replacement.property, environment)[0]
        verdict = _check_addon(file, graph.name, replacement.addon, property_here)
        if verdict.missing is not None:
            continue
        if verdict.mistakes:
            where = f'{FILE_NAME}: stream_omni.fallbacks, "{addon}"[{index}]'
            return NodeCheck(name, addon, tuple(f"{where}, {text}" for _, text in verdict.mistakes), found.missing)
        return NodeCheck(name, addon, (), found.missing, replacement, found.downloads)
    return NodeCheck(name, addon, missing=found.missing, downloads=found.downloads)


@dataclass(frozen=True)
class _Verdict:
    """What was found out about one addon with one property."""

    mistakes: tuple[tuple[str, str], ...] = ()
    """As (key, text)."""
    missing: Missing | None = None
    downloads: tuple[Download, ...] = ()


def _check_addon(file: GraphFile, graph_name: str, addon: str, property: Json) -> _Verdict:
    try:
        missing = _import(addon)
    except LookupError:
        hint = near_misses(addon, known_addons(file.folder))
        return _Verdict((("", f'addon: "{addon}" is not an extension of this app{hint}'),))
    extension = registered.get(addon)
    if missing is not None or extension is None:
        return _Verdict(missing=missing)  # without an extension of ours: only it knows its configuration
    try:
        config = parse_config(extension.config_type, _defaults_of(addon) | property)
    except InvalidConfig as error:
        return _Verdict(tuple((problem.split(":")[0], problem) for problem in error.problems))
    return _ask(extension, config, graph_name)


def _ask(extension: type[Extension[Any]], config: Config, graph_name: str) -> _Verdict:
    try:
        if missing := extension.check_here(config):
            return _Verdict(missing=missing)
        downloads = extension.downloads(config)
    except Exception as error:  # an engine's library may fail in any way; that too means that it cannot run
        what = f"its check failed: {type(error).__name__}: {error}"
        return _Verdict(missing=Missing(what, "see whether its packages are complete"))
    if any(download.needed for download in downloads) and not hub_answers():
        what = f"{names_of(downloads)} not on this machine, and the Hugging Face hub does not answer"
        missing = Missing(what, f"with a network: {download_command(graph_name)}")
    return _Verdict(missing=missing, downloads=downloads)


def names_of(downloads: Iterable[Download]) -> str:
    """For a sentence."""
    return ", ".join(download.name for download in downloads)


def download_command(graph_name: str) -> str:
    """What fetches all models of a graph."""
    return f'make run ARGS="--graph {graph_name} --download"'


def _import(addon: str) -> Missing | None:
    """Import an addon's package. Raises LookupError if the app has none of that name."""
    module = f"ten_packages.extension.{addon}"
    try:
        importlib.import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or module == error.name or module.startswith(f"{error.name}."):
            raise LookupError(addon) from None
        return Missing(f"the Python package {error.name} is not installed", "install it by `make run`")
    except Exception as error:  # whatever an addon's import raises: natively, too, it counts as a missing addon
        last = traceback.extract_tb(error.__traceback__)[-1]
        place = f"{Path(last.filename).name}, line {last.lineno}"
        what = f"its import fails: {type(error).__name__}: {error} ({place})"
        return Missing(what, "mend the file or its packages", traceback.format_exc().rstrip())
    return None


def _defaults_of(addon: str) -> Json:
    """The addon's own property.json, which TEN puts below the node's."""
    package = sys.modules.get(f"ten_packages.extension.{addon}")
    path = Path(getattr(package, "__file__", None) or "").parent / "property.json"
    try:
        defaults = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return defaults if isinstance(defaults, dict) else {}


def _applies(fallback: Fallback, property: Json) -> bool:
    """Whether the replaced node's property meets the fallback's condition: `{"params.language": ["en", "auto"]}`."""
    return all(_value_at(property, key) in allowed for key, allowed in fallback.when.items())


def _value_at(property: Any, key: str) -> Any:
    for part in key.split("."):
        property = property.get(part) if isinstance(property, dict) else None
    return property


def _with_environment(value: Json, environment: Mapping[str, str]) -> tuple[Json, list[str]]:
    """The property with `${env:NAME|default}` replaced as TEN does it, and what is unset, as `key: sentence`."""
    unset: list[str] = []

    def replace(item: Any, path: str) -> Any:
        if isinstance(item, dict):
            return {key: replace(inner, f"{path}.{key}" if path else key) for key, inner in item.items()}
        if isinstance(item, list):
            return [replace(inner, f"{path}[{index}]") for index, inner in enumerate(item)]
        if not isinstance(item, str) or not (found := _ENVIRONMENT.fullmatch(item)):
            return item
        default = None if found[2] is None else _ESCAPED.sub(r"\1", found[2])
        text = environment.get(found[1], default)
        if text is None:
            unset.append(
                f"{path}: the environment variable {found[1]} is not set; set it, or write ${{env:{found[1]}|default}}"
            )
        return text

    return replace(value, ""), unset
