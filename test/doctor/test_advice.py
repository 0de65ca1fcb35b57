"""From figures to a recommendation, and into the user's file."""

import json
from pathlib import Path

import pytest

from stream_omni.doctor.advice import Advice, advise
from stream_omni.doctor.user_file import apply, merged
from stream_omni.graph_file import GraphFile, load_graph_file
from stream_omni.user_error import UserError

GRAPHS = ("voice_chat", "barge_in", "offline")
GOOD_VOICE = {
    "tts_balanced_rtf": 0.4,
    "tts_balanced_first_ms": 300.0,
    "tts_latency_rtf": 0.4,
    "tts_latency_first_ms": 200.0,
}
LIVE: dict[str, float | str] = {"devices": "yes", "echo_mode": "auto", "echo_delay_ms": 120, **GOOD_VOICE}


def test_a_good_machine_may_be_interrupted_by_speaking() -> None:
    advice = advise(LIVE, GRAPHS)
    assert advice.graph == "barge_in"
    assert advice.changes == {"aec": {"property": {"echo_delay_ms": 120}}}
    assert advice.arguments == ["--set", "aec.echo_delay_ms=120"]


def test_headphones_need_no_canceller() -> None:
    advice = advise(LIVE | {"echo_mode": "off", "echo_delay_ms": 0}, GRAPHS)
    assert (advice.graph, advice.changes) == ("barge_in", {"aec": {"property": {"mode": "off"}}})


def test_an_echo_that_cannot_be_cancelled_closes_the_microphone() -> None:
    advice = advise(LIVE | {"echo_mode": "gate", "echo_delay_ms": 600, "echo_tail_ms": 900}, GRAPHS)
    assert advice.graph == "voice_chat"
    assert advice.arguments == [
        "--set", 'aec.mode="gate"', "--set", "aec.echo_delay_ms=600", "--set", "aec.tail_ms=900",
    ]  # fmt: skip


def test_without_devices_there_is_the_sample_conversation() -> None:
    advice = advise({}, GRAPHS)
    assert (advice.graph, advice.changes) == ("offline", {})
    assert "no microphone" in advice.reasons[0]


def test_a_voice_that_begins_late_gets_its_quicker_mode() -> None:
    advice = advise(LIVE | {"tts_balanced_first_ms": 500.0}, GRAPHS)
    assert advice.changes["tts"] == {"property": {"params": {"preset": "latency"}}}
    assert 'tts.params.preset="latency"' in advice.arguments


@pytest.mark.parametrize(
    "slow", [{"tts_balanced_rtf": 0.71, "tts_latency_rtf": 0.8}, {"tts_balanced_rtf": 2.0, "tts_latency_rtf": 2.0}]
)
def test_no_voice_that_stutters_is_recommended(slow: dict[str, float]) -> None:
    advice = advise(LIVE | slow, GRAPHS)
    assert advice.changes["tts"]["addon"] == "system_tts_python"
    assert not any(argument.startswith("tts.") for argument in advice.arguments)


def test_a_voice_without_modes_may_stutter_too() -> None:
    without_modes: dict[str, float | str] = {"devices": "yes", "echo_mode": "auto"}
    assert "tts" not in advise(without_modes | {"tts_rtf": 0.7}, GRAPHS).changes
    assert "tts" in advise(without_modes | {"tts_rtf": 0.75}, GRAPHS).changes


def test_the_users_other_settings_stay() -> None:
    user = {
        "voice_chat": {"llm": {"property": {"params": {"model": "mine"}}}},
        "barge_in": {
            "aec": {"property": {"tail_ms": 400, "echo_delay_ms": 5}},
            "tts": {"property": {"params": {"seed": 7}}},
        },
    }
    changes: dict[str, dict[str, object]] = {
        "aec": {"property": {"echo_delay_ms": 120}},
        "tts": {"property": {"params": {"preset": "latency"}}},
    }
    found = merged(user, Advice("barge_in", changes))
    assert found["voice_chat"] == user["voice_chat"]
    assert found["barge_in"]["aec"] == {"property": {"tail_ms": 400, "echo_delay_ms": 120}}
    assert found["barge_in"]["tts"] == {"property": {"params": {"seed": 7, "preset": "latency"}}}
    assert user["barge_in"]["aec"]["property"]["echo_delay_ms"] == 5  # type: ignore[index]


def test_another_engine_does_not_inherit_the_settings_of_the_old_one() -> None:
    user = {"barge_in": {"tts": {"property": {"params": {"seed": 7}}}}}
    change = {"addon": "system_tts_python", "property": {"params": {}}}
    assert merged(user, Advice("barge_in", {"tts": change}))["barge_in"]["tts"] == change


def graph_file(folder: Path) -> GraphFile:
    node = {"type": "extension", "name": "tts", "addon": "a"}
    root = {"ten": {"predefined_graphs": [{"name": "barge_in", "graph": {"nodes": [node]}}]}}
    (folder / "property.json").write_text(json.dumps(root))
    return load_graph_file(folder)


def test_what_is_written_is_read_at_the_next_start(tmp_path: Path) -> None:
    change = {"tts": {"property": {"params": {"preset": "latency"}}}}
    path = apply(graph_file(tmp_path), Advice("barge_in", change))
    assert path == tmp_path / "property.user.json"
    assert load_graph_file(tmp_path).user == {"barge_in": change}
    assert [file.name for file in tmp_path.glob("*.part")] == []


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    file = GraphFile(tmp_path / "gone", {})
    with pytest.raises(UserError, match="cannot be written"):
        apply(file, Advice("barge_in", {"tts": {"property": {}}}))
