"""Makes the conversation that the app plays where there is no microphone: assets/sample_conversation.flac and .json.

Flite's voice speaks the user's side, with room for the answers. The sentences are ones that PocketSphinx understands in
this voice. Run it with the test environment: .venv/bin/python scripts/make_sample_conversation.py [FOLDER]
"""

import json
import sys
from pathlib import Path

import numpy as np
import soundfile
from numpy.typing import NDArray

REPOSITORY = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY / "test"))

from support.speech import RATE_HZ, Voice, speak  # noqa: E402  (needs the path above)

VOICE: Voice = "slt"
PAUSE_MS = 700
"""Silence inside a turn: longer than VAD's hang-over, so that only turn detection keeps the sentence together."""
TURNS = (
    ("hello how are you today",),
    ("can you tell me", "what time it is"),
    ("now tell me what is seven times six",),
    ("please repeat after me the weather is very nice",),
    ("thank you very much goodbye",),
)
"""What the user says; a turn of two parts has the pause between them."""
LEAD_MS = 1500
ANSWER_MS = 7500
"""Silence after a turn: an answer of 6 s and the time until it begins."""
TAIL_MS = 1500
"""Enough for VAD to see the end of the last turn. The answer to it is spoken after the end of the file."""
NOISE_DBFS = -78.0
"""A quiet room: no microphone delivers digital silence."""


def silence(duration_ms: int) -> NDArray[np.float32]:
    return np.zeros(duration_ms * RATE_HZ // 1000, np.float32)


def conversation() -> tuple[NDArray[np.float32], list[dict[str, object]]]:
    """Samples of the whole file at 16 kHz, and for each turn its text, start_ms, end_ms and pause_ms."""
    pieces = [silence(LEAD_MS)]
    turns: list[dict[str, object]] = []

    def now_ms() -> int:
        return sum(map(len, pieces)) * 1000 // RATE_HZ

    for parts in TURNS:
        start_ms = now_ms()
        for part in parts:
            pieces += [speak(part, VOICE), silence(PAUSE_MS)]
        pieces.pop()
        pause_ms = PAUSE_MS * (len(parts) - 1)
        turns.append({"text": " ".join(parts), "start_ms": start_ms, "end_ms": now_ms(), "pause_ms": pause_ms})
        pieces.append(silence(ANSWER_MS))
    pieces[-1] = silence(TAIL_MS)
    samples = np.concatenate(pieces)
    noise = np.random.default_rng(1).standard_normal(len(samples), np.float32)
    return samples + noise * np.float32(10 ** (NOISE_DBFS / 20)), turns


def main(folder: Path) -> None:
    samples, turns = conversation()
    soundfile.write(folder / "sample_conversation.flac", samples, RATE_HZ, subtype="PCM_16", compression_level=1.0)
    description = {
        "language": "en",
        "voice": f"Flite {VOICE}",
        "rate_hz": RATE_HZ,
        "duration_ms": len(samples) * 1000 // RATE_HZ,
        "turns": turns,
    }
    text = json.dumps(description, indent=2) + "\n"
    (folder / "sample_conversation.json").write_text(text, encoding="utf-8")
    print(f"{len(turns)} turns, {len(samples) / RATE_HZ:.1f} s")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else REPOSITORY / "assets")
