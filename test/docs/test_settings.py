"""Settings that a document names are settings that there are."""

import importlib
import re
from typing import Any, get_args

import pytest
from pydantic import BaseModel
from support.app_dir import use_repository
from support.documents import DOCUMENTS
from support.require import REPOSITORY

use_repository()

from stream_omni.graph_file import load_graph_file, nodes_of  # noqa: E402
from ten_extensions.common.addon import registered  # noqa: E402

NODES = nodes_of(load_graph_file(REPOSITORY).entry("voice_chat"))
SETTING = re.compile(rf"`(?:--set '?)?({'|'.join(NODES)})\.(?!html|wav)([a-z_.]+)[`=]")


def named() -> list[tuple[str, str, str]]:
    """(document, node, key) of all settings in documents."""
    return sorted(
        {
            (document.name, node, key)
            for document in DOCUMENTS
            for node, key in SETTING.findall(document.read_text(encoding="utf-8"))
        }
    )


@pytest.mark.parametrize(("document", "node", "key"), named())
def test_a_setting_exists(document: str, node: str, key: str) -> None:
    addon = NODES[node]["addon"]
    importlib.import_module(f"ten_packages.extension.{addon}")
    model: Any = registered[addon].config_type
    for part in key.split("."):
        assert part in model.model_fields, f"{document}: {addon} has no {key}"
        annotation = model.model_fields[part].annotation
        kinds = [annotation, *get_args(annotation)]
        model = next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)


def test_settings_are_found() -> None:
    assert ("performance_analysis_and_recommendations.md", "vad", "silence_duration_ms") in named()
