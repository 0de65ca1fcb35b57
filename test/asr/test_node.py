"""The asr-interface as TEN's own checks and our control see it, with an engine that understands made-up speech."""

import asyncio
from typing import Any

import numpy as np
import pytest
from support.ear_probe import START_MS, EarProbe, listen
from support.scripted_asr import ScriptedRecogniser, silence, speech
from ten_runtime import StatusCode

from ten_extensions.common.messages import make_cmd, make_data, make_pcm_frame


@pytest.fixture(autouse=True)
def fresh_engine() -> None:
    ScriptedRecogniser.begin()


def test_an_utterance_has_partials_and_a_final_under_one_id() -> None:
    async def script(ear: EarProbe) -> None:
        await ear.hear(silence(1000))
        end_ms = await ear.utterance(speech("one", "two"))
        await ear.finalize("f1", end_ms)

    ear = listen(script, {"segmentation": "vad"})
    assert ear.story() == ["partial one", "partial one two", "final one two", "end f1"]
    results = ear.results(final=False) + ear.results(final=True)
    assert len({result["id"] for result in results}) == 1
    final = results[-1]
    assert (final["start_ms"], final["duration_ms"]) == (START_MS + 1000, 400)
    assert final["language"] == "en-US"
    assert [(word["word"], word["start_ms"], word["duration_ms"]) for word in final["words"]] == [
        ("one", START_MS + 1000, 200),
        ("two", START_MS + 1200, 200),
    ]
    assert final["metadata"]["session_id"] == "100"
    info = final["metadata"]["asr_info"]
    assert (info["vendor"], info["model"], info["locked"], info["made_up"]) == ("scripted", "made up", True, True)
    assert [result["metadata"]["asr_info"]["locked"] for result in results] == [False, False, True]


def test_the_answer_repeats_id_and_metadata() -> None:
    async def script(ear: EarProbe) -> None:
        end_ms = await ear.utterance(speech("one"))
        answer = await ear.finalize("f1", end_ms)
        assert answer["metadata"] == {"session_id": "100", "end_ms": end_ms}

    listen(script)


def test_two_runs_give_different_ids() -> None:
    ids = set()

    async def script(ear: EarProbe) -> None:
        await ear.finalize("f1", await ear.utterance(speech("one")))
        ids.add(ear.results(final=True)[0]["id"])

    listen(script)
    listen(script)
    assert len(ids) == 2


def test_the_utterance_contains_the_pre_roll_and_nothing_before() -> None:
    """The word before the pre-roll is not part of it, the soft beginning that the VAD noticed late is."""

    async def script(ear: EarProbe) -> None:
        await ear.hear(speech("nine", word_ms=500))
        await ear.hear(speech("three", word_ms=150))
        start_ms = ear.captured_ms  # where the VAD believes that speech begins
        await ear.hear(speech("four", word_ms=300))
        await ear.mark("start_of_sentence", start_ms=start_ms, pre_roll_ms=150)
        await ear.hear(silence(400))
        await ear.mark("end_of_sentence", start_ms=start_ms, end_ms=start_ms + 300)
        await ear.finalize("f1", start_ms + 300)

    assert listen(script, {"segmentation": "vad"}).finals() == ["three four"]


def test_the_final_waits_until_it_is_asked_for() -> None:
    async def script(ear: EarProbe) -> None:
        end_ms = await ear.utterance(speech("one"))
        await asyncio.sleep(1.4)
        assert ear.finals() == []
        assert ScriptedRecogniser.calls[-1] == "finish"  # it has been decoded long since
        await ear.finalize("f1", end_ms)

    assert listen(script).finals() == ["one"]


def test_a_control_that_never_asks_gets_the_final_all_the_same() -> None:
    async def script(ear: EarProbe) -> None:
        await ear.utterance(speech("one"))
        await ear.wait_for("asr_result", final=True)

    assert listen(script, {"final_hold_ms": 700}).story() == ["partial one", "final one"]


