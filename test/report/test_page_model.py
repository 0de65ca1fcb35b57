"""What the page of a run knows, read from a made conversation with every case in it."""

import json
from pathlib import Path
from typing import Any

import pytest
from support.made_run import MadeRun, talk_with_everything

from wrappers.report.timeline.command_line import main
from wrappers.report.timeline.model import page_model
from wrappers.report.timeline.page import script_json
from wrappers.report.timeline.run_folder import read_run

Model = dict[str, Any]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return talk_with_everything().write(tmp_path_factory.mktemp("run"))


@pytest.fixture(scope="module")
def model(folder: Path) -> Model:
    return page_model(read_run(folder))


def items(model: Model, lane: str) -> list[dict[str, Any]]:
    """The items of a lane, by name."""
    names = ("start", "length", "kind", "text", "detail")
    found: list[list[Any]] = next((each["items"] for each in model["lanes"] if each["id"] == lane), [])
    return [dict(zip(names, [*item, "", ""], strict=False)) for item in found]


def of_kind(model: Model, lane: str, kind: str) -> list[dict[str, Any]]:
    return [item for item in items(model, lane) if item["kind"] == kind]


def turn(model: Model, number: int) -> Model:
    return next(each for each in model["turns"] if each["id"] == number)


def test_every_turn_is_there_with_both_sides(model: Model) -> None:
    assert [each["id"] for each in model["turns"]] == [1, 2, 3, 4, 5, 6, 7, 8]
    assert turn(model, 2)["user"] == "can you tell me what time it is"
    assert turn(model, 2)["agent"] == "It is noon."
    assert not turn(model, 6)["answered"]
    assert [each["id"] for each in model["turns"] if each["interrupted"]] == [3, 7]


def test_times_inside_messages_are_put_on_the_axis_of_the_tracks(model: Model) -> None:
    first = items(model, "speech")[0]

    assert first["start"] == turn(model, 1)["start"] == 1000
    assert first["start"] + first["length"] == turn(model, 1)["speech_end"]
    assert all(-1000 < item["start"] <= model["length"] for lane in model["lanes"] for item in items(model, lane["id"]))


def test_the_clock_is_guessed_where_run_json_is_lost(folder: Path, model: Model, tmp_path: Path) -> None:
    for name in ("events.jsonl", "transcript.jsonl"):
        (tmp_path / name).write_bytes((folder / name).read_bytes())

    without = page_model(read_run(tmp_path))

    assert items(without, "speech") == items(model, "speech")


def test_the_parts_of_a_turn_are_what_the_time_until_the_first_sound_went_on(model: Model) -> None:
    for each in model["turns"]:
        if each["answered"]:
            assert sum(each["parts"].values()) == each["marks"]["first_sound"]
    assert turn(model, 1)["parts"] == {
        "pause": 400, "transcript": 120, "turn_decided": 10, "first_llm_text": 250, "first_piece": 90,
        "first_tts_audio": 180, "first_sound": 5,
    }  # fmt: skip


def test_what_came_after_the_first_sound_is_no_part(folder: Path, tmp_path: Path) -> None:
    lines = (folder / "transcript.jsonl").read_text().splitlines()
    lines[1] = lines[1].replace('"transcript": 520', '"transcript": 1500')
    (tmp_path / "transcript.jsonl").write_text("\n".join(lines))

    first = turn(page_model(read_run(tmp_path)), 1)

    assert "transcript" not in first["marks"]
    assert sum(first["parts"].values()) == first["marks"]["first_sound"] == 1055


def test_waiting_in_case_the_user_goes_on_is_a_part_with_its_reason(model: Model) -> None:
    assert turn(model, 2)["parts"]["sure"] == 195
    assert (
        "Turn detection said “finished” with 75 % certainty, so 725 ms of silence were wanted."
        in turn(model, 2)["notes"]
    )


