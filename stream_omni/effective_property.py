"""From property.json and the command line to the property that the app really runs with. Pure: no file is touched."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from stream_omni.command_line import Options
from stream_omni.graph_file import FILE_NAME, USER_FILE_NAME, GraphFile, Json, nodes_of
from stream_omni.runtime import REPOSITORY
from stream_omni.user_error import UserError, near_misses

FILE_ADDON = "audio_file_python"
"""The addon that gives a graph files for ears and mouth."""

LOG_NAME = "log.txt"
SAMPLE_CONVERSATION = "assets/sample_conversation.flac"
"""Played as the user where a graph has no ears and nothing else was asked for."""


@dataclass(frozen=True)
class ChosenGraph:
    """The graph to run, with the user's changes in it, before anything was checked or replaced."""

    entry: Json
    """Its entry for `predefined_graphs`, a copy."""
    origins: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Where a value comes from if not from property.json: node -> key -> e.g. '--set'."""
    recording: Path | None = None
    """What is played as the user; None: a microphone, or what the node says itself."""

    @property
    def name(self) -> str:
        """The graph's name."""
        return str(self.entry["name"])

    @property
    def plays_sample(self) -> bool:
        """Whether the sample conversation is played as the user."""
        return self.recording == REPOSITORY / SAMPLE_CONVERSATION

    def where(self, node: str, key: str = "") -> str:
        """Beginning of an error text: file, graph, node, and who set the key."""
        origins = self.origins.get(node, {})
        parts = key.split(".") if key else []
        prefixes = (".".join(parts[:length]) for length in range(len(parts), -1, -1))
        source = next((origins[prefix] for prefix in prefixes if prefix in origins), FILE_NAME)
        return f'{source}: graph "{self.name}", node "{node}"'


@dataclass(frozen=True)
class Replacement:
    """What runs in place of an addon that cannot run here."""

    addon: str
    property: Json
    note: str = ""
    """What its user should know, as part of a sentence."""


def choose_graph(file: GraphFile, options: Options) -> ChosenGraph:
    """The graph that the command line asks for, with property.user.json, --input, --output and --set applied.

    raises UserError for an unknown graph or node, or where a graph has no place for what was asked
    """
    entry = copy.deepcopy(file.entry(options.graph))
    nodes = nodes_of(entry)
    origins: dict[str, dict[str, str]] = {}
    for node, change in file.user.get(entry["name"], {}).items():
        _merge_user_change(nodes[node], change, origins.setdefault(node, {}))

    if options.fast:
        _leave_devices(file, nodes)
    ears = nodes.get(file.options.input_node)
    if options.input is not None:
        property = {"mode": "input", "path": str(options.input)}
        _use_file(nodes, file.options.input_node, property, entry["name"], "--input")
    elif ears is not None and (declared := _recording(ears)):
        ears["property"]["path"] = str(file.folder / declared)  # property.json means its own folder, not the user's
    elif ears is not None:
        ears["property"] = with_sample(ears["addon"], ears.get("property", {}))
    if options.replay is not None:  # whatever was the loudspeaker, and without the file that a recorded run may name
        _use_file(nodes, file.options.output_node, {"mode": "output", "path": ""}, entry["name"], "--replay")
    elif options.output is not None:
        _use_file(nodes, file.options.output_node, {"mode": "output"}, entry["name"], "--output")
    if options.push_to_talk:
        keyboard = file.options.keyboard_node
        if keyboard not in nodes:
            raise UserError(f'--push-to-talk: graph "{entry["name"]}" has no node "{keyboard}", which reads the keys')
        nodes[keyboard].setdefault("property", {})["push_to_talk"] = True
        origins.setdefault(keyboard, {})["push_to_talk"] = "--push-to-talk"

    for setting in options.settings:
        if setting.node not in nodes:
            raise UserError(
                f'--set {setting.node}.{setting.key}: graph "{entry["name"]}" has no node '
                f'"{setting.node}"{near_misses(setting.node, nodes)}'
            )
        _assign(nodes[setting.node].setdefault("property", {}), setting.key, setting.value, setting.node)
        origins.setdefault(setting.node, {})[setting.key] = "--set"
    return ChosenGraph(entry, origins, _played(ears))


def with_replacements(file: GraphFile, graph: ChosenGraph, replacements: Mapping[str, Replacement]) -> ChosenGraph:
    """The graph with other addons in the places of those that cannot run.

    replacements: by node, as the start-up check has found them
    """
    entry = copy.deepcopy(graph.entry)
    nodes = nodes_of(entry)
    for name, replacement in replacements.items():
        nodes[name].update(addon=replacement.addon, property=copy.deepcopy(replacement.property))
    return ChosenGraph(entry, graph.origins, _played(nodes.get(file.options.input_node)))


