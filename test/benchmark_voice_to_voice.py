"""From the user's last word to the first sound of the answer: which part of the time is whose.

    python test/benchmark_voice_to_voice.py [RECORDING|DIR]... [--graph NAME] [--own-engines] [--turns N] [--pause-ms N]
        [--asr-ms N] [--turn-ms N] [--wait-ms N] [--llm-ms N] [--tts-ms N] [--quick] [--json FILE] [--plot FILE]

The recordings are the user, one after the other, in real time; without any, it is the sample conversation. The engines
are stand-ins that take exactly as long as you say, so that what the pipeline adds can be seen; with --own-engines they
are those of the graph. Each is measured without and with speculation (the model is asked while it is not certain yet
that the user has finished).

VAD hang-over: silence until the VAD is sure. Silence awaited: what the turn detector wants besides. Resampler: from the
voice's rate to the loudspeaker's. Device: here a file, which takes a frame every 10 ms. (There is no jitter buffer: the
voice keeps a margin itself.) Pipeline: all that nobody accounts for, and the places where it arises.
"""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from statistics import median
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))
from support.benchmark import (
    REPOSITORY,
    add_repository_to_path,
    parse_arguments,
    percentile,
    print_table,
    write_json,
)

add_repository_to_path()
from rich.console import Console  # noqa: E402
from support.voice_to_voice import BARS, Turn, answered, bars, engines_ms, gaps, total_ms  # noqa: E402

from stream_omni.command_line import Options  # noqa: E402
from stream_omni.effective_property import choose_graph  # noqa: E402
from stream_omni.graph_file import load_graph_file  # noqa: E402
from stream_omni.runtime import choose_runtime  # noqa: E402
from stream_omni.setting import Setting  # noqa: E402
from wrappers.audio import AudioFileError, audio_files  # noqa: E402

SAMPLE = REPOSITORY / "assets" / "sample_conversation.flac"
SAMPLE_TURNS = 5
TURNS, QUICK_TURNS = 20, 5
FILE_FRAME_MS = 10.0
"""A file plays one frame after the other, so a sound waits for the next one."""
LIMIT_MS = 15.0
MODES = {"": False, "speculative_": True}
"""Prefix in the summary, and `main_control.speculate`."""
COLOURS = ("0.8", "tab:blue", "tab:cyan", "tab:orange", "tab:green", "0.9", "tab:purple", "0.65", "tab:red")


def main() -> None:
    arguments = parse_arguments(
        __doc__.splitlines()[0],
        ("recordings", {"type": Path, "nargs": "*", "help": "the user's turns (default: the sample conversation)"}),
        ("--graph", {"default": "voice_chat", "metavar": "NAME", "help": "of property.json (default: voice_chat)"}),
        ("--own-engines", {"action": "store_true", "help": "the graph's own, in place of stand-ins"}),
        ("--turns", {"type": int, "metavar": "N", "help": "measure so many turns, repeating the recordings"}),
        ("--pause-ms", {"type": int, "default": 3000, "help": "silence after each recording, for the answer"}),
        *((f"--{name}-ms", {"type": int, "help": "of the stand-in"}) for name in ("asr", "turn", "wait", "llm", "tts")),
    )
    turns = arguments.turns or (QUICK_TURNS if arguments.quick else TURNS)
    runs: list[dict[str, Any]] = []
    summary: dict[str, float] = {}
    for prefix, speculate in MODES.items():
        seen = measure(arguments, speculate, turns)
        if not seen:
            sys.exit("No turn was answered: is there speech in the recordings, and --pause-ms long enough?")
        found = [bars(turn, FILE_FRAME_MS) for turn in seen]
        places = [gaps(turn, parts) for turn, parts in zip(seen, found, strict=True)]
        summary |= {prefix + key: value for key, value in summarise(found).items()}
        runs += [
            {"speculative": speculate, "turn": number, **parts, "pipeline_places": at}
            for number, (parts, at) in enumerate(zip(found, places, strict=True), 1)
        ]
        show(f"speculation {'on' if speculate else 'off'}, {len(found)} turns", found, places)
    print(f"\nadded by the pipeline, at the median: {summary['added_ms_median']:.1f} ms", end="")
    print(f", with speculation {summary['speculative_added_ms_median']:.1f} ms; at most {LIMIT_MS:g} ms are wanted")
    write_json(arguments.json, summary, runs)
    if arguments.plot:
        plot(arguments.plot, runs)


