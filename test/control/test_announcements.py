"""What the app says of its own accord, when nobody speaks."""

from support.talk import Delays, Talk, actions, events

TIMER = events.Announcement("Your timer is up.")


def test_it_is_said_at_once_while_nobody_speaks_and_the_model_knows() -> None:
    talk = Talk()
    talk.tell(TIMER)
    talk.run_until_idle()
    assert talk.agent_said == ["Your timer is up."]

    talk.user_says("thanks")
    talk.run_until_idle()
    assert talk.requests[0][1] == {"role": "assistant", "content": "Your timer is up."}


def test_it_waits_for_the_end_of_an_answer() -> None:
    talk = Talk()
    talk.user_says("hello")
    talk.agent_starts_speaking()
    talk.tell(TIMER)
    talk.tell(events.Announcement("And the other one."))
    talk.run_until_idle()
    assert talk.agent_said == ["You said: hello.", "Your timer is up.", "And the other one."]


def test_it_waits_while_the_user_speaks() -> None:
    talk = Talk()
    talk.user_says("what is")
    talk.tell(TIMER)
    talk.run_until_idle()
    assert talk.agent_said == ["You said: what is.", "Your timer is up."]


def test_it_is_said_later_when_the_user_begins_before_it_is_heard() -> None:
    talk = Talk(delays=Delays(tts=500))
    talk.tell(TIMER)
    talk.user_says("hello")
    talk.run_until_idle()
    assert talk.agent_said == ["You said: hello.", "Your timer is up."]


def test_it_can_be_interrupted() -> None:
    talk = Talk()
    talk.tell(TIMER)
    talk.agent_starts_speaking()
    talk.user_says("stop it now please")
    talk.run_until_idle()
    assert talk.said[0][0] == "agent"
    assert talk.agent_said[1:] == ["You said: stop it now please."]
    assert talk.did(actions.ReportUtterance)[0].interrupted


def test_nothing_is_said_once_the_user_has_left() -> None:
    talk = Talk()
    talk.tell(events.UserLeft())
    talk.tell(TIMER)
    talk.run_until_idle()
    assert talk.agent_said == []