def with_sample(addon: str, property: Json) -> Json:
    """The property, in which ears without a recording have got the sample conversation."""
    if addon != FILE_ADDON or property.get("mode") == "output" or property.get("path"):
        return property
    return {**property, "mode": "input", "path": str(REPOSITORY / SAMPLE_CONVERSATION)}


def effective_property(
    file: GraphFile, graph: ChosenGraph, options: Options, run_dir: Path | None, for_report: Mapping[str, Any]
) -> Json:
    """The whole property of the app that starts the chosen graph.

    run_dir: where property.json says nothing about logging, holds the log; None: nothing of this run is kept
    for_report: what the report is told of how to keep the conversation; the user's own settings win over it
    """
    root = copy.deepcopy(file.root)
    entry = copy.deepcopy(graph.entry)
    entry["auto_start"] = True
    nodes = nodes_of(entry)
    if report := nodes.get(file.options.report_node):
        report["property"] = {**for_report, **report.get("property", {})}
    ten = root["ten"]
    ten["predefined_graphs"] = [
        entry if other["name"] == entry["name"] else other | {"auto_start": False} for other in ten["predefined_graphs"]
    ]
    if options.log_level is not None:
        ten["log"] = _log(options.log_level, {"type": "console", "config": {"stream": "stderr"}})
    elif run_dir is not None:
        ten.setdefault("log", _log("info", {"type": "file", "config": {"path": str(run_dir / LOG_NAME)}}))
    else:
        ten.setdefault("log", _log("warn", {"type": "console", "config": {"stream": "stderr"}}))
    return root


def resting_property(graph: ChosenGraph) -> Json:
    """The property with which the runtime only checks how the chosen graph is wired, and says so to nobody else."""
    log = _log("off", {"type": "console", "config": {"stream": "stderr"}})
    return {"ten": {"log": log, "predefined_graphs": [graph.entry | {"auto_start": False}]}}


def _leave_devices(file: GraphFile, nodes: Mapping[str, Json]) -> None:
    """Files for ears and mouth: devices have a pace of their own, which is not fast."""
    for name, mode in ((file.options.input_node, "input"), (file.options.output_node, "output")):
        if name in nodes and nodes[name]["addon"] != FILE_ADDON:
            nodes[name].update(addon=FILE_ADDON, property={"mode": mode})


def _played(ears: Json | None) -> Path | None:
    recording = _recording(ears) if ears is not None else None
    return Path(recording) if recording else None


def _recording(node: Json) -> str | None:
    """What the node plays as the user: empty if nobody has named it, None if the node is a device."""
    return str(node.get("property", {}).get("path", "")) if node.get("addon") == FILE_ADDON else None


def _merge_user_change(node: Json, change: Json, origins: dict[str, str]) -> None:
    if change.get("addon", node["addon"]) != node["addon"]:
        node["addon"], node["property"] = change["addon"], {}
        origins[""] = USER_FILE_NAME
    node["property"] = _merged(node.get("property", {}), change.get("property", {}), "", origins)


def _merged(base: Json, change: Json, prefix: str, origins: dict[str, str]) -> Json:
    """Objects recursively, everything else replaced: TEN's own rule."""
    result = dict(base)
    for key, value in change.items():
        if isinstance(value, dict) and isinstance(result.get(key), dict):
            result[key] = _merged(result[key], value, f"{prefix}{key}.", origins)
        else:
            result[key] = value
            origins[f"{prefix}{key}"] = USER_FILE_NAME
    return result


def _use_file(nodes: Mapping[str, Json], name: str, property: Json, graph: str, option: str) -> None:
    node = nodes.get(name)
    if node is None:
        raise UserError(
            f'{option}: graph "{graph}" has no node "{name}" to replace by {FILE_ADDON}; '
            f"its nodes are {', '.join(nodes)}"
        )
    kept = node.get("property", {}) if node["addon"] == FILE_ADDON else {}
    node.update(addon=FILE_ADDON, property=kept | property)


def _assign(property: Json, key: str, value: Any, node: str) -> None:
    *parents, last = key.split(".")
    for index, parent in enumerate(parents):
        inner = property.setdefault(parent, {})
        if not isinstance(inner, dict):
            path = ".".join(parents[: index + 1])
            raise UserError(f"--set {node}.{key}: {path} is {inner!r}, not an object with keys")
        property = inner
    property[last] = value


def _log(level: str, emitter: Json) -> Json:
    formatter = {"type": "plain", "colored": False}
    return {"handlers": [{"matchers": [{"level": level}], "formatter": formatter, "emitter": emitter}]}
