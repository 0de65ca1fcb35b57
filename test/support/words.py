"""How much of what was said a recogniser got right."""

import re


def words_of(text: str) -> list[str]:
    """The words of a text in lower case, without punctuation."""
    return re.findall(r"[^\W_]+(?:'[^\W_]+)*", text.lower())


def word_error_rate(said: str, heard: str) -> float:
    """Words that must be changed, left out or put in to make what was heard what was said, per word said."""
    reference, hypothesis = words_of(said), words_of(heard)
    if not reference:
        return float(len(hypothesis) > 0)
    costs = list(range(len(hypothesis) + 1))
    for row, said_word in enumerate(reference, 1):
        before, costs = costs, [row] + [0] * len(hypothesis)
        for column, heard_word in enumerate(hypothesis, 1):
            same = before[column - 1] + (said_word != heard_word)
            costs[column] = min(same, before[column] + 1, costs[column - 1] + 1)
    return costs[-1] / len(reference)
