"""Words whose full stop does not, or not always, end a sentence."""

from .script import word_set

NEVER_LAST = word_set(
    "mr mrs ms mx dr prof messrs mme mlle st mt rev fr gen col maj cmdr lt sgt capt hon gov sen rep pres supt "
    "e.g i.e eg ie vs cf viz approx ca incl excl aka nb"
)
"""Something always follows: titles, and Latin that introduces an example."""

BEFORE_NUMBER = word_set(
    "no nos nr fig figs eq eqs p pp vol vols ch chap sec sect art par ex ver v ed "
    "jan feb mar apr jun jul aug sep sept oct nov dec"
)
"""Abbreviations only where a digit follows; alone they are words ("No.") or end a sentence ("in Dec.")."""

LAST_BEFORE_CAPITAL = word_set("etc a.m p.m am pm b.c a.d bc")
"""They end a sentence where the next word has a capital letter."""

LAST_BEFORE_STARTER = word_set(
    "inc ltd co corp llc jr sr dept univ assn bros ph.d m.d b.a m.a est ave blvd rd al tel ext "
    "mon tue tues wed thu thur thurs fri sat sun"
)
"""Names may follow them ("Apple Inc. Chairman"), so a capital letter alone proves nothing."""

SENTENCE_STARTERS = word_set(
    "the a an this that these those there here it he she we they you i in on at as if so but and or when while "
    "what who where why how which his her its our their my your is are was were do does did can could will would "
    "should has have had not no yes after before because since although however then now also for from by with "
    "another some many most each every all both one let"
)
"""Words that begin sentences far more often than names."""