def test_a_late_answer_says_what_was_slower_than_usual(model: Model) -> None:
    assert turn(model, 4)["notes"] == [
        "Heard 2645 ms after you stopped, 1590 ms later than the median.",
        "Slower than usual: language model, until its first words, 1900 ms, 1650 ms above its median.",
    ]
    assert turn(model, 1)["notes"][0] == "Heard 1055 ms after you stopped."
    assert turn(model, 6)["notes"] == ["It got no answer."]


def test_median_and_p90_of_each_mark(model: Model) -> None:
    assert model["middles"]["first_sound"] == {"median": 1055, "p90": 2645, "count": 7}


def test_an_interruption_tells_how_it_came_about(model: Model) -> None:
    stopped, went_on, by_key = items(model, "interruptions")

    assert [stopped["kind"], went_on["kind"], by_key["kind"]] == ["stopped", "went on", "stopped"]
    assert (
        turn(model, 3)["notes"][-1]
        == stopped["detail"]
        == (
            "You spoke over the agent. The voice was lowered after 100 ms, paused after 350 ms, "
            "and stopped after 420 ms: the words “stop please”."
        )
    )
    assert turn(model, 5)["notes"][-1].endswith("and went on after 650 ms: no words were recognised.")
    assert turn(model, 7)["notes"][-1] == "A key stopped the voice at once."


def test_words_long_before_the_end_are_not_the_reason(tmp_path: Path) -> None:
    run = MadeRun()
    run.exchange("tell me a story", ["Once upon a time there was a fox."], ends="cut", with_words="mm-hm")
    for line in run.lines:
        if line["name"] == "asr_result" and line["properties"]["text"] == "mm-hm":
            line["time_ms"] -= 100

    model = page_model(read_run(run.write(tmp_path)))

    assert items(model, "interruptions")[0]["text"] == "stopped: the speech was long enough"


def test_of_an_answer_that_was_cut_the_heard_and_the_unheard_pieces_are_told_apart(model: Model) -> None:
    cut = of_kind(model, "heard", "cut")[0]

    assert cut["text"] == "there was a fox who lived in a wood."
    assert cut["detail"] == "cut off after 1580 of 2160 ms"
    assert [item["text"] for item in of_kind(model, "heard", "unheard")] == ["Every day it went to the river."]


def test_an_answer_that_was_paused_is_heard_on_after_the_pause(model: Model) -> None:
    played = [item for item in items(model, "heard") if item["text"] in ("<!-- fine -->", "Is that all?")]
    answer = turn(model, 5)

    assert played[-1]["start"] + played[-1]["length"] == pytest.approx(answer["end"], abs=20)
    assert sum(item["length"] for item in played) > 60 * len("<!-- fine -->Is that all?")


def test_speculation_is_seen_as_thrown_away(model: Model) -> None:
    dropped = of_kind(model, "llm", "dropped")

    assert [item["text"] for item in dropped] == ["I do not know."]
    assert "thrown away before it was heard" in dropped[0]["detail"]
    assert of_kind(model, "decisions", "unfinished")[0]["length"] == 650  # until the user went on
    assert of_kind(model, "decisions", "finished")[1]["length"] == 195  # until there was enough silence


def test_gate_errors_and_partials_have_their_lanes(model: Model) -> None:
    closed = of_kind(model, "echo", "closed")
    answered = [each for each in model["turns"] if each["answered"]]

    assert len(closed) == len(answered)
    assert [item["detail"] for item in items(model, "problems")] == ["error: no answer from the model's server"]
    assert "tell me a" in [item["text"] for item in of_kind(model, "words", "partial")]
    assert "tell me a long story" in [item["text"] for item in of_kind(model, "words", "final")]


