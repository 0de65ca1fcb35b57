"""How well a speech detector's answers fit the labels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from support.benchmark import percentile
from support.vad_labels import Span

from wrappers.vad import Segmenter, SegmenterOptions, SpeechEnded, SpeechEvent, SpeechStarted

FRAME_MS = 10
"""Labels and answers are compared on this grid, whatever the hop of the detector, so that all count alike."""
CLEAR_MS = 200
"""A boundary counts only with so much speech on one side and so much silence on the other: the rest is label noise."""
HYSTERESIS = 0.15
"""Of the segmenter, as in the VAD node."""


@dataclass
class Score:
    """Counts that add up over files."""

    right: int = 0
    """Frames of speech that were found."""
    wrong: int = 0
    """Frames without speech that were taken for it."""
    missed: int = 0
    """Frames of speech that were not found."""
    onset_ms: list[float] = field(default_factory=list)
    """From each clear beginning of speech to the end of the first hop that counts as speech."""
    missed_onsets: int = 0
    """Clear beginnings whose speech was not noticed at all."""
    offset_ms: list[float] = field(default_factory=list)
    """From each clear end of speech to the end of the first hop that does not."""
    open_pauses: int = 0
    """Clear ends after which silence was not noticed before the next speech."""
    told_ms: list[float] = field(default_factory=list)
    """From the beginning of speech to the moment at which the segmenter tells of it."""
    false_segments: int = 0
    """Segments in which nobody speaks."""

    def summary(self) -> dict[str, float]:
        """Flat figures; those that nothing was measured for are left out."""
        figures = {
            "precision": self.right / max(1, self.right + self.wrong),
            "recall": self.right / max(1, self.right + self.missed),
            "f1": 2 * self.right / max(1, 2 * self.right + self.wrong + self.missed),
            "missed_onsets": float(self.missed_onsets),
            "pauses": float(len(self.offset_ms) + self.open_pauses),
            "open_pauses": float(self.open_pauses),
            "false_segments": float(self.false_segments),
        }
        for name, values in (("onset", self.onset_ms), ("offset", self.offset_ms), ("told", self.told_ms)):
            if values:
                figures |= {f"{name}_ms_median": percentile(values, 50), f"{name}_ms_p90": percentile(values, 90)}
        return figures


def add_up(scores: Iterable[Score]) -> Score:
    """One score of many."""
    total = Score()
    for score in scores:
        for name in Score.__dataclass_fields__:
            setattr(total, name, getattr(total, name) + getattr(score, name))
    return total


def score(probabilities: Sequence[float], hop_ms: float, spans: Sequence[Span], threshold: float) -> Score:
    """Compare the answers for one file with its labels.

    probabilities: one for each hop, from the file's beginning
    """
    said = np.asarray(probabilities) >= threshold
    total = _frames(said, hop_ms, spans)
    length_ms = len(said) * hop_ms
    ends_ms = np.arange(1, len(said) + 1, dtype=np.float64) * hop_ms
    for number, span in enumerate(spans):
        silence_from_ms = spans[number - 1].end_ms if number else 0.0
        silence_until_ms = spans[number + 1].start_ms if number + 1 < len(spans) else length_ms
        if span.end_ms - span.start_ms < CLEAR_MS:
            continue
        if span.start_ms - silence_from_ms >= CLEAR_MS:
            onset_ms = _first(ends_ms, said, span.start_ms, span.end_ms)
            total.onset_ms += [] if onset_ms is None else [onset_ms]
            total.missed_onsets += onset_ms is None
        if silence_until_ms - span.end_ms >= CLEAR_MS:
            offset_ms = _first(ends_ms, ~said, span.end_ms, silence_until_ms)
            total.offset_ms += [] if offset_ms is None else [offset_ms]
            total.open_pauses += offset_ms is None
    _segments(total, probabilities, hop_ms, spans, threshold)
    return total


def _frames(said: NDArray[np.bool_], hop_ms: float, spans: Sequence[Span]) -> Score:
    middle_ms = (np.arange(int(len(said) * hop_ms // FRAME_MS)) + 0.5) * FRAME_MS
    answers = said[(middle_ms // hop_ms).astype(int)]
    speech = np.zeros(len(middle_ms), bool)
    for span in spans:
        speech |= (middle_ms >= span.start_ms) & (middle_ms < span.end_ms)
    return Score(int((answers & speech).sum()), int((answers & ~speech).sum()), int((~answers & speech).sum()))


def _first(ends_ms: NDArray[np.float64], answers: NDArray[np.bool_], from_ms: float, until_ms: float) -> float | None:
    """Time from `from_ms` to the end of the first hop with that answer that ends in the stretch; None without one."""
    places = np.flatnonzero(answers & (ends_ms > from_ms) & (ends_ms <= until_ms))
    return float(ends_ms[places[0]] - from_ms) if len(places) else None


def _segments(
    total: Score, probabilities: Sequence[float], hop_ms: float, spans: Sequence[Span], threshold: float
) -> None:
    """What the segmenter makes of it."""
    segmenter = Segmenter(SegmenterOptions(start_threshold=threshold, end_threshold=threshold - HYSTERESIS))
    told: list[tuple[SpeechEvent, float]] = []
    for number, probability in enumerate(probabilities):
        start_ms, end_ms = round(number * hop_ms), round((number + 1) * hop_ms)
        told += [(event, end_ms) for event in segmenter.push(probability, start_ms, end_ms - start_ms)]
    if (last := segmenter.finish()) is not None:
        told.append((last, len(probabilities) * hop_ms))
    for event, now_ms in told:
        match event:
            case SpeechStarted(start_ms):
                total.told_ms += [now_ms - span.start_ms for span in spans if abs(start_ms - span.start_ms) < CLEAR_MS]
            case SpeechEnded(start_ms, end_ms):
                somebody = any(span.start_ms < end_ms and start_ms < span.end_ms for span in spans)
                total.false_segments += not somebody
            case _:
                pass
