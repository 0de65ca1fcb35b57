"""How well and how soon recognisers understand a folder of recordings, several settings side by side.

    python test/benchmark_asr.py [DIR] [--setting "ENGINE key=value ..."]... [--limit N] [--quick] [--json F] [--plot F]

DIR has recordings with transcripts: LibriSpeech, AISHELL, a table (file, text), or NAME.txt beside NAME.wav. ENGINE is
faster_whisper or pocketsphinx, the keys are the node's params:

    python test/benchmark_asr.py LibriSpeech/test-clean --limit 100 \\
        --setting "faster_whisper model=small" --setting "faster_whisper model=base beam_size=1"

Without DIR the synthetic sentences of the tests are heard, by a tiny model that knows them by heart: that shows what
the streaming adds, not how good a model is. Recordings come in the pace of speech, simulated: see support/asr_bench.py.
"""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from multiprocessing import get_context
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
from support.benchmark import add_repository_to_path, parse_arguments, percentile, print_table, write_json

add_repository_to_path()
import psutil  # noqa: E402
from support.app_dir import use_repository  # noqa: E402
from support.asr_bench import Heard, Listening, SimulatedTime  # noqa: E402
from support.speech_corpus import NoCorpus, Recording, find_recordings  # noqa: E402

from ten_extensions.common.config import InvalidConfig, parse_config  # noqa: E402
from wrappers.asr import (  # noqa: E402
    EngineMisconfigured,
    FasterWhisperRecogniser,
    PocketSphinxOptions,
    PocketSphinxRecogniser,
    Recogniser,
)
from wrappers.errors import EngineFailed, EngineMissing  # noqa: E402

ENGINES = ("faster_whisper", "pocketsphinx")
QUICK_LIMIT = 4
MEGABYTE = 1_000_000


class WrongSetting(Exception):
    """A setting cannot be used; the text says why."""


@dataclass(frozen=True, slots=True)
class Setting:
    """An engine with its parameters."""

    text: str

    def open(self, clock: SimulatedTime) -> Recogniser:
        """Load it. Raises WrongSetting for whatever is wrong with it."""
        name, *pairs = shlex.split(self.text) or [""]
        if name not in ENGINES:
            raise WrongSetting(f'"{name}" is no engine; known are {", ".join(ENGINES)}')
        params = dict(_pair(pair) for pair in pairs)
        try:
            engine = _whisper(params, clock) if name == "faster_whisper" else _pocketsphinx(params)
            engine.open()
        except (InvalidConfig, EngineMissing, EngineMisconfigured, EngineFailed) as problem:
            raise WrongSetting(f"{self.text}: {problem}") from None  # which gets from one process to the other
        return engine


@dataclass(frozen=True, slots=True)
class Result:
    """One setting on all recordings."""

    setting: str
    model: str
    heard: list[Heard]
    memory_mb: float
    """At most, beyond the process before loading, with its children."""

    def summary(self) -> dict[str, float]:
        """Flat figures; those that nothing was measured for are left out."""
        finals = [ms for heard in self.heard for ms in heard.final_ms]
        partials = [ms for heard in self.heard for ms in heard.first_partial_ms]
        units = sum(heard.units for heard in self.heard)
        audio_ms = sum(heard.audio_ms for heard in self.heard)
        figures = {
            "recordings": float(len(self.heard)),
            "rtf": sum(heard.worked_ms for heard in self.heard) / max(1, audio_ms),
            "revisions_per_word": sum(heard.revised for heard in self.heard) / max(1, units),
            "guarded": float(sum(heard.guarded for heard in self.heard)),
            "memory_mb": self.memory_mb,
        }
        for language, name in (("en", "wer"), ("zh", "cer")):
            some = [heard for heard in self.heard if heard.language == language]
            if some:
                figures[name] = sum(heard.errors for heard in some) / max(1, sum(heard.units for heard in some))
        if finals:
            figures |= {"final_ms_median": percentile(finals, 50), "final_ms_p90": percentile(finals, 90)}
        if partials:
            figures["first_partial_ms_median"] = percentile(partials, 50)
        return figures


def measure(setting: Setting, recordings: Sequence[Recording]) -> Result:
    """Let one engine hear all recordings, one after the other."""
    process = psutil.Process()
    before = _memory(process)
    most = before
    clock = SimulatedTime()
    engine = setting.open(clock)
    try:
        heard = []
        for recording in recordings:
            heard.append(Listening(engine, clock, recording).run())
            most = max(most, _memory(process))
        return Result(setting.text, engine.model, heard, (most - before) / MEGABYTE)
    finally:
        engine.close()


def measure_apart(setting: Setting, recordings: Sequence[Recording]) -> Result:
    """In a process of its own, so that the memory of one setting is not counted for the next."""
    with ProcessPoolExecutor(1, mp_context=get_context("spawn")) as pool:
        return pool.submit(measure, setting, recordings).result()


