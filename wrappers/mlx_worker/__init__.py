"""All work with MLX goes through here, on one thread, in the order of who needs it first.

    order.py    who goes next, as a pure function
    worker.py   the thread, the jobs, and what becomes of one that hangs
    user.py     `MlxUser`: what an engine sees of it

None of it imports MLX.
"""

from wrappers.mlx_worker.order import Kind
from wrappers.mlx_worker.user import MlxUser
from wrappers.mlx_worker.worker import MlxWorker

__all__ = ["Kind", "MlxUser", "MlxWorker"]
