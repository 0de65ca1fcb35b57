"""Recordings with labels that say when somebody speaks: a folder with .scv files, or with a table."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from support.speech_corpus import SOUNDS, NoCorpus


@dataclass(frozen=True, slots=True)
class Span:
    """Speech without a pause."""

    start_ms: float
    end_ms: float


@dataclass(frozen=True, slots=True)
class LabelledSound:
    """A recording and the speech in it, in order; none where nobody speaks."""

    path: Path
    spans: tuple[Span, ...]


def find_labelled(folder: Path) -> list[LabelledSound]:
    """All recordings below a folder that have labels, in the order of their names.

    NAME.scv beside NAME.wav: "NAME,start,end,label,start,end,label,..." in seconds, label 1 where somebody speaks.
    Or a table (.tsv or .csv) with the columns file, start_ms and end_ms: a row for each span, 0 and 0 for none.
    raises NoCorpus
    """
    if not folder.is_dir():
        raise NoCorpus(f"{folder} is no folder")
    sounds = sorted(path for path in folder.rglob("*") if path.suffix.lower() in SOUNDS)
    tables = _from_tables(folder)
    found = []
    for sound in sounds:
        labels = sound.with_suffix(".scv")
        if labels.is_file():
            found.append(LabelledSound(sound, read_scv(labels)))
        elif sound.name in tables:
            found.append(LabelledSound(sound, _joined(tables[sound.name])))
    if not found:
        raise NoCorpus(
            f"{folder} has {len(sounds)} sounds, but none with labels; known are NAME.scv beside NAME.wav, and tables "
            "with the columns file, start_ms and end_ms"
        )
    return found


def read_scv(path: Path) -> tuple[Span, ...]:
    """The speech that a .scv file marks. raises NoCorpus for a file of another form"""
    name, *fields = [field for field in re.split(r"[,;\s]+", path.read_text(encoding="utf-8")) if field]
    try:
        values = [float(field) for field in fields]
        rows = list(zip(values[::3], values[1::3], values[2::3], strict=True))
    except ValueError:
        raise NoCorpus(
            f'{path}: after the name "{name}" come start, end and label, again and again, in numbers'
        ) from None
    return _joined(Span(start_s * 1000, end_s * 1000) for start_s, end_s, label in rows if label > 0)


def write_scv(path: Path, spans: Sequence[Span], length_ms: float) -> None:
    """The opposite of `read_scv`; between the spans, silence is marked."""
    edges = [0.0, *(edge for span in spans for edge in (span.start_ms, span.end_ms)), length_ms]
    rows = [
        f"{start_ms / 1000:.3f},{end_ms / 1000:.3f},{number % 2}"
        for number, (start_ms, end_ms) in enumerate(pairwise(edges))
    ]
    path.write_text(",".join([path.stem, *rows]) + "\n", encoding="utf-8")


def _from_tables(folder: Path) -> dict[str, list[Span]]:
    spans: dict[str, list[Span]] = {}
    for file in sorted([*folder.rglob("*.tsv"), *folder.rglob("*.csv")]):
        with file.open(encoding="utf-8", newline="") as table:
            for row in csv.DictReader(table, delimiter="\t" if file.suffix == ".tsv" else ","):
                if row.get("file") and row.get("start_ms") and row.get("end_ms"):
                    spans.setdefault(row["file"], []).append(Span(float(row["start_ms"]), float(row["end_ms"])))
    return spans


def _joined(spans: Iterable[Span]) -> tuple[Span, ...]:
    """In order, those that touch as one, empty ones left out."""
    joined: list[Span] = []
    for span in sorted(spans, key=lambda span: span.start_ms):
        if span.end_ms <= span.start_ms:
            continue
        if joined and span.start_ms <= joined[-1].end_ms:
            joined[-1] = Span(joined[-1].start_ms, max(joined[-1].end_ms, span.end_ms))
        else:
            joined.append(span)
    return tuple(joined)