def test_tools_are_seen_from_call_to_result(tmp_path: Path) -> None:
    run = MadeRun()
    run.exchange("how late is it", ["Noon."])
    run.tell("tool_call", "main_control", kind="cmd", at_ms=3000, name="clock", arguments={"zone": "UTC"})
    run.tell("tool_call", "main_control", kind="cmd", at_ms=3010, name="timer", arguments={})
    run.tell("tool_call", "tools", kind="result", at_ms=3200, tool_result={"type": "llmresult", "content": "12:00"})
    run.tell("tool_call", "tools", kind="result", at_ms=3300, detail="no such timer")
    for line in run.lines:
        line["dests"] = ["tools"]

    used = items(page_model(read_run(run.write(tmp_path))), "tools")

    assert [(each["start"], each["length"], each["kind"], each["text"], each["detail"]) for each in used] == [
        (3000, 200, "tool", 'clock {"zone": "UTC"}', "told the model: 12:00"),
        (3010, 290, "failed", "timer", "no such timer"),
    ]


def test_levels_of_loudness_are_one_letter_for_each_bin(model: Model) -> None:
    speaker = next(wave for wave in model["waves"] if wave["id"] == "speaker")
    bins_ms = [bin_ms for bin_ms, _ in speaker["levels"]]
    finest = speaker["levels"][0][1]
    first = turn(model, 1)
    answer_ms = first["speech_end"] + first["marks"]["first_sound"]

    assert bins_ms == [10, 80, 640]
    assert set(finest[: answer_ms // 10]) == {"A"}
    assert finest[answer_ms // 10 + 20] != "A"
    assert model["length"] == 10 * len(finest)


@pytest.mark.parametrize("name", ["events.jsonl", "transcript.jsonl", "run.json", "graph.json", "microphone.wav"])
@pytest.mark.parametrize("damage", ["missing", "empty", "cut off"])
def test_a_page_says_what_is_missing_and_shows_the_rest(folder: Path, tmp_path: Path, name: str, damage: str) -> None:
    for file in folder.iterdir():
        if file.suffix != ".html":
            (tmp_path / file.name).write_bytes(file.read_bytes())
    whole = (tmp_path / name).read_bytes()
    if damage == "missing":
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_bytes(b"" if damage == "empty" else whole[: len(whole) * 2 // 3 + 1])

    model = page_model(read_run(tmp_path))

    json.dumps(model)
    is_told = any(text.startswith(name) for text in model["missing"])
    assert is_told or (damage == "cut off" and name.endswith((".jsonl", ".wav")))
    assert model["turns"] or name == "transcript.jsonl"
    assert [wave["id"] for wave in model["waves"]] == ["microphone", "clean_microphone", "speaker"]


def test_nothing_at_all_makes_an_empty_page(tmp_path: Path) -> None:
    model = page_model(read_run(tmp_path))

    assert model["turns"] == model["lanes"] == model["waves"] == []
    assert len(model["missing"]) == 7
    with pytest.raises(NotADirectoryError):
        read_run(tmp_path / "nowhere")


def test_values_that_no_node_should_send_do_no_harm(tmp_path: Path) -> None:
    run = MadeRun()
    run.exchange("hello", ["Good day."])
    for line in list(run.lines):
        odd = {key: [None] if isinstance(value, int) else 1e300 for key, value in line["properties"].items()}
        run.lines.append({**line, "properties": odd})
    run.write(tmp_path)

    model = page_model(read_run(tmp_path))

    assert turn(model, 1)["agent"] == "Good day."


def test_what_was_said_cannot_leave_its_place_in_the_page() -> None:
    text = "</script><!--<script>&\u2028\ud800"

    written = script_json({text: [text]})

    assert not set("<>&\u2028") & set(written)
    assert json.loads(written) == {text: [text]}


def test_the_command_makes_the_page_anew(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 0
    assert capsys.readouterr().out == f"{tmp_path / 'report.html'}\n"
    assert "Content-Security-Policy" in (tmp_path / "report.html").read_text(encoding="utf-8")
    assert main([str(tmp_path / "nowhere")]) == 1
    assert capsys.readouterr().err == f"{tmp_path / 'nowhere'}: the page cannot be made: no folder of a run\n"
