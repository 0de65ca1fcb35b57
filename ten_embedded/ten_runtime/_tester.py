"""What both kinds of extension testers share: a private app, and a graph with the tester as one of its nodes."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ._app_core import AppCore
from ._loop_thread import LoopFactory
from ._properties import from_json_text
from .addon import Addon
from .addon_manager import RegisteredAddon
from .app import App
from .error import TenError, TenErrorCode, make_error
from .ten_env import TenEnv

TESTER_NODE = "ten:test_extension"
DEFAULT_TIMEOUT_US = 180_000_000


class TestBench:
    """Settings of a tester, and its outcome."""

    _graph: Any = None
    _tested_addon = ""
    """In single mode: the addon of the only other node, which is named like it."""
    _timeout_us = DEFAULT_TIMEOUT_US
    _loop_factory: LoopFactory | None = None
    """Makes the event loop of the test; with one of its own, the tester shares it with the tested extensions."""

    def set_test_mode_single(self, addon_name: str, property_json_str: str | None = None) -> None:
        """Test one extension: all its messages come to the tester, and the other way round.

        property_json_str: the properties of its node. Raises ValueError if that is not JSON.
        """
        property_tree = from_json_text(property_json_str) if property_json_str else {}
        tested = {"type": "extension", "name": addon_name, "addon": addon_name, "property": property_tree}
        self._tested_addon = addon_name
        self._graph = {"nodes": [tested, _tester_node()]}

    def set_test_mode_graph(self, graph_json: str) -> None:
        """Test a graph; it lists the tester as a node `ten:test_extension`. Raises ValueError if it is not JSON."""
        self._tested_addon = ""
        self._graph = from_json_text(graph_json)

    def set_timeout(self, timeout_us: int) -> None:
        """Microseconds after which the test ends with an error."""
        self._timeout_us = timeout_us


def _tester_node() -> dict[str, str]:
    return {"type": "extension", "name": TESTER_NODE, "addon": TESTER_NODE, "extension_group": TESTER_NODE}


class TesterApp(App):
    """The private app of one run of a tester.

    seat: what stands in the graph as the tester's extension
    on_ended: called on the app's thread when everything is over
    """

    seat: Any

    def __init__(self, bench: TestBench, on_ended: Callable[[], None]) -> None:
        if bench._graph is None:
            raise RuntimeError("Call set_test_mode_single or set_test_mode_graph before run.")
        self._bench = bench
        self._on_ended = on_ended
        self._outcome: TenError | None = None
        self._is_over = False

    def on_configure(self, ten_env: TenEnv) -> None:
        graph = {"name": "test", "auto_start": True, "graph": self._bench._graph}
        ten_env.init_property_from_json(json.dumps({"ten": {"predefined_graphs": [graph]}}))
        ten_env.on_configure_done()

    def stop_test(self, error: TenError | None = None) -> None:
        """End the test; from any thread. Only the first call counts."""
        if not self._is_over:
            self._is_over = True
            self._outcome = error
            self.close()

    def outcome(self) -> TenError | None:
        """Once the test is over: what `run` of the tester returns."""
        if self.failure:
            return make_error(TenErrorCode.ErrorCodeGeneric, self.failure)
        return self._outcome

    def _make_core(self) -> AppCore:
        seat, tested = self.seat, self._bench._tested_addon

        class TesterAddon(Addon):
            def on_create_instance(self, ten_env: TenEnv, name: str, context: Any) -> None:
                ten_env.on_create_instance_done(seat, context)

        addons = {TESTER_NODE: RegisteredAddon(TesterAddon(), Path(TESTER_NODE))}
        peers = {TESTER_NODE: tested, tested: TESTER_NODE} if tested else {}
        return AppCore(self, type(self._bench)._loop_factory, addons, peers)

    def _run(self, core: AppCore) -> None:
        # A thread's timer, not the loop's: the loop of the test may have a clock of its own, that jumps.
        timer = threading.Timer(self._bench._timeout_us / 1e6, self._time_out)
        timer.daemon = True
        timer.start()
        super()._run(core)
        timer.cancel()
        self._on_ended()

    def _time_out(self) -> None:
        self.stop_test(make_error(TenErrorCode.ErrorCodeTimeout, "Test timeout."))
