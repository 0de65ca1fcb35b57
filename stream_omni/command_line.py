"""What the user asks for: `python ten_stream_omni_app.py --help`."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from stream_omni.limit import Limit, parse_limit
from stream_omni.run_figures import FIGURES, is_stage
from stream_omni.setting import Setting, parse_setting
from wrappers.report import TrackName

Action = Literal["talk", "check", "doctor", "download", "list-graphs", "show-graph", "list-devices", "forget"]
LOG_LEVELS = ("debug", "info", "warn", "error")

EXAMPLES = """\
examples:
  python ten_stream_omni_app.py                               talk to the default graph
  python ten_stream_omni_app.py --check                       what can run on this machine, and what mends the rest
  python ten_stream_omni_app.py --download                    fetch the models now; afterwards no network is needed
  python ten_stream_omni_app.py --input me.wav --output talk.wav
                                                              a recording in place of you
  python ten_stream_omni_app.py --input me.wav --fast         the same, without waiting in real time
  python ten_stream_omni_app.py --set tts.params.speed=1.2    change one value of one node
  python ten_stream_omni_app.py --replay latest --fail-if 'changed_words>0'
                                                              the last conversation again, as a test
  python ten_stream_omni_app.py --show-graph offline          a picture of a graph, as Mermaid text
"""

REPLAY = f"""\
The recorded microphone is heard by the same graph, or by the one of --graph, with the changes of --set: without
waiting, unless --real-time or a limit on a stage asks for it. LIMIT is NAME OPERATOR NUMBER: one of < <= > >= == !=
and one of {", ".join(name for name in FIGURES if not is_stage(name))},
or a median: {", ".join(filter(is_stage, FIGURES))}.
"""


@dataclass(frozen=True, slots=True)
class Options:
    """The command line, read and checked."""

    action: Action = "talk"
    graph: str | None = None
    """None: the default graph of property.json."""
    input: Path | None = None
    """Absolute. A recording, or a folder of them, that takes the place of the user."""
    output: Path | None = None
    """Absolute. Where the recording of the conversation goes; None: into the run's folder."""
    record: bool = True
    """Whether anything is kept of the conversation."""
    replay: str | None = None
    """A run that is heard again: its folder, its name, or latest."""
    track: TrackName | None = None
    """What is heard of it; None: the microphone after the echo suppressor, where there was one."""
    real_time: bool = False
    """Replay in real time."""
    limits: tuple[Limit, ...] = ()
    """What the replay must not come to."""
    fast: bool = False
    push_to_talk: bool = False
    settings: tuple[Setting, ...] = ()
    strict: bool = False
    apply: bool = False
    """Whether the doctor writes what it recommends."""
    log_level: str | None = None
    agreed: bool = False
    """Nobody is to be asked before something is deleted."""
    arguments: tuple[str, ...] = field(default=(), compare=False)
    """The command line as it was written."""


