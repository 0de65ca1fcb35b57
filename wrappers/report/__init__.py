"""What is kept and shown of a conversation: tracks, events, utterances, stage times, console lines."""

from wrappers.report.event import Event, Kind, NodeError, read_errors, read_events
from wrappers.report.recorder import Recorder
from wrappers.report.recording import CONVERSATION, Recording, TrackName, track_of
from wrappers.report.run_files import ABOUT, EVENTS, GRAPH, TRANSCRIPT, RunFiles, Sound
from wrappers.report.screen import Screen
from wrappers.report.stages import STAGES, median_stages_ms, stages_text
from wrappers.report.traces import TurnTraces, can_trace
from wrappers.report.turn import Turn, Turns
from wrappers.report.turn_line import turn_line
from wrappers.report.utterance import Role, Utterance, read_transcript

__all__ = [
    "ABOUT",
    "CONVERSATION",
    "EVENTS",
    "GRAPH",
    "STAGES",
    "TRANSCRIPT",
    "Event",
    "Kind",
    "NodeError",
    "Recorder",
    "Recording",
    "Role",
    "RunFiles",
    "Screen",
    "Sound",
    "TrackName",
    "Turn",
    "TurnTraces",
    "Turns",
    "Utterance",
    "can_trace",
    "median_stages_ms",
    "read_errors",
    "read_events",
    "read_transcript",
    "stages_text",
    "track_of",
    "turn_line",
]
