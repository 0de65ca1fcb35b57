"""Markup within a line: emphasis, links, code, tags, formulas, addresses.

Each rule looks at the text from one character on and either knows what to do with it whatever follows, or asks for
more. So the result does not depend on how the text arrives.
"""

import html
import re
from collections.abc import Callable
from dataclasses import dataclass

from .math_speech import say_math, word_for_command
from .script import Language, word_set
from .symbols import ARROWS, BULLETS


@dataclass(frozen=True, slots=True)
class Place:
    """Where a rule reads."""

    text: str
    """From the character that the rule is for."""
    before: str
    """The character before it; empty at the start of a line."""
    in_row: bool
    language: Language
    at_end: bool
    """No more text comes."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What became of `text[:length]`. Length 0: more text is needed."""

    length: int
    say: str = ""
    reread: str = ""
    """Text that may hold markup itself, e.g. of a link."""
    pauses: bool = False
    hides_until: str = ""
    """Everything up to and with this text is not meant for the ear."""


MORE = Reading(0)
Rule = Callable[[Place], Reading | None]

HIDDEN_TAGS = word_set("think thinking thought thoughts reasoning reflection scratchpad script style tool_call")
_LINE_TAGS = word_set("br p li ul ol div tr table h1 h2 h3 h4 h5 h6 hr blockquote")

_TAG = re.compile(r"</?([A-Za-z][\w-]*)(?:[\s/][^<>\n]{0,200})?>|<\|[^|<>\n]{0,60}\|>")
_MAYBE_TAG = re.compile(r"<(?:/?(?:[A-Za-z][\w-]*(?:[\s/][^<>\n]{0,200})?)?|!-?|\|[^|<>\n]{0,60}\|?)")
_AUTO_LINK = re.compile(r"<([a-z][a-z0-9+.-]*:[^\s<>]{1,200}|[^\s<>@]{1,100}@[^\s<>]{1,100})>", re.IGNORECASE)
_MAYBE_AUTO_LINK = re.compile(r"<[A-Za-z0-9][^\s<>]{0,300}")
_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"'“”，。！？；：、）】」』\u4e00-\u9fff]+", re.IGNORECASE)
_URL_STARTS = ("https://", "http://", "www.")
_HOST = re.compile(r"(?:[a-z]+://)?(?:www\.)?([^/?#:]+)", re.IGNORECASE)
_ENTITY = re.compile(r"&(?:#\d{1,6}|#x[0-9a-f]{1,6}|[a-z][a-z0-9]{1,11});", re.IGNORECASE)
_MAYBE_ENTITY = re.compile(r"&(?:#?[a-z0-9]{0,12})?", re.IGNORECASE)
_MONEY = re.compile(r"\$\d[\d.,]*")
_COMMAND = re.compile(r"\\([A-Za-z]+)")
_FORMULA_LIMIT = 400
_INLINE_FORMULA_LIMIT = 120
_LABEL_LIMIT = 300
_ADDRESS_LIMIT = 2000
_CODE_LIMIT = 300
_LINE_LENGTH = 8
_PUNCTUATION = frozenset("!\"#$%&'*+,-./:;<=>?@^_`{|}~")


def read_markup(place: Place) -> Reading:
    """Read what stands at a special character; a character that means nothing special is said as it is."""
    for rule in RULES.get(place.text[0], ()):
        reading = rule(place)
        if reading is MORE and place.at_end:
            continue
        if reading is not None:
            return reading
    return Reading(1, say=place.text[0])


def _read_emphasis(place: Place) -> Reading | None:
    mark = place.text[0]
    run = len(place.text) - len(place.text.lstrip(mark))
    after = place.text[run : run + 1]
    if not after and not place.at_end:
        return MORE
    if mark == "_":
        return Reading(run, say=" " if place.before.isalnum() and after.isalnum() else "")
    if mark == "*" and run == 2 and place.before.isdigit() and after.isdigit():
        return Reading(2, say={"en": " to the power of ", "zh": "^"}[place.language])
    if mark == "~" and run == 1:
        joined = place.before.isascii() and place.before.isalnum()
        about = {"en": "about ", "zh": "大约"}[place.language]
        return Reading(1, say=about) if after.isdigit() and not joined else None
    if mark == "*" and run == 1:
        return _read_asterisk(place, after)
    return Reading(run)


