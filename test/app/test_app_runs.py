"""The app as a process, with a graph whose only engine plays a short scene."""

import re
import signal
import subprocess
import wave
from pathlib import Path

import pytest
from support.graphs import Json, graph, node, property_json
from support.small_app import add_addon, add_addon_source, command, environment, run_app, transcript, write_app

SCENE = """\
async def on_data(self, ten_env, ready):
    self.spawn(self.play())

async def play(self):
    {lead}
    import numpy as np
    origin = self.now_ms()
    samples = np.full(160, 1000, np.int16)
    for index in range(200):
        frame = make_pcm_frame(samples, 16000, origin + 10 * index, {{"session_id": "100"}}, "pcm_frame")
        await self.ten_env.send_audio_frame(frame)
    said = {{"turn_id": 1, "interrupted": False, "ts_ms": self.now_ms()}}
    await self.say(role="user", text="what time is it", start_ms=origin, end_ms=origin + 900, stages_ms={{}}, **said)
    stages = {{"speech_end": 0, "turn_decided": 400, "first_sound": 700}}
    times = {{"start_ms": origin + 1600, "end_ms": origin + 2000, "stages_ms": stages}}
    await self.say(role="agent", text="It is ten.", **times, **said)
    {end}

async def say(self, **report):
    await self.ten_env.send_data(make_data("turn_report", **report))
"""


def write_scene(app_dir: Path, lead: str = "pass", end: str = "await self.close_app()") -> None:
    add_addon(app_dir, "scene_python", SCENE.format(lead=lead, end=end))
    write_app(app_dir, scene_graph(), "turn_report_python")


def scene_graph() -> Json:
    to_report = [{"extension": "report"}]
    connections = [
        {
            "extension": "scene",
            "data": [{"name": "turn_report", "dest": to_report}, {"name": "error", "dest": to_report}],
            "audio_frame": [{"name": "pcm_frame", "dest": to_report}],
        },
        {"extension": "report", "data": [{"name": "ready", "dest": [{"extension": "scene"}]}]},
    ]
    nodes = [node("scene", "scene_python"), node("report", "turn_report_python")]
    return property_json(graph("talk", nodes, connections), default_graph="talk")


def test_a_conversation_from_start_to_table(tmp_path: Path) -> None:
    write_scene(tmp_path)

    done = run_app(tmp_path)

    assert done.returncode == 0, done.stderr
    assert "Graph talk, embedded TEN runtime." in done.stdout
    line = (
        "turn 1 | you: what time is it | agent: It is ten. | after speech end: turn decided 400 ms, first sound 700 ms"
    )
    assert line in done.stdout.splitlines()
    assert re.search(r"1\W+what time is it\W+It is ten\.\W+400\W+700", done.stdout)
    assert re.search(r"median\W+400\W+700", done.stdout)
    assert "Recording (you left, the agent right): " in done.stdout
    assert done.stderr == ""


def test_what_is_kept(tmp_path: Path) -> None:
    write_scene(tmp_path)

    run_app(tmp_path)

    assert transcript(tmp_path) == [
        {
            "role": "user",
            "text": "what time is it",
            "start_ms": 0,
            "end_ms": 900,
            "turn_id": 1,
            "interrupted": False,
            "stages_ms": {},
        },
        {
            "role": "agent",
            "text": "It is ten.",
            "start_ms": 1600,
            "end_ms": 2000,
            "turn_id": 1,
            "interrupted": False,
            "stages_ms": {"speech_end": 0.0, "turn_decided": 400.0, "first_sound": 700.0},
        },
    ]
    (recording,) = (tmp_path / "runs").glob("*/conversation.wav")
    with wave.open(str(recording)) as file:
        assert (file.getnchannels(), file.getframerate(), file.getnframes()) == (2, 16000, 32000)


def test_a_long_conversation_is_fast_in_virtual_time(tmp_path: Path) -> None:
    write_scene(tmp_path, lead="import asyncio; await asyncio.sleep(86400)")

    assert run_app(tmp_path, "--fast").returncode == 0
    assert len(transcript(tmp_path)) == 2


