"""Has an English speaker finished? Rules on words alone, as recognisers give them: lower case, no punctuation."""

from __future__ import annotations

from wrappers.turn.base import Verdict
from wrappers.turn.dictated_numbers import USUAL_LENGTH, digits_at_the_end, english_doubt


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _phrases(text: str) -> frozenset[str]:
    return frozenset(" ".join(phrase.split()) for phrase in text.split(","))


WAIT = _phrases(
    """wait, wait a sec, wait a minute, wait a second, wait a moment, wait a bit, wait up, just wait, please wait,
    hold on, hang on, hold on a sec, hang on a sec, hold on a second, hold on a minute, hang on a second,
    hang on a minute, one moment, one second, one minute, just a moment, just a second, just a minute, just a sec,
    one sec, a moment, give me a second, give me a minute, give me a moment, give me a sec, let me think,
    let me see, let me think about it, let me think about that, let me check, let me have a look, let me finish,
    enough, that's enough, that is enough, shush, hush, stop, stop it, stop talking, be quiet, quiet, shut up,
    silence, pause, don't say anything, don't talk, i wasn't talking to you, i'm not talking to you"""
)
ANSWERS = _phrases(
    """yes, yes please, yes i do, yeah, yep, yup, no, no thanks, no thank you, nope, nah, sure, of course, okay, ok,
    all right, alright, right, exactly, correct, that's right, that's it, that's all, nothing, nothing else, maybe,
    perhaps, great, good, fine, cool, nice, perfect, thanks, thanks a lot, many thanks, thank you,
    thank you very much, thank you so much, hello, hello there, hi, hi there, hey, hey there, good morning,
    good afternoon, good evening, good night, bye, bye bye, goodbye, see you, see you later, see you soon, go on,
    go ahead, continue, carry on, come on, keep going, if you want, if you like, as soon as possible, not at all,
    i think so, i hope so, i guess so, i believe so, me too, not really, not yet, never mind, forget it, i see,
    i know, i don't know, i have no idea, no idea, got it, sorry, excuse me, pardon, what, why, how, who, when,
    where, really, please, please do, again, help, next, previous, louder, quieter, here you are, here you go,
    there it is, there you are, there you go"""
)
POLITE = _words("please okay ok oh ah well so um uh er erm hmm hm mm just now no yeah then thanks")
"""Words around a request for silence, or an answer, that do not change it."""