def test_a_finalize_that_comes_before_the_vads_end_ends_the_utterance() -> None:
    async def script(ear: EarProbe) -> None:
        start_ms = ear.captured_ms
        await ear.hear(speech("one"))
        await ear.mark("start_of_sentence", start_ms=start_ms, pre_roll_ms=0)
        await ear.hear(speech("two"))
        end_ms = ear.captured_ms
        await ear.hear(silence(300))
        await ear.finalize("f1", end_ms)
        await ear.mark("end_of_sentence", start_ms=start_ms, end_ms=end_ms)
        await ear.hear(silence(300))

    ear = listen(script)
    assert ear.finals() == ["one two"]
    assert ear.results(final=True)[0]["duration_ms"] == 400


def test_a_finalize_does_not_touch_an_utterance_that_begins_after_its_end() -> None:
    async def script(ear: EarProbe) -> None:
        end_ms = await ear.utterance(speech("one"))
        second_ms = ear.captured_ms
        await ear.hear(speech("two"))
        await ear.mark("start_of_sentence", start_ms=second_ms, pre_roll_ms=200)
        await ear.finalize("f1", end_ms)
        assert ear.finals() == ["one"]
        await ear.hear(speech("three"))
        await ear.mark("end_of_sentence", start_ms=second_ms, end_ms=ear.captured_ms)
        await ear.finalize("f2", ear.captured_ms)

    assert listen(script).finals() == ["one", "two three"]


def test_a_late_finalize_brings_its_own_final_and_leaves_the_next_one() -> None:
    async def script(ear: EarProbe) -> None:
        first_ms = await ear.utterance(speech("one"))
        second_ms = await ear.utterance(speech("two"))
        await ear.finalize("f1", first_ms)
        assert ear.finals() == ["one"]
        await ear.finalize("f2", second_ms)

    assert listen(script).finals() == ["one", "two"]


def test_one_finalize_may_fetch_several_utterances() -> None:
    async def script(ear: EarProbe) -> None:
        await ear.utterance(speech("one"))
        await ear.finalize("f1", await ear.utterance(speech("two")))

    ear = listen(script)
    assert ear.story()[-3:] == ["final one", "final two", "end f1"]
    first, second = ear.results(final=True)
    assert first["id"] != second["id"]
    assert first["start_ms"] + first["duration_ms"] <= second["start_ms"]


@pytest.mark.parametrize("end_ms", [None, 1, 10_000_000])
def test_finalize_is_answered_when_nothing_was_heard(end_ms: int | None) -> None:
    async def script(ear: EarProbe) -> None:
        await ear.finalize("before any audio", end_ms)
        await ear.hear(silence(500))
        await ear.finalize("after silence", end_ms)
        await ear.finalize("again", end_ms)

    assert listen(script).story() == ["end before any audio", "end after silence", "end again"]


def test_an_utterance_without_words_has_no_final_but_an_answer() -> None:
    async def script(ear: EarProbe) -> None:
        await ear.finalize("f1", await ear.utterance(silence(300)))
        await ear.finalize("f2", await ear.utterance(silence(100)))

    assert listen(script).story() == ["end f1", "end f2"]


def test_two_finalizes_in_a_row_are_both_answered_and_the_final_comes_once() -> None:
    async def script(ear: EarProbe) -> None:
        end_ms = await ear.utterance(speech("one"))
        for finalize_id in ("f1", "f2"):
            await ear.env.send_data(make_data("asr_finalize", finalize_id=finalize_id, metadata={"end_ms": end_ms}))
        await ear.wait_for("asr_finalize_end", 2)

    assert listen(script).story() == ["partial one", "final one", "end f1", "end f2"]


def test_a_finalize_without_id_and_metadata_is_answered() -> None:
    async def script(ear: EarProbe) -> None:
        await ear.hear(speech("one"))
        await ear.env.send_data(make_data("asr_finalize"))
        (answer,) = await ear.wait_for("asr_finalize_end")
        assert answer.properties == {"finalize_id": "", "metadata": {"session_id": "100"}}

    assert listen(script).finals() == ["one"]


