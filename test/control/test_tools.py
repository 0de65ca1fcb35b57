"""The model uses tools, and what the user hears meanwhile."""

import json

import pytest
from support.talk import actions, events
from support.tool_talk import Call, ToolTalk

RAIN = {"weather": lambda arguments: (200, "rain")}
SLOW = {"weather": lambda arguments: (3000, "rain")}
NEVER = {"weather": lambda arguments: (1_000_000, "")}


def ask(talk: ToolTalk, text: str = "how is the weather") -> ToolTalk:
    talk.user_says(text)
    talk.run_until(lambda: bool(talk.agent_said))
    return talk


def test_the_model_gets_the_output_and_its_answer_is_spoken() -> None:
    talk = ask(ToolTalk([[Call("weather", {"city": "Paris"})], ["It rains."]], RAIN))

    assert talk.agent_said == ["It rains."]
    offered = talk.did(actions.AskLlm)[0].tools
    assert [(tool["name"], tool["parameters"][0]["name"]) for tool in offered] == [("weather", "city")]
    (call,) = talk.did(actions.CallTool)
    assert (call.node, call.name, call.arguments) == ("tool_node", "weather", {"city": "Paris"})
    function_call, output = talk.requests[1][-2:]
    assert talk.requests[1][:-2] == talk.requests[0]
    assert function_call["type"] == "function_call"
    assert (function_call["name"], json.loads(function_call["arguments"])) == ("weather", {"city": "Paris"})
    assert output["type"] == "function_call_output"
    assert (output["call_id"], output["output"]) == (function_call["call_id"], "rain")


def test_every_request_to_the_model_has_an_id_of_its_own_and_the_voice_keeps_one() -> None:
    talk = ask(ToolTalk([["Let me see. ", Call("weather")], ["It rains."]], RAIN))

    ids = [action.request_id for action in talk.did(actions.AskLlm)]
    assert len(set(ids)) == 2
    assert {action.request_id for action in talk.did(actions.Speak)} == {ids[0]}
    assert talk.agent_said == ["Let me see. It rains."]
    assert talk.requests[1][-3] == {"role": "assistant", "content": "Let me see."}


def test_the_next_turn_remembers_the_tool() -> None:
    talk = ask(ToolTalk([[Call("weather")], ["It rains."], ["You are welcome."]], RAIN))
    talk.user_says("thanks")
    talk.run_until_idle()

    kinds = [message.get("type", message["role"]) for message in talk.requests[2][1:]]
    assert kinds == ["user", "function_call", "function_call_output", "assistant", "user"]


def test_several_calls_at_once_work_side_by_side() -> None:
    tools = {"weather": lambda arguments: (300, f"rain in {arguments['city']}"), "time": lambda arguments: (100, "3")}
    calls = [Call("weather", {"city": "Paris"}), Call("time"), Call("weather", {"city": "Rome"})]
    talk = ask(ToolTalk([calls, ["Well."]], tools))

    assert talk.called == ["weather", "time", "weather"]
    assert len(set(talk.when(actions.CallTool))) == 1
    assert talk.outputs() == ["rain in Paris", "3", "rain in Rome"]


def test_several_rounds() -> None:
    talk = ask(ToolTalk([[Call("weather")], [Call("weather")], ["Still rain."]], RAIN))

    assert talk.agent_said == ["Still rain."]
    assert talk.outputs() == ["rain", "rain"]


def test_a_model_that_only_calls_is_stopped_and_the_user_hears_so() -> None:
    talk = ask(ToolTalk([[Call("weather")]], RAIN, max_tool_rounds=3))

    assert len(talk.called) == 3
    assert [bool(action.tools) for action in talk.did(actions.AskLlm)] == [True, True, True, False]
    assert talk.agent_said == ["Sorry, that did not work."]


@pytest.mark.parametrize(
    ("call", "told"),
    [
        (Call("stocks"), "There is no tool stocks. There are: weather."),
        (Call("weather", {"city": 5}), "The parameter city must be of type string."),
        (Call("weather", {}, "The arguments are no JSON object: {x"), "The arguments are no JSON object: {x"),
    ],
)
def test_a_call_that_cannot_be_made_is_told_to_the_model(call: Call, told: str) -> None:
    talk = ask(ToolTalk([[call], ["Sorry, I cannot see that."]], RAIN))

    assert talk.called == []
    assert talk.outputs() == [told]
    assert talk.agent_said == ["Sorry, I cannot see that."]


def test_a_slow_tool_is_bridged_once() -> None:
    talk = ToolTalk([[Call("weather")], [Call("weather")], ["It rains."]], SLOW)
    talk.user_says("how is the weather")
    talk.run_until(lambda: bool(talk.did(actions.CallTool)))
    called_ms = talk.now_ms
    talk.run_until(lambda: bool(talk.agent_said))

    assert [action.text for action in talk.did(actions.Speak)] == ["One moment.", "It rains.", ""]
    assert talk.when(actions.Speak)[0] == called_ms + 1000
    assert talk.agent_said == ["One moment. It rains."]


