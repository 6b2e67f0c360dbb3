"""The direction of an indicator: its sign, or the one assumed where it is missing, and why.

The words of names are in vocabulary/directions.toml; the rulebook says what a missing sign means.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Literal

from msgspec import Struct

from perf_xlsx.domain.model import Indicator
from perf_xlsx.domain.quantity import same_label
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.system.pattern import pattern
from perf_xlsx.vocabulary import any_of, vocabulary

Leaning = Literal["lower", "higher", "hint", ""]

WORDS = vocabulary("directions")
LONGEST = 200  # characters of a name that are looked at
USUAL, ZERO, BY_NAME = (f"quantitative.missing_sign{key}" for key in ("", "_zero", "_by_name"))
_KINDS: dict[str, Leaning] = {"lower": "lower", "higher": "higher", "hints": "hint"}


_COST = pattern(f"(?:{any_of(WORDS['cost']['words'])})(?:{any_of(WORDS['cost']['tails'])})?$")
_SAVED = pattern(any_of(WORDS["cost"]["saved"]))
_NO_COST = pattern(any_of([*WORDS["cost"]["saved"], *WORDS["cost"]["other"]]))
_DENIALS = tuple(WORDS["denial"]["words"])
_NEUTRAL = pattern(any_of(WORDS["neutral"]["words"]))
_TURNING, _DOING, _RATES = (pattern(any_of(WORDS["turning"][key])) for key in ("words", "doing", "rates"))


class Direction(Struct, frozen=True):
    """The sign by which an indicator is scored.

    `rule` is the rulebook's setting that decides a missing sign, "" where one was chosen. `word` is the word of
    the name that tells the direction. `doubtful`: the other direction is possible too; if its points differ, none
    are given.
    """

    sign: str
    rule: str = ""
    word: str = ""
    doubtful: bool = False

    @property
    def sure(self) -> bool:
        """Whether no sign was chosen, and the name agrees with the sign that the rulebook assumes."""
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
    """The sign that applies: the one chosen, else by a target of zero, by the name, or by the rulebook."""
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
    if not word or _NEUTRAL.sub("", tail) or (leaning == "hint" and _NO_COST.search(head)):
        return "", ""
    if leaning == "higher":
        return _denied(head, word)
    return ("hint" if _is_turned(head, word + tail) else leaning), word  # type: ignore[return-value]  # a Leaning


def _is_turned(head: str, tail: str) -> bool:
    """Whether what precedes the word may turn it round: 减少事故起数, 受理投诉件数."""
    return bool(_TURNING.search(head) or (_DOING.search(head) and not _RATES.search(tail)))


def _denied(head: str, word: str) -> tuple[Leaning, str]:
    """A word of what is better when higher, unless 不 or 未 precedes it: 未就业率, perhaps 未按期完成率."""
    if head.endswith(_DENIALS):
        return "lower", head[-1] + word
    return ("hint" if any(word in head[-3:] for word in _DENIALS) else "higher"), word


def _ending(name: str) -> Iterable[tuple[int, int, str, str]]:
    """For each known word its last end in the name, its length, the word, and its leaning."""
    for kind, leaning in _KINDS.items():
        for word in WORDS[kind]["words"]:
            at = name.rfind(word)
            if at >= 0:
                yield at + len(word), len(word), word, leaning
