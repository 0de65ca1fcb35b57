"""Addons: they make extensions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .ten_env import TenEnv


class Addon:
    """Makes instances of one extension. One addon object serves all nodes of a process."""

    def on_create_instance(self, ten_env: TenEnv, name: str, context: Any) -> None:
        """Make an extension for the node `name`.

        Hand it over with `ten_env.on_create_instance_done(extension, context)`, now or later, from any thread.
        """
        raise NotImplementedError(f"{type(self).__name__} must define on_create_instance.")
