"""Spoken audio through the real VAD and the real PocketSphinx node, in virtual time: synthetic voices and people."""

import asyncio
import os
import signal
import subprocess

import numpy as np
from support.ear_probe import START_MS, EarProbe, listen
from support.probe import Probe, probe_graph
from support.require import recording, require
from support.speech import RATE_HZ
from support.spoken import quiet, recorded, spoken
from support.words import word_error_rate

from ten_extensions.common.messages import Json, make_cmd, make_data, make_pcm_frame
from wrappers.audio import Samples

require("pocketsphinx")

ADDON = "pocketsphinx_asr_python"
TESTER = "ten:test_extension"
SPEECH_EVENTS = ("start_of_sentence", "speech_pause", "speech_resume", "end_of_sentence")


def ear_and_vad() -> Json:
    """The tester speaks into a VAD; it plays the control, which asks for each utterance's final at its end."""

    def to(*names: str) -> list[Json]:
        return [{"extension": name} for name in names]

    return {
        "nodes": [
            {"type": "extension", "name": TESTER, "addon": TESTER},
            {"type": "extension", "name": "vad", "addon": "local_vad_python", "property": {}},
            {"type": "extension", "name": "stt", "addon": ADDON, "property": {"params": {}, "segmentation": "vad"}},
        ],
        "connections": [
            {
                "extension": TESTER,
                "audio_frame": [{"name": "pcm_frame", "dest": to("vad")}],
                "data": [{"name": "asr_finalize", "dest": to("stt")}],
            },
            {
                "extension": "vad",
                "audio_frame": [{"name": "pcm_frame", "dest": to("stt")}],
                "data": [
                    *({"name": name, "dest": to("stt", TESTER)} for name in SPEECH_EVENTS),
                    {"name": "ready", "dest": to(TESTER)},
                ],
            },
            {
                "extension": "stt",
                "data": [
                    {"name": name, "dest": to(TESTER)}
                    for name in ("asr_result", "asr_finalize_end", "ready", "error", "metrics")
                ],
            },
        ],
    }


