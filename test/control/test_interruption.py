"""Speaking over the agent."""

from typing import Any

import pytest
from support.talk import PROGRESS_MS, VAD_PAUSE_MS, Delays, Talk, actions, events

STORY = (
    "Once upon a time there was a little robot, who lived in a big house by the sea. "
    "Every morning it went down to the water and counted the waves. "
    "One day it counted a thousand of them, and then it went home."
)


def tell_story(**options: Any) -> Talk:
    """The agent is a second into its story."""
    talk = Talk(answer=lambda messages: STORY if "story" in messages[-1]["content"] else "All right.", **options)
    talk.user_says("tell me a story")
    talk.agent_starts_speaking()
    talk.run_for(1000)
    return talk


def test_speech_stops_the_voice_and_is_answered() -> None:
    talk = tell_story(barge_in="vad", confirm_ms=350)
    onset_ms = talk.now_ms
    talk.user_says("stop please", 900)
    talk.run_until_idle()

    assert talk.when(actions.Duck) == [onset_ms + 100]
    assert talk.when(actions.FlushSpeaker) == [onset_ms + 350]
    assert talk.agent_said[-1] == "All right."
    assert talk.volume == "full"
    story = talk.did(actions.ReportUtterance)[1]
    assert story.interrupted
    assert [entry.turn_id for entry in talk.did(actions.ReportUtterance)] == [1, 1, 2, 2]


def test_the_speaker_is_silenced_before_anything_else() -> None:
    talk = tell_story(barge_in="vad")
    talk.user_says("stop please", 900)
    kinds = [type(action) for _, action in talk.log]
    stopping = [k for k in kinds if k in (actions.FlushSpeaker, actions.FlushTts, actions.AbortLlm, actions.Resume)]
    assert stopping == [actions.FlushSpeaker, actions.FlushTts, actions.AbortLlm, actions.Resume]
    assert talk.min_epoch == 2


def test_history_holds_only_what_was_heard() -> None:
    talk = tell_story(barge_in="vad", system_prompt="")
    talk.user_says("stop please", 900)
    talk.run_until_idle()

    heard = talk.agent_said[0]
    assert STORY.startswith(heard)
    assert 5 < len(heard) < 40, "about a second and a half of speech"
    assert not heard.endswith("a tim"), "cut after a whole word"
    assert talk.requests[1] == [
        {"role": "user", "content": "tell me a story"},
        {"role": "assistant", "content": heard + "… [interrupted by the user]"},
        {"role": "user", "content": "stop please"},
    ]


def test_a_cough_ducks_the_voice_and_it_goes_on() -> None:
    talk = tell_story(barge_in="vad")
    talk.noise(120)
    talk.run_until_idle()
    assert talk.agent_said == [STORY]
    assert not talk.did(actions.FlushSpeaker)
    ducked_ms, resumed_ms = talk.when(actions.Duck)[0], talk.when(actions.Resume)[0]
    assert resumed_ms - ducked_ms == 120 + 400 + 150 - 100
    assert talk.when(actions.Pause) == [ducked_ms + 250]
    assert len(talk.requests) == 1


@pytest.mark.parametrize("barge_in", ["vad", "words"])
def test_a_cough_that_lasts_as_long_as_a_word_stops_nothing(barge_in: str) -> None:
    talk = tell_story(barge_in=barge_in)
    for duration_ms in (300, 600, 800):
        talk.noise(duration_ms, is_voiced=False)
        talk.run_for(2000)
    talk.run_until_idle()
    assert talk.agent_said == [STORY]
    assert talk.volume == "full"
    assert len(talk.when(actions.Duck)) == 3


def test_speech_that_begins_without_a_voice_interrupts_as_soon_as_there_is_one() -> None:
    talk = tell_story(barge_in="vad", confirm_ms=250)
    onset_ms = talk.now_ms
    talk.user_says("stop please", 900, partials=False, voiced_ms=330)
    assert talk.when(actions.FlushSpeaker) == [onset_ms + 330]


def test_a_voice_before_the_time_is_up_changes_nothing() -> None:
    talk = tell_story(barge_in="vad", confirm_ms=250)
    onset_ms = talk.now_ms
    talk.user_says("stop please", 900, partials=False, voiced_ms=200)
    assert talk.when(actions.FlushSpeaker) == [onset_ms + 250]


@pytest.mark.parametrize("barge_in", ["vad", "words"])
def test_whispering_interrupts_when_it_goes_on(barge_in: str) -> None:
    talk = tell_story(barge_in=barge_in, confirm_without_words_ms=900)
    onset_ms = talk.now_ms
    talk.user_says("stop it please", 1500, partials=False, voiced_ms=None)
    assert talk.when(actions.FlushSpeaker) == [onset_ms + 900]


