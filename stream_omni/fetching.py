"""`--download`: fetches the models of a graph ahead of time."""

from __future__ import annotations

from collections.abc import Iterable

from rich.console import Console

from stream_omni.startup_check import NodeCheck
from wrappers.errors import EngineMissing


def fetch_models(checks: Iterable[NodeCheck], console: Console) -> int:
    """Fetch what the nodes lack, one after the other. Returns the exit status: 1 if something could not be fetched.

    raises KeyboardInterrupt: the next try goes on where this one stopped
    """

    def tell(line: str) -> None:
        console.print(line, markup=False, soft_wrap=True)

    status = 0
    for check in checks:
        for download in check.downloads:
            try:
                download.fetch(tell)
            except EngineMissing as problem:
                tell(f"{check.node}: {problem.what}: {problem.mend}")
                status = 1
            else:
                tell(f"{check.node}: {download.name} is on this machine")
    tell("Something is still missing." if status else "All models of this graph are on this machine.")
    return status
