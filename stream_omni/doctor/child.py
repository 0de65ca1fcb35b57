"""Runs one step in a process of its own: what hangs or crashes there costs this step, and no more.

python -m stream_omni.doctor.child STEP [arguments of the app]
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence

from stream_omni.doctor.findings import Found
from stream_omni.runtime import REPOSITORY

_MARK = "findings: "
OFFLINE = {"HF_HUB_OFFLINE": "1"}
"""Looking must not begin a download of gigabytes."""


def run_step(name: str, limit_s: float, arguments: Sequence[str]) -> Found:
    """Run a step; what goes wrong is a finding, too."""
    command = [sys.executable, "-m", "stream_omni.doctor.child", name, *arguments]
    mend = f"see what it says: python -m stream_omni.doctor.child {name!r}"
    found = Found()
    try:
        done = subprocess.run(
            command,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=limit_s,
            stdin=subprocess.DEVNULL,
            cwd=REPOSITORY,
            env=os.environ | OFFLINE,
        )
    except subprocess.TimeoutExpired:
        found.add(name, "bad", f"it was not done after {limit_s:.0f} s", mend)
        return found
    marked = [line for line in done.stdout.splitlines() if line.startswith(_MARK)]
    if done.returncode == 0 and marked:
        return Found.from_json(marked[-1].removeprefix(_MARK))
    last = (done.stderr.strip() or "it says nothing").splitlines()[-1]
    found.add(name, "bad", f"it ended with status {done.returncode}: {last}", mend)
    return found


def main(arguments: Sequence[str]) -> int:
    """The child's side."""
    from stream_omni.doctor.context import open_context
    from stream_omni.doctor.steps import STEPS

    step = next(step for step in STEPS if step.name == arguments[0])
    found = step.look(open_context(arguments[1:]))
    print(f"\n{_MARK}{found.to_json()}", flush=True)
    return 0


if __name__ == "__main__":
    code = main(sys.argv[1:])
    os._exit(code)  # an engine's thread that hangs must not keep the process
