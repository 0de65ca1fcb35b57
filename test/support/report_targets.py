"""What the benchmarks are to reach, and what they measure it on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Basis = Literal["the real thing", "random weights", "stand-ins"]


@dataclass(frozen=True, slots=True)
class Target:
    """A limit for one figure."""

    name: str
    """What the figure is, for a reader."""
    limit: float
    kind: Literal["at most", "at least"] = "at most"

    def is_met(self, value: float) -> bool:
        """Whether a value keeps the limit."""
        return value <= self.limit if self.kind == "at most" else value >= self.limit


@dataclass(frozen=True, slots=True)
class Subject:
    """What a benchmark is about."""

    title: str
    basis: Basis
    note: str
    """What of a user's machine is missing in the figures."""


SUBJECTS: dict[str, Subject] = {
    "runtime": Subject("The embedded runtime", "the real thing", "messages and frames as in every graph"),
    "tts": Subject(
        "Spark-TTS beside mlx-audio",
        "random weights",
        "a small codec of the real depth and a tiny language model, on the CPU: the ratios count, not the times",
    ),
    "streaming_modes": Subject("The modes of Spark-TTS", "random weights", "as above"),
    "asr": Subject("Recognition", "the real thing", "synthetic speech; Whisper is the tests' small one"),
    "vad": Subject("Voice activity", "the real thing", "synthetic speech with exact labels"),
    "echo": Subject("Echo cancelling", "the real thing", "computed rooms in place of real ones"),
    "barge_in": Subject(
        "Interruption over loudspeakers", "the real thing", "a virtual sound card, and engines that need no download"
    ),
    "path": Subject("From the microphone to the voice detector", "the real thing", "without the sound device"),
    "llm": Subject("Language models", "random weights", "a tiny model on the CPU: the order of things, not the speed"),
    "voice_to_voice": Subject(
        "From the end of speech to the first sound",
        "stand-ins",
        "engines with set delays: what counts is what is added",
    ),
    "endurance": Subject("Hours of conversation", "the real thing", "virtual time; engines that need no download"),
    "recorder": Subject("What recording costs", "the real thing", "the nodes of a conversation"),
}

TARGETS: dict[str, dict[str, Target]] = {
    "endurance": {
        "drift_ms": Target("change of how late speech is found, ms", 32),
        "growth_mb": Target("growth of memory, MB", 10),
    },
    "recorder": {
        "recorder_cpu_percent": Target("CPU of recording, % of one core", 2),
        "recorder_latency_us": Target("what it adds to a frame's way, µs", 100),
    },
    "runtime": {
        "cmd_rtt_us_median": Target("a command and its result, µs", 60),
        "audio_frames_per_s": Target("frames per second through three nodes", 40_000, "at least"),
        "cpu_us_per_frame": Target("CPU of a frame through five nodes, µs", 60),
        "latency_us_p50": Target("latency through five nodes, µs", 100),
        "latency_us_p99": Target("its 99th percentile, µs", 600),
        "interrupt_ms": Target("an interruption behind 200 frames, ms", 2),
    },
    "tts": {
        "first_chunk_ratio": Target("first chunk, share of generate()", 0.07),
        "total_ratio": Target("all of it, share of generate()", 0.95),
        "sampler_speedup": Target("drawing a token, times as fast", 20, "at least"),
        "exact_max_error": Target("largest error of the exact mode", 1e-5),
        "balanced_snr_db": Target("signal to noise of the balanced mode, dB", 25, "at least"),
        "underruns": Target("underruns", 0),
    },
    "barge_in": {
        "self_turns_gate": Target("turns by the agent's own voice, gate", 0),
        "self_turns_aec": Target("turns by the agent's own voice, canceller", 0),
        "underruns": Target("underruns of the loudspeaker", 0),
        "vad_onset_to_duck_ms_p90": Target("speech to ducked voice, mode vad, ms, p90", 250),
        "words_onset_to_duck_ms_p90": Target("speech to ducked voice, mode words, ms, p90", 250),
        "vad_onset_to_stop_ms_median": Target("speech to stopped voice, mode vad, ms", 400),
        "vad_decision_to_silence_ms_p90": Target("decision to silence, mode vad, ms, p90", 60),
        "words_decision_to_silence_ms_p90": Target("decision to silence, mode words, ms, p90", 60),
        "vad_false_stops_noise": Target("stops by coughs and taps, mode vad", 0),
        "words_false_stops_noise": Target("stops by coughs and taps, mode words", 0),
        "words_false_stops_backchannel": Target("stops by 20 backchannels, mode words", 2),
    },
    "path": {
        "gate_latency_ms_p90": Target("capture to the voice detector, gate, ms, p90", 30),
        "aec_latency_ms_p90": Target("capture to the voice detector, canceller, ms, p90", 45),
    },
    "voice_to_voice": {
        "added_ms_median": Target("what the pipeline adds, ms", 15),
        "added_ms_p90": Target("the same, p90", 15),
        "speculative_added_ms_median": Target("what it adds with speculation, ms", 15),
    },
}
"""By benchmark and key of its summary."""
