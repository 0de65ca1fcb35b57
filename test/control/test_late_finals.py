"""A recogniser that is too slow for its time-out: its final comes when the turn has long been answered."""

import pytest
from support.talk import Talk, events


@pytest.mark.parametrize("barge_in", ["off", "vad", "words"])
def test_the_final_of_an_answered_turn_is_no_new_turn(barge_in: str) -> None:
    talk = Talk(barge_in=barge_in)
    talk.finalize_answers = False
    talk.user_says("what time is it")
    end_ms = talk.now_ms
    talk.run_until_idle()
    assert len(talk.agent_said) == 1, "it was answered with what the partials said"

    talk.run_for(500)
    talk.tell(events.Transcript("what time is it now", True, end_ms, "en-US"))
    talk.run_until_idle()
    assert len(talk.agent_said) == 1

    talk.finalize_answers = True
    talk.user_says("and what day is it")
    talk.run_until_idle()
    assert talk.agent_said[1:] == ["You said: and what day is it."]
