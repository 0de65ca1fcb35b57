"""A failover node between two nodes and the tester, wired as docs/failover.md says."""

from __future__ import annotations

from typing import Any

from ten_extensions.common.messages import Json

TESTER = "ten:test_extension"
FLOWS: dict[str, dict[str, list[str]]] = {
    "tts": {
        "data": ["tts_audio_start", "tts_audio_end", "tts_flush_end", "tts_text_result"],
        "audio_frame": ["pcm_frame"],
    },
    "asr": {"data": ["asr_result", "asr_finalize_end"]},
    "llm": {},
}
"""What nodes of a kind send, beside ready, error and metrics."""
INPUTS: dict[str, dict[str, list[str]]] = {
    "tts": {"data": ["tts_text_input", "tts_flush", "playback_state"], "cmd": ["update_configs", "nonsense"]},
    "asr": {
        "data": ["start_of_sentence", "speech_pause", "speech_resume", "end_of_sentence", "asr_finalize"],
        "audio_frame": ["pcm_frame"],
    },
    "llm": {"cmd": ["chat_completion", "prefill", "abort", "retrieve_prompt"]},
}


def failover_graph(kind: str, addon: str, primary: Json, backup: Json, **options: Any) -> Json:
    """The graph as JSON: nodes `front`, `one` and `two`."""

    def node(name: str, addon: str, property: Json) -> Json:
        return {"type": "extension", "name": name, "addon": addon, "extension_group": "g", "property": property}

    def connect(name: str, flows: dict[str, list[str]], dest: str) -> Json:
        return {"extension": name} | {
            key: [{"name": flow, "dest": [{"extension": dest}]} for flow in names] for key, names in flows.items()
        }

    out = FLOWS[kind] | {"data": [*FLOWS[kind].get("data", []), "ready", "error", "metrics"]}
    return {
        "nodes": [
            node("front", "failover_python", {"kind": kind, "primary": "one", "backup": "two"} | options),
            node("one", addon, primary),
            node("two", addon, backup),
            {"type": "extension", "name": TESTER, "addon": TESTER, "extension_group": "test_group"},
        ],
        "connections": [
            connect(TESTER, INPUTS[kind], "front"),
            connect("front", out, TESTER),
            connect("one", out, "front"),
            connect("two", out, "front"),
        ],
    }
