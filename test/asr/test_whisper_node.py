"""The Whisper node in a graph: TEN's messages around the real engine, in virtual time."""

import json
from pathlib import Path

import numpy as np
from support.app_dir import use_repository
from support.ear_probe import START_MS, EarProbe, listen
from support.require import require
from support.speech import RATE_HZ, labelled_speech
from support.spoken import quiet, recorded
from support.tiny_whisper import tiny_whisper
from support.words import words_of

from ten_extensions.common.addon import Missing, registered
from ten_extensions.common.config import parse_config
from ten_extensions.common.messages import Json, make_cmd
from wrappers.audio import Samples

require("whisper")

ADDON = "faster_whisper_asr_python"
NOISE = np.random.default_rng(7).normal(0, 3000, 3 * RATE_HZ).astype(np.int16)


def params(**more: object) -> Json:
    return {"params": {"model": str(tiny_whisper()), "download": False, "cpu_threads": 1, **more}}


def sentence(name: str) -> tuple[Samples, str]:
    file = next(file for file in labelled_speech() if file.path.stem == name)
    return recorded(file.path)[file.start_ms * 16 : file.end_ms * 16], file.text


def check(properties: Json) -> Missing | None:
    """What the start-up check says of a node with these properties."""
    use_repository()
    __import__(f"ten_packages.extension.{ADDON}")
    extension = registered[ADDON]
    return extension.check_here(parse_config(extension.config_type, properties))


def test_sentences_in_two_languages_are_heard_where_they_were_spoken() -> None:
    said = [sentence("en_weather"), sentence("zh_weather"), sentence("zh_stop")]
    ends: list[int] = []

    async def script(ear: EarProbe) -> None:
        await ear.wait_for("ready")
        for number, (samples, _) in enumerate(said):
            ends.append(await ear.utterance(samples))
            await ear.finalize(f"f{number}", ends[-1])
            await ear.hear(quiet(500))

    ear = listen(script, params(), addon=ADDON)
    assert [words_of(text) for text in ear.finals()] == [words_of(text) for _, text in said]
    finals = ear.results(final=True)
    assert [final["language"] for final in finals] == ["en-US", "zh-CN", "zh-CN"]
    assert [final["start_ms"] + final["duration_ms"] for final in finals] == ends
    assert finals[0]["start_ms"] == START_MS
    assert len({final["id"] for final in finals}) == 3
    assert {partial["id"] for partial in ear.results(final=False)} <= {final["id"] for final in finals}
    for final in finals:
        info = final["metadata"]["asr_info"]
        assert info["vendor"] == "faster_whisper"
        assert info["model"] == tiny_whisper().name
        assert info["locked"] is True
        assert info["avg_logprob"] <= 0 <= info["no_speech_prob"] <= 1
        assert info["compute_ms"] > 0
        assert [word["stable"] for word in final["words"]] == [True] * len(final["words"])
    assert ear.errors() == []


def test_partials_say_which_words_are_stable_and_the_pause_tells_all() -> None:
    samples, text = sentence("en_weather")

    async def script(ear: EarProbe) -> None:
        await ear.wait_for("ready")
        await ear.finalize("f1", await ear.utterance(samples))

    ear = listen(script, params(interim_interval_ms=400, languages=["en"]), addon=ADDON)
    partials = ear.results(final=False)
    assert partials
    assert words_of(partials[-1]["text"]) == words_of(text)
    for partial in partials:
        stable = [word["stable"] for word in partial["words"]]
        assert stable == sorted(stable, reverse=True)
        assert [word["word"] for word in partial["words"]] == partial["text"].split()
        assert partial["metadata"]["asr_info"]["locked"] is False
    assert len(ear.finals()) == 1


def test_the_opening_tells_what_was_measured() -> None:
    async def script(ear: EarProbe) -> None:
        await ear.wait_for("ready")

    ear = listen(script, params(), addon=ADDON)
    (metrics,) = [arrival.properties["metrics"] for arrival in ear.named("metrics")]
    assert metrics["connect_delay"] >= 0
    assert metrics["asr_final_ms"] > 0
    assert metrics["asr_model"] == tiny_whisper().name


def test_what_a_guard_drops_is_reported_and_the_finalize_is_answered() -> None:
    samples, text = sentence("en_weather")

    async def script(ear: EarProbe) -> None:
        await ear.wait_for("ready")
        await ear.finalize("f1", await ear.utterance(samples))

    ear = listen(script, params(guards={"more_phantoms": [text]}), addon=ADDON)
    assert ear.finals() == []
    assert ear.metrics("guard") == ["phantom"]
    assert words_of(ear.metrics("guarded_text")[0]) == words_of(text)
    assert len(ear.named("asr_finalize_end")) == 1


