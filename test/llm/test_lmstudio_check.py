"""The look at LM Studio before the conversation, against its double."""

from typing import Any

import pytest
from support.require import require

require("lmstudio")

from support.fake_lmstudio import FakeLmStudio  # noqa: E402

from wrappers.errors import EngineMissing  # noqa: E402
from wrappers.llm.lmstudio_check import check_lmstudio  # noqa: E402


@pytest.mark.parametrize("model", ["", "first-model", "second-model"])
def test_a_loaded_or_known_model_is_enough(model: str) -> None:
    with FakeLmStudio() as server:
        check_lmstudio(server.host, model)


def test_a_preferred_model_is_loaded_later_and_enough() -> None:
    with FakeLmStudio(loaded=(), downloaded=("qwen/qwen3-30b-a3b-2507",)) as server:
        check_lmstudio(server.host)


@pytest.mark.parametrize(
    ("models", "model", "what", "mend"),
    [
        ({"loaded": ()}, "", "LM Studio answers on HOST, but no model is loaded", "lms load first-model"),
        (
            {"loaded": (), "downloaded": ()},
            "",
            "LM Studio answers on HOST, but no model is loaded",
            "download a model in LM Studio and load it",
        ),
        ({}, "qwen", "LM Studio has no model called qwen", "lms get qwen"),
    ],
)
def test_what_is_missing_has_its_command(models: dict[str, Any], model: str, what: str, mend: str) -> None:
    with FakeLmStudio(**models) as server, pytest.raises(EngineMissing) as missing:
        check_lmstudio(server.host, model)
    assert (missing.value.what, missing.value.mend) == (what.replace("HOST", server.host), mend)


def test_a_server_that_lets_nobody_in_is_told() -> None:
    with FakeLmStudio(refusal="no guests") as server, pytest.raises(EngineMissing) as missing:
        check_lmstudio(server.host)
    assert "gives no list of its models" in missing.value.what


def test_a_server_that_does_not_answer() -> None:
    with FakeLmStudio() as server:
        host = server.host
    with pytest.raises(EngineMissing) as missing:
        check_lmstudio(host)
    assert missing.value.what == f"LM Studio does not answer at {host}"
    assert missing.value.mend.startswith("lms server start")
