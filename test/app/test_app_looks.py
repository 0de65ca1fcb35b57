"""What the app says without a conversation, as a process."""

from pathlib import Path

from support.graphs import graph, node, property_json
from support.small_app import add_addon, run_app, write_app

ABSENT = """\
@classmethod
def check_here(cls, config):
    return Missing("Flite is not installed", "install flite")
"""


def test_help_is_grouped_and_shows_examples() -> None:
    done = run_app(None, "--help")

    assert done.returncode == 0
    for text in ("the conversation:", "before the conversation:", "look around:", "examples:", "--set tts."):
        assert text in done.stdout
    assert max(len(line) for line in done.stdout.splitlines()) <= 120


def test_the_graphs_of_this_project() -> None:
    done = run_app(None, "--list-graphs")

    assert done.returncode == 0
    assert "offline" in done.stdout and "default" in done.stdout and "main_control" in done.stdout


def test_a_picture_of_the_default_graph() -> None:
    done = run_app(None, "--show-graph")

    assert done.returncode == 0
    assert done.stdout.splitlines()[1] == "flowchart LR"
    assert '    vad ==>|"pcm_frame"| stt' in done.stdout.splitlines()
    assert run_app(None, "--show-graph", "offlin").returncode == 2


def test_no_portaudio_library_is_no_device_and_no_crash(tmp_path: Path) -> None:
    (tmp_path / "sounddevice.py").write_text("raise OSError('PortAudio library not found')")

    done = run_app(None, "--list-devices", PYTHONPATH=str(tmp_path))

    assert done.returncode == 0
    assert done.stdout.startswith("No device: the PortAudio library is missing.")
    assert done.stderr == ""


def test_check_is_a_table_and_status_0_where_all_is_well(tmp_path: Path) -> None:
    add_addon(tmp_path, "voice_python")
    write_app(tmp_path, property_json(graph("talk", [node("tts", "voice_python")])))

    done = run_app(tmp_path, "--check")

    assert done.returncode == 0
    assert "voice_python" in done.stdout and "ready" in done.stdout
    assert not (tmp_path / "runs").exists()


def test_check_names_what_is_missing_with_status_1(tmp_path: Path) -> None:
    add_addon(tmp_path, "voice_python", ABSENT)
    write_app(tmp_path, property_json(graph("talk", [node("tts", "voice_python")])))

    done = run_app(tmp_path, "--check")

    assert done.returncode == 1
    assert "cannot run" in done.stdout and "Flite is not installed: install flite" in done.stdout


def test_a_fallback_is_said_and_strict_refuses_it(tmp_path: Path) -> None:
    add_addon(tmp_path, "voice_python", ABSENT)
    add_addon(tmp_path, "plain_python", "async def on_start(self, ten_env):\n    self.spawn(self.close_app())")
    fallbacks = {"voice_python": [{"addon": "plain_python"}]}
    write_app(tmp_path, property_json(graph("talk", [node("tts", "voice_python")]), fallbacks=fallbacks))

    checked, talked, strict = (run_app(tmp_path, *arguments) for arguments in (["--check"], [], ["--strict"]))

    assert (checked.returncode, talked.returncode, strict.returncode) == (0, 0, 2)
    for done in (checked, talked, strict):
        assert "replaced by plain_python" in done.stdout
        assert "Flite is not installed: install flite" in done.stdout


def test_a_wrong_value_is_status_2_with_the_exact_text(tmp_path: Path) -> None:
    add_addon(tmp_path, "voice_python", config='preset: Literal["latency", "balanced", "exact"] = "exact"')
    write_app(tmp_path, property_json(graph("talk", [node("tts", "voice_python", preset="fast")])))

    done = run_app(tmp_path)

    assert done.returncode == 2
    text = 'property.json: graph "talk", node "tts", preset: "fast" is not one of latency, balanced, exact\n'
    assert done.stderr == text


def test_an_input_that_is_no_recording_is_named(tmp_path: Path) -> None:
    write_app(tmp_path, property_json(graph("talk", [node("mic", "audio_file_python")])), "audio_file_python")

    done = run_app(tmp_path, "--input", str(tmp_path / "nothing.wav"))

    assert done.returncode == 1
    place = f'graph "talk", node "mic", audio_file_python: {tmp_path / "nothing.wav"}: '
    assert done.stderr == f"{place}no such file or folder: name another file with --input\n"


WANTS_A_MODEL = """\
@classmethod
def downloads(cls, config):
    from pathlib import Path
    from wrappers.downloads import Download
    from wrappers.errors import EngineMissing

    model = Path(__file__).with_name("model")

    def fetch(tell):
        if {fails}:
            raise EngineMissing("the hub is deaf", "try again")
        tell("fetching")
        model.touch()

    return () if model.exists() else (Download("Voice small", fetch),)
"""


def write_app_without_a_model(folder: Path, fails: bool = False) -> None:
    add_addon(folder, "voice_python", WANTS_A_MODEL.format(fails=fails))
    add_addon(folder, "plain_python", "async def on_start(self, ten_env):\n    self.spawn(self.close_app())")
    fallbacks = {"voice_python": [{"addon": "plain_python", "note": "is plain"}]}
    write_app(folder, property_json(graph("talk", [node("tts", "voice_python")]), fallbacks=fallbacks))


def test_a_model_that_cannot_be_fetched_now_is_replaced(tmp_path: Path) -> None:
    write_app_without_a_model(tmp_path)

    done = run_app(tmp_path, HF_HUB_OFFLINE="1")

    assert done.returncode == 0
    text = " ".join(done.stdout.replace("│", " ").split())
    assert "replaced by plain_python, which is plain" in text
    assert "Voice small not on this machine" in text and "--graph talk --download" in text


def test_download_fetches_what_the_graph_lacks(tmp_path: Path) -> None:
    write_app_without_a_model(tmp_path)

    first, second, checked = (
        run_app(tmp_path, argument, HF_HUB_OFFLINE="1") for argument in ("--download", "--download", "--check")
    )

    assert (first.returncode, second.returncode, checked.returncode) == (0, 0, 0)
    assert "fetching\ntts: Voice small is on this machine\nAll models of this graph" in first.stdout
    assert "fetching" not in second.stdout and "All models of this graph are on this machine." in second.stdout
    assert "replaced" not in checked.stdout
    assert not (tmp_path / "runs").exists()


def test_a_download_that_fails_is_status_1(tmp_path: Path) -> None:
    write_app_without_a_model(tmp_path, fails=True)

    done = run_app(tmp_path, "--download")

    assert done.returncode == 1
    assert "tts: the hub is deaf: try again\nSomething is still missing.\n" in done.stdout


def test_fast_takes_files_in_place_of_devices(tmp_path: Path) -> None:
    property = property_json(graph("talk", [node("mic", "local_audio_python", mode="input")]))
    write_app(tmp_path, property, "local_audio_python", "audio_file_python")

    done = run_app(tmp_path, "--fast", "--check")

    assert done.returncode == 0
    assert "audio_file_python" in done.stdout and "local_audio_python" not in done.stdout
