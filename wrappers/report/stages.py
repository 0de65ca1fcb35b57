"""The stages between the end of the user's speech and the first sound of the answer."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Mapping

STAGES = {
    "turn_decided": "turn decided",
    "transcript": "transcript",
    "first_llm_text": "first LLM text",
    "first_tts_audio": "first TTS audio",
    "first_sound": "first sound",
}
"""Names in `stages_ms` and how a person reads them, in the usual order."""


def stages_text(stages_ms: Mapping[str, float]) -> str:
    """E.g. 'turn decided 420 ms, transcript 450 ms'; only the stages that happened, empty without any."""
    return ", ".join(f"{label} {round(stages_ms[key])} ms" for key, label in STAGES.items() if key in stages_ms)


def median_stages_ms(turns: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """The median of each stage, in ms, over the turns in which it happened."""
    measured = list(turns)
    values = {key: [stages_ms[key] for stages_ms in measured if key in stages_ms] for key in STAGES}
    return {key: statistics.median(found) for key, found in values.items() if found}