def parse_command_line(arguments: Sequence[str]) -> Options:
    """Read the arguments (without the program's name). Ends the process with a message where they are wrong."""
    parser = _parser()
    found = parser.parse_args(arguments)
    action: Action = "talk"
    if found.forget:
        action = "forget"
    elif found.list_devices:
        action = "list-devices"
    elif found.list_graphs:
        action = "list-graphs"
    elif found.show_graph is not None:
        action = "show-graph"
    elif found.download:
        action = "download"
    elif found.check:
        action = "check"
    elif found.doctor:
        action = "doctor"
    if found.apply and not found.doctor:
        parser.error("--apply writes what --doctor recommends; give both")
    if found.output is not None and found.output == found.input:
        parser.error("--output would overwrite --input; give it another name")
    if found.output is not None and found.no_record:
        parser.error("--output records the conversation, and --no-record keeps nothing of it; choose one")
    _check_replay(parser, found)
    return Options(
        action=action,
        graph=found.show_graph or found.graph,
        input=found.input,
        output=found.output,
        record=not found.no_record,
        replay=found.replay,
        track=found.track,
        real_time=found.real_time,
        limits=tuple(found.fail_if),
        fast=found.fast,
        push_to_talk=found.push_to_talk,
        settings=tuple(found.set),
        strict=found.strict,
        apply=found.apply,
        log_level=found.log_level,
        agreed=found.yes,
        arguments=tuple(arguments),
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="ten_stream_omni_app.py",
        usage="python %(prog)s [options]",
        description="A voice agent that runs on your own machine. You talk, it answers, you can cut in.",
        epilog=EXAMPLES,
        formatter_class=_help_formatter,
        allow_abbrev=False,
    )
    talk = parser.add_argument_group("the conversation")
    talk.add_argument("--graph", metavar="NAME", help="the graph of property.json to run (see --list-graphs)")
    talk.add_argument(
        "--input", metavar="FILE|DIR", type=_input, help="play this recording as the user (WAV, FLAC, OGG)"
    )
    talk.add_argument("--output", metavar="FILE", type=_output, help="record the conversation here, as stereo WAV")
    talk.add_argument("--no-record", action="store_true", help="keep nothing of the conversation: no sound, no words")
    talk.add_argument("--fast", action="store_true", help="do not wait in real time: recordings, no devices")
    talk.add_argument(
        "--push-to-talk", action="store_true", help="the microphone is closed until Space opens it, and closes it again"
    )
    talk.add_argument(
        "--set", metavar="NODE.KEY=JSON", type=_setting, action="append", default=[], help="change a property of a node"
    )

    replay = parser.add_argument_group("a recorded conversation again", REPLAY)
    replay.add_argument("--replay", metavar="RUN", help="a folder of runs, its name, or latest; compares both")
    replay.add_argument("--track", choices=("microphone", "clean_microphone"), help="what is heard of it")
    replay.add_argument("--real-time", action="store_true", help="take the time that it took, and measure the stages")
    replay.add_argument(
        "--fail-if", metavar="LIMIT", type=_limit, action="append", default=[], help="status 1 if so: 'turns!=3'"
    )

    check = parser.add_argument_group("before the conversation")
    check.add_argument("--check", action="store_true", help="only say what can run here; status 1 if something cannot")
    check.add_argument("--download", action="store_true", help="only fetch the models of the graph, for later")
    check.add_argument(
        "--doctor", action="store_true", help="measure what this machine can do, and recommend settings (some minutes)"
    )
    check.add_argument("--apply", action="store_true", help="with --doctor: write them to property.user.json")
    check.add_argument("--strict", action="store_true", help="refuse to start with fallbacks (status 2)")

    kept = parser.add_argument_group("what is kept (in the folder runs)")
    kept.add_argument("--forget", action="store_true", help="delete all recorded conversations; asks before")
    kept.add_argument("--yes", action="store_true", help="do not ask")

    look = parser.add_argument_group("look around")
    look.add_argument("--list-graphs", action="store_true", help="the graphs of property.json")
    look.add_argument("--show-graph", metavar="NAME", nargs="?", const="", help="a graph as Mermaid text")
    look.add_argument("--list-devices", action="store_true", help="microphones and loudspeakers")
    look.add_argument(
        "--log-level",
        metavar="LEVEL",
        choices=LOG_LEVELS,
        help="log to the console: debug, info, warn or error (default: as in property.json)",
    )
    return parser


def _check_replay(parser: argparse.ArgumentParser, found: argparse.Namespace) -> None:
    if found.replay is None:
        if found.track or found.real_time or found.fail_if:
            parser.error("--track, --real-time and --fail-if belong to --replay")
    elif found.input is not None:
        parser.error("--replay has its own input; leave --input away")
    elif found.no_record:
        parser.error("--replay compares two recordings, and --no-record keeps none; leave one of them away")
    elif found.fast and found.real_time:
        parser.error("--fast and --real-time contradict each other")


def _help_formatter(prog: str) -> argparse.HelpFormatter:
    return argparse.RawDescriptionHelpFormatter(prog, max_help_position=26, width=100)


def _input(text: str) -> Path:
    return Path(text).expanduser().absolute()  # the start-up check looks at it, as at every engine's needs


def _output(text: str) -> Path:
    path = Path(text).expanduser().absolute()
    if path.suffix.lower() != ".wav":
        raise argparse.ArgumentTypeError(f"{text}: the recording is a WAV file; give it a name that ends in .wav")
    if path.is_dir():
        raise argparse.ArgumentTypeError(f"{text} is a folder; name a file")
    return path


def _limit(text: str) -> Limit:
    try:
        return parse_limit(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _setting(text: str) -> Setting:
    try:
        return parse_setting(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
