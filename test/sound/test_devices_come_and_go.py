"""Devices that are not there, go away, come back, or hear nothing: it is said, and the conversation goes on."""

import asyncio
import os
import signal
import sys

import numpy as np
import pytest
from support.app_dir import use_repository
from support.probe import Probe, probe
from support.sound_node import ADDON, RealTimeProbe, find, joined, listen, noise, run_node, speak, states, steps_ms
from support.virtual_sound import RATE_HZ, VirtualSound

from ten_extensions.common.addon import registered
from ten_extensions.common.messages import Json, make_cmd
from wrappers.audio import audio_hub
from wrappers.worker import Worker


async def in_thread(function: object) -> None:
    worker = Worker("card")
    await worker.call(function)  # type: ignore[arg-type]
    worker.close()


def errors(node: Probe) -> list[str]:
    return [arrival.properties["message"] for arrival in node.named("error")]


def test_a_server_that_ends_in_mid_sentence_and_comes_back(card: VirtualSound) -> None:
    spoken = noise(2500, RATE_HZ, seed=5)

    async def script(node: Probe) -> None:
        await listen(node)
        await speak(node, spoken, RATE_HZ)
        await node.wait_for("playback_state", state="progress", played_ms=800)
        await in_thread(card.kill)
        await node.wait_for("device_state", side="output", state="lost")
        await node.wait_for("device_state", side="input", state="lost")
        frames = len(node.audio())
        await node.wait_for("pcm_frame", count=frames + 30)  # they go on without a device
        await in_thread(card.start)
        await node.wait_for("device_state", side="input", state="open", count=2)
        await node.wait_for("playback_state", state="drained")
        frames = len(node.audio())
        await node.wait_for("pcm_frame", count=frames + 30)

    node = run_node(script, mode="duplex")
    assert set(steps_ms(node.audio())) <= {9, 10, 11}
    assert not joined(node.audio()[-10:]).any()
    assert len(errors(node)) == 2
    for kind in ("microphone", "loudspeaker"):
        (text,) = [text for text in errors(node) if f'the {kind} "default" is gone' in text]
        assert "goes on" in text
    assert states(node) == [("started", "100-1-1", 0), ("drained", "100-1-1", 2500)]
    last_words = spoken[-RATE_HZ // 2 :: 3]
    _, level = find(last_words, joined(node.audio("playback_frame")))
    assert level == pytest.approx(1, abs=0.1)


def test_a_sound_system_that_hangs_is_noticed(card: VirtualSound) -> None:
    async def script(node: Probe) -> None:
        await speak(node, noise(1500, 16000), 16000)
        await node.wait_for("playback_state", state="started")
        os.kill(card.server_pid, signal.SIGSTOP)
        try:
            await node.wait_for("device_state", state="lost")
        finally:
            os.kill(card.server_pid, signal.SIGCONT)
        await node.wait_for("device_state", state="open", count=2)
        await node.wait_for("playback_state", state="drained")

    node = run_node(script, mode="output")
    assert "it has moved no sound for 500 ms" in errors(node)[0]


def test_a_sound_process_that_crashes_costs_only_what_it_had_to_play(card: VirtualSound) -> None:
    async def script(node: Probe) -> None:
        await listen(node)
        await speak(node, noise(3000, 16000), 16000)
        await node.wait_for("playback_state", state="progress", played_ms=400)
        process_id = audio_hub().process_id
        assert process_id is not None
        os.kill(process_id, signal.SIGKILL)
        await node.wait_for("playback_state", state="flushed")
        await node.wait_for("device_state", side="output", state="open", count=2)
        await node.wait_for("device_state", side="input", state="open", count=2)
        await speak(node, noise(300, 16000), 16000, "100-2-1", 2)
        await node.wait_for("playback_state", state="drained", request_id="100-2-1")
        status, _ = await node.command(make_cmd("flush", min_epoch=3))
        assert status == 0

    node = run_node(script, mode="duplex")
    assert set(steps_ms(node.audio())) <= {9, 10, 11}
    assert set(steps_ms(node.audio("playback_frame"))[20:]) <= {8, 9, 10, 11, 12}
    assert [state for state, _, _ in states(node)] == ["started", "flushed", "started", "drained"]
    assert "the sound process ended (signal SIGKILL" in errors(node)[0]


def test_a_microphone_that_gives_only_zeros_is_explained(card: VirtualSound, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")  # where this is how a missing permission looks

    async def script(node: Probe) -> None:
        await listen(node)
        await node.wait_for("error")
        assert len(node.audio()) == pytest.approx(300, abs=40)
        frames = len(node.audio())
        await node.wait_for("pcm_frame", count=frames + 50)

    (text,) = errors(run_node(script, mode="input"))
    assert text.startswith('node "local_audio_python": the microphone "default" gives nothing but zeros.')
    assert "System Settings > Privacy & Security > Microphone" in text


def test_a_microphone_that_hears_somebody_is_not_accused(card: VirtualSound) -> None:
    async def script(node: Probe) -> None:
        player = card.say(noise(4000, 16000, level=3), 16000)
        await listen(node)
        await node.wait_for("pcm_frame", count=330)
        player.terminate()
        player.wait()

    assert errors(run_node(script, mode="input")) == []


def run_failing(properties: Json) -> str:
    """Run a node that cannot start; its error."""

    async def script(node: Probe) -> None:
        (error,) = await node.wait_for("error")
        assert error.properties["code"] == -1000
        if properties["mode"] == "input":
            status, answer = await node.command(make_cmd("start_input"))
            assert status == 1 and answer["detail"] in error.properties["message"]
        else:
            status, answer = await node.command(make_cmd("flush"))
            assert (status, answer["detail"]) == (1, "a loudspeaker that is not open cannot flush")

    node = probe(ADDON, properties, script, RealTimeProbe)
    assert not node.named("ready")
    return errors(node)[0]


def test_an_unknown_device_is_a_mistake_that_names_what_there_is(card: VirtualSound) -> None:
    text = run_failing({"mode": "input", "input_device": "studio"})
    assert text == (
        'node "local_audio_python", input_device: microphone "studio": no microphone has this name; there are '
        '0 "vspeaker", 1 "vroom", 2 "vmic", 3 "default"'
    )
    assert "loudspeaker 7: no loudspeaker has this number" in run_failing({"mode": "output", "output_device": 7})
    assert '3 fit: 0 "vspeaker", 1 "vroom", 2 "vmic"' in run_failing({"mode": "output", "output_device": "V"})


@pytest.mark.parametrize("wish", ["vspeaker", "VSPEAK", 0, "0"])
def test_a_device_is_found_by_name_part_or_number(card: VirtualSound, wish: str | int) -> None:
    async def script(node: Probe) -> None:
        await node.wait_for("device_state", state="open", device="vspeaker")

    (opened,) = run_node(script, mode="output", output_device=wish).named("device_state")
    assert opened.properties["rate_hz"] == RATE_HZ and 20 <= opened.properties["latency_ms"] <= 120


def test_without_a_server_there_is_no_device(card: VirtualSound) -> None:
    card.kill()
    try:
        for properties in ({"mode": "output"}, {"mode": "input"}):
            assert "PortAudio finds no sound device" in run_failing(properties)
        use_repository()
        extension = registered[ADDON]
        missing = extension.check_here(extension.config_type.model_validate({"mode": "duplex"}))
        assert missing is not None and "there is no loudspeaker" in missing.what and "connect one" in missing.mend
    finally:
        card.start()
    assert extension.check_here(extension.config_type.model_validate({"mode": "duplex"})) is None


def test_one_app_has_one_loudspeaker(card: VirtualSound) -> None:
    async def script(node: Probe) -> None:
        from wrappers.audio import AudioDeviceError, OpenDevice

        with pytest.raises(AudioDeviceError, match="the loudspeaker is in use already"):
            await audio_hub().open_output(OpenDevice("output", "default", 80))
        await asyncio.sleep(0)

    node = run_node(script, mode="output")
    assert np.all(joined(node.audio("playback_frame")) == 0)
    assert audio_hub().process_id is None  # it ends with its last user
