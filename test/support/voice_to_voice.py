"""Where the time between the user's last word and the first sound of the answer goes. Pure: times in, bars out.

All times are ms on the app's one clock. What an engine does is known as spans of time in which it worked; what is
neither an engine's work nor a silence that is waited for on purpose was added by the pipeline.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

Span = tuple[float, float]
"""From, to."""

ENGINES = ("ASR final", "turn decision", "LLM first piece", "TTS first chunk")
BARS = ("VAD hang-over", *ENGINES, "silence awaited", "resampler", "device", "pipeline")
"""From the bottom of the picture to its top; together they are the whole time."""


@dataclass
class Turn:
    """What was seen of one turn. A time is None until it was seen."""

    speech_end_ms: float
    vad_heard_ms: float
    """Capture time of the last frame that the VAD needed to be sure."""
    vad_told_ms: float
    """The control is told; before that, the hang-over has passed."""
    final_ms: float | None = None
    """The control has the words, or waits for them no longer, and asks whether that was all."""
    decided_ms: float | None = None
    decision_took_ms: float = 0.0
    answer_due_ms: float = 0.0
    """Before this, nothing is said on purpose: the user might go on."""
    piece_ms: float | None = None
    """The first words go to the voice."""
    audio_ms: float | None = None
    """The first frame of the voice goes to the speaker."""
    sound_ms: float | None = None
    resampler_ms: float = 0.0
    """What the loudspeaker's resampler holds back of the voice's first frame."""
    work: dict[str, list[Span]] = field(default_factory=dict)
    """Of ASR, LLM and TTS, under the names of their bars."""

    @property
    def complete(self) -> bool:
        """Whether it was answered."""
        return None not in (self.final_ms, self.decided_ms, self.piece_ms, self.audio_ms, self.sound_ms)


def bars(turn: Turn, device_ms: float) -> dict[str, float]:
    """The parts of a complete turn, ms.

    device_ms: what the loudspeaker takes at most on purpose, with its buffer
    """
    assert turn.final_ms is not None and turn.decided_ms is not None
    assert turn.piece_ms is not None and turn.audio_ms is not None and turn.sound_ms is not None
    found = dict.fromkeys(BARS, 0.0)
    found["VAD hang-over"] = turn.vad_heard_ms - turn.speech_end_ms
    found["ASR final"] = worked(turn.work.get("ASR final", ()), turn.vad_told_ms, turn.final_ms)
    found["turn decision"] = min(turn.decision_took_ms, turn.decided_ms - turn.final_ms)
    model = [*turn.work.get("LLM first piece", ())]
    found["LLM first piece"] = worked(model, turn.decided_ms, turn.piece_ms)
    awaited = [*model, (turn.decided_ms, turn.answer_due_ms)]
    found["silence awaited"] = worked(awaited, turn.decided_ms, turn.piece_ms) - found["LLM first piece"]
    found["TTS first chunk"] = worked(turn.work.get("TTS first chunk", ()), turn.piece_ms, turn.audio_ms)
    output = turn.sound_ms - turn.audio_ms
    found["resampler"] = min(turn.resampler_ms, output)
    found["device"] = min(device_ms, output - found["resampler"])
    found["pipeline"] = turn.sound_ms - turn.speech_end_ms - sum(found.values())
    return found


def gaps(turn: Turn, found: dict[str, float]) -> dict[str, float]:
    """The pipeline's part of a complete turn by place, ms; `found` are its bars."""
    assert turn.final_ms is not None and turn.decided_ms is not None
    assert turn.piece_ms is not None and turn.audio_ms is not None and turn.sound_ms is not None
    return {
        "frame to VAD to control": turn.vad_told_ms - turn.vad_heard_ms,
        "to the final": turn.final_ms - turn.vad_told_ms - found["ASR final"],
        "to the decision": turn.decided_ms - turn.final_ms - found["turn decision"],
        "to the first piece": turn.piece_ms - turn.decided_ms - found["LLM first piece"] - found["silence awaited"],
        "to the first chunk": turn.audio_ms - turn.piece_ms - found["TTS first chunk"],
        "to the loudspeaker": turn.sound_ms - turn.audio_ms - found["resampler"] - found["device"],
    }


def worked(spans: Iterable[Span], begin_ms: float, end_ms: float) -> float:
    """How much of the time from begin to end the spans cover, together."""
    covered, reached = 0.0, begin_ms
    for begin, end in sorted(spans):
        begin, end = max(begin, reached), min(end, end_ms)
        if end > begin:
            covered += end - begin
            reached = end
    return covered


def engines_ms(found: dict[str, float]) -> float:
    """The engines' own time in these bars."""
    return sum(found[name] for name in ENGINES)


def total_ms(found: dict[str, float]) -> float:
    """Speech end to first sound."""
    return sum(found.values())


def answered(turns: Sequence[Turn]) -> list[Turn]:
    """Those that were, in order."""
    return [turn for turn in turns if turn.complete]
