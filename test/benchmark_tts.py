"""How soon speech can be heard, beside mlx-audio's generate() with the same weights in the same run.

    python test/benchmark_tts.py [--quick] [--json FILE] [--plot FILE] [--model FOLDER]

Without --model a small model with random weights speaks: its codec has the real depth and kernels, its language model
is tiny. So the ratios count; the times are those of this machine. Both sides make the same number of tokens.
"""

from __future__ import annotations

import platform
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, get_args

sys.path.insert(0, str(Path(__file__).resolve().parent))
from support.benchmark import add_repository_to_path, parse_arguments, percentile, print_table, write_json

add_repository_to_path()
from wrappers.errors import EngineFailed, EngineMissing  # noqa: E402
from wrappers.mlx_library import require_mlx  # noqa: E402
from wrappers.tts import Backend, SpeechEngine, VoiceLanguage, open_system_voice, render  # noqa: E402

if TYPE_CHECKING:
    from support.spark_bench import Decoder, Offline, Speech, Streaming

TEXT = "The quick brown fox jumps over the lazy dog, and then it does it again."
TOKENS = 200
REAL_VOCABULARY = 166_000
RESTRICTED = 8194
"""Tokens that our language model chooses from: 8192 semantic ones and two that end speech."""
ENGLISH = "Hello. I would like to tell you about a fox, who lived in a wood, far away from everybody else. "
CHINESE = "你好。我想给你讲一个关于狐狸的故事，它住在很远的森林里，离所有的人都很远。"
TARGETS = {"first_chunk_ms": ("first chunk", 400.0, "ms"), "rtf": ("time / duration", 0.5, "")}
"""On a Mac with the real model."""


@dataclass(frozen=True)
class Sizes:
    rounds: int
    characters: tuple[int, ...]
    longest_tokens: int
    """Of the texts: this caps what a slow processor has to decode."""
    draws: int
    swept_tokens: int
    look_aheads: tuple[int, ...]


SIZES = Sizes(5, (5, 20, 60, 200), 600, 100, 200, (0, 2, 4, 6, 8, 10, 12, 16, 20, 25, 35, 57))
QUICK_SIZES = Sizes(2, (5, 20, 60, 200), 30, 20, 30, (0, 4, 8, 12, 25))


def measure_speeches(streaming: Streaming, offline: Offline, rounds: int) -> list[tuple[str, Speech]]:
    """`balanced` and `generate()` in turn, the order changing; the other ways to speak once each."""
    sides: list[tuple[str, Callable[[], Speech]]] = [
        ("balanced", lambda: streaming.speak(TEXT, "balanced", TOKENS)),
        ("generate()", lambda: offline.speak(TEXT, TOKENS)),
    ]
    offline.speak("Hello.", max_tokens=20)
    measured = [
        (name, speak()) for number in range(rounds) for name, speak in (sides if number % 2 else reversed(sides))
    ]
    return [
        ("latency", streaming.speak(TEXT, "latency", TOKENS)),
        *measured,
        ("exact", streaming.speak(TEXT, "exact", TOKENS)),
        ("generate(), voice anew", offline.speak(TEXT, TOKENS, keep_voice=False)),
    ]


def summarise(
    speeches: list[tuple[str, Speech]], tokens: list[int], decoder: Decoder, samplers: dict[str, float]
) -> dict[str, float]:
    def of(wanted: str) -> list[Speech]:
        return [speech for name, speech in speeches if name == wanted]

    ours, whole_s = of("balanced"), median(speech.total_s for speech in of("generate()"))
    return {
        "first_chunk_ratio": median(speech.first_s for speech in ours) / whole_s,
        "total_ratio": median(speech.total_s for speech in ours) / whole_s,
        "first_chunk_ms": 1000 * median(speech.first_s for speech in ours),
        "rtf": median(speech.rtf for speech in ours),
        "sampler_speedup": samplers["mlx-audio, all tokens"] / samplers["ours, restricted"],
        "exact_max_error": decoder.max_error(tokens, of("exact")[0].samples),
        "balanced_snr_db": median(decoder.snr_db(tokens, speech.samples) for speech in ours),
        "underruns": sum(speech.underruns for speech in ours),
    }


