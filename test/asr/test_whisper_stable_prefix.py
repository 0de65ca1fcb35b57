"""What two decodes agree on stays, whatever comes later."""

import random

from wrappers.asr.stable_prefix import StablePrefix, TimedWord

WORD_MS = 300


def words(text: str, from_ms: int = 0) -> list[TimedWord]:
    """The words of a text, one after the other."""
    return [
        TimedWord(f" {word}", from_ms + number * WORD_MS, from_ms + (number + 1) * WORD_MS)
        for number, word in enumerate(text.split())
    ]


def push(prefix: StablePrefix, text: str, until_ms: int = 60_000, from_ms: int = 0) -> tuple[str, str]:
    """What is locked, and all of the text, after one more decode."""
    prefix.push(words(text, from_ms), until_ms, from_ms)
    locked = "".join(word.text for word in prefix.locked).strip()
    return locked, "".join(word.text for word in prefix.words).strip()


def test_a_word_is_locked_when_the_next_decode_says_it_too() -> None:
    prefix = StablePrefix()
    assert push(prefix, "what is") == ("", "what is")
    assert push(prefix, "what is the weather") == ("what is", "what is the weather")
    assert push(prefix, "what is the whether in") == ("what is the", "what is the whether in")
    assert push(prefix, "what is the weather in Paris") == ("what is the", "what is the weather in Paris")
    assert push(prefix, "what is the weather in Paris") == ("what is the weather in Paris",) * 2


def test_a_locked_word_survives_decodes_that_say_something_else() -> None:
    prefix = StablePrefix()
    push(prefix, "what is the")
    push(prefix, "what is the")
    assert push(prefix, "hot as the weather") == ("what is the", "what is the weather")
    assert push(prefix, "") == ("what is the", "what is the")
    assert push(prefix, "what is the weather today") == ("what is the", "what is the weather today")


def test_where_a_decode_disagrees_the_words_that_it_shares_tell_where_it_goes_on() -> None:
    prefix = StablePrefix()
    push(prefix, "what is the weather in")
    push(prefix, "what is the weather in")
    assert push(prefix, "is the weather in Paris")[1] == "what is the weather in Paris"
    assert push(prefix, "so what is the weather in Paris")[1] == "what is the weather in Paris"
    assert prefix.agrees(words("What is the weather in Paris today"))
    assert not prefix.agrees(words("What was the weather in Paris"))


def test_punctuation_that_comes_and_goes_is_not_locked() -> None:
    prefix = StablePrefix()
    push(prefix, "I see.")
    assert push(prefix, "I see the sea.") == ("I", "I see the sea.")
    assert push(prefix, "I see the sea.")[0] == "I see the sea."


def test_capital_letters_do_not_matter_and_the_newest_ones_are_kept() -> None:
    prefix = StablePrefix()
    push(prefix, "hello paris")
    assert push(prefix, "Hello Paris")[0] == "Hello Paris"


def test_a_word_at_the_end_of_the_audio_may_be_half_of_one() -> None:
    prefix = StablePrefix()
    push(prefix, "what is the weather", until_ms=4 * WORD_MS)
    assert push(prefix, "what is the weather", until_ms=4 * WORD_MS + 50)[0] == "what is the"


def test_a_window_that_begins_later_goes_on_after_what_is_locked() -> None:
    prefix = StablePrefix()
    for _ in range(2):
        push(prefix, "one two three four five six")
    start_ms = 4 * WORD_MS
    assert push(prefix, "five six seven", from_ms=start_ms)[1] == "one two three four five six seven"
    assert push(prefix, "five six seven eight", from_ms=start_ms)[0] == "one two three four five six seven"
    assert push(prefix, "seven eight nine", from_ms=6 * WORD_MS)[1] == "one two three four five six seven eight nine"


def test_what_is_never_agreed_on_can_be_locked_by_its_time() -> None:
    prefix = StablePrefix()
    push(prefix, "one two three four")
    prefix.lock_until(2 * WORD_MS)
    assert push(prefix, "free for five", from_ms=2 * WORD_MS) == ("one two", "one two free for five")


def test_whatever_decodes_say_the_locked_words_only_grow() -> None:
    generator = random.Random(4)
    for _ in range(200):
        prefix, before = StablePrefix(), ""
        for count in range(1, 15):
            said = [generator.choice(["a", "b", "c"]) if generator.random() < 0.3 else "d" for _ in range(count)]
            locked, text = push(prefix, " ".join(said), count * WORD_MS, generator.choice([0, 0, WORD_MS]))
            assert locked.startswith(before)
            assert text.startswith(locked)
            before = locked
