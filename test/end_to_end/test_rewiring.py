"""The graph is rewired in property.json, without code."""

from pathlib import Path
from typing import Any

import pytest
from support.app_run import Finished, make_app, run_app, write_talk
from support.foreign_addons import LISTENER, PASS_THROUGH, make_addon
from support.require import require
from support.speech import say

TONE_VOICE = '''
import asyncio

from ten_runtime import Addon, AsyncExtension, AudioFrame, Data, register_addon_as_extension


def event(name, **properties):
    import json

    data = Data.create(name)
    data.set_property_from_json(None, json.dumps(properties))
    return data


class ToneVoice(AsyncExtension):
    """A text-to-speech node by somebody else: knows TEN's interface and nothing of ours."""

    async def on_start(self, ten_env):
        await ten_env.send_data(event("ready", module="tts"))

    async def on_data(self, ten_env, data):
        if data.get_name() != "tts_text_input":
            return
        request, _ = data.get_property_string("request_id")
        text, _ = data.get_property_string("text")
        end, _ = data.get_property_bool("text_input_end")
        if text:
            await ten_env.send_data(event("tts_audio_start", request_id=request, metadata={}))
            frame = AudioFrame.create("pcm_frame")
            frame.set_sample_rate(8000)
            frame.set_number_of_channels(1)
            frame.set_bytes_per_sample(2)
            frame.set_samples_per_channel(4000)
            frame.alloc_buf(8000)
            view = frame.lock_buf()
            view[:] = bytes([0, 16]) * 4000
            frame.unlock_buf(view)
            await ten_env.send_audio_frame(frame)
        if end:
            await ten_env.send_data(event(
                "tts_audio_end", request_id=request, request_event_interval_ms=0,
                request_total_audio_duration_ms=500, reason=1, metadata={}))


@register_addon_as_extension("tone_voice_python")
class ToneVoiceAddon(Addon):
    def on_create_instance(self, ten_env, name, context):
        ten_env.on_create_instance_done(ToneVoice(name), context)
'''


@pytest.fixture
def question(tmp_path: Path) -> Path:
    require("pocketsphinx", "flite")
    return write_talk(tmp_path / "talk.wav", 0.5, say("what is seven times six"), 1.5)


def node(graph: dict[str, Any], name: str) -> dict[str, Any]:
    return next(n for n in graph["nodes"] if n["name"] == name)


def connection(graph: dict[str, Any], name: str) -> dict[str, Any]:
    return next(c for c in graph["connections"] if c["extension"] == name)


def answered(done: Finished) -> None:
    assert done.status == 0, done.err
    assert done.texts("user") == ["what is seven times six"]
    assert len(done.texts("agent")) == 1


def test_another_voice_in_the_place_of_tts(question: Path, tmp_path: Path) -> None:
    def edit(graph: dict[str, Any]) -> None:
        node(graph, "tts").update(addon="tone_voice_python", property={})

    addons = make_addon(tmp_path / "addons", "tone_voice_python", TONE_VOICE)
    done = run_app(make_app(tmp_path / "app", edit, addons), "--fast", "--input", question)
    answered(done)
    agent = done.transcript[1]
    assert agent["end_ms"] - agent["start_ms"] >= 400


def test_a_node_between_vad_and_recogniser(question: Path, tmp_path: Path) -> None:
    count_file = tmp_path / "count"

    def edit(graph: dict[str, Any]) -> None:
        graph["nodes"].append(
            {
                "type": "extension",
                "name": "filter",
                "addon": "pass_through_python",
                "property": {"count_file": str(count_file)},
            }
        )
        through: dict[str, Any] = {"extension": "filter", "data": [], "audio_frame": []}
        for kind in ("audio_frame", "data"):
            for flow in connection(graph, "vad")[kind]:
                for target in flow["dest"]:
                    if target["extension"] == "stt":
                        target["extension"] = "filter"
                        through[kind].append({"name": flow["name"], "dest": [{"extension": "stt"}]})
        graph["connections"].append(through)

    addons = make_addon(tmp_path / "addons", "pass_through_python", PASS_THROUGH)
    answered(run_app(make_app(tmp_path / "app", edit, addons), "--fast", "--input", question))
    assert int(count_file.read_text()) > 300


def test_a_second_listener_to_transcripts(question: Path, tmp_path: Path) -> None:
    file = tmp_path / "heard.txt"

    def edit(graph: dict[str, Any]) -> None:
        graph["nodes"].append(
            {"type": "extension", "name": "notes", "addon": "listener_python", "property": {"file": str(file)}}
        )
        flow = next(f for f in connection(graph, "stt")["data"] if f["name"] == "asr_result")
        flow["dest"].append({"extension": "notes"})

    addons = make_addon(tmp_path / "addons", "listener_python", LISTENER)
    answered(run_app(make_app(tmp_path / "app", edit, addons), "--fast", "--input", question))
    assert file.read_text().splitlines() == ["what is seven times six"]


def unknown_node(graph: dict[str, Any]) -> None:
    connection(graph, "vad")["audio_frame"][0]["dest"][0]["extension"] = "sst"


def unknown_addon(graph: dict[str, Any]) -> None:
    node(graph, "tts")["addon"] = "system_tss_python"


def wrong_property(graph: dict[str, Any]) -> None:
    node(graph, "main_control")["property"]["barge_in"] = "sometimes"


def unknown_key(graph: dict[str, Any]) -> None:
    connection(graph, "vad")["audio_frames"] = []


def missing_variable(graph: dict[str, Any]) -> None:
    node(graph, "main_control")["property"]["greeting"] = "${env:STREAM_OMNI_NO_SUCH_VARIABLE}"


@pytest.mark.parametrize(
    ("edit", "said"),
    [
        (unknown_node, ("property.json", "offline", "sst", "stt")),
        (unknown_addon, ("property.json", "offline", "tts", "system_tss_python", "system_tts_python")),
        (wrong_property, ("property.json", "offline", "main_control", "barge_in", '"sometimes"', "off, vad, words")),
        (unknown_key, ("property.json", "offline", "vad", "audio_frames", "audio_frame")),
        (missing_variable, ("property.json", "offline", "main_control", "greeting", "STREAM_OMNI_NO_SUCH_VARIABLE")),
    ],
)
def test_a_mistake_is_named_with_its_place(edit: Any, said: tuple[str, ...], tmp_path: Path) -> None:
    done = run_app(make_app(tmp_path, edit), "--fast", "--input", "nothing.wav")
    assert done.status in (1, 2)
    text = " ".join((done.out + done.err).split())
    assert all(part in text for part in said), text
    assert "Traceback" not in text


def test_a_file_that_is_no_json_is_named_with_line_and_column(tmp_path: Path) -> None:
    app = make_app(tmp_path)
    text = (app / "property.json").read_text("utf-8").replace('"nodes": [', '"nodes": [,', 1)
    line = text[: text.index('"nodes": [,')].count("\n") + 1
    (app / "property.json").write_text(text, "utf-8")
    done = run_app(app, "--list-graphs")
    assert done.status == 2
    assert "property.json" in done.err
    assert f"line {line}" in done.err
    assert "column" in done.err
