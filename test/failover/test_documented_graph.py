"""The example in docs/failover.md runs as it stands there."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from support.app_run import make_app, run_app, write_talk
from support.require import REPOSITORY, require
from support.speech import say


def test_the_second_voice_answers_when_the_first_cannot_be_loaded(tmp_path: Path) -> None:
    require("mlx", "pocketsphinx", "flite")
    text = (REPOSITORY / "docs" / "failover.md").read_text("utf-8")
    nodes, connections = (json.loads(block) for block in re.findall(r"```json\n(.+?)```", text, re.DOTALL))
    model = tmp_path / "broken model"
    model.mkdir()
    (model / "config.json").write_text('{"model_type": "none that there is"}', "utf-8")
    nodes[1]["property"]["params"]["model"] = str(model)

    def edit(graph: dict[str, Any]) -> None:
        graph["nodes"] = [node for node in graph["nodes"] if node["name"] != "tts"] + nodes
        graph["connections"] += connections

    talk = write_talk(tmp_path / "talk.wav", 0.5, say("what is seven times six"), 1.5)
    done = run_app(make_app(tmp_path / "app", edit), "--fast", "--input", talk)
    assert done.status == 0, done.err
    assert len(done.texts("agent")) == 1
    assert "tts_first has failed: tts_second takes over" in done.out + done.err
