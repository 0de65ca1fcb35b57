"""Typed configuration of the extensions, with errors that name the key, what was found and what is allowed."""

from __future__ import annotations

import difflib
import typing
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

ConfigModel = TypeVar("ConfigModel", bound=BaseModel)


class Config(BaseModel):
    """Base of every node's configuration: unknown keys are errors, and nothing changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NoConfig(Config):
    """Configuration of a node that has none."""


class InvalidConfig(Exception):
    """A node's properties are wrong; `problems` holds one line for each wrong key."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def parse_config(model: type[ConfigModel], properties: dict[str, Any]) -> ConfigModel:
    """Validate a node's properties.

    properties: the node's properties as plain JSON values; the key `ten` is the runtime's and is left out
    raises InvalidConfig naming every wrong key
    """
    own = {key: value for key, value in properties.items() if key != "ten"}
    try:
        return model.model_validate(own)
    except ValidationError as error:
        raise InvalidConfig([_describe(model, detail) for detail in error.errors()]) from None


def _describe(model: type[BaseModel], detail: ErrorDetails) -> str:
    path = ".".join(str(part) for part in detail["loc"]) or "properties"
    found = detail["input"]
    match detail["type"]:
        case "extra_forbidden":
            allowed = _keys_beside(model, detail["loc"])
            near = difflib.get_close_matches(str(detail["loc"][-1]), allowed, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            return f"{path}: unknown key; allowed are {', '.join(allowed) or 'none'}{hint}"
        case "literal_error":
            choices = detail["ctx"]["expected"].replace("'", "").replace(" or ", ", ")
            return f"{path}: {_quote(found)} is not one of {choices}"
        case "missing":
            return f"{path}: missing"
        case "model_type" | "dict_type":
            return f"{path}: {_quote(found)} is no object {{...}}"
        case "value_error":
            return f"{path}: {_quote(found)}: {detail['ctx']['error']}"
        case _:
            return f"{path}: {_quote(found)}: {detail['msg'][0].lower()}{detail['msg'][1:]}"


def _quote(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else repr(value)


def _keys_beside(model: type[BaseModel], location: tuple[int | str, ...]) -> list[str]:
    """The keys that the model of the object around `location` knows."""
    for part in location[:-1]:
        field = model.model_fields.get(str(part))
        nested = _model_in(field.annotation) if field else None
        if nested is None:
            return []
        model = nested
    return sorted(model.model_fields)


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in typing.get_args(annotation) if (found := _model_in(part))), None)
