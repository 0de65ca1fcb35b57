"""What echo cancellers make of rooms: WebRTC's AEC3, a linear filter, and one behind the other as the app has them.

    python test/benchmark_echo.py [--quick] [--json FILE] [--plot FILE]

The agent tells a story in rooms that are computed. Later a person says a sentence over it, as loud as the echo; in
another take the echo comes 80 ms later at once.

erle      by how much the echo is lowered, once the room is learnt
person    how loud the person's voice still is in what is left of both: 0 dB is untouched
recovery  from the jump to the first half second in which the echo is lowered by 15 dB again
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from statistics import median

sys.path.insert(0, str(Path(__file__).resolve().parent))
from support.benchmark import add_repository_to_path, parse_arguments, print_table, write_json

add_repository_to_path()
import numpy as np  # noqa: E402
from support.echo_scene import Scene, story, voice  # noqa: E402
from support.require import CHECKS  # noqa: E402
from support.room import Room  # noqa: E402

from wrappers.audio import Samples  # noqa: E402
from wrappers.audio.samples import FULL_SCALE, to_int16  # noqa: E402
from wrappers.echo import FRAME_MS, FRAME_SAMPLES, Aec3Canceller, Canceller  # noqa: E402
from wrappers.echo.linear_filter import LinearFilter  # noqa: E402

ROOMS = {
    "laptop": Room(40, -6),
    "desk": Room(120, -12),
    "far": Room(250, -20),
    "hall": Room(120, -12, decay_ms=400),
    "small loudspeaker": Room(120, -6, clipping=4),
    "drift of 100 ppm": Room(120, -6, drift_ppm=100),
}
QUICK_ROOMS = ("desk", "small loudspeaker")
SECONDS = 14.0
LEARNT_MS = 5000
PERSON_MS = 8000
JUMP_MS = 7000
JUMP_BY_MS = 80
RECOVERED_DB = 15.0
WINDOW_MS = 500
"""The lowering is followed over such stretches."""
LATEST_MS = 30
"""No canceller delays a voice by more."""
SENTENCE = "No, tell me about the fish, and then about the house by the sea."


class Aec3Alone(Aec3Canceller):
    """Without the linear filter."""

    def process(self, microphone: Samples, reference: Samples) -> Samples:
        self._webrtc.process_reverse_stream(self._frame(reference))
        frame = self._frame(microphone)
        self._webrtc.process_stream(frame)
        return np.frombuffer(frame.data, np.int16).copy()


class LinearAlone:
    """Without anything behind it."""

    def __init__(self) -> None:
        self._filter = LinearFilter()
        self.is_gated = False

    @property
    def is_lost(self) -> bool:
        return self._filter.is_lost

    @property
    def speed(self) -> float:
        return 1.0

    def process(self, microphone: Samples, reference: Samples) -> Samples:
        heard, given = (samples.astype(np.float32) / np.float32(FULL_SCALE) for samples in (microphone, reference))
        return to_int16(self._filter.process(heard, given))

    def reset(self) -> None:
        self._filter.reset()


CANCELLERS: dict[str, Callable[[], Canceller]] = {
    "aec3": Aec3Alone,
    "linear": LinearAlone,
    "linear_aec3": Aec3Canceller,
}


@dataclass(frozen=True)
class Result:
    """One canceller in one room."""

    canceller: str
    room: str
    erle_db: float
    person_db: float
    recovery_ms: float | None
    """None: not before the end"""
    us_per_frame: float


def run(canceller: Canceller, microphone: Samples, played: Samples) -> tuple[Samples, float]:
    """What is left, int16 [n], and the µs of processor time that a frame took."""
    pairs = list(zip(microphone.reshape(-1, FRAME_SAMPLES), played.reshape(-1, FRAME_SAMPLES), strict=True))
    start_s = time.process_time()
    left = [canceller.process(heard, given) for heard, given in pairs]
    return np.concatenate(left), (time.process_time() - start_s) * 1e6 / len(pairs)


def measure(name: str, room_name: str, room: Room, seconds: float) -> Result:
    """All takes of one canceller in one room."""
    scene = Scene(room, story(seconds), agent_at_ms=0, after_ms=0)
    noise = room.noise(len(scene.echo))
    alone = mixed(scene.echo, noise)
    left, us_per_frame = run(CANCELLERS[name](), alone, scene.played)
    scene.person_says(voice(SENTENCE, "rms"), PERSON_MS)
    both, _ = run(CANCELLERS[name](), mixed(scene.echo, noise, scene.person), scene.played)
    jumped = np.concatenate(
        [
            scene.echo[: 16 * JUMP_MS],
            replace(room, delay_ms=room.delay_ms + JUMP_BY_MS).echo(scene.played)[16 * JUMP_MS :],
        ]
    )
    after, _ = run(CANCELLERS[name](), mixed(jumped, noise), scene.played)
    return Result(
        name,
        room_name,
        round(lowered_db(alone[16 * LEARNT_MS :], left[16 * LEARNT_MS :]), 1),
        round(kept_db(scene.person, both), 1),
        recovery_ms(mixed(jumped, noise), after),
        round(us_per_frame, 1),
    )


def mixed(*sounds: Samples) -> Samples:
    """Their sum."""
    return np.clip(np.sum([sound.astype(int) for sound in sounds], axis=0), -FULL_SCALE, FULL_SCALE - 1).astype(
        np.int16
    )


def lowered_db(before: Samples, after: Samples) -> float:
    """By how much it is weaker."""
    powers = [float(np.mean(samples.astype(float) ** 2)) for samples in (before, after)]
    return float(10 * np.log10(powers[0] / max(powers[1], 1e-3)))


def kept_db(person: Samples, output: Samples) -> float:
    """How loud the person is in a signal that follows some ms later."""
    spoken = np.flatnonzero(person)
    first, last = spoken[0], spoken[-1]
    voice_alone = person[first:last].astype(float)
    shares = [voice_alone @ output[first + late : last + late].astype(float) for late in range(16 * LATEST_MS)]
    return float(20 * np.log10(max(*shares, 1e-3) / (voice_alone @ voice_alone)))


def recovery_ms(before: Samples, after: Samples) -> float | None:
    """From the jump to the first stretch in which the echo is lowered as it should be."""
    for start_ms in range(JUMP_MS, len(before) // 16 - WINDOW_MS, 5 * FRAME_MS):
        stretch = slice(16 * start_ms, 16 * (start_ms + WINDOW_MS))
        if start_ms > JUMP_MS + JUMP_BY_MS and lowered_db(before[stretch], after[stretch]) >= RECOVERED_DB:
            return float(start_ms - JUMP_MS)
    return None


def summary_of(results: Sequence[Result]) -> dict[str, float]:
    """Medians over the rooms, with the canceller's name in front."""
    figures: dict[str, float] = {"rooms": float(len({result.room for result in results}))}
    for name in CANCELLERS:
        own = [result for result in results if result.canceller == name]
        recovered = [result.recovery_ms for result in own if result.recovery_ms is not None]
        figures |= {
            f"{name}_erle_db_median": median(result.erle_db for result in own),
            f"{name}_erle_db_worst": min(result.erle_db for result in own),
            f"{name}_person_db_median": median(result.person_db for result in own),
            f"{name}_person_db_worst": min(result.person_db for result in own),
            f"{name}_recovered": float(len(recovered)),
            f"{name}_us_per_frame": median(result.us_per_frame for result in own),
        }
        if recovered:
            figures[f"{name}_recovery_ms_worst"] = max(recovered)
    return figures


