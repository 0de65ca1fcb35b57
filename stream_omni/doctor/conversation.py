"""A whole conversation with the recommended settings: how long one waits for an answer on this machine."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from stream_omni.doctor.findings import Found
from stream_omni.effective_property import SAMPLE_CONVERSATION
from stream_omni.runtime import REPOSITORY
from wrappers.report import TRANSCRIPT, median_stages_ms, read_transcript, stages_text

PART = "waiting for an answer"
LONG_WAIT_MS = 1500
"""People answer each other within half a second; from here on a talk feels slow."""
TIME_LIMIT_S = 240


def look(graph: str, arguments: Sequence[str], recording: Path = REPOSITORY / SAMPLE_CONVERSATION) -> Found:
    """Hold a conversation, in real time.

    graph: to hold it with
    arguments: further ones of the command line
    recording: of the user
    """
    found = Found()
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, str(REPOSITORY / "ten_stream_omni_app.py"), "--graph", graph, *arguments]
        files = ["--input", str(recording), "--output", f"{folder}/conversation.wav"]
        own_folder = ["--set", f'report.run_dir="{folder}"']
        try:
            done = subprocess.run(
                [*command, *files, *own_folder],
                capture_output=True, text=True, timeout=TIME_LIMIT_S, stdin=subprocess.DEVNULL,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            found.add(PART, "bad", f"the conversation has not ended after {TIME_LIMIT_S} s", f"try it: --graph {graph}")
            return found
        transcript = Path(folder) / TRANSCRIPT
        turns = [said.stages_ms for said in read_transcript(transcript)] if transcript.exists() else []
    stages_ms = median_stages_ms(turns)
    if "first_sound" not in stages_ms:
        last = (done.stderr.strip() or "nobody answered").splitlines()[-1]
        found.add(PART, "bad", last, f"see more: --graph {graph} --log-level info")
        return found
    found.figures["voice_to_voice_ms"] = stages_ms["first_sound"]
    text = f"{stages_ms['first_sound']:.0f} ms from the last word to the first sound ({stages_text(stages_ms)})"
    if stages_ms["first_sound"] > LONG_WAIT_MS:
        found.add(PART, "doubtful", text, "the stages tell which engine to replace by a faster one")
    else:
        found.add(PART, "good", text)
    return found
