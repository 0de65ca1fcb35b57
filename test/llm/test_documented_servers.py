"""docs/language_models.md names every preset, with a node that the addon takes as it is."""

import json
import re
from typing import get_args

from support.app_dir import use_repository
from support.require import REPOSITORY

from ten_extensions.common.config import parse_config
from wrappers.llm.chat_servers import CHAT_SERVERS, Preset

use_repository()

from ten_packages.extension.openai_llm_python.config import OpenAiLlmConfig  # noqa: E402

TEXT = (REPOSITORY / "docs" / "language_models.md").read_text(encoding="utf-8")


def test_every_preset_has_an_example_that_is_valid() -> None:
    (block,) = re.findall(r"```json\n(.+?)```", TEXT, re.DOTALL)
    nodes = json.loads(block)
    assert {node["addon"] for node in nodes} == {"openai_llm_python"}
    configs = [parse_config(OpenAiLlmConfig, node["property"]) for node in nodes]
    assert sorted(config.params.preset for config in configs) == sorted(get_args(Preset))


def test_the_table_has_the_variables_of_the_keys() -> None:
    for preset, server in CHAT_SERVERS.items():
        (row,) = re.findall(rf"^\| `{preset}` \|.*$", TEXT, re.MULTILINE)
        assert (f"`{server.key_variable}`" in row) == bool(server.key_variable)
        assert "API_KEY" not in row or server.key_variable
