"""Two recognisers in the place of one: what was being said when the first one failed is understood by the second."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any, ClassVar

import pytest
from support.ear_probe import EarProbe
from support.failover_graph import failover_graph
from support.probe import Probe, probe_graph
from support.scripted_asr import ScriptedConfig, ScriptedRecogniser, silence, speech
from ten_runtime import AsyncTenEnv, AudioFrame, Data

from ten_extensions.common.addon import register
from ten_extensions.common.asr_base import AsrExtension

ADDON = "test_mortal_asr"


class MortalAsr(AsrExtension[ScriptedConfig]):
    """Named "one" it dies, in the way of `death`, as soon as it has said so many results."""

    vendor = "mortal"
    config_type = ScriptedConfig
    lives: ClassVar[int] = 10**6
    death: ClassVar[str] = "fatal"
    heard_frames: ClassVar[dict[str, int]] = {}

    def make_recogniser(self) -> ScriptedRecogniser:
        return ScriptedRecogniser(self.config.params.model)

    @property
    def is_dead(self) -> bool:
        return self.name == "one" and self.lives <= 0

    async def on_audio_frame(self, ten_env: AsyncTenEnv, audio_frame: AudioFrame) -> None:
        self.heard_frames[self.name] = self.heard_frames.get(self.name, 0) + 1
        if not self.is_dead:
            await super().on_audio_frame(ten_env, audio_frame)

    async def on_data(self, ten_env: AsyncTenEnv, data: Data) -> None:
        if not self.is_dead:
            await super().on_data(ten_env, data)

    async def _send_result(self, result: dict[str, Any]) -> None:
        await super()._send_result(result)
        if self.name == "one":
            type(self).lives -= 1
            if self.is_dead and self.death == "fatal":
                await self.send_error("the connection is lost", fatal=True)


register(ADDON, __file__, MortalAsr)


@pytest.fixture(autouse=True)
def alive() -> None:
    MortalAsr.lives = 10**6
    MortalAsr.death = "fatal"
    MortalAsr.heard_frames = {}
    ScriptedRecogniser.begin()


def listen(script: Callable[[EarProbe], Awaitable[None]], **options: Any) -> EarProbe:
    """Run a script around a failover between two recognisers."""

    async def run(tester: Probe) -> None:
        assert isinstance(tester, EarProbe)
        await tester.wait_for("ready")
        await script(tester)

    node = {"params": {}, "segmentation": "vad"}
    tester = probe_graph(failover_graph("asr", ADDON, node, node, **options), run, EarProbe)
    assert isinstance(tester, EarProbe)
    return tester


async def say(ear: EarProbe, *words: str, finalize_id: str = "f1") -> None:
    end_ms = await ear.utterance(speech(*words))
    await ear.finalize(finalize_id, end_ms)


def test_as_long_as_the_first_hears_the_second_is_spared() -> None:
    async def script(ear: EarProbe) -> None:
        await say(ear, "one", "two")

    ear = listen(script)
    assert ear.finals() == ["one two"]
    assert ear.story()[-2:] == ["final one two", "end f1"]
    assert "two" not in MortalAsr.heard_frames


def test_what_was_being_said_is_understood_by_the_second() -> None:
    async def script(ear: EarProbe) -> None:
        MortalAsr.lives = 2
        await say(ear, "one", "two", "three", "four")
        await say(ear, "five", finalize_id="f2")

    ear = listen(script)
    assert ear.finals() == ["one two three four", "five"]
    assert [line for line in ear.story() if line.startswith("end")] == ["end f1", "end f2"]
    first = [a.properties["id"] for a in ear.named("asr_result")]
    assert len(set(first)) == 2, "one id per utterance, whoever recognised it"
    assert {code for code, _ in ear.errors()} == {1000}


def test_a_final_that_does_not_come_in_time_comes_from_the_second() -> None:
    async def script(ear: EarProbe) -> None:
        MortalAsr.lives, MortalAsr.death = 2, "silent"
        await say(ear, "one", "two", "three")

    ear = listen(script, first_output_ms=600)
    assert ear.story()[-2:] == ["final one two three", "end f1"]
    assert "one made nothing for 600 ms: two takes over" in [text for _, text in ear.errors()]


def test_what_is_recognised_already_is_not_told_again() -> None:
    async def script(ear: EarProbe) -> None:
        await say(ear, "one", "two")
        await ear.hear(silence(300))
        MortalAsr.lives = 1
        await say(ear, "three", "four", finalize_id="f2")

    assert listen(script).finals() == ["one two", "three four"]


def test_the_first_recogniser_gets_its_place_back_when_it_understands_again() -> None:
    async def script(ear: EarProbe) -> None:
        MortalAsr.lives, MortalAsr.death = 1, "silent"
        await say(ear, "one", "two")
        await ear.hear(silence(3000))
        MortalAsr.lives = 10**6
        await ear.hear(silence(6000))
        before = dict(MortalAsr.heard_frames)
        await say(ear, "three", finalize_id="f2")
        assert MortalAsr.heard_frames["two"] == before["two"]
        assert MortalAsr.heard_frames["one"] > before["one"]

    ear = listen(script, first_output_ms=600, probe_ms=5000)
    assert ear.finals() == ["one two", "three"], "the probe is heard by nobody"
    assert [line for line in ear.story() if line.startswith("end")] == ["end f1", "end f2"]


def test_it_works_without_a_vad_and_without_time() -> None:
    async def script(ear: EarProbe) -> None:
        await ear.hear_bare(speech("one", "two"))
        await asyncio.sleep(0.5)
        await ear.finalize("f1")

    node = {"params": {}, "segmentation": "own"}

    async def run(tester: Probe) -> None:
        assert isinstance(tester, EarProbe)
        await tester.wait_for("ready")
        MortalAsr.lives = 1
        await script(tester)

    ear = probe_graph(failover_graph("asr", ADDON, node, node), run, EarProbe)
    assert isinstance(ear, EarProbe)
    assert ear.finals() == ["one two"]
