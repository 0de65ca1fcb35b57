"""Waiting for the nodes, and leaving."""

from support.talk import Delays, Talk, actions, events


def test_nobody_is_listened_to_before_every_node_is_ready() -> None:
    talk = Talk(wait_for=("stt", "tts"), ready=False)
    talk.tell(events.NodeReady("stt"))
    talk.tell(events.NodeReady("stt"))
    assert talk.did(actions.StartInput) == []
    assert talk.state == "waiting"
    talk.tell(events.NodeReady("tts"))
    assert len(talk.did(actions.StartInput)) == 1
    assert talk.state == "listening"


def test_a_node_that_is_never_ready_is_named() -> None:
    talk = Talk(wait_for=("stt", "tts"), ready=False, ready_timeout_ms=5000)
    talk.tell(events.NodeReady("stt"))
    talk.run_until_idle()
    assert talk.now_ms == 5000
    assert talk.did(actions.CloseApp)[0].error.startswith("not ready after 5 s: tts ")


def test_a_node_that_fails_at_the_start_ends_the_app_with_its_reason() -> None:
    talk = Talk(wait_for=("stt",), ready=False)
    talk.tell(events.NodeFailed("stt", "asr", "the model folder is empty"))
    assert talk.did(actions.CloseApp) == [actions.CloseApp("the model folder is empty")]
    talk.tell(events.NodeReady("stt"))
    assert talk.did(actions.StartInput) == []


def test_when_the_user_leaves_the_answer_is_still_spoken() -> None:
    talk = Talk()
    talk.user_says("goodbye")
    talk.tell(events.UserLeft())
    talk.run_until_idle()
    assert talk.agent_said == ["You said: goodbye."]
    assert talk.did(actions.CloseApp) == [actions.CloseApp()]
    assert talk.when(actions.CloseApp)[0] >= talk.when(actions.ReportUtterance)[-1]
    assert talk.state == "ended"


def test_a_user_who_leaves_while_speaking_is_answered() -> None:
    talk = Talk()
    talk.user_says("one two three four five", 3000)
    talk._queue = [entry for entry in talk._queue if entry[0] < talk.now_ms]  # the end of speech is never told
    talk._utterances[0].end_ms = talk.now_ms
    talk.tell(events.UserLeft())
    talk.run_until_idle()
    assert talk.said[0] == ("user", "one two three four five")


def test_leaving_in_silence_ends_at_once() -> None:
    talk = Talk()
    talk.tell(events.UserLeft())
    assert talk.did(actions.CloseApp) == [actions.CloseApp()]


def test_an_engine_that_hangs_does_not_keep_the_app_alive() -> None:
    talk = Talk(delays=Delays(tts=10_000_000), leave_timeout_ms=4000, think_timeout_ms=100_000)
    talk.user_says("goodbye")
    talk.tell(events.UserLeft())
    talk.run_until(lambda: bool(talk.did(actions.CloseApp)))
    assert talk.now_ms < 10_000


def test_ending_in_the_middle_of_an_answer_keeps_what_was_heard() -> None:
    talk = Talk(answer=lambda messages: "One two three four five six seven eight nine ten.")
    talk.user_says("count")
    talk.agent_starts_speaking()
    talk.run_for(1000)
    talk._perform(talk.conversation.stop(talk.now_ms))
    answer = talk.did(actions.ReportUtterance)[-1]
    assert (answer.role, answer.interrupted) == ("agent", True)
    assert answer.text.startswith("One two")
    assert not answer.text.endswith("ten.")
    assert talk.state == "ended"


def test_ending_in_the_middle_of_a_question_keeps_what_was_understood() -> None:
    talk = Talk()
    talk.user_says("what is the time in")
    talk._perform(talk.conversation.stop(talk.now_ms))
    assert talk.said == [("user", "what is the time")]