def test_a_speaker_who_goes_on_after_a_pause_is_heard_as_a_whole() -> None:
    samples, text = sentence("zh_light")
    half = len(samples) // 32 * 16

    async def script(ear: EarProbe) -> None:
        await ear.wait_for("ready")
        start_ms = ear.captured_ms
        await ear.hear(samples[:8000])
        await ear.mark("start_of_sentence", start_ms=start_ms, pre_roll_ms=200)
        await ear.hear(samples[8000:half])
        await ear.mark("speech_pause", time_ms=ear.captured_ms)
        await ear.mark("speech_resume", time_ms=ear.captured_ms)
        await ear.hear(samples[half:])
        end_ms = ear.captured_ms
        await ear.hear(quiet(400))
        await ear.mark("end_of_sentence", start_ms=start_ms, end_ms=end_ms)
        await ear.finalize("f1", end_ms)

    ear = listen(script, params(languages=["zh"]), addon=ADDON)
    assert ear.finals() == [text]


def test_noise_leaves_the_node_fit_for_the_next_sentence() -> None:
    samples, text = sentence("en_weather")

    async def script(ear: EarProbe) -> None:
        await ear.wait_for("ready")
        await ear.finalize("f1", await ear.utterance(NOISE))
        await ear.finalize("f2", await ear.utterance(samples))

    ear = listen(script, params(languages=["en"]), addon=ADDON)
    assert words_of(ear.finals()[-1]) == words_of(text)
    assert ear.errors() == []


def test_audio_sent_while_it_loads_is_not_lost() -> None:
    samples, text = sentence("en_weather")

    async def script(ear: EarProbe) -> None:
        await ear.hear_bare(np.concatenate([quiet(200), samples, quiet(300)]))
        await ear.finalize("f1")

    ear = listen(script, params(), addon=ADDON)
    assert [words_of(final) for final in ear.finals()] == [words_of(text)]
    assert ear.results(final=True)[0]["metadata"]["session_id"] == "100"


def test_another_language_while_running_takes_effect() -> None:
    samples, text = sentence("zh_weather")

    async def script(ear: EarProbe) -> None:
        await ear.wait_for("ready")
        await ear.command(make_cmd("update_configs", params={"language": "zh", "chinese_script": "traditional"}))
        await ear.wait_for("connected", 2)
        await ear.finalize("f1", await ear.utterance(samples))

    ear = listen(script, params(), addon=ADDON)
    assert ear.finals() == ["今天北京的天氣怎麼樣?"]
    assert text == "今天北京的天气怎么样?"


def test_a_damaged_model_ends_the_node_with_an_error_that_mends_it(tmp_path: Path) -> None:
    for file in tiny_whisper().iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "model.bin").write_bytes((tmp_path / "model.bin").read_bytes()[:100_000])

    async def script(ear: EarProbe) -> None:
        await ear.wait_for("error")
        await ear.finalize("f1")

    ear = listen(script, {"params": {"model": str(tmp_path), "download": False}}, addon=ADDON)
    ((code, text),) = ear.errors()
    assert code == -1000
    assert "cannot be loaded" in text and "delete that folder" in text
    assert ear.named("ready") == []


def test_a_language_that_nobody_speaks_is_refused() -> None:
    async def script(ear: EarProbe) -> None:
        await ear.wait_for("error")

    ear = listen(script, params(language="tlh"), addon=ADDON)
    ((code, text),) = ear.errors()
    assert (code, "does not know tlh" in text) == (-1000, True)


def test_the_start_up_check_names_what_is_missing_and_its_command(tmp_path: Path) -> None:
    assert check(params()) is None
    absent = check({"params": {"model": "someone/model-that-is-not-here", "download": False}})
    assert absent is not None
    assert absent.what == "the Whisper model someone/model-that-is-not-here is not on this machine"
    assert absent.mend == "python -m wrappers.asr download someone/model-that-is-not-here"
    empty = check({"params": {"model": str(tmp_path), "download": True}})
    assert empty is not None and "config.json is missing" in empty.what


def test_the_manifest_knows_every_parameter() -> None:
    use_repository()
    __import__(f"ten_packages.extension.{ADDON}")
    known = registered[ADDON].config_type.model_fields["params"].annotation
    assert known is not None
    manifest = Path(__file__).parents[2] / "ten_extensions" / ADDON / "manifest.json"
    declared = json.loads(manifest.read_text())["api"]["property"]["properties"]["params"]["properties"]
    assert set(declared) == set(known.model_fields)
