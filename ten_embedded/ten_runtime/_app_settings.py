"""The `ten` section of the app's properties."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from ._errors import ConfigError
from ._json_shape import Shape, quote

_IGNORED = ("services", "one_event_loop_per_engine")
_shape = Shape(ConfigError)


@dataclass(frozen=True)
class PredefinedGraph:
    name: str
    graph: Any
    where: str
    """File and graph, the beginning of error texts."""
    auto_start: bool = False
    singleton: bool = False
    """There is one instance at most; other graphs address it by name, which starts it if need be."""
    sync_stop: bool = False


@dataclass(frozen=True)
class AppSettings:
    uri: str | None = None
    """A label in message sources: nothing is opened for it."""
    log: Any = None
    long_running_mode: bool = False
    """Stay when the last graph has ended."""
    preload_all: bool = False
    """Import all installed addons at the start."""
    graphs: dict[str, PredefinedGraph] = field(default_factory=dict)
    logs_to_console: bool = True
    """Whether the user sees the log; otherwise what ends the process is said on the standard error, too."""
    ignored: tuple[str, ...] = ()
    """Settings that are there but have no effect in this runtime."""


def read_settings(properties: dict[str, Any], where: str) -> AppSettings:
    """Read the `ten` section. where: the file, the beginning of error texts. Raises ConfigError."""
    ten = _shape.object(properties.get("ten", {}), f"{where}: ten")
    addon = _shape.object(ten.get("addon", {}), f"{where}: ten.addon")
    return AppSettings(
        uri=_shape.string(ten["uri"], f"{where}: ten.uri") if "uri" in ten else None,
        log=ten.get("log"),
        logs_to_console=_has_console(ten.get("log")),
        long_running_mode=_flag(ten, "long_running_mode", f"{where}: ten"),
        preload_all=_flag(addon, "preload_all", f"{where}: ten.addon"),
        graphs=_read_graphs(ten.get("predefined_graphs", []), where),
        ignored=tuple(key for key in _IGNORED if ten.get(key)),
    )


def _read_graphs(raw: Any, where: str) -> dict[str, PredefinedGraph]:
    graphs: dict[str, PredefinedGraph] = {}
    for place, item in _shape.items(raw, f"{where}: ten.predefined_graphs"):
        fields = _shape.object(item, place)
        for key in ("name", "graph"):
            if key not in fields:
                raise ConfigError(f"{place}: {quote(key)} is missing; the keys found are {', '.join(fields)}")
        name = _shape.string(fields["name"], f"{place}.name")
        if name in graphs:
            raise ConfigError(f"{place}.name: there is another graph {quote(name)}")
        graphs[name] = PredefinedGraph(
            name=name,
            graph=fields.get("graph"),
            where=f"{where}: graph {quote(name)}",
            auto_start=_flag(fields, "auto_start", place),
            singleton=_flag(fields, "singleton", place),
            sync_stop=_flag(fields, "sync_stop_before_deinit", place),
        )
    return graphs


def _has_console(log: Any) -> bool:
    """Whether a valid `ten.log` writes anything to the console; nothing is checked here."""
    handlers = log.get("handlers") if isinstance(log, dict) else None
    if not isinstance(handlers, list):
        return True
    emitters = [handler.get("emitter") for handler in handlers if isinstance(handler, dict)]
    return any(isinstance(emitter, dict) and emitter.get("type") == "console" for emitter in emitters)


def _flag(fields: dict[str, Any], key: str, where: str) -> bool:
    return _shape.boolean(fields.get(key, False), f"{where}.{key}")
