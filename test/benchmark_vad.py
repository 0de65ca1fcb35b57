"""How well, how soon and at what cost the VAD's back ends find speech, side by side.

    python test/benchmark_vad.py [DIR] [--backend NAME]... [--threshold P]... [--quick] [--json FILE] [--plot FILE]

DIR has recordings with labels: NAME.scv beside NAME.wav ("NAME,start,end,label,..." in seconds, label 1 = speech), or
a table with the columns file, start_ms, end_ms. Without DIR, synthetic speech of the tests' kind is made, with noise,
rooms, pauses, and sounds that are no speech: that compares back ends, and says little about people.

Precision, recall and F1 count frames of 10 ms. onset, offset: from the label's boundary to the end of the first hop
that is, or is not, speech, where the boundary has 200 ms of speech and of silence beside it. open: pauses in which the
detector never fell silent. told: from the beginning of speech to the segmenter's event; false: its segments without
any speech.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from time import process_time
from typing import Any, get_args

sys.path.insert(0, str(Path(__file__).resolve().parent))
from support.benchmark import add_repository_to_path, parse_arguments, percentile, print_table, write_json

add_repository_to_path()
from support.speech_corpus import NoCorpus, read_sound  # noqa: E402
from support.vad_corpus import make_corpus  # noqa: E402
from support.vad_labels import LabelledSound, find_labelled  # noqa: E402
from support.vad_score import HYSTERESIS, Score, add_up, score  # noqa: E402

from wrappers.audio import ENGINE_RATE_HZ, Framer, Samples  # noqa: E402
from wrappers.errors import EngineMissing  # noqa: E402
from wrappers.vad import Backend, SpeechDetector, open_detector  # noqa: E402

BACKENDS: tuple[Backend, ...] = get_args(Backend)
QUICK_TALKS, TALKS = 1, 5
USUAL_THRESHOLD = 0.5


@dataclass(frozen=True, slots=True)
class Heard:
    """What one detector said about one file."""

    probabilities: list[float]
    hop_us: list[float]
    """CPU time of each hop, of all threads: what else the machine does makes no difference."""


@dataclass(frozen=True, slots=True)
class Result:
    """One detector at one threshold, over all files."""

    backend: Backend
    threshold: float
    hop_ms: float
    hop_us: list[float]
    scores: list[Score]

    @property
    def name(self) -> str:
        """Of its row; the usual threshold goes without saying."""
        return self.backend if self.threshold == USUAL_THRESHOLD else f"{self.backend}_{self.threshold * 100:.0f}"

    def summary(self) -> dict[str, float]:
        """Flat figures."""
        cost = {
            "hop_us_median": percentile(self.hop_us, 50),
            "hop_us_p90": percentile(self.hop_us, 90),
            "cpu_ms_per_s": sum(self.hop_us) / (len(self.hop_us) * self.hop_ms),
        }
        return add_up(self.scores).summary() | cost


def listen(detector: SpeechDetector, samples: Samples) -> Heard:
    """Let a detector hear a file from its beginning; a rest shorter than a hop is left out."""
    detector.reset()
    probabilities, hop_us = [], []
    for hop in Framer(ENGINE_RATE_HZ, detector.hop_samples).push(samples):
        began_s = process_time()
        probabilities.append(detector.probability(hop.samples))
        hop_us.append((process_time() - began_s) * 1e6)
    return Heard(probabilities, hop_us)


def measure(backend: Backend, thresholds: Sequence[float], sounds: Sequence[LabelledSound]) -> list[Result]:
    """A result for each threshold. raises EngineMissing"""
    detector = open_detector(backend)
    hop_ms = detector.hop_samples * 1000 / ENGINE_RATE_HZ
    heard = [listen(detector, read_sound(sound.path)) for sound in sounds]
    hop_us = [us for one in heard for us in one.hop_us]
    return [
        Result(
            backend,
            threshold,
            hop_ms,
            hop_us,
            [
                score(one.probabilities, hop_ms, sound.spans, threshold)
                for one, sound in zip(heard, sounds, strict=True)
            ],
        )
        for threshold in thresholds
    ]


def show(results: Sequence[Result], sounds: Sequence[LabelledSound]) -> None:
    """Print the table."""

    def pair(figures: dict[str, float], name: str) -> str:
        return (
            "/".join(f"{figures[f'{name}_ms_{part}']:.0f}" for part in ("median", "p90"))
            if f"{name}_ms_p90" in figures
            else "-"
        )

    rows = []
    for result in results:
        figures = result.summary()
        rows.append(
            [
                result.backend,
                f"{result.threshold:g}",
                *(f"{figures[name]:.3f}" for name in ("precision", "recall", "f1")),
                *(pair(figures, name) for name in ("onset", "offset", "told")),
                f"{figures['open_pauses']:.0f} of {figures['pauses']:.0f}",
                f"{figures['false_segments']:.0f}",
                f"{figures['hop_us_median']:.0f} us / {result.hop_ms:g} ms",
                f"{figures['cpu_ms_per_s']:.1f} ms",
            ]
        )
    speech_s = sum(span.end_ms - span.start_ms for sound in sounds for span in sound.spans) / 1000
    print_table(
        f"{len(sounds)} files, {speech_s:.0f} s of speech. onset, offset, told: median/p90 in ms",
        ["back end", "at", "P", "R", "F1", "onset", "offset", "told", "open", "false", "hop", "CPU per s"],
        rows,
    )


def plot(path: Path, results: Sequence[Result], sounds: Sequence[LabelledSound]) -> None:
    """Quality, delays, and what each back end says about the file with most pauses."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplot_mosaic([["quality", "delay"], ["file", "file"]], figsize=(12, 8))
    panels = (
        ("quality", "part", ("precision", "recall", "f1")),
        ("delay", "ms", ("onset_ms_median", "onset_ms_p90", "offset_ms_median", "offset_ms_p90")),
    )
    for panel, unit, keys in panels:
        for number, result in enumerate(results):
            figures = result.summary()
            places = [place + 0.8 * number / len(results) for place in range(len(keys))]
            axes[panel].bar(
                places, [figures.get(key, 0.0) for key in keys], 0.8 / len(results), align="edge", label=result.name
            )
        axes[panel].set_xticks([place + 0.4 for place in range(len(keys))], [key.replace("_", " ") for key in keys])
        axes[panel].set_ylabel(unit)
        axes[panel].legend(fontsize="small")
    axes["quality"].set_ylim(0.5, 1)
    _plot_file(
        axes["file"], max(sounds, key=lambda sound: len(sound.spans)), list(dict.fromkeys(r.backend for r in results))
    )
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
    plt.close(figure)


