"""Draws interruptions: what the microphone heard, what was left of it, what the agent said, and what was decided."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from support.barge_in_bench import Try
from support.live_talk import LiveTalk

from wrappers.audio import Samples
from wrappers.report import TrackName

BEFORE_MS = 700
AFTER_MS = 1500
ROWS: tuple[tuple[str, TrackName], ...] = (
    ("microphone", "microphone"),
    ("cleaned", "clean_microphone"),
    ("agent", "speaker"),
)
MARKS = {"start_of_sentence": "speech", "duck": "duck", "pause": "pause", "flush": "stop"}
"""Messages and what they are called in the picture."""


@dataclass(frozen=True)
class Picture:
    """A stretch of a run around one sound; times are ms from its first sample."""

    title: str
    tracks: dict[TrackName, Samples]
    marks: list[tuple[float, str]]

    @classmethod
    def of(cls, talk: LiveTalk, one: Try) -> Picture:
        """Take it out of the run's files."""
        first, last = (16 * round(one.onset_ms + offset_ms) for offset_ms in (-BEFORE_MS, AFTER_MS))
        tracks = {name: talk.track(name)[first:last] for _, name in ROWS}
        marks: dict[str, float] = {}
        for name, label in MARKS.items():
            for event in talk.events(name, one.onset_ms)[:1]:
                if event.time_ms < one.onset_ms + AFTER_MS:
                    marks[label] = event.time_ms - one.onset_ms
        if one.first_words_ms is not None and one.first_words_ms < AFTER_MS:
            marks["words"] = one.first_words_ms
        return cls(f'{one.mode}: "{one.text}"', tracks, [(time_ms, label) for label, time_ms in marks.items()])


def plot(path: Path, pictures: Sequence[Picture]) -> None:
    """One column for each, all on the time axis of its sound."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    columns = max(1, len(pictures))
    figure, axes = plt.subplots(len(ROWS), columns, figsize=(4.2 * columns, 5.5), sharex=True, squeeze=False)
    for column, picture in enumerate(pictures):
        for row, (label, name) in enumerate(ROWS):
            samples = picture.tracks[name]
            here = axes[row][column]
            here.plot(np.arange(len(samples)) / 16 - BEFORE_MS, samples / 32768, linewidth=0.4)
            here.set_ylim(-0.55, 0.55)
            here.set_ylabel(label if column == 0 else "")
            here.axvline(0, color="black", linewidth=1)
            for number, (time_ms, mark) in enumerate(sorted(picture.marks)):
                here.axvline(time_ms, color=f"C{number + 1}", linewidth=1, label=f"{mark} {time_ms:.0f} ms")
        axes[0][column].set_title(picture.title, fontsize="small")
        if picture.marks:
            axes[-1][column].legend(fontsize="x-small", loc="lower right")
        axes[-1][column].set_xlabel("ms from the person's first sound")
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    plt.close(figure)
