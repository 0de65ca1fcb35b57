"""`python -m wrappers.echo measure`: what this machine's microphone hears of its loudspeaker."""

from __future__ import annotations

import argparse
import asyncio
import sys

from wrappers.audio import DEFAULT
from wrappers.echo.advice import advise, describe
from wrappers.echo.aec3 import is_installed
from wrappers.echo.measure import MeasurementFailed, measure

LEVEL_DB = -12.0
"""As loud as a voice of the agent."""


def main() -> int:
    """Measure, print, recommend. Returns the exit status."""
    arguments = _parser().parse_args()
    print("Please be silent for seven seconds: three chirps are played and recorded.", flush=True)
    try:
        measurement, loudspeaker, microphone = asyncio.run(
            measure(arguments.input, arguments.output, arguments.level_db)
        )
    except MeasurementFailed as error:
        print(f"Nothing was measured: {error}", file=sys.stderr)
        return 1
    print(f'\nloudspeaker "{loudspeaker}", microphone "{microphone}"\n')
    if measurement.hears_nothing:
        print(
            "The microphone gives nothing but zeros: it is muted, or the system does not permit this program to listen "
            "(macOS: System Settings > Privacy & Security > Microphone, for the terminal).",
            file=sys.stderr,
        )
        return 1
    if measurement.is_unclear:
        print(
            "The chirps were not heard clearly: measure again in silence, or louder (--level-db -6).", file=sys.stderr
        )
        return 1
    print(describe(measurement, advise(measurement, is_installed())))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m wrappers.echo", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="measure")
    command = commands.add_parser("measure", help="play chirps, measure the echo, recommend a configuration")
    command.add_argument("--input", default=DEFAULT, metavar="NAME", help="microphone: name, part of it, or number")
    command.add_argument("--output", default=DEFAULT, metavar="NAME", help="loudspeaker: name, part of it, or number")
    command.add_argument(
        "--level-db", type=float, default=LEVEL_DB, help="peak of the chirps beside full scale (%(default)s)"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