@pytest.mark.parametrize("barge_in", ["vad", "words"])
def test_what_a_recogniser_makes_of_a_cough_stops_nothing(barge_in: str) -> None:
    for heard_ms in (150, 500):
        talk = tell_story(barge_in=barge_in)
        talk.tell(events.UserSpeechStarted(talk.now_ms, is_voiced=False))
        talk.run_for(heard_ms)
        talk.tell(events.Transcript("but why", False, talk.now_ms))
        talk.run_for(600 - heard_ms)
        talk.tell(events.UserSpeechPaused())
        talk.tell(events.UserSpeechEnded(talk.now_ms))
        talk.run_until_idle()
        assert talk.agent_said == [STORY]
        assert talk.volume == "full"


def test_words_in_so_much_noise_that_no_voice_is_found_interrupt_when_they_go_on() -> None:
    talk = tell_story(barge_in="words", confirm_without_words_ms=900)
    onset_ms = talk.now_ms
    talk.user_says("stop that please", 1500, voiced_ms=None)
    assert talk.when(actions.FlushSpeaker) == [onset_ms + 900]


def test_words_before_there_is_a_voice_interrupt_as_soon_as_there_is_one() -> None:
    talk = tell_story(barge_in="words")
    talk.tell(events.UserSpeechStarted(talk.now_ms, is_voiced=False))
    talk.run_for(300)
    talk.tell(events.Transcript("stop that", False, talk.now_ms))
    talk.run_for(100)
    assert not talk.did(actions.FlushSpeaker)
    talk.tell(events.UserSpeechVoiced())
    assert talk.did(actions.FlushSpeaker)


