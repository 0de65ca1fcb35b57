"""Numbers as they are said in Chinese."""

from fractions import Fraction

DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
SMALL_UNITS = {"十": 10, "百": 100, "千": 1000}
BIG_UNITS = {"万": 10**4, "亿": 10**8}


def read_number(words: list[str], start: int) -> tuple[Fraction, int] | None:
    """Read the number that begins at `words[start]`: its value and the index after it, or None."""
    if start < len(words) and words[start][0].isascii() and words[start][0].isdigit():
        value, index = Fraction(words[start].replace(",", "")), start + 1
        while index < len(words) and words[index] in SMALL_UNITS | BIG_UNITS:
            value *= (SMALL_UNITS | BIG_UNITS)[words[index]]
            index += 1
        return value, index
    total = section = digit = 0
    index = start
    while index < len(words):
        word = words[index]
        if word in DIGITS:
            digit = digit * 10 + DIGITS[word] if digit else DIGITS[word]  # 一二三 is read digit by digit
        elif word in SMALL_UNITS:
            section += (digit or 1) * SMALL_UNITS[word]
            digit = 0
        elif word in BIG_UNITS and index > start:
            total = (total + section + digit) * BIG_UNITS[word]
            section = digit = 0
        else:
            break
        index += 1
    if index == start:
        return None
    value = Fraction(total + section + digit)
    if index + 1 < len(words) and words[index] == "点" and words[index + 1] in DIGITS:
        place, index = Fraction(1, 10), index + 1
        while index < len(words) and words[index] in DIGITS:
            value += DIGITS[words[index]] * place
            place /= 10
            index += 1
    return value, index