FILLERS = _words("um uh er erm uhm hmm hm mm ah eh")
FILLER_ENDS = _phrases(
    "you know, i mean, sort of, kind of, and then, or something like, let's say, how do you say, let's see"
)
NEEDS_MORE = _words(
    """a an the my your our their its every whose
    and or but because cause if while although unless whether than nor until plus whereas
    into onto between among without during against towards toward via per except despite beside within
    very quite almost rather extremely
    i'm i'll i've i'd you're you'll you've you'd we're we'll we've they're they'll he'll she'll it'll there's that'll
    gonna wanna gotta let's what's who's where's how's when's
    point dot dash minus times hash slash"""
)
"""No sentence ends with these."""
NEEDS_MORE_PHRASES = _phrases(
    """such as, for example, for instance, as well as, because of, instead of, in order to, going to, want to,
    need to, have to, used to, would like to, how to, able to, as soon as, so that, what about, how about, even if,
    as if, as though, even though, more than, less than, and so, and also, but also, or else, provided that,
    given that, except that, in case, the thing is, the point is, i thought that, he said that, she said that,
    told me that, get to"""
)
PARTICLES = _words("for with to in on about by over through under from of at")
"""Prepositions that may also end a question or go with a verb: 'what is it about', 'turn it on'."""
BE = _words("is are was were am isn't aren't wasn't weren't")
SWITCHED = _words(
    "light lights lamp tv television radio music heating heater fan oven power computer camera microphone"
)
"""Things that are simply 'on'."""
SOMETHING = _words("something nothing anything everything someone somebody anyone nobody lot")
"""'I have nothing to talk about' is complete."""
PARTICLE_VERBS = _words(
    "turn turned going coming switch come go carry move hold hang log sign put get keep try pass read fill check drop"
)
AUXILIARIES = _words(
    """is are was were am be been being will would can could should shall may might must do does did has have had
    isn't aren't wasn't weren't won't wouldn't can't couldn't shouldn't don't doesn't didn't hasn't haven't hadn't"""
)
DETERMINERS = _words("a an the my your his her its our their this that")
SUBJECTS = _words("i he she we they")
"""What is said of them is still to come, unless they end a question: 'where am i'."""
YES_OR_NO = _words("yes yeah yep no nope sure okay ok")
PRONOUNS = _words("i you he she it we they this that there these those")
NEEDS_OBJECT = _words("want need give tell show bring buy make take find send get put set let like prefer want's")
STARTS_ONLY = _phrases(
    """can you, could you, would you, will you, do you, do i, can i, could i, may i, should i, can we, could we,
    can you please, could you please, would you please, can you tell me, could you tell me, can you help me with,
    i want, i need, i would like, i'd like, i would, i think, i think that, i was, i was wondering, i am, i have,
    i just, i really, do you know, do you have, do you think, tell me, show me, give me, please tell me, remind me,
    what is, what are, what was, what kind, what kind of, how do i, how do you, how many, how much is, where is,
    where are, who is, who was, when is, when was, is there, are there, is it, it is, it's, this is, that is,
    there is, did you, did he, did she, did they, does he, does she, does it, do they, do we, which, basically,
    actually, anyway, you see, the, my name, my name is, well, so, also, okay so, hey can you, i wonder, i said,
    she said, he said, because i"""
)
HOW_AND_WHERE = _words("where when how why")
"""Questions that are not about the object: 'where can i buy' needs one, 'what can i buy' does not."""
ASKING = _words("know wonder wondering ask asked")
QUESTION_WORDS = _words("what who where when why how which whose whom what's who's where's how's when's why's")
VERBS_FIRST = _words(
    """tell show give play turn set open close start stop repeat call explain describe read write find search look
    send remind make put switch add remove cancel delete book order say speak sing translate spell count list name
    help check calculate convert define compare summarize recommend suggest let's"""
)
CLAUSE_STARTS = _words("if although though while unless since after before once when whenever until")
SO_ENDS = _words("think hope guess believe or why suppose say quite even that")


def judge_english(words: list[str], ending: str) -> Verdict:
    """Judge an utterance.

    words: lower case, without punctuation, at least one
    ending: the punctuation mark behind the last word, "" if there is none
    """
    text = " ".join(words)
    if _asks_for_silence(words):
        return Verdict("wait", 0.9)
    if text in ANSWERS or " ".join(_without_politeness(words)) in ANSWERS:
        return Verdict("finished", 0.95)
    unfinished = _unfinished_confidence(words, text)
    if unfinished:
        # Recognisers end whatever they are given with a full stop, but put a question mark only where they heard one.
        return Verdict("unfinished", round(unfinished * {"": 1.0, "?": 0.6}.get(ending, 0.85), 2))
    if ending == "?":
        return Verdict("finished", 0.95)
    return Verdict("finished", min(0.95, _finished_confidence(words) + (0.1 if ending else 0.0)))


def _asks_for_silence(words: list[str]) -> bool:
    core = _without_politeness(words)
    if not core:
        return False
    if " ".join(core) in WAIT or set(core) <= {"wait", "stop", "no"}:
        return True
    says_wait = core[-1] == "wait" and not (len(core) > 1 and core[-2] in AUXILIARIES | PRONOUNS | {"to"})
    return len(core) > 2 and (says_wait or core[-2:] in (["hold", "on"], ["hang", "on"]))


def _without_politeness(words: list[str]) -> list[str]:
    core = list(words)
    while core and core[0] in POLITE:
        core.pop(0)
    while core and core[-1] in POLITE:
        core.pop()
    return core


