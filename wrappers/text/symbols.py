"""Characters without a sound of their own, and what little a voice makes of them."""

import unicodedata

BULLETS = "•◦▪▫‣●○■□◆◇⁃∙·"
ARROWS = "→⇒⟶➜➔➡⇨←↔⇔"
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u00ad\ufe0e\ufe0f\u20e3"

_PICTOGRAPHS = (
    (0x2190, 0x21FF),  # arrows
    (0x2300, 0x23FF),  # clocks, hourglass
    (0x25A0, 0x27BF),  # shapes, miscellaneous, dingbats
    (0x2900, 0x297F),
    (0x2B00, 0x2BFF),
    (0xE000, 0xF8FF),  # private use
    (0x1F000, 0x1FAFF),  # emoji
    (0xE0000, 0xE007F),  # tags: flags of regions
)


def is_silent(character: str) -> bool:
    """True for emoji, shapes, joiners and control characters; false for letters, punctuation and mathematical signs."""
    if character in INVISIBLE:
        return True
    code = ord(character)
    if any(first <= code <= last for first, last in _PICTOGRAPHS):
        return True
    return unicodedata.category(character) == "Cc" and character not in "\n\t\r"


def as_plain_number(character: str) -> str | None:
    """ "①" as "1."; None for a character that is not a number in a circle."""
    if not 0x2460 <= ord(character) <= 0x249B:
        return None
    return unicodedata.normalize("NFKC", character).strip("().") + "."
