"""Stream-Omni: a voice agent that runs on your own machine. See --help, or README.md."""

import contextlib
import os
import sys

INTERRUPTED = 130
OWN_PACKAGES = ("stream_omni", "ten_extensions", "ten_packages", "ten_runtime", "wrappers")


def start() -> int:
    if not (3, 11) <= sys.version_info[:2] <= (3, 13):
        found = ".".join(str(part) for part in sys.version_info[:2])
        print(
            "Stream-Omni needs Python 3.11, 3.12 or 3.13; this is " + found + ". `make run` finds one.", file=sys.stderr
        )
        return 2
    try:
        from stream_omni.main import main

        return main(sys.argv[1:])
    except ModuleNotFoundError as error:
        if error.name is None or error.name.split(".")[0] in OWN_PACKAGES:
            raise
        print(f"The Python package {error.name} is not installed; `make run` installs what is needed.", file=sys.stderr)
        return 2
    except KeyboardInterrupt:  # before or after the conversation, which ends in order by itself
        return INTERRUPTED


def end(status: int) -> None:
    """End the process."""
    if status == INTERRUPTED:  # at once: all is written, and an engine may be in a call that nothing can end
        for stream in (sys.stdout, sys.stderr):
            with contextlib.suppress(OSError):
                stream.flush()
        os._exit(status)
    sys.exit(status)


if __name__ == "__main__":
    end(start())
