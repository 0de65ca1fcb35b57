"""Taking turns: one question, one answer, pauses, noise, and what may go wrong on the way."""

from support.talk import Delays, Talk, actions, events


def test_a_question_gets_its_answer_and_the_stages_are_told() -> None:
    talk = Talk()
    talk.user_says("what time is it")
    talk.run_until_idle()

    assert talk.said == [("user", "what time is it"), ("agent", "You said: what time is it.")]
    answer = talk.did(actions.ReportUtterance)[1]
    assert answer.turn_id == 1
    assert not answer.interrupted
    assert answer.stages_ms == {
        "speech_end": 0,
        "transcript": 400 + 150,
        "turn_decided": 400 + 155,
        "first_llm_text": 400 + 355,
        "first_tts_audio": 400 + 355 + 6 * 20 + 100,
        "first_sound": 400 + 355 + 6 * 20 + 100,
    }
    assert [a.state for a in talk.did(actions.ShowState)] == [
        "listening",
        "hearing",
        "deciding",
        "thinking",
        "speaking",
        "listening",
    ]


def test_the_model_sees_the_whole_conversation() -> None:
    talk = Talk(system_prompt="Be short.")
    for text in ("hello", "how are you"):
        talk.user_says(text)
        talk.run_until_idle()

    assert talk.requests[1] == [
        {"role": "system", "content": "Be short."},
        {"role": "user", "content": "hello"},
        {"role": "assistant", "content": "You said: hello."},
        {"role": "user", "content": "how are you"},
    ]


def test_a_pause_inside_a_sentence_keeps_one_turn() -> None:
    talk = Talk(decide=lambda text: ("unfinished", 3000) if text.endswith("for") else ("finished", 0), speculate=False)
    talk.user_says("book a table for")
    talk.run_for(1200)
    talk.user_says("two people please")
    talk.run_until_idle()

    assert talk.said[0] == ("user", "book a table for two people please")
    assert len(talk.requests) == 1
    assert [entry.turn_id for entry in talk.did(actions.ReportUtterance)] == [1, 1]


def test_turn_detection_is_told_which_audio_the_turn_is() -> None:
    talk = Talk(decide=lambda text: ("unfinished", 3000) if text.endswith("for") else ("finished", 0), speculate=False)
    began_ms = talk.now_ms
    talk.user_says("book a table for", duration_ms=1000)
    talk.run_for(1200)
    talk.user_says("two people please", duration_ms=800)
    talk.run_until_idle()

    first, second = talk.did(actions.AskTurnDetection)
    assert (first.start_ms, first.end_ms) == (began_ms, began_ms + 1000)
    assert second.text == "book a table for two people please"
    assert second.start_ms == began_ms and second.end_ms > began_ms + 2000


def test_an_unfinished_turn_is_answered_after_the_waiting_time() -> None:
    talk = Talk(decide=lambda text: ("unfinished", 2000), speculate=False)
    talk.user_says("I would like to")
    end_of_speech_ms = talk.now_ms
    talk.run_until_idle()

    assert talk.when(actions.AskLlm) == [end_of_speech_ms + 2000]
    assert talk.agent_said == ["You said: I would like to."]


def test_a_likely_turn_is_answered_ahead_of_time_but_not_spoken() -> None:
    talk = Talk(decide=lambda text: ("unfinished", 2000))
    talk.user_says("I would like to")
    end_of_speech_ms = talk.now_ms
    talk.run_until_idle()

    assert talk.when(actions.AskLlm)[0] < end_of_speech_ms + 600
    assert talk.when(actions.Speak)[0] == end_of_speech_ms + 2000
    assert len(talk.requests) == 1
    assert talk.agent_said == ["You said: I would like to."]


def test_a_speculative_answer_is_thrown_away_when_the_user_goes_on() -> None:
    talk = Talk(decide=lambda text: ("finished", 1500))
    talk.user_says("what is the weather")
    talk.run_for(900)
    talk.user_says("in Paris")
    talk.run_until_idle()

    assert talk.agent_said == ["You said: what is the weather in Paris."]
    assert talk.aborted == {talk.did(actions.AskLlm)[0].request_id}
    spoken = {action.request_id for action in talk.did(actions.Speak)}
    assert spoken == {talk.did(actions.AskLlm)[1].request_id}


def test_speech_before_the_first_sound_continues_the_turn() -> None:
    talk = Talk(delays=Delays(llm=2000))
    talk.user_says("tell me")
    talk.run_for(1500)
    assert talk.state == "thinking"
    talk.user_says("a story")
    talk.run_until_idle()

    assert talk.said == [("user", "tell me a story"), ("agent", "You said: tell me a story.")]
    assert len(talk.requests) == 2
    first, second = (action.request_id for action in talk.did(actions.AskLlm))
    assert first in talk.aborted
    assert second not in talk.aborted
    epochs = {action.request_id: action.epoch for action in talk.did(actions.Speak)}
    assert epochs == {second: 2}