@pytest.mark.parametrize(("duration_ms", "interrupts"), [(400, False), (1000, True)])
def test_words_without_a_voice_must_take_as_long_as_whispering(duration_ms: int, interrupts: bool) -> None:
    talk = tell_story(barge_in="words")
    onset_ms = talk.now_ms
    talk.tell(events.UserSpeechStarted(onset_ms, is_voiced=False))
    talk.run_for(duration_ms // 2)
    talk.tell(events.UserSpeechPaused())  # so that it is not long without a break
    talk.run_for(duration_ms // 2)
    end_ms = talk.now_ms
    talk.tell(events.UserSpeechEnded(end_ms))
    talk.tell(events.Transcript("stop it", True, end_ms, start_ms=onset_ms))
    assert bool(talk.did(actions.FlushSpeaker)) is interrupts
    talk.run_until_idle()
    assert (talk.agent_said[0] == STORY) is not interrupts


def test_a_voice_in_the_silence_after_a_cough_is_no_interruption() -> None:
    talk = tell_story(barge_in="vad")
    talk.noise(450, is_voiced=False)
    talk.run_for(VAD_PAUSE_MS + 20)
    talk.tell(events.UserSpeechVoiced())
    talk.run_until_idle()
    assert talk.agent_said == [STORY]


def test_a_cough_after_a_backchannel_is_judged_as_a_cough() -> None:
    talk = tell_story(barge_in="vad", delays=Delays(asr=600))
    talk.user_says("yeah", 150)
    talk.run_for(450)
    talk.noise(500, is_voiced=False)
    talk.run_until_idle()
    assert talk.agent_said == [STORY]
    assert talk.volume == "full"


def bursts(talk: Talk, *durations_ms: int) -> None:
    """Sounds with breaks between them, none of which is long enough to end the utterance."""
    talk.tell(events.UserSpeechStarted(talk.now_ms))
    for duration_ms in durations_ms:
        talk.run_for(duration_ms + VAD_PAUSE_MS)
        talk.tell(events.UserSpeechPaused())
        talk.run_for(50)
        talk.tell(events.UserSpeechResumed())


def test_speech_that_goes_on_after_a_breath_is_an_interruption() -> None:
    talk = tell_story(barge_in="vad", confirm_ms=380)
    bursts(talk, 200)
    talk.run_for(379)
    assert not talk.did(actions.FlushSpeaker)
    talk.run_for(1)
    assert talk.did(actions.FlushSpeaker)


@pytest.mark.parametrize("barge_in", ["vad", "words"])
def test_knocks_at_the_door_are_no_interruption(barge_in: str) -> None:
    talk = tell_story(barge_in=barge_in)
    bursts(talk, *[100] * 8)
    talk.tell(events.UserSpeechEnded(talk.now_ms))
    talk.run_until_idle()
    assert talk.agent_said == [STORY]
    assert talk.volume == "full"


def test_a_short_word_interrupts_by_its_meaning() -> None:
    talk = tell_story(barge_in="vad")
    talk.user_says("stop", 250)
    talk.run_until_idle()
    assert talk.agent_said[-1] == "All right."
    assert talk.did(actions.ReportUtterance)[1].interrupted


@pytest.mark.parametrize("text", ["yeah", "mm-hm", "Okay, right.", "嗯", "对对对", "uh huh"])
def test_in_words_mode_a_backchannel_does_not_stop_the_voice(text: str) -> None:
    talk = tell_story(barge_in="words")
    talk.user_says(text, 700)
    talk.run_until_idle()
    assert talk.agent_said == [STORY]
    assert len(talk.requests) == 1
    assert talk.volume == "full"


@pytest.mark.parametrize("text", ["yeah but what about the sea", "stop", "嗯，等一下", "what"])
def test_in_words_mode_words_do(text: str) -> None:
    talk = tell_story(barge_in="words")
    talk.user_says(text, 800)
    talk.run_until_idle()
    assert talk.did(actions.ReportUtterance)[1].interrupted
    assert talk.said[-2:] == [("user", text), ("agent", "All right.")]


def test_in_words_mode_long_speech_without_a_transcript_is_an_interruption() -> None:
    talk = tell_story(barge_in="words", confirm_without_words_ms=900)
    onset_ms = talk.now_ms
    talk.user_says("stop it now please", 2000, partials=False)
    assert talk.when(actions.FlushSpeaker) == [onset_ms + 900]


@pytest.mark.parametrize("barge_in", ["vad", "words"])
def test_an_interruption_right_after_a_backchannel_is_not_lost(barge_in: str) -> None:
    talk = tell_story(barge_in=barge_in, delays=Delays(asr=600))
    talk.user_says("yeah", 200)
    talk.run_for(450)
    talk.user_says("what about the sea", 1200)
    talk.run_until_idle()
    assert talk.agent_said[0] != STORY
    assert talk.said[-2:] == [("user", "yeah what about the sea"), ("agent", "All right.")]


@pytest.mark.parametrize("barge_in", ["vad", "words"])
def test_one_backchannel_after_the_other_stops_nothing(barge_in: str) -> None:
    talk = tell_story(barge_in=barge_in, delays=Delays(asr=600))
    for _ in range(3):
        talk.user_says("yeah", 150)
        talk.run_for(450)
    talk.run_until_idle()
    assert talk.agent_said == [STORY]
    assert talk.volume == "full"


def test_after_a_question_yes_is_an_answer() -> None:
    talk = Talk(answer=lambda messages: "Shall I begin? I know many of them.", barge_in="words")
    talk.user_says("tell me")
    talk.agent_starts_speaking()
    talk.run_until(lambda: "begin?" in talk.conversation._agent.reply.heard_text)
    talk.user_says("yes", 300)
    talk.run_until_idle()
    assert ("user", "yes") in talk.said
    assert talk.did(actions.ReportUtterance)[1].interrupted


def test_with_interruption_off_the_voice_goes_on_and_the_words_are_not_answered() -> None:
    talk = tell_story(barge_in="off")
    talk.user_says("stop please", 900)
    talk.run_until_idle()
    assert talk.agent_said == [STORY]
    assert len(talk.requests) == 1
    assert not talk.did(actions.Duck)

    talk.user_says("thank you")
    talk.run_until_idle()
    assert talk.said[-2] == ("user", "thank you")


def test_with_interruption_off_speech_that_outlasts_the_voice_is_a_turn() -> None:
    talk = Talk(answer=lambda messages: "Yes indeed, it is so.", barge_in="off")
    talk.user_says("is it so")
    talk.agent_starts_speaking()
    talk.run_for(800)
    talk.user_says("and why is that so", 3000)
    talk.run_until_idle()
    assert ("user", "and why is that so") in talk.said


def test_the_key_interrupts_in_every_mode() -> None:
    talk = tell_story(barge_in="off")
    talk.tell(events.InterruptRequested())
    assert talk.state == "listening"
    assert talk.did(actions.ReportUtterance)[-1].interrupted
    assert talk.did(actions.FlushSpeaker) == [actions.FlushSpeaker(2)]


def test_the_key_stops_an_answer_that_is_not_heard_yet() -> None:
    talk = Talk()
    talk.user_says("hello")
    talk.run_until(lambda: talk.state == "thinking")
    talk.tell(events.InterruptRequested())
    talk.run_until_idle()
    assert talk.said == [("user", "hello"), ("agent", "")]
    assert talk.state == "listening"


def test_the_agent_may_finish_while_someone_begins_to_speak() -> None:
    talk = Talk(answer=lambda messages: "Short answer, no more.", barge_in="words")
    talk.user_says("hello")
    talk.agent_starts_speaking()
    spoken = talk._speaker[0]
    talk.run_until(lambda: spoken.played_ms > spoken.length_ms - 2 * PROGRESS_MS)
    talk.user_says("and something else", 1500)
    talk.run_until_idle()
    assert ("user", "and something else") in talk.said
    assert not talk.did(actions.ReportUtterance)[1].interrupted
    assert talk.volume == "full"


def test_what_arrives_of_a_cancelled_answer_is_not_spoken() -> None:
    talk = tell_story(barge_in="vad")
    old = talk.did(actions.AskLlm)[0].request_id
    talk.user_says("stop please", 900)
    spoken_before = len(talk.did(actions.Speak))
    talk.tell(events.LlmText(old, "And more of the old story, much more of it. "))
    talk.tell(events.LlmEnded(old))
    talk.tell(events.Playback(old, "drained", 99_999))
    assert len(talk.did(actions.Speak)) == spoken_before
    talk.run_until_idle()
    assert talk.agent_said[-1] == "All right."
