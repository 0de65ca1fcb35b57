"""The agent speaks in rooms of all kinds: the gate lets nothing of it through, and the canceller no speech."""

import numpy as np
import pytest
from support.echo_scene import Heard, Scene, Side, Stall, story, voice
from support.require import require
from support.room import Room

from wrappers.echo import Aec3Canceller, EchoSuppressor, SuppressorOptions

SECONDS = 9
SETTLED_MS = 1000 + SuppressorOptions().settle_ms + 1000
"""When the agent has spoken for long enough, whatever pauses it made."""
PATHS = [(delay_ms, gain_db) for delay_ms in (40, 120, 250, 400) for gain_db in (-6, -12, -20)]
SIDES: tuple[Side, Side] = ("microphone", "loudspeaker")
STALLS_MS = (50, 100, 200, 400)
ROOM = Room(delay_ms=120, gain_db=-6)
NEAR = Room(delay_ms=40, gain_db=-6)


def gate(scene: Scene) -> Heard:
    return scene.play(EchoSuppressor("gate"))


def aec(scene: Scene) -> Heard:
    require("aec")
    return scene.play(EchoSuppressor("aec", Aec3Canceller()))


def assert_nothing_passes(heard: Heard, scene: Scene) -> None:
    assert heard.echo_frames_passed() == 0
    silence_ms = len(heard.output) // 16 - 300
    assert heard.passed_share(silence_ms, silence_ms + 300) == 1, "and opens when the room has fallen silent"
    assert heard.passed_share(0, scene.agent_at_ms - 100) == 1


def assert_no_speech(heard: Heard, scene: Scene, open_share: float = 0.99) -> None:
    assert heard.speech_starts_ms() == []
    assert heard.passed_share(SETTLED_MS, scene.agent_end_ms) > open_share, "and the gate is open"
    assert heard.states[-1].speaking_interrupts


@pytest.mark.parametrize(("delay_ms", "gain_db"), PATHS)
def test_gate_on_any_path(delay_ms: int, gain_db: float) -> None:
    scene = Scene(Room(delay_ms, gain_db), story(SECONDS))
    heard = gate(scene)
    assert_nothing_passes(heard, scene)
    assert heard.states[-1].delay_ms == pytest.approx(delay_ms, abs=3)
    assert max(heard.waited_ms) == 0, "the gate adds no delay of its own"


@pytest.mark.parametrize(("delay_ms", "gain_db"), PATHS)
def test_canceller_on_any_path(delay_ms: int, gain_db: float) -> None:
    scene = Scene(Room(delay_ms, gain_db), story(SECONDS))
    heard = aec(scene)
    assert_no_speech(heard, scene)
    erle_db = heard.states[-1].erle_db
    assert erle_db is not None
    assert erle_db > (15 if gain_db > -20 else 12), "the quieter the echo, the less there is to lower"
    assert erle_db == pytest.approx(heard.erle_db(SETTLED_MS, scene.agent_end_ms), abs=8), "one word counts much"
    assert heard.states[-1].delay_ms == pytest.approx(delay_ms, abs=3)
    assert max(heard.waited_ms) == 0


@pytest.mark.parametrize(
    "room",
    [
        Room(120, -6, clipping=4),
        Room(120, -6, drift_ppm=100),
        Room(120, -6, drift_ppm=-100),
        Room(120, -12, decay_ms=300),
        Room(120, -12, decay_ms=0),
        Room(250, -6, noise_db=-45),
    ],
    ids=["small loudspeaker", "slow clock", "fast clock", "long reverberation", "no room", "noise"],
)
def test_rooms_and_devices(room: Room) -> None:
    scene = Scene(room, story(SECONDS))
    assert_nothing_passes(gate(scene), scene)
    assert_no_speech(aec(scene), scene)


# Turned down, the filter takes away an echo that is not there any more: it learns anew, behind the gate.
@pytest.mark.parametrize(("change_db", "open_share"), [(12, 0.99), (-12, 0.6)])
def test_the_volume_changes_in_the_middle_of_a_sentence(change_db: float, open_share: float) -> None:
    agent = story(SECONDS)
    volume = np.ones(len(agent))
    volume[round(16000 * 6.3) :] = 10 ** (change_db / 20)
    scene = Scene(Room(120, -12), agent, volume=volume)
    assert_nothing_passes(gate(scene), scene)
    assert_no_speech(aec(scene), scene, open_share)