def test_a_node_that_gives_up_is_status_1(tmp_path: Path) -> None:
    write_scene(tmp_path, lead='await self.send_error("no model: run make model", fatal=True)')

    done = run_app(tmp_path)

    assert done.returncode == 1
    assert "! engine, gave up: no model: run make model" in done.stdout.splitlines()
    assert done.stderr == "engine gave up: no model: run make model\n"
    assert re.search(r"^Log: .*log\.txt$", done.stdout, re.MULTILINE)


def test_a_graph_that_is_wrong_is_status_1_and_no_traceback(tmp_path: Path) -> None:
    add_addon(tmp_path, "scene_python")
    content = scene_graph()
    content["ten"]["predefined_graphs"][0]["graph"]["connections"][0]["data"][0]["dest"] = [{"extension": "reprot"}]
    write_app(tmp_path, content, "turn_report_python")

    done, checked = run_app(tmp_path), run_app(tmp_path, "--check")

    assert checked.returncode == 2
    assert "property.json" in checked.stderr and '"reprot"' in checked.stderr
    assert done.returncode == 1
    assert "The graph could not run." in done.stderr
    assert "property.json" in done.stderr and '"talk"' in done.stderr and '"reprot"' in done.stderr
    assert "Traceback" not in done.stdout + done.stderr


def test_an_addon_whose_import_fails_is_told_with_its_traceback(tmp_path: Path) -> None:
    add_addon_source(tmp_path, "broken_python", "x = 1\nx.nope\n")
    content = scene_graph()
    content["ten"]["predefined_graphs"][0]["graph"]["nodes"][0]["addon"] = "broken_python"
    write_app(tmp_path, content, "turn_report_python")

    done = run_app(tmp_path)

    assert done.returncode == 1
    assert "broken_python: its import fails: AttributeError" in done.stderr
    assert "Traceback" in done.stderr and "    x.nope\n" in done.stderr


def test_an_unknown_graph_is_status_2(tmp_path: Path) -> None:
    write_scene(tmp_path)

    done = run_app(tmp_path, "--graph", "tlk")

    assert done.returncode == 2
    assert done.stderr == 'property.json has no graph "tlk"; did you mean "talk"?\n'
    assert not (tmp_path / "runs").exists()


@pytest.mark.parametrize("when", ["while it runs", "while an engine loads"])
def test_ctrl_c_ends_in_order_with_130(tmp_path: Path, when: str) -> None:
    wait = "print('waiting', flush=True); {}"
    if when == "while it runs":
        write_scene(tmp_path, end=wait.format("import asyncio; await asyncio.sleep(3600)"))
    else:
        at_exit = "import atexit, os, time; atexit.register(os._exit, 9)"  # where MLX would be waited for
        load = "from wrappers.worker import Worker; await Worker('model').call(time.sleep, 3600)"
        write_scene(tmp_path, end=wait.format(f"{at_exit}; {load}"))
    process = subprocess.Popen(command(), env=environment(tmp_path), stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    for line in process.stdout:
        if "waiting" in line:
            break

    process.send_signal(signal.SIGINT)
    output = process.stdout.read()

    assert process.wait(timeout=20) == 130
    assert "Transcript: " in output
    assert [said["role"] for said in transcript(tmp_path)] == ["user", "agent"]


def test_a_disk_that_cannot_be_written_does_not_stop_the_conversation(tmp_path: Path) -> None:
    write_scene(tmp_path)
    (tmp_path / "runs").write_text("a file where the folder should be")

    done = run_app(tmp_path)

    assert done.returncode == 0
    assert "! recorder: the conversation is not kept: " in done.stdout
    assert "turn 1 | you: what time is it | agent: It is ten." in done.stdout


def test_a_python_package_that_is_missing_is_named(tmp_path: Path) -> None:
    (tmp_path / "rich.py").write_text("raise ModuleNotFoundError(\"No module named 'rich'\", name='rich')")

    done = run_app(None, "--help", PYTHONPATH=str(tmp_path))

    assert done.returncode == 2
    assert done.stderr == "The Python package rich is not installed; `make run` installs what is needed.\n"