def test_a_pause_is_told_to_the_engine_and_so_is_what_follows() -> None:
    async def script(ear: EarProbe) -> None:
        start_ms = ear.captured_ms
        await ear.hear(speech("one"))
        await ear.mark("start_of_sentence", start_ms=start_ms, pre_roll_ms=0)
        await ear.hear(silence(120))
        await ear.mark("speech_pause", time_ms=ear.captured_ms)
        await ear.hear(silence(100))
        await ear.mark("speech_resume", time_ms=ear.captured_ms)
        await ear.hear(speech("two"))
        end_ms = ear.captured_ms
        await ear.hear(silence(120))
        await ear.mark("speech_pause", time_ms=ear.captured_ms)
        await ear.hear(silence(280))
        await ear.mark("end_of_sentence", start_ms=start_ms, end_ms=end_ms)
        await ear.finalize("f1", end_ms)

    assert listen(script).finals() == ["one two"]
    assert ScriptedRecogniser.calls == ["open", "feed", "pause", "feed", "resume", "feed", "pause", "feed", "finish"]


def test_a_client_without_vad_that_only_finalizes_is_served() -> None:
    """As TEN's own checks do it: frames of 320 bytes that say nothing, then asr_finalize."""

    async def script(ear: EarProbe) -> None:
        await ear.hear_bare(speech("one", "two", word_ms=300))
        await ear.finalize("f1")
        ear.session_id = "200"
        await ear.hear_bare(speech("three", word_ms=150))
        await ear.finalize("f2")

    ear = listen(script)
    first, second = ear.results(final=True)
    assert [first["text"], second["text"]] == ["one two", "three"]
    assert [first["metadata"]["session_id"], second["metadata"]["session_id"]] == ["100", "200"]
    assert (first["start_ms"], first["duration_ms"]) == (0, 600)  # counted, as the frames have no time
    assert (second["start_ms"], second["duration_ms"]) == (600, 150)


def test_without_vad_utterances_are_cut_by_their_pauses() -> None:
    async def script(ear: EarProbe) -> None:
        await ear.hear(silence(400))
        await ear.hear(speech("one", "two", word_ms=400))
        await ear.hear(silence(1500))
        await ear.hear(speech("three", "four", word_ms=400))
        await ear.hear(silence(1500))
        await ear.wait_for("asr_result", 2, final=True)

    ear = listen(script, {"final_hold_ms": 0})
    assert ear.finals() == ["one two", "three four"]
    first, second = ear.results(final=True)
    assert (first["start_ms"], second["start_ms"]) == (START_MS + 400, START_MS + 2700)
    assert first["duration_ms"] == second["duration_ms"] == 800


def test_the_first_mark_of_a_vad_ends_cutting_by_loudness() -> None:
    """Noise before the first mark was taken for speech; it is taken back, and never happens again."""

    async def script(ear: EarProbe) -> None:
        await ear.hear(silence(200))
        await ear.hear(speech("nine", word_ms=1000))
        start_ms = ear.captured_ms
        await ear.hear(speech("one", word_ms=200))
        await ear.mark("start_of_sentence", start_ms=start_ms, pre_roll_ms=0)
        await ear.hear(silence(400))
        await ear.mark("end_of_sentence", start_ms=start_ms, end_ms=start_ms + 200)
        await ear.finalize("f1", start_ms + 200)
        await ear.hear(speech("nine", word_ms=3000))
        await ear.hear(silence(3000))

    ear = listen(script)
    assert ear.story() == ["partial nine", "partial nine one", "partial one", "final", "final one", "end f1"]
    taken_back, said = ear.results(final=True)
    assert taken_back["id"] == ear.results(final=False)[0]["id"] != said["id"]


def test_with_segmentation_vad_only_marked_speech_counts() -> None:
    async def script(ear: EarProbe) -> None:
        await ear.hear(speech("nine", word_ms=3000))
        await ear.finalize("f1")

    assert listen(script, {"segmentation": "vad"}).story() == ["end f1"]


def test_with_finalize_mode_ignore_only_segmentation_ends_utterances() -> None:
    async def script(ear: EarProbe) -> None:
        await ear.hear(silence(200))
        await ear.hear(speech("one", word_ms=1000))
        await ear.finalize("f1")
        assert ear.finals() == []
        await ear.hear(speech("two", word_ms=500))
        await ear.hear(silence(1000))
        await ear.wait_for("asr_result", final=True)

    assert listen(script, {"finalize_mode": "ignore", "final_hold_ms": 0}).finals() == ["one two"]


