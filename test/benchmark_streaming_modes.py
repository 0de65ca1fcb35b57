"""The performance modes side by side: what each brings, and what it costs beside decoding everything at the end.

    python test/benchmark_streaming_modes.py [--quick] [--json FILE] [--plot FILE] [--model FOLDER]

Speaks the same tokens in every mode. What streaming costs is seen against one offline decode of them by mlx-audio in
the same run, and against the usual way to stream, which decodes every chunk with all the tokens that reach it.
Without --model a small model with random weights speaks (see benchmark_tts.py).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any, get_args

sys.path.insert(0, str(Path(__file__).resolve().parent))
from support.benchmark import add_repository_to_path, parse_arguments, print_table, write_json

add_repository_to_path()
from wrappers.errors import EngineMissing  # noqa: E402
from wrappers.mlx_library import require_mlx  # noqa: E402
from wrappers.tts.spark.rates import EXACT_LOOK_AHEAD, SAMPLES_PER_TOKEN, WAVE_LOOK_AHEAD  # noqa: E402
from wrappers.tts.spark.scheduler import Preset  # noqa: E402

if TYPE_CHECKING:
    from support.spark_bench import Decoder, Speech, Streaming

TEXT = "The quick brown fox jumps over the lazy dog, and then it does it again."
START_TOKENS = 10
"""Of sound, 0.2 s: what is heard first is what is decoded with the least look-ahead."""
WINDOW = EXACT_LOOK_AHEAD + WAVE_LOOK_AHEAD
PRESETS: tuple[Preset, ...] = get_args(Preset)


@dataclass(frozen=True)
class Sizes:
    rounds: int
    tokens: int
    """Of the speeches."""
    decoded: int
    """Tokens that the ways to decode are compared with."""


SIZES = Sizes(rounds=5, tokens=200, decoded=200)
QUICK_SIZES = Sizes(rounds=2, tokens=150, decoded=75)


def measure_modes(streaming: Streaming, sizes: Sizes) -> dict[str, list[Speech]]:
    """All modes, round after round, each time in another order."""
    found: dict[str, list[Speech]] = {preset: [] for preset in PRESETS}
    for number in range(sizes.rounds):
        turn = number % len(PRESETS)
        for preset in (*PRESETS[turn:], *PRESETS[:turn]):
            found[preset].append(streaming.speak(TEXT, preset, sizes.tokens))
    return found


def measure_decoding(streaming: Streaming, decoder: Decoder, tokens: list[int], rounds: int) -> dict[str, float]:
    """Seconds to decode the tokens, by several ways in turn."""
    codec = streaming.engine.codec
    voice = codec.voice(_voice_tokens())

    def streamed(chunk: int, look_ahead: int) -> None:
        stream = codec.stream(voice)
        for start in range(0, len(tokens), chunk):
            stream.push(tokens[start : start + chunk], look_ahead)
        stream.flush()

    def windows(chunk: int) -> None:
        for start in range(0, len(tokens), chunk):
            decoder.decode(tokens[max(0, start - WINDOW) : start + chunk + WINDOW])

    ways: dict[str, Callable[[], object]] = {
        "offline, mlx-audio": lambda: decoder.decode(tokens),
        "streamed in one piece": lambda: streamed(len(tokens), EXACT_LOOK_AHEAD),
        "streamed, 25 tokens, exact": lambda: streamed(25, EXACT_LOOK_AHEAD),
        "streamed, 10 tokens, look-ahead 6": lambda: streamed(10, 6),
        "windows of 67 + 25 + 67": lambda: windows(25),
    }
    taken: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds):
        for name in list(ways)[:: 1 if number % 2 else -1]:
            began_s = time.perf_counter()
            ways[name]()
            taken[name].append(time.perf_counter() - began_s)
    return {name: median(seconds) for name, seconds in taken.items()}


def _voice_tokens() -> tuple[int, ...]:
    from support.spark_bench import VOICE

    return VOICE.global_tokens


def summarise(
    modes: dict[str, list[Speech]], ways: dict[str, float], tokens: list[int], decoder: Decoder
) -> dict[str, float]:
    whole_s = ways["offline, mlx-audio"]
    summary: dict[str, float] = {}
    for preset, speeches in modes.items():
        summary |= {
            f"{preset}_first_chunk_ms": 1000 * median(speech.first_s for speech in speeches),
            f"{preset}_first_tokens": median(speech.first_tokens for speech in speeches),
            f"{preset}_rtf": median(speech.rtf for speech in speeches),
            f"{preset}_chunks": median(len(speech.chunks) for speech in speeches),
            f"{preset}_underruns": sum(speech.underruns for speech in speeches),
            f"{preset}_start_snr_db": median(
                decoder.snr_db(tokens, speech.samples, START_TOKENS * SAMPLES_PER_TOKEN) for speech in speeches
            ),
            f"{preset}_snr_db": median(decoder.snr_db(tokens, speech.samples) for speech in speeches),
            f"{preset}_peak_mb": max(speech.peak_mb for speech in speeches),
        }
    names = ("whole", "exact_chunks", "early_chunks", "window")
    return summary | {
        f"{name}_decode_ratio": seconds / whole_s for name, seconds in zip(names, list(ways.values())[1:], strict=True)
    }


def print_tables(summary: dict[str, float], ways: dict[str, float], sizes: Sizes) -> None:
    header = (
        "",
        "first ms",
        "tokens before it",
        "RTF",
        "chunks",
        "underruns",
        "SNR of the first 0.2 s",
        "SNR",
        "peak MB",
    )
    keys = ("first_chunk_ms", "first_tokens", "rtf", "chunks", "underruns", "start_snr_db", "snr_db", "peak_mb")
    forms = ("{:.0f}", "{:.0f}", "{:.2f}", "{:.0f}", "{:.0f}", "{:.1f} dB", "{:.1f} dB", "{:.0f}")
    rows = [
        (preset, *(form.format(summary[f"{preset}_{key}"]) for key, form in zip(keys, forms, strict=True)))
        for preset in PRESETS
    ]
    print_table(f"modes, {sizes.tokens} tokens", header, rows)
    whole_s = ways["offline, mlx-audio"]
    costs = [(name, f"{seconds:.2f}", f"{seconds / whole_s:.2f}") for name, seconds in ways.items()]
    print_table(f"decoding {sizes.decoded} tokens", ("", "s", "of offline"), costs)


def plot(path: Path, modes: dict[str, list[Speech]], ways: dict[str, float]) -> None:
    """How far each mode is ahead of playback, and what the ways to decode take."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (lead, cost) = pyplot.subplots(1, 2, figsize=(12, 4.5))
    for preset, speeches in modes.items():
        speech = speeches[-1]
        times = [at for at, _ in speech.chunks]
        ahead = [made - (at - speech.first_s) for at, made in speech.chunks]
        lead.plot(times, ahead, "o-", label=preset)
    lead.axhline(0, linestyle=":", color="grey")
    lead.set(title="ahead of playback, at each chunk", xlabel="s since the text", ylabel="s")
    lead.legend()
    lead.grid(alpha=0.3)
    whole_s = ways["offline, mlx-audio"]
    cost.barh(list(ways), [seconds / whole_s for seconds in ways.values()])
    cost.invert_yaxis()
    cost.axvline(1, linestyle=":", color="grey")
    cost.set(title="time to decode, offline = 1")
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
    from support.spark_bench import VOICE, Decoder, Streaming, work_folder

    model = arguments.model or endless_spark()
    with work_folder() as work:
        streaming, decoder = Streaming(model, work), Decoder(model)
        modes = measure_modes(streaming, sizes)
        tokens = streaming.engine.tokens(TEXT, VOICE, max_tokens=sizes.tokens)
        ways = measure_decoding(streaming, decoder, tokens[: sizes.decoded], sizes.rounds)
        summary = summarise(modes, ways, tokens, decoder)
    print_tables(summary, ways, sizes)
    runs: list[dict[str, Any]] = [
        {"preset": preset, **speech.figures()} for preset, speeches in modes.items() for speech in speeches
    ]
    write_json(arguments.json, summary, [*runs, {"decode_s": ways}])
    if arguments.plot:
        plot(arguments.plot, modes, ways)


if __name__ == "__main__":
    main()