def _whisper(params: dict[str, Any], clock: SimulatedTime) -> Recogniser:
    use_repository()
    from ten_packages.extension.faster_whisper_asr_python.config import FasterWhisperAsrConfig

    return FasterWhisperRecogniser(parse_config(FasterWhisperAsrConfig, {"params": params}).options(), clock.now_s)


def _pocketsphinx(params: dict[str, Any]) -> Recogniser:
    if unknown := params.keys() - {"grammar"}:
        raise WrongSetting(f"pocketsphinx does not know {', '.join(sorted(unknown))}; it knows grammar")
    return PocketSphinxRecogniser(PocketSphinxOptions(**params))


def _pair(text: str) -> tuple[str, Any]:
    key, separator, value = text.partition("=")
    if not separator:
        raise WrongSetting(f'"{text}" is not key=value')
    try:
        return key, json.loads(value)
    except ValueError:
        return key, value


def _memory(process: psutil.Process) -> int:
    return sum(one.memory_info().rss for one in (process, *process.children(recursive=True)))


def show(results: Sequence[Result]) -> None:
    """Print the table."""
    columns = {
        "wer": ("WER", 100, "%"),
        "cer": ("CER", 100, "%"),
        "rtf": ("RTF", 1, ""),
        "final_ms_median": ("final", 1, " ms"),
        "final_ms_p90": ("p90", 1, " ms"),
        "first_partial_ms_median": ("first words", 1, " ms"),
        "revisions_per_word": ("revised/word", 1, ""),
        "guarded": ("dropped", 1, ""),
        "memory_mb": ("memory", 1, " MB"),
    }
    rows = []
    for result in results:
        figures = result.summary()
        cells = [
            f"{figures[key] * factor:.{2 if key in ('rtf', 'revisions_per_word') else 0}f}{unit}"
            if key in figures
            else "-"
            for key, (_, factor, unit) in columns.items()
        ]
        rows.append([result.setting, result.model, *cells])
    count = len(results[0].heard)
    title = f"{count} recordings. final: from the end of speech; first words: from its beginning"
    print_table(title, ["setting", "model", *(name for name, _, _ in columns.values())], rows)


def plot(path: Path, results: Sequence[Result]) -> None:
    """Times and errors beside each other, a group of bars for each setting."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, (left, right) = plt.subplots(1, 2, figsize=(11, 4.5))
    panels = (
        (
            left,
            "ms",
            {"first_partial_ms_median": "first words", "final_ms_median": "final", "final_ms_p90": "final p90"},
        ),
        (right, "part", {"wer": "WER", "cer": "CER", "rtf": "RTF"}),
    )
    for axes, unit, keys in panels:
        for number, result in enumerate(results):
            figures = result.summary()
            places = [place + 0.8 * number / len(results) for place in range(len(keys))]
            heights = [figures.get(key, 0.0) for key in keys]
            axes.bar(places, heights, 0.8 / len(results), align="edge", label=result.setting[:40])
        axes.set_xticks([place + 0.4 for place in range(len(keys))], list(keys.values()))
        axes.set_ylabel(unit)
    left.legend(fontsize="small")
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)
    plt.close(figure)


def flat(results: Sequence[Result]) -> dict[str, float]:
    """All figures under one roof: those of the first setting by their names, of the others with a number before."""
    return {
        key if number == 0 else f"setting_{number + 1}_{key}": value
        for number, result in enumerate(results)
        for key, value in result.summary().items()
    }


def _material(folder: Path | None) -> tuple[list[Recording], list[str]]:
    """What is heard, and by whom if nobody says."""
    if folder is not None:
        return find_recordings(folder), list(ENGINES)
    import pytest
    from support.speech import labelled_speech
    from support.tiny_whisper import tiny_whisper

    try:
        recordings = [Recording(file.path, file.text) for file in labelled_speech() if file.text]
        return recordings, [f"faster_whisper model={shlex.quote(str(tiny_whisper()))} download=false", "pocketsphinx"]
    except pytest.skip.Exception as missing:
        raise NoCorpus(f"nothing to hear without DIR: {missing}") from None


def main() -> int:
    options = parse_arguments(
        __doc__ or "",
        ("folder", {"nargs": "?", "type": Path, "metavar": "DIR", "help": "recordings with transcripts"}),
        ("--setting", {"action": "append", "metavar": "TEXT", "help": '"ENGINE key=value ..."; repeat it to compare'}),
        ("--limit", {"type": int, "default": 0, "metavar": "N", "help": "hear only N recordings, spread over all"}),
    )
    try:
        recordings, usual = _material(options.folder)
        limit = options.limit or (QUICK_LIMIT if options.quick else 0)
        if limit:
            recordings = recordings[:: max(1, len(recordings) // limit)][:limit]
        results = [measure_apart(Setting(text), recordings) for text in options.setting or usual]
    except (NoCorpus, WrongSetting, EngineFailed) as problem:
        print(problem, file=sys.stderr)
        return 1
    show(results)
    runs = [
        {"setting": result.setting, "model": result.model, **asdict(heard)}
        for result in results
        for heard in result.heard
    ]
    write_json(options.json, flat(results), runs)
    if options.plot is not None:
        plot(options.plot, results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
