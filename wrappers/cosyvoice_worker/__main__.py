"""`python -m wrappers.cosyvoice_worker SETTINGS`: the process. SETTINGS: see `Settings.to_json`."""

from __future__ import annotations

import sys

from wrappers.child_loop import Refused
from wrappers.cosyvoice_worker.lane import Backend
from wrappers.cosyvoice_worker.requests import answer_requests
from wrappers.cosyvoice_worker.settings import Settings


def open_backend(settings: Settings) -> Backend:
    """Load the model. raises Refused for what the user can mend"""
    if problem := settings.problem():
        raise Refused("missing", "; ".join(problem))
    if settings.backend == "torch":
        from wrappers.cosyvoice_worker.torch_backend import open_torch

        return open_torch(settings)
    from wrappers.cosyvoice_worker.mlx_backend import open_mlx

    return open_mlx(settings)


if __name__ == "__main__":
    wanted = Settings.from_json(sys.argv[1])
    answer_requests(lambda: open_backend(wanted))
