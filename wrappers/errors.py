"""What can go wrong with an engine, whatever kind it is. The texts are for the user."""

from __future__ import annotations


class EngineMissing(Exception):
    """An engine cannot run on this machine."""

    def __init__(self, what: str, mend: str) -> None:
        """
        what: what is missing, as part of a sentence: 'Flite is not installed'
        mend: the one command or step that mends it
        """
        super().__init__(f"{what}; {mend}")
        self.what = what
        self.mend = mend


class EngineFailed(Exception):
    """An engine failed at one job; it may do the next one. The text says what happened."""
