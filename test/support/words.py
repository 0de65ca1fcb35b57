"""How much of what was said a recogniser got right."""

import re
from collections.abc import Sequence


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, without punctuation."""
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*", text.lower())


def characters_of(text: str) -> list[str]:
    """Letters and digits one by one: what is counted in writing without spaces."""
    return [character for word in words_of(text) for character in word if character != "'"]


def edits(reference: Sequence[str], hypothesis: Sequence[str]) -> int:
    """Units that must be changed, left out or put in to make one of the other."""
    costs = list(range(len(hypothesis) + 1))
    for row, said in enumerate(reference, 1):
        before, costs = costs, [row] + [0] * len(hypothesis)
        for column, heard in enumerate(hypothesis, 1):
            same = before[column - 1] + (said != heard)
            costs[column] = min(same, before[column] + 1, costs[column - 1] + 1)
    return costs[-1]


def word_error_rate(said: str, heard: str) -> float:
    """Edits that make what was heard what was said, per word said."""
    reference, hypothesis = words_of(said), words_of(heard)
    return edits(reference, hypothesis) / len(reference) if reference else float(len(hypothesis) > 0)
