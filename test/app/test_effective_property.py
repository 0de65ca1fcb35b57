"""From property.json and options to what the app runs with: pure tables."""

import copy
from pathlib import Path
from typing import Any

import pytest
from support.graphs import Json, graph, node, property_json

from stream_omni.command_line import Options
from stream_omni.effective_property import Replacement, choose_graph, effective_property, with_replacements, with_sample
from stream_omni.graph_file import GraphFile, nodes_of
from stream_omni.runtime import REPOSITORY
from stream_omni.setting import Setting
from stream_omni.user_error import UserError

HOME = Path("/app")
SAMPLE = REPOSITORY / "assets" / "sample_conversation.flac"
RUN = Path("/app/runs/now")
CONTENT = property_json(
    graph(
        "offline",
        [
            node("mic", "audio_file_python", mode="input"),
            node("tts", "system_tts_python", params={"speed": 1.0, "voice": "a"}),
            node("speaker", "audio_file_python", mode="output"),
            node("report", "turn_report_python"),
        ],
        auto_start=True,
    ),
    graph("live", [node("mic", "local_audio_python", device="x"), node("speaker", "local_audio_python")]),
    default_graph="offline",
)


def effective(options: Options, user: Json | None = None, **replacements: Replacement) -> Json:
    file = GraphFile(HOME, CONTENT, user or {})
    before = copy.deepcopy(CONTENT)
    chosen = with_replacements(file, choose_graph(file, options), replacements)
    result = effective_property(file, chosen, options, RUN, {})
    assert before == CONTENT, "the file's content must stay as it is"
    return result


def nodes(root: Json, name: str = "offline") -> dict[str, Any]:
    return nodes_of(next(entry for entry in root["ten"]["predefined_graphs"] if entry["name"] == name))


@pytest.mark.parametrize("wanted", ["offline", "live"])
def test_only_the_chosen_graph_starts(wanted: str) -> None:
    root = effective(Options(graph=wanted))

    assert {entry["name"]: entry["auto_start"] for entry in root["ten"]["predefined_graphs"]} == {
        "offline": wanted == "offline",
        "live": wanted == "live",
    }


def test_without_ears_the_sample_conversation_is_the_user() -> None:
    file = GraphFile(HOME, CONTENT)
    chosen = choose_graph(file, Options())

    assert chosen.plays_sample
    assert chosen.recording == SAMPLE
    assert nodes(effective(Options()))["mic"]["property"] == {"mode": "input", "path": str(SAMPLE)}


def test_a_recording_that_the_file_names_lies_beside_it() -> None:
    content = property_json(graph("g", [node("mic", "audio_file_python", mode="input", path="talk.wav")]))

    chosen = choose_graph(GraphFile(HOME, content), Options())

    assert chosen.recording == HOME / "talk.wav" and not chosen.plays_sample
    assert nodes_of(chosen.entry)["mic"]["property"]["path"] == "/app/talk.wav"


def test_a_microphone_needs_no_sample() -> None:
    chosen = choose_graph(GraphFile(HOME, CONTENT), Options(graph="live"))

    assert chosen.recording is None and not chosen.plays_sample


def test_a_fallback_for_the_microphone_plays_the_sample() -> None:
    file = GraphFile(HOME, CONTENT)
    ears = Replacement("audio_file_python", with_sample("audio_file_python", {"mode": "input"}))

    chosen = with_replacements(file, choose_graph(file, Options(graph="live")), {"mic": ears})

    assert chosen.plays_sample
    assert nodes_of(chosen.entry)["mic"]["addon"] == "audio_file_python"


def test_fast_leaves_all_devices() -> None:
    found = nodes(effective(Options(graph="live", fast=True)), "live")

    assert found["mic"] == node("mic", "audio_file_python", mode="input", path=str(SAMPLE))
    assert found["speaker"] == node("speaker", "audio_file_python", mode="output")


def test_files_take_the_place_of_ears_and_mouth() -> None:
    found = nodes(effective(Options(graph="live", input=Path("/me.wav"), output=Path("/talk.wav"))), "live")

    assert (found["mic"]["addon"], found["mic"]["property"]) == (
        "audio_file_python",
        {"mode": "input", "path": "/me.wav"},
    )
    assert (found["speaker"]["addon"], found["speaker"]["property"]) == ("audio_file_python", {"mode": "output"})


def test_the_report_is_told_how_to_keep_the_conversation_but_the_user_knows_better() -> None:
    content = copy.deepcopy(CONTENT)
    nodes_of(content["ten"]["predefined_graphs"][0])["report"]["property"] = {"recording": "/mine.wav"}
    file = GraphFile(HOME, content)

    kept = {"run_dir": "/runs/now", "recording": ""}
    root = effective_property(file, choose_graph(file, Options()), Options(), RUN, kept)

    assert nodes(root)["report"]["property"] == {"run_dir": "/runs/now", "recording": "/mine.wav"}


