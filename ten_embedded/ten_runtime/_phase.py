"""The phases of a life cycle, in order."""

from enum import IntEnum


class Phase(IntEnum):
    CONFIGURE = 0
    INIT = 1
    START = 2
    RUNNING = 3
    STOP = 4
    DEINIT = 5
    GONE = 6


HOOKS = {
    Phase.CONFIGURE: "on_configure",
    Phase.INIT: "on_init",
    Phase.START: "on_start",
    Phase.STOP: "on_stop",
    Phase.DEINIT: "on_deinit",
}
"""The function of the user that each phase runs; running itself has none."""