def test_a_noise_opens_no_turn() -> None:
    talk = Talk()
    talk.noise(300)
    talk.run_until_idle()
    assert talk.said == []
    assert talk.requests == []
    assert talk.state == "listening"

    talk.user_says("hello")
    talk.run_until_idle()
    assert [entry.turn_id for entry in talk.did(actions.ReportUtterance)] == [1, 1]


def test_a_noise_while_the_agent_thinks_only_delays_the_answer() -> None:
    talk = Talk(delays=Delays(llm=2000))
    talk.user_says("tell me a story")
    talk.run_for(1500)
    talk.noise(150)
    talk.run_until_idle()
    assert talk.said == [("user", "tell me a story"), ("agent", "You said: tell me a story.")]


def test_asked_to_wait_the_agent_says_nothing() -> None:
    talk = Talk(decide=lambda text: ("wait", 0) if text == "hold on" else ("finished", 0))
    talk.user_says("hold on")
    talk.run_until_idle()
    assert talk.requests == []
    assert talk.state == "listening"


def test_a_recogniser_that_never_answers_ends_the_turn_with_what_is_known() -> None:
    talk = Talk()
    talk.finalize_answers = False
    talk.user_says("what time is it now")
    talk.run_until_idle()
    assert talk.said[0] == ("user", "what time is it")
    talk.noise(300)
    talk.run_until_idle()
    assert talk.state == "listening"


def test_a_turn_detector_that_never_answers_counts_as_finished() -> None:
    talk = Talk(delays=Delays(turn=100_000))
    talk.user_says("hello there")
    end_of_speech_ms = talk.now_ms
    talk.run_until(lambda: bool(talk.requests))
    assert talk.now_ms == end_of_speech_ms + 400 + 150 + 1000


def test_a_recogniser_with_its_own_endpointing_needs_no_vad() -> None:
    talk = Talk()
    talk.tell(events.Transcript("hel", False, 0))
    talk.tell(events.Transcript("hello", True, 0))
    talk.run_until_idle()
    assert talk.said == [("user", "hello"), ("agent", "You said: hello.")]


def test_a_partial_that_nothing_follows_is_answered_in_the_end() -> None:
    talk = Talk(lone_partial_timeout_ms=6000)
    talk.tell(events.Transcript("hel", False, 0))
    talk.run_for(5000)
    talk.tell(events.Transcript("hello there", False, talk.now_ms))
    talk.run_until_idle()
    assert talk.when(actions.AskLlm)[0] == 5000 + 6000 + 5
    assert talk.said == [("user", "hello there"), ("agent", "You said: hello there.")]


def test_the_greeting_comes_first_and_belongs_to_turn_0() -> None:
    talk = Talk(greeting="Good morning.")
    talk.run_until_idle()
    talk.user_says("hello")
    talk.run_until_idle()
    assert talk.said[0] == ("agent", "Good morning.")
    assert [entry.turn_id for entry in talk.did(actions.ReportUtterance)] == [0, 1, 1]
    assert talk.requests[0][1] == {"role": "assistant", "content": "Good morning."}


def test_who_speaks_first_is_not_greeted() -> None:
    talk = Talk(greeting="Good morning.", delays=Delays(tts=3000))
    talk.user_says("hello")
    talk.run_until_idle()
    assert talk.said == [("user", "hello"), ("agent", "You said: hello.")]


def test_the_answer_is_spoken_in_pieces_of_one_request() -> None:
    text = "The first sentence is here. The second one follows it at once, with a clause. And a third one ends it."
    talk = Talk(answer=lambda messages: text)
    talk.user_says("tell me")
    talk.run_until_idle()
    pieces = talk.did(actions.Speak)
    assert len(pieces) >= 3
    assert len({piece.request_id for piece in pieces}) == 1
    assert [piece.end for piece in pieces] == [False] * (len(pieces) - 1) + [True]
    assert talk.agent_said == [text]


def test_a_failing_model_is_apologised_for_and_the_next_turn_works() -> None:
    talk = Talk(apology="Sorry.")
    talk.llm_error = "LM Studio does not answer"
    talk.user_says("hello")
    talk.run_until_idle()
    assert talk.agent_said == ["Sorry."]
    assert [warning.text for warning in talk.did(actions.Warn)] == ["LM Studio does not answer"]

    talk.llm_error = ""
    talk.user_says("hello again")
    talk.run_until_idle()
    assert talk.agent_said[-1] == "You said: hello again."


def test_an_empty_answer_is_said_so() -> None:
    talk = Talk(answer=lambda messages: "", nothing_to_say="Nothing.")
    talk.user_says("hello")
    talk.run_until_idle()
    assert talk.agent_said == ["Nothing."]