def test_finalize_mode_mute_pkg_adds_silence_to_what_is_decoded() -> None:
    async def script(ear: EarProbe) -> None:
        await ear.finalize("f1", await ear.utterance(speech("one")))

    for mode, fed_ms in (("flush_api", 600), ("mute_pkg", 900)):
        ScriptedRecogniser.begin()
        ear = listen(script, {"finalize_mode": mode, "mute_pkg_duration_ms": 300})
        assert ear.finals() == ["one"]
        assert ScriptedRecogniser.finished_ms == [fed_ms]


def test_a_very_long_utterance_is_cut_and_nothing_of_it_is_lost() -> None:
    words = [name for name in ("one", "two", "three", "four", "five", "six") for _ in range(2)]

    async def script(ear: EarProbe) -> None:
        start_ms = ear.captured_ms
        spoken = speech(*words, word_ms=950, gap_ms=50)
        await ear.hear(spoken[:1600])
        await ear.mark("start_of_sentence", start_ms=start_ms, pre_roll_ms=0)
        await ear.hear(spoken[1600:])
        await ear.mark("end_of_sentence", start_ms=start_ms, end_ms=ear.captured_ms)
        await ear.finalize("f1", ear.captured_ms)

    ear = listen(script, {"max_utterance_ms": 5000})
    assert ear.finals() == ["one one two two three", "three four four five five", "six six"]
    bounds = [(r["start_ms"], r["start_ms"] + r["duration_ms"]) for r in ear.results(final=True)]
    assert bounds == [(5000, 10000), (10000, 15000), (15000, 17000)]


def test_a_long_utterance_is_cut_at_a_pause_if_there_is_one() -> None:
    async def script(ear: EarProbe) -> None:
        start_ms = ear.captured_ms
        await ear.hear(speech("one", word_ms=3500))
        await ear.mark("start_of_sentence", start_ms=start_ms, pre_roll_ms=0)
        await ear.hear(silence(120))
        await ear.mark("speech_pause", time_ms=ear.captured_ms)
        await ear.hear(silence(50))
        await ear.mark("speech_resume", time_ms=ear.captured_ms)
        await ear.hear(speech("two", word_ms=3000))
        await ear.mark("end_of_sentence", start_ms=start_ms, end_ms=ear.captured_ms)
        await ear.finalize("f1", ear.captured_ms)

    assert listen(script, {"max_utterance_ms": 5000}).finals() == ["one", "two"]


def test_the_received_audio_is_dumped_byte_for_byte(tmp_path: Any) -> None:
    noise = np.random.default_rng(3).integers(-3000, 3000, 16000 * 6).astype(np.int16)

    async def script(ear: EarProbe) -> None:
        await ear.hear(noise)
        await ear.finalize("f1")

    for _ in range(2):  # the second run replaces the first one's file
        listen(script, {"dump": True, "dump_path": str(tmp_path / "made" / "here"), "segmentation": "vad"})
        (dump,) = (tmp_path / "made" / "here").glob("*.pcm")
        assert dump.read_bytes() == noise.tobytes()


def test_a_dump_that_cannot_be_written_is_told_once_and_recognition_goes_on(tmp_path: Any) -> None:
    (tmp_path / "file").write_text("not a folder")

    async def script(ear: EarProbe) -> None:
        await ear.hear(silence(9000))
        await ear.finalize("f1", await ear.utterance(speech("one")))

    ear = listen(script, {"dump": True, "dump_path": str(tmp_path / "file" / "x")})
    assert ear.finals() == ["one"]
    ((code, text),) = ear.errors()
    assert code == 1000
    assert "the received audio is no longer written" in text


def test_metrics_have_the_session_and_times() -> None:
    async def script(ear: EarProbe) -> None:
        await ear.hear(silence(500))
        end_ms = await ear.utterance(speech("one", "two"))
        await ear.finalize("f1", end_ms)
        await ear.finalize("f2", await ear.utterance(speech("three")))

    ear = listen(script, {"segmentation": "vad"})
    assert ear.metrics("connect_delay") == [0]
    assert ear.metrics("ttfw") == [0]  # the engine takes no virtual time, and the first audio holds a word
    assert ear.metrics("ttlw") == [0, 0]
    assert (ear.metrics("compute_ms"), ear.metrics("finish_ms")) == ([40, 40], [7, 7])
    assert ear.metrics("audio_ms") == [200 + 400 + 400, 200 + 200 + 400]
    sessions = {a.properties["metadata"]["session_id"] for a in ear.named("metrics")[1:]}
    assert sessions == {"100"}
    assert {(a.properties["module"], a.properties["vendor"]) for a in ear.named("metrics")} == {("asr", "scripted")}


