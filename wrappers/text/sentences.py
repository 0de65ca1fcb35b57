"""Sentences of a text that is complete."""

from .boundaries import BoundaryFinder, Strength


def last_sentence(text: str) -> str:
    """The last sentence of a text, or as much as there is of it."""
    finder = BoundaryFinder()
    for character in text.rstrip():
        boundary = finder.feed(character)
        if boundary and boundary.strength is Strength.SENTENCE:
            finder.cut(boundary.end)
    return finder.text.strip()
