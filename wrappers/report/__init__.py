"""What is kept and shown of a conversation: utterances, stage times, the stereo recording, console lines."""

from wrappers.report.recording import Recording
from wrappers.report.run_files import Frame, RunFiles
from wrappers.report.screen import Screen
from wrappers.report.stages import STAGES, median_stages_ms, stages_text
from wrappers.report.turn_lines import TurnLines
from wrappers.report.utterance import Role, Utterance, read_transcript

__all__ = [
    "STAGES",
    "Frame",
    "Recording",
    "Role",
    "RunFiles",
    "Screen",
    "TurnLines",
    "Utterance",
    "median_stages_ms",
    "read_transcript",
    "stages_text",
]