def test_audio_of_another_rate_is_resampled() -> None:
    async def script(ear: EarProbe) -> None:
        slow = speech("one", "two", word_ms=500)
        fast = np.repeat(slow, 3)
        for start in range(0, len(fast), 480):
            await ear.env.send_audio_frame(make_pcm_frame(fast[start : start + 480], 48000, 0, {"session_id": "100"}))
        await ear.finalize("f1")

    (result,) = listen(script, {"params": {"model": "rough"}}).results(final=True)
    assert 950 <= result["duration_ms"] <= 1000


def test_a_frame_that_holds_no_audio_is_told_once_and_left_out() -> None:
    async def script(ear: EarProbe) -> None:
        for _ in range(3):
            frame = make_pcm_frame(speech("one", word_ms=10), 16000, 0, {"session_id": "100"})
            frame.set_bytes_per_sample(4)
            await ear.env.send_audio_frame(frame)
        await ear.finalize("f1", await ear.utterance(speech("two")))

    ear = listen(script)
    assert ear.finals() == ["two"]
    assert len(ear.errors()) == 1


def test_events_without_a_time_are_ignored() -> None:
    async def script(ear: EarProbe) -> None:
        await ear.mark("start_of_sentence")
        await ear.mark("end_of_sentence", end_ms="soon")
        await ear.mark("speech_pause", time_ms=True)
        await ear.mark("something_else", time_ms=5)
        await ear.finalize("f1", await ear.utterance(speech("one")))

    ear = listen(script)
    assert ear.finals() == ["one"]
    assert ear.errors() == []


def test_the_node_is_ready_when_its_engine_is_loaded_and_says_what_state_it_is_in() -> None:
    async def script(ear: EarProbe) -> None:
        await ear.wait_for("ready")

    ear = listen(script)
    assert [a.name for a in ear.arrivals if a.name in ("connected", "disconnected", "ready")] == ["connected", "ready"]
    changes = [(a.properties["last"], a.properties["current"]) for a in ear.named("connection_status_changed")]
    assert changes == [("disconnected", "connecting"), ("connecting", "connected")]
    assert ear.named("ready")[0].properties == {"module": "asr"}


def test_connection_events_are_only_sent_where_they_are_wanted() -> None:
    async def script(ear: EarProbe) -> None:
        await ear.wait_for("ready")

    ear = listen(script, {"connection_events": False})
    assert {arrival.name for arrival in ear.arrivals} == {"metrics", "ready"}


def test_without_auto_connect_it_hears_nothing_before_trigger_connect() -> None:
    async def script(ear: EarProbe) -> None:
        await ear.wait_for("ready")  # nobody need wait for it
        await ear.finalize("f1", await ear.utterance(speech("one")))
        assert ScriptedRecogniser.calls == []
        await ear.env.send_data(make_data("trigger_connect"))
        await ear.wait_for("connected")
        await ear.finalize("f2", await ear.utterance(speech("two")))

    ear = listen(script, {"auto_connect": False})
    assert ear.finals() == ["two"]
    assert len(ear.named("ready")) == 1


def test_update_configs_is_answered_and_params_take_effect_with_a_new_engine() -> None:
    async def script(ear: EarProbe) -> None:
        await ear.wait_for("ready")
        status, answer = await ear.command(make_cmd("update_configs", params={"model": "other"}, url="http://nowhere"))
        assert (status, answer["code"]) == (StatusCode.OK, 0)
        await ear.wait_for("connected", 2)
        await ear.finalize("f1", await ear.utterance(speech("one")))
        status, answer = await ear.command(make_cmd("update_configs", params={"modle": "other"}))
        assert status == StatusCode.ERROR
        assert "params.modle: unknown key" in answer["detail"]
        status, answer = await ear.command(make_cmd("dance"))
        assert status == StatusCode.ERROR

    ear = listen(script)
    assert ear.results(final=True)[0]["metadata"]["asr_info"]["model"] == "other"
    assert ScriptedRecogniser.calls[:2] == ["open", "open"]
    assert ear.errors() == []