def test_it_is_bridged_in_the_users_language() -> None:
    talk = ask(ToolTalk([[Call("weather")], ["在下雨。"]], SLOW), "今天天气怎么样")
    assert talk.agent_said == ["请稍等。在下雨。"]


def test_a_quick_tool_needs_no_bridge_and_neither_does_a_model_that_says_something_first() -> None:
    assert ask(ToolTalk([[Call("weather")], ["It rains."]], RAIN)).agent_said == ["It rains."]
    talk = ask(ToolTalk([["Let me look. ", Call("weather")], ["It rains."]], SLOW))
    assert talk.agent_said == ["Let me look. It rains."]


def test_a_tool_that_hangs_is_given_up() -> None:
    talk = ToolTalk([[Call("weather")], ["I cannot reach it."]], NEVER, tool_timeout_ms=5000)
    talk.user_says("how is the weather")
    talk.run_until(lambda: bool(talk.agent_said))

    assert talk.agent_said == ["One moment. I cannot reach it."]
    assert talk.outputs() == ["The tool did not answer within 5 s."]
    asked_ms = talk.when(actions.AskLlm)
    assert asked_ms[1] - talk.when(actions.CallTool)[0] == 5000


def test_what_a_tool_tells_after_it_was_given_up_is_not_taken_for_the_next_ones_output() -> None:
    delays_ms = iter([5500, 1000])
    tools = {"weather": lambda arguments: (next(delays_ms), f"rain in {arguments['city']}")}
    steps: list[list[str | Call]] = [
        [Call("weather", {"city": "Paris"})],
        [Call("weather", {"city": "Rome"})],
        ["It rains."],
    ]
    talk = ask(ToolTalk(steps, tools, tool_timeout_ms=5000))

    assert talk.outputs() == ["The tool did not answer within 5 s.", "rain in Rome"]
    assert talk.agent_said == ["One moment. It rains."]


def test_an_empty_answer_after_a_tool_is_not_left_at_the_filler() -> None:
    talk = ask(ToolTalk([[Call("weather")], [""]], SLOW))
    assert talk.agent_said == ["One moment. Sorry, that did not work."]


def test_a_tool_is_not_called_before_the_turn_is_certain() -> None:
    talk = ToolTalk([[Call("weather")], ["It rains."]], RAIN, decide=lambda text: ("finished", 2000))
    talk.user_says("how is the weather")
    end_ms = talk.now_ms
    talk.run_until_idle()

    assert talk.when(actions.AskLlm)[0] < end_ms + 1000
    assert talk.when(actions.CallTool) == [end_ms + 2000]
    assert talk.agent_said == ["It rains."]


def test_a_speculative_call_is_thrown_away_when_the_user_goes_on() -> None:
    talk = ToolTalk([[Call("weather")], ["It rains in Paris."]], RAIN, decide=lambda text: ("finished", 1500))
    talk.user_says("how is the weather")
    talk.run_for(900)
    talk.user_says("in Paris")
    talk.run_until_idle()

    assert talk.called == []
    assert talk.agent_said == ["It rains in Paris."]


def test_an_interruption_while_a_tool_works_ends_the_answer() -> None:
    talk = ToolTalk([[Call("weather")], ["Alright."]], {"weather": lambda arguments: (8000, "rain")})
    talk.user_says("how is the weather")
    talk.run_until(lambda: talk.state == "speaking")
    talk.run_for(300)
    talk.user_says("never mind, tell me a joke")
    talk.run_until_idle()

    assert talk.agent_said[-1] == "Alright."
    assert talk.outputs() == []
    assert [message["role"] for message in talk.requests[-1]] == ["system", "user", "assistant", "user"]


def test_a_failure_in_the_second_round_is_apologised_for() -> None:
    talk = ToolTalk([[Call("weather")], ["never"]], RAIN)
    talk.user_says("how is the weather")
    talk.run_until(lambda: len(talk.did(actions.AskLlm)) == 2)
    talk.tell(events.LlmEnded(talk.did(actions.AskLlm)[1].request_id, "It broke.", "unreachable"))
    talk.run_until(lambda: bool(talk.agent_said))
    assert talk.agent_said == ["Sorry, I cannot reach my language model. Please look whether it runs."]


def test_more_calls_than_sense_are_refused() -> None:
    talk = ask(ToolTalk([[Call("weather")] * 50, ["Enough."]], RAIN))
    assert len(talk.called) == 8
    assert talk.outputs() == ["rain"] * 8 + ["Not done: at most 8 calls at once are allowed."]
