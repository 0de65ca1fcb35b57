"""What happened between the end of the user's speech and the first sound of the answer, and how long each part took."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from wrappers.report.timeline.moments import Moments, text
from wrappers.report.timeline.requests import Request
from wrappers.report.utterance import Utterance

PARTS = {
    "pause": "silence, until the pause was certain",
    "transcript": "speech recognition",
    "turn_decided": "turn detection",
    "first_llm_text": "language model, until its first words",
    "sure": "waiting, in case you go on",
    "first_piece": "language model, until its first sentence",
    "first_tts_audio": "voice, until its first sound",
    "first_sound": "loudspeaker",
}
"""Parts of the time, by the mark at their end, in the usual order. Those of `wrappers.report.stages` have its names."""

SAME_MS = 60
"""Two times of one end of speech differ by no more than this: they come from two nodes."""


def read_marks(said: Utterance, answer: Utterance, request: Request | None, moments: Moments) -> dict[str, int]:
    """ms from the end of the user's speech to each mark that was reached, in the order of PARTS.

    The transcript's own stages, and between them what only the events tell.
    """
    end_ms = said.end_ms
    stages = answer.stages_ms
    sound_ms = end_ms + round(stages["first_sound"]) if "first_sound" in stages else answer.start_ms
    found = {key: round(stages[key]) for key in PARTS if key in stages}
    found["first_sound"] = sound_ms - end_ms

    def within(times_ms: Iterable[int]) -> int | None:
        """The last of these times before the first sound, from the end of speech on."""
        return max((time_ms - end_ms for time_ms in times_ms if end_ms <= time_ms <= sound_ms), default=None)

    pauses = (event for event in moments.named("end_of_sentence") if event.kind == "data")
    extra = {
        "pause": within(e.time_ms for e in pauses if abs(moments.time_ms(e, "end_ms") - end_ms) <= SAME_MS),
        "transcript": within(e.time_ms for e in moments.named("asr_result") if e.properties.get("final") is True),
        "turn_decided": within(e.time_ms for e in moments.named("turn_decision")),
        "sure": within(e.time_ms for e in moments.named("turn_state") if text(e.properties.get("state")) == "thinking"),
    }
    if request is not None:
        extra["first_llm_text"] = within(request.deltas_ms[:1])
        extra["first_piece"] = within([time_ms for time_ms, _ in request.given[:1]])
        extra["first_tts_audio"] = within([] if request.sound_ms is None else [request.sound_ms])
    for key, time_ms in extra.items():
        if time_ms is not None:
            found.setdefault(key, time_ms)
    # What came later, such as a final transcript behind an answer to a partial one, has delayed nothing.
    return {key: found[key] for key in PARTS if key in found and found[key] <= found["first_sound"]}


def parts_of(marks: Mapping[str, int]) -> dict[str, int]:
    """How long each part took, in ms: from whichever mark came before to its own. Parts of 0 ms are left out."""
    order = list(PARTS)
    before_ms = 0
    parts = {}
    for key, time_ms in sorted(marks.items(), key=lambda mark: (mark[1], order.index(mark[0]))):
        if time_ms > before_ms:
            parts[key] = time_ms - before_ms
            before_ms = time_ms
    return parts