def _unfinished_confidence(words: list[str], text: str) -> float:
    last = words[-1]
    if last in FILLERS or any(_ends_with(text, end) for end in FILLER_ENDS):
        return 0.9
    if text in STARTS_ONLY:
        return 0.85
    if any(_ends_with(text, end) for end in NEEDS_MORE_PHRASES):
        return 0.9
    if last in NEEDS_MORE or (last == "as" and len(words) > 1):
        return 0.9
    if last == "so" and not (len(words) > 1 and words[-2] in SO_ENDS):
        return 0.7
    if last in PARTICLES:
        return _dangling_particle(words)
    if last in AUXILIARIES:
        return _dangling_auxiliary(words)
    if last in SUBJECTS and not (len(words) > 1 and words[-2] in AUXILIARIES):
        return 0.8
    if last in NEEDS_OBJECT and _object_is_missing(words):
        return 0.75
    if _ends_with(text, "tell me") or _ends_with(text, "show me") or _ends_with(text, "give me"):
        return 0.75
    if doubt := _half_a_question(words) or english_doubt(words):
        return doubt
    if "timer" in words and digits_at_the_end(words)[0] and words[-2] in ("for", "to", "of"):
        return 0.6  # ten what?
    if words[0] in CLAUSE_STARTS and len(words) < 8 and not (len(words) > 1 and words[1] in AUXILIARIES):
        return 0.65
    return 0.0


def _finished_confidence(words: list[str]) -> float:
    if digits_at_the_end(words)[0] >= USUAL_LENGTH:
        return 0.6
    if len(words) == 1:
        return 0.6
    if words[0] in YES_OR_NO and len(words) <= 4:
        return 0.85
    asks = words[0] in QUESTION_WORDS or (words[0] in AUXILIARIES and words[1] in PRONOUNS | {"the", "my", "your"})
    if asks or words[0] in VERBS_FIRST or (words[0] == "please" and words[1] in VERBS_FIRST):
        return 0.88 if len(words) > 2 else 0.7
    return 0.75 if len(words) > 3 else 0.65


def _dangling_particle(words: list[str]) -> float:
    last = words[-1]
    asks_about_it = words[0] in QUESTION_WORDS and any(word in PRONOUNS for word in words)
    if asks_about_it and words[-2] != "like" and (len(words) < 3 or words[-3] not in DETERMINERS):
        return 0.0  # 'what are you looking for', but not 'what do you know about the weather in'
    if any(word in QUESTION_WORDS for word in words) and words[-2] in AUXILIARIES | PRONOUNS and last != "to":
        return 0.0  # 'that's what it is for'
    if last == "on" and any(word in SWITCHED for word in words):
        return 0.0
    if last in ("in", "on") and words[0] in BE and len(words) <= 3:
        return 0.0  # 'is anyone in'
    if "to" in words[:-2] and any(word in SOMETHING for word in words[: words.index("to")]):
        return 0.0
    if last in ("in", "on", "over", "through", "by") and any(word in PARTICLE_VERBS for word in words[:-1]):
        return 0.0
    return 0.85 if last in ("to", "for", "with", "of", "from", "at") else 0.75


def _dangling_auxiliary(words: list[str]) -> float:
    if len(words) == 1:
        return 0.7
    short_answer = len(words) <= 4 and words[-2] in PRONOUNS and words[0] not in QUESTION_WORDS | AUXILIARIES
    if short_answer and (len(words) == 2 or words[0] in ANSWERS):
        return 0.6 if words[-1] == "have" and len(words) == 2 else 0.0
    embedded_question = any(word in QUESTION_WORDS for word in words[:-2]) and words[-2] not in QUESTION_WORDS
    if embedded_question and words[-2] in PRONOUNS and words[0] not in QUESTION_WORDS:
        return 0.0  # 'tell me what it is'
    if words[-1] in ("do", "does", "did", "have", "be", "been") and words[0] in QUESTION_WORDS and len(words) > 3:
        return 0.0  # 'what should i do'
    return 0.8


def _object_is_missing(words: list[str]) -> bool:
    if words[0] in HOW_AND_WHERE:
        return words[1] not in ("much", "many")
    return not any(word in QUESTION_WORDS | VERBS_FIRST for word in words[:-1])


def _half_a_question(words: list[str]) -> float:
    """'what time does it', 'why is the sky', 'i want to know how'"""
    if len(words) < 3:
        return 0.0
    if words[0] in QUESTION_WORDS and words[-1] in PRONOUNS and words[-2] in AUXILIARIES - BE:
        return 0.8
    if words[0] == "why" and words[1] in BE and len(words) <= 4 and words[-1] not in PRONOUNS:
        return 0.65
    wants_to = words[-3] == "to" or words[-2] in ("wondering", "asked")
    return 0.75 if words[-1] in QUESTION_WORDS and words[-2] in ASKING and wants_to else 0.0


def _ends_with(text: str, phrase: str) -> bool:
    return text == phrase or text.endswith(" " + phrase)
