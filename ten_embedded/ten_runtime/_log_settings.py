"""Reads `ten.log` of the app's property file."""

from pathlib import Path
from typing import Any, Final

from ._errors import ConfigError
from ._json_shape import Shape
from ._log_handlers import ConsoleEmitter, Emitter, FileEmitter, Handler, Matcher, format_json, format_plain

LEVELS: Final = {"debug": 1, "info": 2, "warn": 3, "error": 4, "off": 5}
_FORMATS: Final = {"plain": format_plain, "json": format_json}
_EMITTER_KEYS: Final = {
    "console": ("stream",),
    "file": ("path",),
    "otlp": ("endpoint", "protocol", "headers", "service_name"),
}
_shape = Shape(ConfigError)


def default_handlers() -> list[Handler]:
    """Everything to the standard error."""
    return [Handler([Matcher(LEVELS["debug"])], format_plain, ConsoleEmitter("stderr"))]


def parse_log_settings(raw: Any, where: str) -> tuple[list[Handler], list[str]]:
    """Return the handlers that `ten.log` asks for, and warnings about what is left out (otlp, encryption).

    raw: the value of `ten.log`, None if there is none. No file is opened yet. Raises ConfigError.
    """
    if raw is None:
        return default_handlers(), []
    fields = _shape.keys(raw, where, required=("handlers",))
    warnings: list[str] = []
    handlers: list[Handler] = []
    items = list(_shape.items(fields["handlers"], f"{where}.handlers"))
    if not items:
        raise ConfigError(f'{where}.handlers: needs at least one handler; leave "log" out for the default')
    for place, item in items:
        handler = _parse_handler(item, place, warnings)
        if handler is not None:
            handlers.append(handler)
    return handlers or default_handlers(), warnings


def _parse_handler(raw: Any, where: str, warnings: list[str]) -> Handler | None:
    fields = _shape.keys(raw, where, required=("matchers", "formatter", "emitter"), optional=("encryption",))
    matchers = [_parse_matcher(item, place) for place, item in _shape.items(fields["matchers"], f"{where}.matchers")]
    if not matchers:
        raise ConfigError(f"{where}.matchers: needs at least one matcher")
    place = f"{where}.formatter"
    formatter = _shape.keys(fields["formatter"], place, required=("type",), optional=("colored",))
    kind = _shape.one_of(formatter["type"], f"{place}.type", tuple(_FORMATS))
    colored = _shape.boolean(formatter.get("colored", False), f"{place}.colored")
    if "encryption" in fields:
        warnings.append(f"{where}.encryption: not supported here; the log is written in plain text")
    emitter = _parse_emitter(fields["emitter"], f"{where}.emitter", warnings)
    return None if emitter is None else Handler(matchers, _FORMATS[kind], emitter, colored)


def _parse_matcher(raw: Any, where: str) -> Matcher:
    fields = _shape.keys(raw, where, required=("level",), optional=("category",))
    level = _shape.one_of(fields["level"], f"{where}.level", tuple(LEVELS))
    category = _shape.string(fields["category"], f"{where}.category") if "category" in fields else None
    return Matcher(LEVELS[level], category)


def _parse_emitter(raw: Any, where: str, warnings: list[str]) -> Emitter | None:
    if "type" not in _shape.object(raw, where):
        raise ConfigError(f'{where}: "type" is missing; it is one of {", ".join(_EMITTER_KEYS)}')
    kind = _shape.one_of(raw["type"], f"{where}.type", tuple(_EMITTER_KEYS))
    if "config" in raw:  # TEN's own notation; the flat one is accepted as well
        _shape.keys(raw, where, required=("type", "config"), optional=("encryption",))
        raw, where = {"type": kind} | _shape.object(raw["config"], f"{where}.config"), f"{where}.config"
    fields = _shape.keys(raw, where, required=("type",), optional=(*_EMITTER_KEYS[kind], "encryption"))
    if "encryption" in fields:
        warnings.append(f"{where}.encryption: not supported here; the log is written in plain text")
    if kind == "console":
        return ConsoleEmitter(_shape.one_of(fields.get("stream", "stdout"), f"{where}.stream", ("stdout", "stderr")))
    if kind == "file":
        _shape.keys(fields, where, required=("type", "path"), optional=("encryption",))
        return FileEmitter(Path(_shape.string(fields["path"], f"{where}.path")))
    warnings.append(f"{where}: otlp is not supported here; this handler is left out")
    return None