@pytest.mark.parametrize("side", SIDES)
@pytest.mark.parametrize("duration_ms", STALLS_MS)
@pytest.mark.parametrize("at_ms", [980, 4000], ids=["at the start", "in the middle"])
def test_a_side_stalls_at_the_gate(side: Side, duration_ms: int, at_ms: int) -> None:
    scene = Scene(NEAR, story(5), stalls=(Stall(side, at_ms, duration_ms),))
    heard = gate(scene)
    assert_nothing_passes(heard, scene)
    assert max(heard.waited_ms) <= 30


@pytest.mark.parametrize("side", SIDES)
def test_a_side_stalls_again_and_again_with_the_canceller(side: Side) -> None:
    stalls = tuple(Stall(side, 7200 + 1200 * index, ms) for index, ms in enumerate(STALLS_MS))
    scene = Scene(NEAR, story(12), stalls=stalls)
    heard = aec(scene)
    # What was played while the loudspeaker told nothing cannot be cancelled; it is gated, and some time for its echo.
    assert_no_speech(heard, scene, open_share=0.99 if side == "microphone" else 0.7)
    assert max(heard.waited_ms) <= 30
    for stall in stalls:
        assert heard.erle_db(stall.at_ms + 900, stall.at_ms + 1200) > 20, "it costs the canceller nothing"


def test_the_end_of_the_playback_is_lost() -> None:
    scene = Scene(ROOM, story(5), end_is_told=False, after_ms=4000)
    heard = gate(scene)
    assert_nothing_passes(heard, scene)
    assert [text for text in heard.warnings if "microphone is open again" in text] == heard.warnings[:1]
    assert len(heard.warnings) == 1
    assert heard.passed_share(scene.agent_end_ms + 2500, scene.agent_end_ms + 3500) == 1


def test_nothing_but_playback_states_is_enough_for_the_gate() -> None:
    scene = Scene(ROOM, story(5), has_reference=False)
    heard = gate(scene)
    assert_nothing_passes(heard, scene)
    assert heard.states[-1].delay_ms is None


def test_a_canceller_without_a_reference_is_a_gate_and_says_so() -> None:
    scene = Scene(ROOM, story(5), has_reference=False)
    heard = aec(scene)
    assert_nothing_passes(heard, scene)
    assert ["connect the speaker's playback_frame" in text for text in heard.warnings] == [True]
    assert not heard.states[-1].speaking_interrupts


def test_new_devices_are_learnt_behind_the_gate() -> None:
    scene = Scene(ROOM, story(14), resets_ms=(8000,))
    heard = aec(scene)
    assert heard.speech_starts_ms() == []
    assert heard.passed_share(7000, 7980) == 1
    assert heard.passed_share(8050, 12500) == 0
    assert heard.states[-1].is_settled


@pytest.mark.parametrize("path", [(40, -6), (250, -12)], ids=str)
def test_a_person_who_talks_over_the_agent_is_heard(path: tuple[int, float]) -> None:
    words = [voice("No, tell me about the fish.", "rms"), voice("Excuse me, can you say that again?", "rms")]
    scene = Scene(Room(*path), story(19))
    times_ms = [7200, 10900, 14300, 17600]
    for index, time_ms in enumerate(times_ms):
        scene.person_says(words[index % 2], time_ms)
    starts_ms = aec(scene).speech_starts_ms()
    onsets_ms = [min(start - time for start in starts_ms if start > time - 60) for time in times_ms]
    assert sorted(onsets_ms)[-2] < 150, "three of four at once"
    assert max(onsets_ms) < 500
    assert min(starts_ms) > times_ms[0] - 60, "and nobody else"


def test_a_person_is_heard_as_soon_as_the_gate_opens() -> None:
    scene = Scene(ROOM, story(5), after_ms=4000)
    scene.person_says(voice("Excuse me, can you say that again?", "rms"), scene.agent_end_ms + 500)
    heard = gate(scene)
    assert heard.echo_frames_passed() == 0
    assert heard.speech_starts_ms()[0] == pytest.approx(scene.agent_end_ms + 500, abs=100)


def test_what_is_heard_after_the_gate_begins_with_silence() -> None:
    """The pre-roll of the next utterance reaches back into the time of the gate: there is nothing in it."""
    scene = Scene(ROOM, story(5), after_ms=4000)
    scene.person_says(voice("Excuse me, can you say that again?", "rms"), scene.agent_end_ms + 300)
    heard = gate(scene)
    (start_ms,) = heard.speech_starts_ms()
    opened_ms = next(index * 10 for index, state in enumerate(heard.states) if state.is_open and index * 10 > 5000)
    assert start_ms - 200 < opened_ms
    assert not heard.output[16 * (start_ms - 200) : 16 * opened_ms].any()
