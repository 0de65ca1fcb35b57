"""The nodes in docs/turns.md are ones that the addons take."""

import json
import re

from support.app_dir import use_repository
from support.require import REPOSITORY

from ten_extensions.common.config import parse_config

use_repository()

from ten_packages.extension.semantic_turn_python.config import TurnConfig  # noqa: E402


def test_the_nodes_have_properties_that_are_known() -> None:
    text = (REPOSITORY / "docs" / "turns.md").read_text("utf-8")
    nodes = [json.loads(block) for block in re.findall(r"```json\n(.+?)```", text, re.DOTALL)]
    configs = [parse_config(TurnConfig, node["property"]) for node in nodes]
    assert [config.backend for config in configs] == ["chat_model", "smart_turn"]
    assert {node["addon"] for node in nodes} == {"semantic_turn_python"}
    defaults = TurnConfig()
    assert f"`min_wait_ms` ({defaults.min_wait_ms})" in text
    assert f"`force_threshold_ms` ({defaults.force_threshold_ms})" in text
