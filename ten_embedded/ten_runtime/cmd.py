"""Commands: messages that are answered."""

from __future__ import annotations

from typing import Self

from ._body import BUILT_IN_COMMANDS, CmdBody
from ._properties import from_json_text
from ._typed import check_string
from .msg import Msg


class Cmd(Msg):
    """A command. A name that the runtime keeps for itself, such as `ten:close_app`, makes that built-in command."""

    __slots__ = ()

    @classmethod
    def create(cls, name: str) -> Self:
        return cls._wrap(BUILT_IN_COMMANDS.get(name, CmdBody)(check_string(name)))

    def clone(self) -> Self:
        """A deep copy, which nobody waits for: a result made from it answers nothing."""
        return self._clone()


class _BuiltInCmd(Cmd):
    __slots__ = ()
    _name = ""

    @classmethod
    def create(cls, *_name: str) -> Self:
        return cls._wrap(BUILT_IN_COMMANDS[cls._name](cls._name))


class StartGraphCmd(_BuiltInCmd):
    """Starts a graph; the result has its `graph_id`. Send it with `set_dests([Loc("")])`."""

    __slots__ = ()
    _name = "ten:start_graph"

    def set_predefined_graph_name(self, predefined_graph_name: str) -> bool:
        self._body.predefined_graph_name = check_string(predefined_graph_name)
        return True

    def set_graph_from_json(self, json_str: str) -> bool:
        """False if the text cannot be parsed."""
        try:
            self._body.graph = from_json_text(check_string(json_str))
        except ValueError:
            return False
        return True

    def set_sync_stop_before_deinit(self, sync_stop_before_deinit: bool) -> bool:
        """True lets no extension of the graph begin `on_deinit` before all have ended `on_stop`."""
        self._body.sync_stop_before_deinit = bool(sync_stop_before_deinit)
        return True


class StopGraphCmd(_BuiltInCmd):
    """Stops the graph with an id, or without one the sender's own. Send it with `set_dests([Loc("")])`."""

    __slots__ = ()
    _name = "ten:stop_graph"

    def set_graph_id(self, graph_id: str) -> bool:
        self._body.graph_id = check_string(graph_id)
        return True


class TriggerLifeCycleCmd(_BuiltInCmd):
    """Lets an extension with a manual life cycle go on to `start` or `stop`. Send it to that extension."""

    __slots__ = ()
    _name = "ten:trigger_life_cycle"

    def set_stage(self, stage: str) -> bool:
        self._body.stage = check_string(stage)
        return True
