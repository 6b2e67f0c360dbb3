"""Which way an indicator counts: its sign, or what a missing one is taken for, and why.

The words of names are in vocabulary/directions.toml, what a missing sign means is the rulebook's to say.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cache, lru_cache
from typing import Literal

from msgspec import Struct

from perf_xlsx.domain.model import Indicator
from perf_xlsx.domain.quantity import same_label
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.system.pattern import pattern
from perf_xlsx.vocabulary import vocabulary

Leaning = Literal["lower", "higher", "hint", ""]

WORDS = vocabulary("directions")
LONGEST = 200  # characters of a name that are looked at
USUAL, ZERO, BY_NAME = (f"quantitative.missing_sign{key}" for key in ("", "_zero", "_by_name"))
_KINDS: dict[str, Leaning] = {"lower": "lower", "higher": "higher", "hints": "hint"}


def any_of(words: Iterable[str]) -> str:
    """A pattern of any of these words, the longest first."""
    return "|".join(map(re.escape, sorted(words, key=len, reverse=True)))


_COST = pattern(f"(?:{any_of(WORDS['cost']['words'])})(?:{any_of(WORDS['cost']['tails'])})?$")
_SAVED = pattern(any_of(WORDS["cost"]["saved"]))
_NO_COST = pattern(any_of([*WORDS["cost"]["saved"], *WORDS["cost"]["other"]]))
_NEUTRAL = pattern(any_of(WORDS["neutral"]["words"]))
_TURNING, _DOING, _RATES = (pattern(any_of(WORDS["turning"][key])) for key in ("words", "doing", "rates"))


class Direction(Struct, frozen=True):
    """The sign that an indicator is counted by.

    `rule` is the rulebook's setting that a missing one was read by, "" where it is stated; `word` what the name
    says of it; `doubtful` that the other direction may as well be meant: where the points differ, they stay open.
    """

    sign: str
    rule: str = ""
    word: str = ""
    doubtful: bool = False

    @property
    def sure(self) -> bool:
        """Whether no sign is stated, and the name agrees with what the rulebook takes that for."""
        return self.rule == USUAL and bool(self.word) and not self.doubtful

    @property
    def other(self) -> str:
        """The opposite sign."""
        return opposite(self.sign)

    @property
    def rising(self) -> bool:
        """Whether more is better."""
        return self.sign not in ("≤", "<")


def opposite(sign: str) -> str:
    """The sign that counts the other way."""
    return "≥" if sign in ("≤", "<") else "≤"


def direction_of(row: Indicator, rulebook: Rulebook) -> Direction:
    """The sign that counts: the one stated, else by a target of zero, by the name, or as the rulebook says."""
    if row.sign.value is not None:
        return Direction(row.sign.value)
    usual = rulebook.word(USUAL)
    leaning, word = leaning_of(row) if rulebook.flag(BY_NAME) else ("", "")
    if row.target.value == 0:
        return Direction(rulebook.word(ZERO), ZERO, word, doubtful=leaning == "higher")
    if leaning == "lower":
        return Direction("≤", BY_NAME, word)
    if leaning == "higher" and not Direction(usual).rising:
        return Direction("≥", BY_NAME, word)
    return Direction(usual, USUAL, word, doubtful=leaning == "hint")


def leaning_of(row: Indicator) -> tuple[Leaning, str]:
    """Which direction is better by the name, else by the levels above it, and the word that says so."""
    leaning, word = by_name(row.name.given)
    if leaning or _SAVED.search(row.name.given):
        return leaning, word
    levels = row.level1.given + row.level2.given
    word = next((word for word in WORDS["hints"]["levels"] if word in levels), "")
    return ("hint" if word else ""), word


@lru_cache(1 << 12)
def by_name(name: str) -> tuple[Leaning, str]:
    """Which direction is better by a name, and the word that says so; "" where it says nothing.

    投诉率 and 单页成本 are better when lower, 投诉办结率 when higher; 受理投诉件数 and 成本控制率 only hint at it.
    """
    bare = re.sub(r"\([^()]*\)|[“”\"‘’'《》]", "", same_label(name))[-LONGEST:]
    if (cost := _COST.search(bare)) and not _NO_COST.search(bare):
        return "lower", cost.group()
    end, _, word, leaning = max(_ending(bare), default=(0, 0, "", ""))
    head, tail = bare[: end - len(word)], bare[end:]
    if not word or _NEUTRAL.sub("", tail):
        return "", ""
    if leaning == "higher":
        return _denied(head, word)
    if leaning == "hint" and _NO_COST.search(head):
        return "", ""
    turned = _TURNING.search(head) or (_DOING.search(head) and not _RATES.search(word + tail))
    return ("hint" if turned else leaning), word  # type: ignore[return-value]  # a Leaning


def _denied(head: str, word: str) -> tuple[Leaning, str]:
    """A word of what is better when higher, unless 不 or 未 stands before it: 未就业率, perhaps 未按期完成率."""
    if head.endswith(("不", "未")):
        return "lower", head[-1] + word
    return ("hint" if re.search("[不未]", head[-3:]) else "higher"), word


def _ending(name: str) -> Iterable[tuple[int, int, str, str]]:
    """Where each known word ends last in the name; of those that end there the longest is the greatest."""
    for kind, leaning in _KINDS.items():
        for word in WORDS[kind]["words"]:
            at = name.rfind(word)
            if at >= 0:
                yield at + len(word), len(word), word, leaning


def telling_words(rulebook: Rulebook) -> tuple[str, ...]:
    """Words without which no name tells its direction against what the rulebook takes a missing sign for.

    For the template, which asks for the sign where it sees one of them; a word that holds another is left out.
    """
    return _telling(Direction(rulebook.word(USUAL)).rising) if rulebook.flag(BY_NAME) else ()


@cache
def _telling(rising: bool) -> tuple[str, ...]:
    against = [] if rising else WORDS["higher"]["words"]
    words = {*WORDS["lower"]["words"], *WORDS["hints"]["words"], *WORDS["cost"]["words"], "不", "未", *against}
    return tuple(sorted(word for word in words if not any(one in word for one in words - {word})))
