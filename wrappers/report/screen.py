"""What the console shows: lines that stay, and below them one live line that is drawn anew."""

from __future__ import annotations

from dataclasses import dataclass

from rich.cells import cell_len, chop_cells

STATES = {
    "waiting": "loading",
    "listening": "listening",
    "hearing": "hearing you",
    "deciding": "deciding",
    "thinking": "thinking",
    "speaking": "speaking",
    "leaving": "ending",
}
"""The agent's states in the user's words."""

BARGE_IN = {
    "off": "speaking does not interrupt",
    "vad": "speaking interrupts",
    "words": "words interrupt",
}

MICROPHONE = {"muted": "microphone off", "lost": "no microphone"}
"""States of the microphone that the user should know of."""

_CLEAR_LINE = "\r\x1b[2K"


@dataclass
class Screen:
    """Text to write to the console, from what is happening. Pure: gives text, writes nothing.

    On a terminal the live line shows the state, whether speaking interrupts, and the words as they are recognised or
    spoken. Without one only the lines that stay are given.
    """

    is_terminal: bool
    state: str = ""
    barge_in: str = ""
    microphone: str = ""
    words: str = ""
    _drawn: str = ""

    def line(self, text: str) -> str:
        """A line that stays, above the live line."""
        if not self.is_terminal:
            return text + "\n"
        live, self._drawn = self._drawn, ""
        return f"{_CLEAR_LINE if live else ''}{text}\n"

    def live(self, width: int) -> str:
        """The live line anew, where it has changed. width: columns of the terminal"""
        if not self.is_terminal:
            return ""
        head = self._head()
        text = _fit(head, self.words, width - 1) if head or self.words else ""
        if text == self._drawn:
            return ""
        self._drawn = text
        return _CLEAR_LINE + text

    def clear(self) -> str:
        """Take the live line away."""
        drawn, self._drawn = self._drawn, ""
        return _CLEAR_LINE if drawn else ""

    def _head(self) -> str:
        parts = [
            STATES.get(self.state, self.state),
            MICROPHONE.get(self.microphone, ""),
            BARGE_IN.get(self.barge_in, self.barge_in),
        ]
        return ", ".join(part for part in parts if part)


def _fit(head: str, words: str, width: int) -> str:
    """Head and words in one line; of words that are too long the end is shown, where the news are."""
    text = f"[{head}] {words}" if words else f"[{head}]"
    if cell_len(text) <= width:
        return text
    room = width - cell_len(f"[{head}] ...")
    if room < 1:
        return text[: max(0, width)]
    end = chop_cells(words[::-1], room)[0][::-1]
    return f"[{head}] ...{end}"
