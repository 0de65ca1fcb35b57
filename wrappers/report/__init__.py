"""What is kept and shown of a conversation: utterances, stage times, the stereo recording, console lines."""

from wrappers.report.recording import Recording
from wrappers.report.run_files import EVENTS, RECORDING, TRANSCRIPT, Frame, NodeError, RunFiles, read_errors
from wrappers.report.screen import Screen
from wrappers.report.stages import STAGES, median_stages_ms, stages_text
from wrappers.report.turn_lines import TurnLines
from wrappers.report.utterance import Role, Utterance, read_transcript

__all__ = [
    "EVENTS",
    "RECORDING",
    "STAGES",
    "TRANSCRIPT",
    "Frame",
    "NodeError",
    "Recording",
    "Role",
    "RunFiles",
    "Screen",
    "TurnLines",
    "Utterance",
    "median_stages_ms",
    "read_errors",
    "read_transcript",
    "stages_text",
]
