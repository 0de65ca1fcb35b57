"""What the console shows."""

from rich.cells import cell_len

from wrappers.report import Screen

CLEAR = "\r\x1b[2K"


def test_without_a_terminal_only_lines() -> None:
    screen = Screen(is_terminal=False, state="hearing", words="you: hel")

    assert screen.live(80) == ""
    assert screen.line("turn 1") == "turn 1\n"
    assert screen.clear() == ""


def test_the_live_line_says_state_interruption_and_words() -> None:
    screen = Screen(is_terminal=True, state="speaking", barge_in="vad", words="agent: It is ten")

    assert screen.live(80) == f"{CLEAR}[speaking, speaking interrupts] agent: It is ten"


def test_a_microphone_that_does_not_hear_is_named() -> None:
    screen = Screen(is_terminal=True, state="listening", barge_in="vad", microphone="muted")

    assert screen.live(80) == f"{CLEAR}[listening, microphone off, speaking interrupts]"
    screen.microphone = "lost"
    assert "no microphone" in screen.live(80)
    screen.microphone = "open"
    assert screen.live(80) == f"{CLEAR}[listening, speaking interrupts]"


def test_before_anything_is_known_there_is_no_live_line() -> None:
    assert Screen(is_terminal=True).live(80) == ""


def test_it_is_drawn_only_when_it_changes() -> None:
    screen = Screen(is_terminal=True, state="listening", barge_in="off")

    assert screen.live(80) == f"{CLEAR}[listening, speaking does not interrupt]"
    assert screen.live(80) == ""
    screen.words = "you: hello"
    assert screen.live(80).endswith("] you: hello")


def test_a_line_that_stays_takes_the_place_of_the_live_line() -> None:
    screen = Screen(is_terminal=True, state="listening")
    screen.live(80)

    assert screen.line("turn 1") == f"{CLEAR}turn 1\n"
    assert screen.live(80) == f"{CLEAR}[listening]", "and is drawn again below"
    assert screen.clear() == CLEAR
    assert screen.clear() == ""


def test_of_long_words_the_end_is_shown() -> None:
    screen = Screen(is_terminal=True, state="hearing", words="you: " + "one two three " * 20 + "the end")

    drawn = screen.live(60).removeprefix(CLEAR)

    assert drawn.startswith("[hearing you] ...") and drawn.endswith("the end")
    assert cell_len(drawn) == 59


def test_wide_letters_count_twice() -> None:
    screen = Screen(is_terminal=True, state="hearing", words="you: " + "今天天气怎么样" * 10)

    drawn = screen.live(50).removeprefix(CLEAR)

    assert drawn.endswith("今天天气怎么样") and 48 <= cell_len(drawn) <= 49


def test_a_very_narrow_terminal() -> None:
    screen = Screen(is_terminal=True, state="speaking", barge_in="off", words="agent: hello")

    assert cell_len(screen.live(10).removeprefix(CLEAR)) == 9