def converse(samples: Samples) -> Probe:
    """Speak, and ask for a final at each end of speech, as the control does."""

    async def script(ear: Probe) -> None:
        await ear.wait_for("ready", 2)
        asked = 0
        for start in range(0, len(samples), 160):
            frame = make_pcm_frame(samples[start : start + 160], RATE_HZ, START_MS + start // 16, {"session_id": "100"})
            await ear.env.send_audio_frame(frame)
            await asyncio.sleep(0.01)
            for ended in ear.named("end_of_sentence")[asked:]:
                asked += 1
                metadata = {"session_id": "100", "end_ms": ended.properties["end_ms"]}
                await ear.env.send_data(make_data("asr_finalize", finalize_id=f"f{asked}", metadata=metadata))
        await ear.wait_for("asr_finalize_end", asked)

    ear = probe_graph(ear_and_vad(), script)
    assert ear.named("error") == []
    assert len(ear.named("start_of_sentence")) == len(ear.named("asr_finalize_end"))
    return ear


def finals(ear: Probe) -> list[Json]:
    return [arrival.properties for arrival in ear.named("asr_result", final=True)]


def test_sentences_are_heard_one_by_one_where_they_were_spoken() -> None:
    first = spoken("what time is it", before_ms=1000, after_ms=1200)
    second = spoken("thank you very much", before_ms=0, after_ms=1500)
    ear = converse(np.concatenate([first, second]))

    assert [final["text"] for final in finals(ear)] == ["what time is it", "thank you very much"]
    marks = [mark.properties for mark in ear.named("end_of_sentence")]
    for final, mark in zip(finals(ear), marks, strict=True):
        assert (final["start_ms"], final["start_ms"] + final["duration_ms"]) == (mark["start_ms"], mark["end_ms"])
    assert abs(finals(ear)[0]["start_ms"] - START_MS - 1000) <= 150
    assert abs(finals(ear)[1]["start_ms"] - START_MS - len(first) // 16) <= 150
    partials = [arrival.properties for arrival in ear.named("asr_result", final=False)]
    assert {partial["id"] for partial in partials} == {final["id"] for final in finals(ear)}


def test_clear_sentences_of_people_are_mostly_understood() -> None:
    said = {
        "sense_and_sensibility-0880.wav": "he was not an ill disposed young man",
        "sense_and_sensibility-0930.wav": "he might even have been made amiable himself",
    }
    samples = [part for name in said for part in (recorded(recording(name)), quiet(1500))]
    ear = converse(np.concatenate([quiet(800), *samples]))

    heard = " ".join(final["text"] for final in finals(ear))
    assert word_error_rate(" ".join(said.values()), heard) <= 0.5, heard


def test_noise_through_a_vad_leaves_the_node_fit_for_the_next_sentence() -> None:
    generator = np.random.default_rng(7)
    bursts = [generator.normal(0, 3000, 160 * length).astype(np.int16) for length in (5, 30, 60)]
    noise = np.concatenate([part for burst in bursts for part in (burst, quiet(600))])
    ear = converse(np.concatenate([quiet(500), noise, spoken("what time is it", after_ms=1500)]))

    assert finals(ear)[-1]["text"] == "what time is it"


def test_an_engine_killed_in_the_middle_of_a_sentence_hears_it_again() -> None:
    """Its process dies; the sentence comes out whole, and so does the next one."""

    async def script(ear: EarProbe) -> None:
        await ear.wait_for("ready")
        samples = spoken("what is the weather in paris", before_ms=0, after_ms=0)
        start_ms = ear.captured_ms
        await ear.hear(samples[:8000])
        await ear.mark("start_of_sentence", start_ms=start_ms, pre_roll_ms=200)
        await ear.hear(samples[8000:19200])
        for pid in engine_processes():
            os.kill(pid, signal.SIGKILL)
        await ear.hear(samples[19200:])
        end_ms = ear.captured_ms
        await ear.hear(quiet(400))
        await ear.mark("end_of_sentence", start_ms=start_ms, end_ms=end_ms)
        await ear.finalize("f1", end_ms)
        await ear.finalize("f2", await ear.utterance(spoken("what time is it", before_ms=0, after_ms=0)))

    ear = listen(script, addon=ADDON)
    assert ear.finals() == ["what is the weather in paris", "what time is it"]
    ((code, text),) = ear.errors()
    assert code == 1000
    assert "PocketSphinx ended unexpectedly (signal SIGKILL)" in text
    assert engine_processes() == []


def test_audio_and_finalize_sent_while_it_still_loads_are_not_lost() -> None:
    async def script(ear: EarProbe) -> None:
        await ear.hear_bare(spoken("what time is it"))
        await ear.finalize("f1")

    ear = listen(script, addon=ADDON)
    assert ear.finals() == ["what time is it"]
    final = ear.results(final=True)[0]
    assert (final["language"], final["metadata"]["session_id"]) == ("en-US", "100")
    assert final["duration_ms"] > 0


def test_a_broken_grammar_ends_the_node_with_an_error_that_names_it() -> None:
    async def script(ear: EarProbe) -> None:
        await ear.wait_for("error")
        await ear.finalize("f1")

    ear = listen(script, {"params": {"grammar": "#JSGF V1.0; grammar g; public <s> = ;"}}, addon=ADDON)
    ((code, text),) = ear.errors()
    assert code == -1000
    assert text.startswith(f'node "{ADDON}": params.grammar: syntax error')
    assert ear.named("ready") == []


def test_a_grammar_given_while_running_takes_effect() -> None:
    grammar = "#JSGF V1.0; grammar g; public <s> = stop | what time is it;"

    async def script(ear: EarProbe) -> None:
        await ear.wait_for("ready")
        await ear.command(make_cmd("update_configs", params={"grammar": grammar}))
        await ear.wait_for("connected", 2)
        await ear.finalize("f1", await ear.utterance(spoken("what time is it", before_ms=0, after_ms=0)))

    ear = listen(script, addon=ADDON)
    (final,) = ear.results(final=True)
    assert (final["text"], final["metadata"]["asr_info"]["model"]) == ("what time is it", "en-us grammar")


def engine_processes() -> list[int]:
    """Process ids of the recognisers that this process has started."""
    command = ["ps", "-Aww", "-o", "pid=,ppid=,args="]
    listing = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    rows = [line.split(None, 2) for line in listing.splitlines()]
    ours = [row for row in rows if len(row) == 3 and row[1] == str(os.getpid())]
    return [int(pid) for pid, _, arguments in ours if "wrappers.asr.pocketsphinx_worker" in arguments]
