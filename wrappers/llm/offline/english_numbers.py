"""Numbers as English speakers say them."""

from fractions import Fraction

_UNIT_WORDS = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
    "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen",
)  # fmt: skip
_TEN_WORDS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")

UNITS = {word: value for value, word in enumerate(_UNIT_WORDS)} | {"oh": 0, "nought": 0, "dozen": 12}
TENS = {word: 10 * value for value, word in enumerate(_TEN_WORDS, 2)}
SCALES = {"thousand": 10**3, "million": 10**6, "billion": 10**9, "trillion": 10**12}
HOMOPHONES = {"won": 1, "to": 2, "too": 2, "tu": 2, "for": 4, "fore": 4, "sex": 6, "ate": 8, "tan": 10, "tin": 10}
"""What a recogniser writes for a number; numbers only where nothing but a number can stand."""
_ARTICLES = frozenset(("a", "an", "the"))


def read_number(words: list[str], start: int, homophones: bool = False) -> tuple[Fraction, int] | None:
    """Read the number that begins at `words[start]`.

    homophones: also take "for" as four, and the like
    returns: its value and the index after it; None where no number begins
    """
    index = start
    follower = words[index + 1] if index + 1 < len(words) else ""
    if words[index] in _ARTICLES and (follower in ("hundred", "dozen") or follower in SCALES):
        words = [*words[:index], "one", *words[index + 1 :]]
    if words[index][:1].isdigit():
        value = Fraction(words[index].replace(",", ""))
        return _read_scale(words, index + 1, value)
    read = _read_integer(words, index)
    if read is None:
        if homophones and words[index] in HOMOPHONES:
            return Fraction(HOMOPHONES[words[index]]), index + 1
        return None
    value, index = Fraction(read[0]), read[1]
    if index + 1 < len(words) and words[index] == "point" and words[index + 1] in UNITS:
        return _read_decimals(words, index + 1, value)
    return value, index


def _read_integer(words: list[str], start: int) -> tuple[int, int] | None:
    total = below_thousand = 0
    index, seen = start, False
    while index < len(words):
        word = words[index]
        if (
            word == "and"
            and seen
            and index + 1 < len(words)
            and below_thousand % 100 == 0
            and _is_small(words[index + 1])
        ):
            index += 1
            continue
        if word == "dozen":
            below_thousand = max(below_thousand, 1) * 12
        elif word in UNITS and (below_thousand % 10 == 0 and (UNITS[word] < 10 or below_thousand % 100 == 0)):
            if seen and UNITS[word] == 0:
                break
            below_thousand += UNITS[word]
        elif word in TENS and below_thousand % 100 == 0:
            below_thousand += TENS[word]
        elif word == "hundred" and seen and 0 < below_thousand < 100:
            below_thousand *= 100
        elif word in SCALES and seen and below_thousand:
            total, below_thousand = total + below_thousand * SCALES[word], 0
        else:
            break
        seen, index = True, index + 1
    return (total + below_thousand, index) if seen else None


def _is_small(word: str) -> bool:
    return word in TENS or (word in UNITS and UNITS[word] > 0)


def _read_scale(words: list[str], index: int, value: Fraction) -> tuple[Fraction, int]:
    """12 hundred, 3 million."""
    while index < len(words) and (words[index] in SCALES or words[index] == "hundred"):
        value *= SCALES.get(words[index], 100)
        index += 1
    return value, index


def _read_decimals(words: list[str], index: int, value: Fraction) -> tuple[Fraction, int]:
    place = Fraction(1, 10)
    while index < len(words) and words[index] in UNITS and UNITS[words[index]] < 10:
        value += UNITS[words[index]] * place
        place /= 10
        index += 1
    return value, index