def measure(arguments: Any, speculate: bool, wanted: int) -> list[Turn]:
    """Hold a conversation; returns its turns that were answered, at most so many as wanted."""
    from support.app_run import make_app
    from support.paced_engines import Delays, use_paced_engines, write_addons

    names = ("asr_ms", "turn_ms", "wait_ms", "llm_ms", "tts_ms")
    delays = Delays(**{name: value for name in names if (value := getattr(arguments, name)) is not None})
    with tempfile.TemporaryDirectory() as work:
        folder = Path(work)
        addons = None if arguments.own_engines else write_addons(folder / "addons")
        edit = (lambda graph: None) if arguments.own_engines else use_paced_engines(delays)
        app = make_app(folder / "app", edit, addons, graph_name=arguments.graph)
        talk = link_recordings(arguments.recordings or [SAMPLE], folder / "talk", wanted)
        settings = (
            Setting("main_control", "speculate", speculate),
            Setting("mic", "tail_silence_ms", arguments.pause_ms),
        )
        options = Options(
            graph=arguments.graph, input=talk, output=folder / "talk.wav", settings=settings, record=False
        )
        turns = run(app, options, wanted)
    return answered(turns)[:wanted]


def link_recordings(recordings: Sequence[Path], folder: Path, wanted: int) -> Path:
    """A folder with the recordings again and again, until there are enough; the sample holds some turns itself."""
    try:
        files = [file.resolve() for path in recordings for file in audio_files(path)]
    except AudioFileError as error:
        sys.exit(str(error))
    folder.mkdir()
    count = -(-wanted // SAMPLE_TURNS) if files == [SAMPLE] else wanted
    for number in range(count):
        file = files[number % len(files)]
        (folder / f"{number:04}{file.suffix}").symlink_to(file)
    return folder


def run(app_dir: Path, options: Options, wanted: int) -> list[Turn]:
    """Run the app in this process, and watch it."""
    from support.voice_meter import Meter, Work

    os.environ["TEN_APP_BASE_DIR"] = str(app_dir)
    file = load_graph_file(app_dir)
    runtime = choose_runtime(app_dir, {"STREAM_OMNI_RUNTIME": "embedded"})
    runtime.activate()
    from stream_omni.app import StreamOmniApp

    work = Work()
    meter = Meter(work)

    class MeasuredApp(StreamOmniApp):
        def on_configure(self, ten_env: Any) -> None:
            super().on_configure(ten_env)
            work.time_all()
            self.set_observer(meter)

    app = MeasuredApp(file, choose_graph(file, options), options, runtime, Console(quiet=True))
    app.run(False)
    if app.status is not None:
        sys.exit(f"The graph {options.graph} cannot run here; see --check.")
    return meter.turns


def summarise(found: list[dict[str, float]]) -> dict[str, float]:
    totals, added = [total_ms(parts) for parts in found], [parts["pipeline"] for parts in found]
    return {
        "voice_to_voice_ms_median": median(totals),
        "voice_to_voice_ms_p90": percentile(totals, 90),
        "engines_ms_median": median(engines_ms(parts) for parts in found),
        "added_ms_median": median(added),
        "added_ms_p90": percentile(added, 90),
    }


def show(title: str, found: list[dict[str, float]], places: list[dict[str, float]]) -> None:
    rows = [("voice to voice", [total_ms(parts) for parts in found])]
    rows += [(name, [parts[name] for parts in found]) for name in BARS]
    rows += [(f"  {name}", [at[name] for at in places]) for name in places[0]]
    cells = [(name, f"{median(values):.1f}", f"{percentile(values, 90):.1f}") for name, values in rows]
    print_table(title, ("ms", "median", "p90"), cells)


def plot(path: Path, runs: list[dict[str, Any]]) -> None:
    """A stacked bar for each turn, without and with speculation."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, axes = pyplot.subplots(1, 2, figsize=(12, 4.5), sharey=True)
    for axis, speculate in zip(axes, MODES.values(), strict=True):
        turns = [run for run in runs if run["speculative"] == speculate]
        below = [0.0] * len(turns)
        for name, colour in zip(BARS, COLOURS, strict=True):
            heights = [run[name] for run in turns]
            axis.bar(range(1, len(turns) + 1), heights, bottom=below, color=colour, label=name)
            below = [low + height for low, height in zip(below, heights, strict=True)]
        axis.set(title=f"speculation {'on' if speculate else 'off'}", xlabel="turn")
    axes[0].set_ylabel("ms after the user's last word")
    axes[1].legend(loc="center left", bbox_to_anchor=(1, 0.5))
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)


if __name__ == "__main__":
    main()
