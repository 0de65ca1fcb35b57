"""A live graph with the engines that need no download."""

from __future__ import annotations

from typing import Any

OFFLINE: dict[str, tuple[str, dict[str, Any]]] = {
    "stt": ("pocketsphinx_asr_python", {"segmentation": "vad", "params": {}}),
    "llm": ("offline_llm_python", {"params": {}}),
    "tts": ("system_tts_python", {"params": {}}),
}


def without_models(graph: dict[str, Any]) -> None:
    """Put them in the places of the others."""
    for node in graph["nodes"]:
        if node["name"] in OFFLINE:
            node["addon"], node["property"] = OFFLINE[node["name"]]