def _read_asterisk(place: Place, after: str) -> Reading:
    """A factor between numbers, a bullet that stands alone, or emphasis."""
    between_digits = place.before.isdigit() and after.isdigit()
    alone = place.before.isspace() and after.isspace()
    if between_digits or alone:
        return Reading(1, say={"en": " times ", "zh": "乘以"}[place.language])
    return Reading(1)


def _read_code(place: Place) -> Reading | None:
    text = place.text[:_CODE_LIMIT]
    run = len(text) - len(text.lstrip("`"))
    closing = re.search(rf"(?<!`)`{{{run}}}(?!`)", text[run:])
    paragraph_end = text.find("\n\n")
    if closing and (paragraph_end < 0 or run + closing.start() < paragraph_end):
        if run + closing.end() == len(place.text) and not place.at_end:
            return MORE  # one more backtick would make it another mark
        code = text[run : run + closing.start()]
        return Reading(run + closing.end(), say=re.sub(r"[_<>`\s]+", " ", code).strip())
    known = paragraph_end >= 0 or len(text) == _CODE_LIMIT or place.at_end
    return Reading(run) if known else MORE


def _read_link(place: Place) -> Reading | None:
    """[text](address), ![text](address), [text][reference], [1], [^note]."""
    text = place.text
    image = text[0] == "!"
    if text == "!":
        return MORE
    if image and text[1] != "[":
        return None
    if "[THINK]".startswith(text[:7]):
        return Reading(7, hides_until="[/THINK]") if len(text) >= 7 else MORE
    start = 2 if image else 1
    label_end = _find_closing(text, start, "[", "]", _LABEL_LIMIT)
    if label_end is None:
        return None
    if label_end < 0 or (label_end + 1 == len(text) and not place.at_end):
        return MORE
    label, follower = text[start:label_end], text[label_end + 1 : label_end + 2]
    if follower and follower in "([":
        end = _find_closing(text, label_end + 2, follower, {"(": ")", "[": "]"}[follower], _ADDRESS_LIMIT)
        if end is not None and end < 0:
            return MORE
        if end is not None:
            return Reading(end + 1, reread=label)
    if label.startswith("^") or label.isdigit():
        return Reading(label_end + 1)  # the number of a note or a source
    return None


def _find_closing(text: str, start: int, opening: str, closing: str, limit: int) -> int | None:
    """Index of the bracket that closes; -1 if it is still to come, None if it never will."""
    depth = 1
    for index in range(start, min(len(text), start + limit)):
        if text[index] == "\n":
            return None
        depth += (text[index] == opening) - (text[index] == closing)
        if depth == 0:
            return index
    return -1 if len(text) < start + limit else None


def _read_tag(place: Place) -> Reading | None:
    text = place.text
    if text.startswith("<!--"):
        return Reading(4, hides_until="-->")
    tag = _TAG.match(text)
    if tag:
        name = (tag.group(1) or "").lower()
        if name in HIDDEN_TAGS and not text.startswith("</") and not tag.group().endswith("/>"):
            return Reading(tag.end(), hides_until=f"</{name}>")
        return Reading(tag.end(), say="\n" if name in _LINE_TAGS else "")
    link = _AUTO_LINK.match(text)
    if link:
        address = link.group(1)
        return Reading(link.end(), say=address if "@" in address else _host(address))
    if _MAYBE_TAG.fullmatch(text) or _MAYBE_AUTO_LINK.fullmatch(text):
        return MORE
    return None


