"""Whether a figure is said as a fact of the form's year, and of itself: no comparison, no share, no aim."""

from __future__ import annotations

import re
from typing import Literal

from perf_xlsx.narrative.context import Context
from perf_xlsx.narrative.mentions import Mention
from perf_xlsx.narrative.words import (
    BOUNDED,
    CHANGE,
    CHANGING,
    COMPARED,
    LATER,
    NOW,
    OTHERS_JUDGE,
    PART,
    PART_OF_SENTENCE,
    PAST,
    POINTS_OF_PERCENT,
    REQUIRED,
    RULE,
    SHARE,
    SHARE_OF,
    SUPPOSED,
    THIS_YEAR,
    THRESHOLD,
    WHOLE_YEAR,
    WISHED,
    rest_of,
)
from perf_xlsx.system.pattern import pattern

DECEMBER = 12
_TITLES = pattern(r"《[^》]{0,80}》|\([^()]{0,80}\)")  # and asides: (含2023年转列项目5个)
_SINCE = pattern(r"[^,。;]{0,20}以来[^,。;]{0,20},")  # an aside: 实现“十四五”以来四连增
_YEAR = pattern(r"\d{4}(?=年)")
_PERIOD = pattern(r"\d{4}年?[-—~至]\d{2,4}年")  # several years: nothing in it is this year's
_MONTH = pattern(r"(?:(?:19|20)\d\d年)?(\d{1,2})月")
_UP_TO = pattern(r"(?:截至|截止到?|至|到)$")


def compared(context: Context) -> str:
    """The role of a figure that no form has: a comparison, a share; "" for all others."""
    said = context.said
    if POINTS_OF_PERCENT.search(context.mention.text):
        return "change"
    if context.mention.unit_class == "share" and (SHARE.search(said) or _is_a_share_too(context)):
        return "share"
    if CHANGE.search(said) and not (REQUIRED.search(said) and context.mention.unit_class in ("share", "count")):
        return "change"
    if context.mention.unit_class != "money" and NOW.match(context.behind):
        return "other"  # what it was before: 由71%提高到89%
    if not CHANGING.search(said):
        return ""
    alone = context.mention.unit_class == "share" and context.near_indicator is None
    if alone and not CHANGING.sub("", said).strip("了、"):  # 增长17%
        return "change"
    goes_on = context.last_role == "change" and not rest_of(CHANGING.sub("", said), "money")
    return "change" if goes_on or COMPARED.search(context.before) else ""


def _is_a_share_too(context: Context) -> bool:
    """Whether it goes on with shares, or is that of an amount: 分别占43%和57%; 占合同价408万元的72%."""
    listed = context.last_role == "share" and not context.said.strip("和及、与")
    return listed or SHARE_OF.search(context.before) is not None


def other_time(context: Context, mentions: tuple[Mention, ...], year: int | None) -> Literal["", "year", "part"]:
    """Whether the sentence spoke last of another year, or of a part of this one."""
    before = _SINCE.sub(_blank, CHANGE.sub(_blank, _TITLES.sub(_blank, context.before)))
    other, later = max(_last(PAST, before), _last(LATER, before)), _last(LATER, before)
    this, part, whole = _last(THIS_YEAR, before), _last(PART_OF_SENTENCE, before), _last(WHOLE_YEAR, before)
    begin = context.mention.start - len(before)
    for date in mentions:
        if date.kind == "date" and begin <= date.start and date.end <= context.mention.start:
            written = before[date.start - begin : date.end - begin]
            if not written.strip():
                continue
            end, stated = date.end - begin, _YEAR.match(written)
            if _PERIOD.match(written):
                other = end
            elif stated is not None and int(stated[0]) == year:
                this = end
            elif stated:
                other, later = end, end if year is not None and int(stated[0]) > year else later
            part = end if _ends_early(written, before[: date.start - begin]) else part
    this = this if later else max(this, _last(NOW, before))
    if other > this:
        return "year"
    return "part" if part > whole or PART.search(context.said) else ""


def _last(words: re.Pattern[str], text: str) -> int:
    """Where the last of these words ends; 0 where there is none."""
    return max((found.end() for found in words.finditer(text)), default=0)


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
    return not (context.scope.plans or bound or supposed or _is_a_rule(context, role))


def _is_a_rule(context: Context, role: str) -> bool:
    """Whether points or a rate are those of a rule or a limit, or points that somebody else gave."""
    units = context.mention.unit_class
    if units == "points":
        return RULE.search(_sentence(context)) is not None or OTHERS_JUDGE.search(context.before) is not None
    if units != "share" or role == "indicator_target":
        return False
    return bool(BOUNDED.search(context.said) or THRESHOLD.match(context.behind))


def _sentence(context: Context) -> str:
    """The sentence that a figure stands in."""
    return context.before + context.mention.text + context.behind.partition("。")[0]
