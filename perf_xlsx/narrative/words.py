"""The words of vocabulary/report.toml, compiled: what a figure is called, and what else may stand before it."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from msgspec import Struct

from perf_xlsx.narrative.names import HOLE
from perf_xlsx.system.pattern import pattern
from perf_xlsx.vocabulary import alternatives, vocabulary


class RoleWord(Struct, frozen=True):
    """A word for a role: of which units, with which sign, and whether it may mean several roles."""

    role: str
    units: tuple[str, ...]
    words: tuple[str, ...]
    sign: str = ""
    weak: bool = False


class Said(NamedTuple):
    """A role word where it stands in a label."""

    word: RoleWord
    start: int
    end: int


ROLE_WORDS = tuple(
    RoleWord(one["role"], tuple(one["units"]), tuple(one["words"]), one.get("sign", ""), one.get("weak", False))
    for one in vocabulary("report")["roles"]
)
_ROLES = {
    units: re.compile(
        "|".join(
            f"(?P<r{number}>{'|'.join(word.words)})"
            for number, word in enumerate(ROLE_WORDS)
            if units in word.units or "any" in word.units
        )
    )
    for units in ("money", "share", "points", "count")
}
_FUNCTION = pattern(alternatives("report", "function", "words"))
_HEADINGS = pattern(f"{alternatives('report', 'headings', 'words')}|{alternatives('report', 'function', 'words')}")
_SAYS = pattern(r"[一-鿿A-Za-z]")
(
    CHANGE,
    CHANGING,
    PAST,
    PART,
    LATER,
    SHARE,
    SUPPOSED,
    ADDED,
    CHANGED_TO,
    COMPARED,
    POINTS_OF_PERCENT,
    SHARE_OF,
    EACH,
) = (
    pattern(alternatives("report", "elsewhere", key))
    for key in (
        "change",
        "changing",
        "past",
        "part",
        "later",
        "share",
        "supposed",
        "added_count",
        "changed_to",
        "compared",
        "points_of_percent",
        "share_of",
        "each",
    )
)
BETWEEN_LEVEL = pattern(alternatives("report", "levels", "between"))
WHY = pattern("|".join((*vocabulary("report")["text"]["why"], *vocabulary("report")["text"]["measure"])))
PLANS = pattern("|".join(vocabulary("report")["headings"]["plans"]))


@lru_cache(1 << 12)
def roles_in(text: str, units: str) -> tuple[Said, ...]:
    """The role words of a label that a figure in these units can have, in order."""
    found = _ROLES["count" if units == "none" else units].finditer(text)
    return tuple(
        Said(ROLE_WORDS[int((match.lastgroup or "r0")[1:])], match.start(), match.end())
        for match in found
        if match.end() > match.start()
    )


@lru_cache(1 << 12)
def rest_of(text: str, units: str) -> str:
    """What a label says besides its role and the words that change nothing; "" where that is all."""
    parts, last = [], 0
    for said in roles_in(text, units):
        parts.append(text[last : said.start])
        last = said.end
    parts.append(text[last:])
    left = "".join(_FUNCTION.sub("", CHANGED_TO.sub("", part)) for part in parts).replace(HOLE, "")
    return "".join(_SAYS.findall(left))


@lru_cache(1 << 10)
def rest_of_heading(text: str) -> str:
    """What a heading says besides words that every report uses."""
    return "".join(_SAYS.findall(_HEADINGS.sub("", text.replace(HOLE, ""))))


def _standing(key: str) -> re.Pattern[str]:
    return pattern(alternatives("report", "standing", key))


OTHER_THING, OTHER_BODY, OURS = map(_standing, ("other_thing", "other_body", "ours"))
FORMAL, LOOSE, OVERALL = map(_standing, ("formal", "loose", "overall"))
AGAINST, REQUIRED, PAYER, SIGNED, LOST, WISHED = map(
    _standing, ("against", "required", "payer", "signed", "lost", "wished")
)
AIMS, ACTUALLY = map(_standing, ("aims", "actually"))
ALL_OF_THEM, DONE, SCALE = map(_standing, ("all_of_them", "done", "scale"))
THIS_YEAR, NOW, WHOLE_YEAR, PART_OF_SENTENCE, PLANNED = map(
    _standing, ("this_year", "now", "whole_year", "part", "planned")
)
BEHIND_TARGET, BEHIND_WEIGHT, SUMS = (
    pattern(vocabulary("report")["standing"][key]) for key in ("behind_target", "behind_weight", "sums")
)
MIDYEAR = _standing("midyear")
GIVEN, OTHERS_JUDGE, BOUNDED, THRESHOLD, RULE, CONTRACT, PRESCRIBED, SEVERAL = map(
    _standing, ("given", "others_judge", "bounded", "threshold", "rule", "contract", "prescribed", "several")
)
EARNED = frozenset(("得", "均得", "各得"))
VERBS = frozenset(vocabulary("report")["standing"]["verbs"])
JUDGEMENT = "自评"


def is_mere_judgement(text: str, said: Said) -> bool:
    """Whether a role word is a bare 自评, which may be of an indicator, or of a level, as well as of all."""
    return text[said.start : said.end].startswith(JUDGEMENT) and said.end - said.start <= len(JUDGEMENT) + 1


_NOUNS: dict[str, tuple[str, ...]] = {key: tuple(ends) for key, ends in vocabulary("report")["nouns"].items()}


def asks_for(said: str, units: str) -> Said | None:
    """The last role word of a label that has to have a unit of this kind."""
    found = [one for one in roles_in(said, units) if "any" not in one.word.units]
    last = found[-1] if found else None
    return last if last and (not last.word.weak or last.word.role in ("amount", "budget")) else None


@lru_cache(1 << 12)
def unit_meant(units: str, said: str) -> str:
    """The kind of unit that the words before a figure ask for, where it is written with another: 预算数8%."""
    own = roles_in(said, units)
    reach = own[-1].end if own else 0
    for other, nouns in _NOUNS.items():
        last = asks_for(said, other)
        if (
            other == units
            or (units, other) == ("points", "share")
            or last is None
            or units in last.word.units
            or last.end <= reach
        ):
            continue
        noun = said[: last.end].endswith(nouns) or said.strip(HOLE) in EARNED
        if noun or ((units, other) == ("points", "money") and "执行" not in said):
            return other if not rest_of(said, other) else units
    return units