def _plot_file(axes: Any, sound: LabelledSound, backends: Sequence[Backend]) -> None:
    samples = read_sound(sound.path)
    axes.plot(
        [place / ENGINE_RATE_HZ for place in range(0, len(samples), 16)], samples[::16] / 32768 - 0.5, "0.7", lw=0.5
    )
    for span in sound.spans:
        axes.axvspan(span.start_ms / 1000, span.end_ms / 1000, color="0.92")
    for number, backend in enumerate(backends):
        detector = open_detector(backend)
        probabilities = listen(detector, samples).probabilities
        times = [(place + 1) * detector.hop_samples / ENGINE_RATE_HZ for place in range(len(probabilities))]
        axes.plot(times, [number * 1.2 + probability for probability in probabilities], lw=1, label=backend)
    axes.set_title(f"{sound.path.name}: labelled speech is grey", fontsize="small")
    axes.set_xlabel("s")
    axes.set_yticks([])
    axes.legend(fontsize="small", loc="upper right")


def material(folder: Path | None, made: Path, quick: bool) -> list[LabelledSound]:
    """What is heard. raises NoCorpus"""
    if folder is not None:
        return find_labelled(folder)
    import pytest

    try:
        make_corpus(made, QUICK_TALKS if quick else TALKS)
    except pytest.skip.Exception as missing:
        raise NoCorpus(f"nothing to hear without DIR: {missing}") from None
    return find_labelled(made)


def main() -> int:
    options = parse_arguments(
        __doc__ or "",
        ("folder", {"nargs": "?", "type": Path, "metavar": "DIR", "help": "recordings with labels"}),
        ("--backend", {"action": "append", "choices": BACKENDS, "help": "repeat it for several; usually all"}),
        (
            "--threshold",
            {"action": "append", "type": float, "metavar": "P", "help": "usually 0.5; repeat it to compare"},
        ),
    )
    thresholds = options.threshold or [USUAL_THRESHOLD]
    if not all(HYSTERESIS < threshold <= 1 for threshold in thresholds):
        print(f"--threshold must be above {HYSTERESIS} and at most 1", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as made:
        try:
            sounds = material(options.folder, Path(made), options.quick)
        except NoCorpus as problem:
            print(problem, file=sys.stderr)
            return 1
        results = []
        for backend in options.backend or BACKENDS:
            try:
                results += measure(backend, thresholds, sounds)
            except EngineMissing as missing:
                print(f"{backend} is left out: {missing}", file=sys.stderr)
        if not results:
            return 1
        show(results, sounds)
        runs = [
            {"backend": result.backend, "threshold": result.threshold, "file": sound.path.name, **one.summary()}
            for result in results
            for sound, one in zip(sounds, result.scores, strict=True)
        ]
        summary = {f"{result.name}_{key}": value for result in results for key, value in result.summary().items()}
        write_json(options.json, summary, runs)
        if options.plot is not None:
            plot(options.plot, results, sounds)
    return 0


if __name__ == "__main__":
    sys.exit(main())
