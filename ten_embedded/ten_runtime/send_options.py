"""How one send behaves."""

from dataclasses import dataclass


@dataclass(frozen=True)
class SendOptions:
    wait_for_result: bool = False
    """Come back only after delivery, with the routing error if there is one."""
