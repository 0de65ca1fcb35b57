"""The last sentence of what was said."""

import pytest

from wrappers.text import last_sentence


@pytest.mark.parametrize(
    ("text", "last"),
    [
        ("", ""),
        ("One.", "One."),
        ("One. Two. ", "Two."),
        ("Mr. Smith came. He saw 3.14 things, e.g. this one", "He saw 3.14 things, e.g. this one"),
        ("It is ten. Shall I", "Shall I"),
        ("今天天气很好。我们走吧！", "我们走吧！"),
        ('She said "No." And then', "And then"),
    ],
)
def test_the_last_sentence_or_what_there_is_of_it(text: str, last: str) -> None:
    assert last_sentence(text) == last