def measure_samplers(draws: int) -> dict[str, float]:
    """Seconds for one draw, with as many logits as the real model has, and with those that can come."""
    import mlx.core as mx
    from mlx_audio.lm.sample_utils import make_sampler

    from wrappers.tts.spark.sampler import Sampler

    ours, theirs = Sampler(), make_sampler(0.8, top_p=0.95, top_k=50)
    found = {}
    for name, size in (("all tokens", REAL_VOCABULARY), ("restricted", RESTRICTED)):
        logits = 3 * mx.random.normal((size,), key=mx.random.key(1))
        logprobs = (logits - mx.logsumexp(logits))[None]
        state = ours.start(0)
        mx.eval(logits, logprobs, state)
        found[f"mlx-audio, {name}"] = _time(draws, lambda given: mx.eval(theirs(given)), logprobs)
        found[f"ours, {name}"] = _time(draws, lambda *given: mx.eval(ours(*given)), logits, state)
    return found


def _time(times: int, call: Callable[..., object], *given: object) -> float:
    taken = []
    for _ in range(times + 2):
        began_s = time.perf_counter()
        call(*given)
        taken.append(time.perf_counter() - began_s)
    return median(taken[2:])


def measure_texts(streaming: Streaming, sizes: Sizes) -> Iterator[dict[str, Any]]:
    """First sound and pace of every engine that is here, for short and long texts."""
    from support.spark_bench import usual_tokens

    for language, sample in (("English", ENGLISH), ("Chinese", CHINESE)):
        for characters in sizes.characters:
            text = (sample * (characters // len(sample) + 1))[:characters]
            limit = min(sizes.longest_tokens, usual_tokens(text))
            speech = streaming.speak(text, "balanced", limit)
            row = {"language": language, "characters": characters}
            yield {**row, "engine": "Spark-TTS", "first_ms": 1000 * speech.first_s, "rtf": speech.rtf}
            for engine in _system_voices("zh" if language == "Chinese" else "en"):
                first_s, rtf = _pace(engine, text)
                yield {**row, "engine": engine.name, "first_ms": 1000 * first_s, "rtf": rtf}
                engine.close()


def _system_voices(language: VoiceLanguage) -> Iterator[SpeechEngine]:
    for backend in get_args(Backend)[1:]:
        try:
            yield open_system_voice(backend, language=language)
        except (EngineMissing, EngineFailed):
            continue


def _pace(engine: SpeechEngine, text: str) -> tuple[float, float]:
    began_s, first_s, samples = time.perf_counter(), None, 0
    with closing(render(engine, text, engine.sample_rate_hz)) as frames:
        for frame in frames:
            first_s = time.perf_counter() - began_s if first_s is None else first_s
            samples += len(frame)
    total_s = time.perf_counter() - began_s
    return first_s or total_s, total_s * engine.sample_rate_hz / max(1, samples)


def print_speeches(speeches: list[tuple[str, Speech]]) -> None:
    rows = []
    for name in dict.fromkeys(name for name, _ in speeches):
        found = [speech for given, speech in speeches if given == name]
        figures = [speech.figures() for speech in found]
        first_ms = [1000 * speech.first_s for speech in found]
        rows.append(
            (
                name,
                f"{median(first_ms):.0f}",
                f"{percentile(first_ms, 90):.0f}",
                f"{median(speech.total_s for speech in found):.2f}",
                f"{median(speech.rtf for speech in found):.2f}",
                _share([row["tokens_per_s"] for row in figures], "{:.0f}"),
                _share([row["decode_share"] for row in figures], "{:.0%}"),
                str(sum(speech.underruns for speech in found)) if found[0].chunks else "",
                f"{max(speech.peak_mb for speech in found):.0f}",
            )
        )
    header = ("", "first ms", "p90", "all s", "RTF", "tokens/s", "decoding", "underruns", "peak MB")
    print_table(f"{TOKENS} tokens, {TOKENS / 50:.0f} s of speech", header, rows)


def _share(values: list[float | None], form: str) -> str:
    known = [value for value in values if value is not None]
    return form.format(median(known)) if known else ""


def print_texts(runs: list[dict[str, Any]]) -> None:
    engines = list(dict.fromkeys(run["engine"] for run in runs))
    cells = {(run["language"], run["characters"], run["engine"]): run for run in runs}
    texts = list(dict.fromkeys((run["language"], run["characters"]) for run in runs))
    rows = []
    for language, characters in texts:
        found = [cells.get((language, characters, engine)) for engine in engines]
        rows.append(
            (
                f"{language}, {characters} characters",
                *("" if run is None else f"{run['first_ms']:.0f} ms, RTF {run['rtf']:.3f}" for run in found),
            )
        )
    print_table("first sound and pace", ("", *engines), rows)


def print_summary(summary: dict[str, float], samplers: dict[str, float]) -> None:
    print_table("one draw", ("", "ms"), [(name, f"{1000 * seconds:.2f}") for name, seconds in samplers.items()])
    rows = [(name, f"{value:.3g}") for name, value in summary.items()]
    print_table("summary", ("", "value"), rows)
    if platform.system() == "Darwin":
        for key, (name, target, unit) in TARGETS.items():
            print(f"{name}: {summary[key]:.2f} {unit}, wanted with the real model: below {target:g} {unit}")


def plot(path: Path, speeches: list[tuple[str, Speech]], table: tuple[tuple[int, float], ...]) -> None:
    """What was there when, against what was played; and what look-ahead brings."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (emission, quality) = pyplot.subplots(1, 2, figsize=(12, 4.5))
    for name, speech in {name: speech for name, speech in speeches if speech.chunks}.items():
        times = [0.0, *(at for at, _ in speech.chunks)]
        (line,) = emission.step(times, [0.0, *(made for _, made in speech.chunks)], where="post", label=name)
        end_s = speech.first_s + speech.duration_s
        emission.plot([speech.first_s, end_s], [0, speech.duration_s], ":", color=line.get_color())
    whole = next(speech for name, speech in speeches if name == "generate()")
    emission.plot([whole.total_s] * 2, [0, whole.duration_s], "k--", label="generate()")
    emission.set(title="sound made, and played (dotted)", xlabel="s since the text", ylabel="s of sound")
    quality.plot([tokens for tokens, _ in table], [min(150.0, ratio) for _, ratio in table], "o-")
    quality.axhline(40, linestyle=":", color="grey")
    quality.set(title="signal to noise against exact decoding", xlabel="look-ahead, tokens", ylabel="dB")
    for axis in (emission, quality):
        axis.grid(alpha=0.3)
    emission.legend()
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=120)


def main() -> None:
    arguments = parse_arguments(
        __doc__.splitlines()[0],
        ("--model", {"type": Path, "metavar": "FOLDER", "help": "a Spark-TTS model; none = a small random one"}),
    )
    sizes = QUICK_SIZES if arguments.quick else SIZES
    try:
        require_mlx()
    except EngineMissing as missing:
        print(f"skipped: {missing}")
        return
    from support.endless_spark import endless_spark
    from support.spark_bench import VOICE, Decoder, Offline, Streaming, work_folder

    from wrappers.tts.spark.calibration import calibrate

    model = arguments.model or endless_spark()
    with work_folder() as work:
        streaming, offline, decoder = Streaming(model, work), Offline(model, work), Decoder(model)
        speeches = measure_speeches(streaming, offline, sizes.rounds)
        samplers = measure_samplers(sizes.draws)
        engine = streaming.engine
        tokens = engine.tokens(TEXT, VOICE, max_tokens=TOKENS)
        summary = summarise(speeches, tokens, decoder, samplers)
        print_speeches(speeches)
        texts = list(measure_texts(streaming, sizes))
        print_texts(texts)
        voice = engine.codec.voice(VOICE.global_tokens)
        sweep = calibrate(engine.codec, voice, tokens[: sizes.swept_tokens], look_aheads=sizes.look_aheads)
        print("\n" + "\n".join(sweep.lines()))
    print_summary(summary, samplers)
    runs: list[dict[str, Any]] = [{"engine": name, "text": TEXT, **speech.figures()} for name, speech in speeches]
    runs += [*texts, {"draw_s": samplers}, {"look_ahead_snr_db": dict(sweep.table)}, {"mlx": _mlx_version()}]
    write_json(arguments.json, summary, runs)
    if arguments.plot:
        plot(arguments.plot, speeches, sweep.table)


def _mlx_version() -> str:
    from importlib.metadata import version

    return version("mlx")


if __name__ == "__main__":
    main()
