"""One line per turn."""

from wrappers.report import Turns, Utterance, turn_line


class TurnLines:
    """Utterances in, lines out."""

    def __init__(self) -> None:
        self.turns = Turns()

    def add(self, utterance: Utterance) -> list[str]:
        return [turn_line(turn) for turn in self.turns.add(utterance)]

    def finish(self) -> list[str]:
        return [turn_line(turn) for turn in self.turns.finish()]


def user(turn_id: int, text: str) -> Utterance:
    return Utterance("user", text, 0, 1000, turn_id)


def agent(turn_id: int, text: str, interrupted: bool = False, **stages_ms: float) -> Utterance:
    return Utterance("agent", text, 2000, 3000, turn_id, interrupted, stages_ms)


def test_question_and_answer_make_one_line() -> None:
    turns = TurnLines()

    assert turns.add(user(1, "what is two and two")) == []
    assert turns.add(agent(1, "Four.", turn_decided=400, first_sound=650)) == [
        "turn 1 | you: what is two and two | agent: Four. | after speech end: turn decided 400 ms, first sound 650 ms"
    ]
    assert turns.finish() == []


def test_a_greeting_has_no_turn() -> None:
    assert TurnLines().add(agent(0, "Hello!")) == ["agent: Hello!"]


def test_an_interrupted_answer_says_so() -> None:
    turns = TurnLines()
    turns.add(user(3, "tell me a story"))

    assert turns.add(agent(3, "Once upon", interrupted=True)) == [
        "turn 3 | you: tell me a story | agent: Once upon [interrupted]"
    ]


def test_what_was_not_heard_of_the_user_is_said() -> None:
    turns = TurnLines()
    turns.add(Utterance("user", "about the sea", 0, 1000, 2, start_lost=True))

    assert turns.add(agent(2, "It is wide.")) == ["turn 2 | you: [start not heard] about the sea | agent: It is wide."]


def test_a_turn_without_answer_is_said_when_the_next_begins_or_at_the_end() -> None:
    turns = TurnLines()
    turns.add(user(1, "hello"))

    assert turns.add(user(2, "are you there")) == ["turn 1 | you: hello | agent: (no answer)"]
    assert turns.finish() == ["turn 2 | you: are you there | agent: (no answer)"]


def test_two_utterances_of_one_turn_are_joined() -> None:
    turns = TurnLines()
    turns.add(user(1, "my name is"))
    turns.add(user(1, "anna"))

    assert turns.add(agent(1, "Hello Anna.")) == ["turn 1 | you: my name is anna | agent: Hello Anna."]


def test_an_answer_to_another_turn_does_not_swallow_the_waiting_one() -> None:
    turns = TurnLines()
    turns.add(user(1, "hello"))

    assert turns.add(agent(2, "Yes?")) == ["turn 1 | you: hello | agent: (no answer)", "turn 2 | agent: Yes?"]


def test_nothing_recognised_and_nothing_heard() -> None:
    turns = TurnLines()
    turns.add(user(1, ""))

    assert turns.add(agent(1, "")) == ["turn 1 | you: (no words) | agent: (nothing)"]