def show(results: Sequence[Result]) -> None:
    """Print the table."""
    rows = [
        [
            f"{result.room}, {result.canceller}",
            f"{result.erle_db:.1f} dB",
            f"{result.person_db:.1f} dB",
            "not" if result.recovery_ms is None else f"{result.recovery_ms:.0f} ms",
            f"{result.us_per_frame:.0f} µs",
        ]
        for result in results
    ]
    print_table("Cancellers in rooms", ["", "erle", "person", "recovery", "per 10 ms"], rows)


def plot(path: Path, results: Sequence[Result]) -> None:
    """Echo and person, by room and canceller."""
    import matplotlib

    matplotlib.use("Agg")
    import matplotlib.pyplot as plt

    figure, axes = plt.subplots(1, 2, figsize=(11, 4))
    rooms = list(dict.fromkeys(result.room for result in results))
    for axis, key, title in ((axes[0], "erle_db", "echo lowered, dB"), (axes[1], "person_db", "person, dB")):
        for number, name in enumerate(CANCELLERS):
            heights = [asdict(result)[key] for result in results if result.canceller == name]
            axis.bar([place + 0.27 * number for place in range(len(rooms))], heights, 0.25, label=name)
        axis.set_xticks([place + 0.27 for place in range(len(rooms))], rooms, rotation=20, fontsize="small")
        axis.set_title(title)
    axes[0].legend(fontsize="small")
    figure.tight_layout()
    path.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(path, dpi=110)
    plt.close(figure)


def main() -> int:
    options = parse_arguments(__doc__ or "")
    if missing := CHECKS["aec"]() or CHECKS["flite"]():
        print(f"skipped: {missing}")
        return 0
    rooms = {name: ROOMS[name] for name in QUICK_ROOMS} if options.quick else ROOMS
    results = [measure(name, label, room, SECONDS) for label, room in rooms.items() for name in CANCELLERS]
    show(results)
    write_json(options.json, summary_of(results), [asdict(result) for result in results])
    if options.plot is not None:
        plot(options.plot, results)
    return 0


if __name__ == "__main__":
    sys.exit(main())
