"""A child process for tests of `wrappers.child_process`: answers, streams, fails and dies on request."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator

from wrappers.child_frames import Frame
from wrappers.child_loop import Refused, serve


def handle(request: Frame) -> Frame | Iterator[Frame] | None:
    match request.header["op"]:
        case "echo":
            return Frame({"got": request.header["text"]}, request.payload)
        case "nothing":
            return None
        case "print":
            print("an engine talks to itself")
            os.write(1, b"and so does its C library\n")
            return Frame({"printed": True})
        case "read":
            return Frame({"stdin": sys.stdin.read()})
        case "count":
            return count(request.header["upto"], request.header.get("bytes", 0))
        case "fail":
            raise ValueError("no such voice")
        case "refuse":
            raise Refused("configuration", "grammar.gram: no such file")
        case "fail_late":
            return fail_late()
        case "exit":
            print("out of memory", file=sys.stderr, flush=True)
            os._exit(3)
        case "abort":
            os.kill(os.getpid(), signal.SIGABRT)
        case "hang":
            time.sleep(600)
        case "grandchild":
            grandchild = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
            return Frame({"pid": grandchild.pid, "group": os.getpgid(grandchild.pid)})
    return None


def count(upto: int, payload_bytes: int) -> Iterator[Frame]:
    made = 0
    try:
        for number in range(upto):
            made += 1
            yield Frame({"number": number}, b"\1" * payload_bytes)
    finally:
        print(f"stopped after {made}", file=sys.stderr, flush=True)


def fail_late() -> Iterator[Frame]:
    yield Frame({"number": 0})
    raise RuntimeError("the second one failed")


if __name__ == "__main__":
    serve(handle)