def test_the_log_of_a_run_that_is_not_kept_is_not_kept_either() -> None:
    file = GraphFile(HOME, CONTENT)
    root = effective_property(file, choose_graph(file, Options()), Options(), None, {})

    (handler,) = root["ten"]["log"]["handlers"]
    assert handler["emitter"]["type"] == "console" and handler["matchers"] == [{"level": "warn"}]


def test_set_changes_one_value_and_makes_missing_objects() -> None:
    settings = (Setting("tts", "params.speed", 1.2), Setting("mic", "pace.factor", 2))

    found = nodes(effective(Options(settings=settings)))

    assert found["tts"]["property"] == {"params": {"speed": 1.2, "voice": "a"}}
    assert found["mic"]["property"]["pace"] == {"factor": 2}


def test_the_users_file_is_merged_and_set_wins_over_it() -> None:
    user = {"offline": {"tts": {"property": {"params": {"speed": 0.8, "pitch": 3}}}}}

    found = nodes(effective(Options(settings=(Setting("tts", "params.pitch", 4),)), user))

    assert found["tts"]["property"] == {"params": {"speed": 0.8, "voice": "a", "pitch": 4}}


def test_the_users_file_may_swap_an_engine() -> None:
    user = {"offline": {"tts": {"addon": "other_tts_python", "property": {"x": 1}}}}

    found = nodes(effective(Options(), user))

    assert (found["tts"]["addon"], found["tts"]["property"]) == ("other_tts_python", {"x": 1})


def test_a_fallback_takes_the_whole_place() -> None:
    found = nodes(effective(Options(), tts=Replacement("plain_tts_python", {"rate": 1})))

    assert (found["tts"]["addon"], found["tts"]["property"]) == ("plain_tts_python", {"rate": 1})


def test_the_log_level_replaces_the_log_settings() -> None:
    handlers = effective(Options(log_level="debug"))["ten"]["log"]["handlers"]

    assert [handler["matchers"] for handler in handlers] == [[{"level": "debug"}]]


def test_without_log_settings_the_log_is_kept_with_the_run() -> None:
    handlers = effective(Options())["ten"]["log"]["handlers"]

    assert [handler["emitter"]["config"]["path"] for handler in handlers] == ["/app/runs/now/log.txt"]


def test_log_settings_of_the_file_stay() -> None:
    content = copy.deepcopy(CONTENT)
    content["ten"]["log"] = {"handlers": "mine"}
    file = GraphFile(HOME, content)

    root = effective_property(file, choose_graph(file, Options()), Options(), RUN, {})

    assert root["ten"]["log"] == {"handlers": "mine"}


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            Options(settings=(Setting("tss", "x", 1),)),
            '--set tss.x: graph "offline" has no node "tss"; did you mean "tts"?',
        ),
        (
            Options(settings=(Setting("tts", "params.speed.unit", 1),)),
            "--set tts.params.speed.unit: params.speed is 1.0, not an object with keys",
        ),
        (Options(graph="nope"), 'property.json has no graph "nope"; known: live, offline'),
    ],
)
def test_mistakes(options: Options, message: str) -> None:
    with pytest.raises(UserError) as error:
        effective(options)

    assert str(error.value) == message


def test_a_graph_without_ears_cannot_take_an_input() -> None:
    file = GraphFile(HOME, property_json(graph("g", [node("llm", "x")])))

    with pytest.raises(UserError, match='--input: graph "g" has no node "mic" to replace'):
        choose_graph(file, Options(input=Path("/me.wav")))


def test_push_to_talk_is_a_matter_of_the_keyboard() -> None:
    file = GraphFile(HOME, property_json(graph("g", [node("keys", "keyboard_python")]), keyboard_node="keys"))

    chosen = choose_graph(file, Options(push_to_talk=True))

    assert nodes_of(chosen.entry)["keys"]["property"] == {"push_to_talk": True}
    assert chosen.where("keys", "push_to_talk") == '--push-to-talk: graph "g", node "keys"'


def test_a_graph_without_keys_has_no_push_to_talk() -> None:
    file = GraphFile(HOME, property_json(graph("g", [node("mic", "x")])))

    with pytest.raises(UserError, match='--push-to-talk: graph "g" has no node "keyboard", which reads the keys'):
        choose_graph(file, Options(push_to_talk=True))


def test_other_node_names_can_be_declared() -> None:
    file = GraphFile(HOME, property_json(graph("g", [node("ears", "x")]), input_node="ears"))

    chosen = choose_graph(file, Options(input=Path("/me.wav")))

    assert nodes_of(chosen.entry)["ears"]["addon"] == "audio_file_python"


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("params.speed", "--set"),
        ("params.pitch", "property.user.json"),
        ("params.voice", "property.json"),
        ("", "property.json"),
    ],
)
def test_errors_can_name_who_set_a_value(key: str, expected: str) -> None:
    user = {"offline": {"tts": {"property": {"params": {"pitch": 3}}}}}
    options = Options(settings=(Setting("tts", "params.speed", 9),))

    chosen = choose_graph(GraphFile(HOME, CONTENT, user), options)

    assert chosen.where("tts", key) == f'{expected}: graph "offline", node "tts"'