def _read_dollar(place: Place) -> Reading | None:
    """Money, or a formula between dollar signs."""
    text = place.text
    if text == "$":
        return MORE
    if text.startswith("$$"):
        return _read_formula(place, "$$", "$$", _FORMULA_LIMIT)
    money = _MONEY.match(text)
    if money:
        if money.end() == len(text) and not place.at_end:
            return MORE
        if text[money.end() : money.end() + 1] not in ("$", "^", "_", "\\", "{", "=", "+", "*", "/", "<", ">"):
            return None
    elif text[1].isspace() or place.before.isalnum():
        return None
    closing = re.search(r"(?<=[^\s$])\$(?!\d)", text[1:])
    if closing and closing.end() + 1 == len(text) and not place.at_end:
        return MORE
    formula = text[1 : 1 + closing.start()] if closing else text[1:]
    if "\n" in formula or len(formula) > _INLINE_FORMULA_LIMIT:
        return None
    return Reading(closing.end() + 1, say=say_math(formula, place.language)) if closing else MORE


def _read_backslash(place: Place) -> Reading | None:
    text = place.text
    if text == "\\":
        return MORE if not place.at_end else Reading(1)
    if text[1] in "([":
        return _read_formula(place, text[:2], {"(": "\\)", "[": "\\]"}[text[1]], _FORMULA_LIMIT)
    if text[1] in _PUNCTUATION or text[1] in ")]\\":
        return Reading(2, say=text[1])
    command = _COMMAND.match(text)
    if command is None:
        return Reading(1)
    if command.end() == len(text) and not place.at_end:
        return MORE
    word = word_for_command(command.group(1), place.language)
    return Reading(command.end(), say=word) if word else Reading(1, say=" ")


def _read_formula(place: Place, opening: str, closing: str, limit: int) -> Reading | None:
    end = place.text.find(closing, len(opening), limit)
    if end >= 0:
        formula = place.text[len(opening) : end]
        return Reading(end + len(closing), say=say_math(formula, place.language))
    if len(place.text) < limit and not place.at_end:
        return MORE
    return Reading(len(opening))


def _read_bar(place: Place) -> Reading | None:
    return Reading(1, pauses=place.in_row or place.before.isspace())


def _read_entity(place: Place) -> Reading | None:
    entity = _ENTITY.match(place.text)
    if entity:
        return Reading(entity.end(), say=html.unescape(entity.group()).replace("\xa0", " "))
    return MORE if _MAYBE_ENTITY.fullmatch(place.text) else None


def _read_url(place: Place) -> Reading | None:
    """Of an address only the host is said: nobody listens to a path."""
    if place.before.isascii() and place.before.isalnum():
        return None
    start = place.text[:8].lower()
    if not start.startswith(_URL_STARTS):
        return MORE if any(known.startswith(start) for known in _URL_STARTS) else None
    url = _URL.match(place.text)
    if url is None:
        return MORE if place.text.lower() in _URL_STARTS else None
    if url.end() == len(place.text) and not place.at_end:
        return MORE
    address = url.group().rstrip(".,;:!?)*_~")
    return Reading(len(address), say=_host(address))


def _host(address: str) -> str:
    found = _HOST.match(address)
    return found.group(1) if found else address


def _read_arrow(place: Place) -> Reading | None:
    """-> and => and --> separate steps; a drawn line has no sound."""
    text = place.text[:_LINE_LENGTH]
    run = len(text) - len(text.lstrip("-="))
    if run == _LINE_LENGTH:
        return Reading(run)
    if run == len(text):
        return MORE if not place.at_end else None
    return Reading(run + 1, pauses=True) if text[run] == ">" else Reading(run, say=text[:run])


def _read_separator(place: Place) -> Reading | None:
    return Reading(1, pauses=True)


RULES: dict[str, tuple[Rule, ...]] = {
    **dict.fromkeys("*_~", (_read_emphasis,)),
    **dict.fromkeys(ARROWS + BULLETS, (_read_separator,)),
    **dict.fromkeys("hHwW", (_read_url,)),
    **dict.fromkeys("-=", (_read_arrow,)),
    "`": (_read_code,),
    "[": (_read_link,),
    "!": (_read_link,),
    "<": (_read_tag,),
    "$": (_read_dollar,),
    "\\": (_read_backslash,),
    "|": (_read_bar,),
    "&": (_read_entity,),
}
