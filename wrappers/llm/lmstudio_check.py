"""Can LM Studio answer now? Asked before the conversation, so that what is missing is said with its mend."""

from __future__ import annotations

import importlib
from collections.abc import Iterable
from typing import Any

from wrappers.errors import EngineMissing

from .lmstudio import find_lmstudio
from .lmstudio_choice import PREFERRED_MODELS, find_preferred

TIMEOUT_S = 5.0
"""Of each question: a server that greets answers at once."""


def check_lmstudio(host: str = "", model: str = "", preferred: Iterable[str] = PREFERRED_MODELS) -> None:
    """See whether the server answers, and has the model, loaded or to be loaded. Blocks; takes a second at most.

    host: host:port; "" = wherever it is on this machine
    model: "" = a preferred one, or any that is loaded
    raises EngineMissing with the command that mends it
    """
    found = find_lmstudio(host)
    sdk: Any = importlib.import_module("lmstudio")
    sdk.set_sync_api_timeout(TIMEOUT_S)
    try:
        with sdk.Client(found) as client:
            loaded = [str(entry.identifier) for entry in client.llm.list_loaded()]
            known = [str(entry.model_key) for entry in client.llm.list_downloaded()]
    except Exception as error:  # the client's own kinds, and what it stumbles over where it is not let in
        reason = str(error).strip().split("\n")[0]
        raise EngineMissing(
            f"LM Studio on {found} gives no list of its models ({reason})", "see its settings"
        ) from None
    if model and model not in [*loaded, *known]:
        raise EngineMissing(f"LM Studio has no model called {model}", f"lms get {model}")
    if not model and not loaded and not find_preferred(preferred, loaded, known):
        mend = f"lms load {known[0]}" if known else "download a model in LM Studio and load it"
        raise EngineMissing(f"LM Studio answers on {found}, but no model is loaded", mend)
