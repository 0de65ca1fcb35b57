"""The settings of the conversation, as its manifest and its document tell them."""

import json
import re

from support.require import REPOSITORY
from support.talk import VoiceControlConfig

FIELDS = VoiceControlConfig.model_fields


def test_the_manifest_names_every_property() -> None:
    manifest = json.loads((REPOSITORY / "ten_extensions/voice_control_python/manifest.json").read_text("utf-8"))
    assert manifest["api"]["property"]["properties"].keys() == FIELDS.keys()


def test_the_document_tells_the_defaults() -> None:
    text = (REPOSITORY / "docs/echo_and_interruption.md").read_text("utf-8")
    table = text.partition("Properties of `main_control`")[2].partition("\n#")[0]
    told = dict(re.findall(r"^\| `(\w+)` \|([^|]*)\|", table, re.MULTILINE))
    assert len(told) > 10
    defaults = {name: FIELDS[name].default for name in told}
    assert {name: value.strip("` ") for name, value in told.items()} == {
        name: f"{default:g}" if isinstance(default, int | float) else default for name, default in defaults.items()
    }
