"""Whether a figure is said as a fact of the form's year, and of itself: no comparison, no share, no aim."""

from __future__ import annotations

import re

from perf_xlsx.narrative.context import Context
from perf_xlsx.narrative.mentions import Mention
from perf_xlsx.narrative.words import (
    CHANGE,
    CHANGING,
    LATER,
    PART,
    PART_OF_SENTENCE,
    PAST,
    SHARE,
    SUPPOSED,
    THIS_YEAR,
    WHOLE_YEAR,
    WISHED,
    rest_of,
)
from perf_xlsx.system.pattern import pattern

DECEMBER = 12
_TITLES = pattern(r"《[^》]{0,80}》")
_YEAR = pattern(r"\d{4}(?=年)")
_MONTH = pattern(r"(?:(?:19|20)\d\d年)?(\d{1,2})月")
_UP_TO = pattern(r"(?:截至|截止到?|至|到)$")


def compared(context: Context) -> str:
    """The role of a figure that no form has: a comparison, a share; "" for all others."""
    said = context.said
    if SHARE.search(said) and context.mention.unit_class == "share":
        return "share"
    if CHANGE.search(said):
        return "change"
    goes_on = CHANGING.search(said) and not rest_of(CHANGING.sub("", said), "money")
    return "change" if context.last_role == "change" and goes_on else ""


def is_of_another_time(context: Context, mentions: tuple[Mention, ...], year: int | None) -> bool:
    """Whether the sentence spoke last of another year, or of a part of this one."""
    before = CHANGE.sub(_blank, _TITLES.sub(_blank, context.before))
    other = max((m.end() for words in (PAST, LATER) for m in words.finditer(before)), default=0)
    this = max((m.end() for m in THIS_YEAR.finditer(before)), default=0)
    part = max((m.end() for m in PART_OF_SENTENCE.finditer(before)), default=0)
    whole = max((m.end() for m in WHOLE_YEAR.finditer(before)), default=0)
    begin = context.mention.start - len(before)
    for date in mentions:
        if date.kind == "date" and begin <= date.start and date.end <= context.mention.start:
            written = before[date.start - begin : date.end - begin]
            if not written.strip():
                continue
            end, stated = date.end - begin, _YEAR.match(written)
            ours = stated is not None and int(stated[0]) == year
            this, other = (end if ours else this), (end if stated and not ours else other)
            part = end if _ends_early(written, before[: date.start - begin]) else part
    return other > this or part > whole or PART.search(context.said) is not None


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _ends_early(written: str, before: str) -> bool:
    """Whether a date says up to which month of the year something is told: 截至9月底."""
    month = _MONTH.match(written)
    ends = _UP_TO.search(before) is not None or written.endswith(("底", "末", "份"))
    return month is not None and ends and int(month[1]) < DECEMBER


def is_stated(context: Context, role: str) -> bool:
    """Whether it is said as a fact; only a target may be 95%以上."""
    bound = context.mention.bound and role != "indicator_target"
    supposed = SUPPOSED.search(context.before) or WISHED.search(context.before)
    return not (context.scope.plans or bound or supposed)