def test_a_model_that_never_answers_is_given_up() -> None:
    talk = Talk(delays=Delays(llm=10_000_000), think_timeout_ms=8000, apology="Sorry.")
    talk.user_says("hello")
    talk.run_until(lambda: bool(talk.agent_said))
    assert talk.agent_said == ["Sorry."]
    assert talk.aborted == {talk.did(actions.AskLlm)[0].request_id}


def test_a_voice_that_fails_once_is_apologised_for() -> None:
    talk = Talk(apology="Sorry.", delays=Delays(tts=1_000_000))
    talk.user_says("hello")
    talk.run_until(lambda: bool(talk.did(actions.Speak)))
    request_id = talk.did(actions.Speak)[0].request_id
    talk.delays.tts = 100
    talk.tell(events.TtsEnded(request_id, True, 0))
    talk.run_until(lambda: bool(talk.agent_said))
    assert talk.agent_said == ["Sorry."]


def test_a_voice_that_is_lost_leaves_the_text() -> None:
    talk = Talk(delays=Delays(tts=1_000_000))
    talk.tell(events.NodeFailed("tts", "tts", "the model is gone"))
    talk.user_says("hello")
    talk.run_until(lambda: bool(talk.agent_said))
    assert talk.agent_said == ["You said: hello."]
    assert talk.state == "listening"


def test_without_a_voice_a_greeting_is_shown_and_the_conversation_goes_on() -> None:
    talk = Talk(greeting="Good morning.", wait_for=("tts", "stt"), ready=False)
    talk.tell(events.NodeReady("tts"))
    talk.tell(events.NodeFailed("tts", "tts", "the model is gone"))
    talk.tell(events.NodeReady("stt"))
    assert talk.agent_said == ["Good morning."]
    assert talk.state == "listening"


def test_a_speaker_that_falls_silent_does_not_hang_the_conversation() -> None:
    talk = Talk(playback_timeout_ms=5000, answer=lambda messages: "A rather long answer to say. " * 4)
    talk.user_says("hello")
    talk.agent_starts_speaking()
    talk.run_for(1000)
    talk.volume = "paused"
    talk._playing = True
    talk._speaker.clear()
    talk.run_until(lambda: talk.state == "listening")
    assert talk.did(actions.ReportUtterance)[-1].interrupted
    assert talk.did(actions.Warn)


def test_what_cannot_be_read_out_is_not_spoken() -> None:
    talk = Talk(answer=lambda messages: "## Result\n**Twelve** is the answer 🙂, see [here](https://example.org).")
    talk.user_says("hello")
    talk.run_until_idle()
    assert talk.agent_said == ["Result. Twelve is the answer, see here."]


def test_a_recogniser_that_is_late_because_the_user_went_on_is_not_heard_twice() -> None:
    talk = Talk(decide=lambda text: ("unfinished", 2000) if text.endswith("me") else ("finished", 0))
    talk.finalize_answers = False
    talk.user_says("can you tell me", 900)
    first_end_ms = talk.now_ms
    talk.run_for(1000)
    talk.tell(events.UserSpeechStarted(talk.now_ms))
    talk.tell(events.Transcript("what", False, talk.now_ms))
    talk.run_for(1000)  # the recogniser's time is over while the user speaks
    talk.tell(events.Transcript("can you tell me", True, first_end_ms))
    talk.tell(events.Transcript("what time", False, talk.now_ms))
    end_ms = talk.now_ms
    talk.run_for(400)
    talk.tell(events.UserSpeechEnded(end_ms))
    talk.tell(events.Transcript("what time it is", True, end_ms))
    talk.run_until_idle()
    assert talk.said[0] == ("user", "can you tell me what time it is")


def test_a_late_final_puts_right_what_a_partial_said() -> None:
    talk = Talk(decide=lambda text: ("unfinished", 3000))
    talk.finalize_answers = False
    talk.user_says("what time is it now", 1500)
    end_ms = talk.now_ms
    talk.run_for(2000)
    talk.tell(events.Transcript("what time was it now", True, end_ms))
    talk.run_until_idle()
    assert talk.said[0] == ("user", "what time was it now")
    assert talk.requests[-1][-1]["content"] == "what time was it now"
    assert len(talk.agent_said) == 1
    assert talk.aborted == {talk.did(actions.AskLlm)[0].request_id}


def test_of_a_turn_without_end_the_beginning_is_forgotten() -> None:
    talk = Talk(max_turn_characters=500)
    talk.tell(events.UserSpeechStarted(0))
    for number in range(100):
        talk.tell(events.Transcript(f"and now the news number {number}", True, talk.now_ms))
    talk.tell(events.UserSpeechEnded(talk.now_ms))
    talk.run_until_idle()
    question = talk.requests[0][-1]["content"]
    assert question.endswith("number 99") and 450 < len(question) < 550
