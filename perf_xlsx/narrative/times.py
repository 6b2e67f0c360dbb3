"""Whether a figure is said as a fact of the form's year, and of itself: no comparison, no share, no aim."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
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
_Time = Literal["this", "other", "later", "part", "whole"]
_TIMES: dict[_Time, tuple[re.Pattern[str], ...]] = {
    "this": (THIS_YEAR,),
    "other": (PAST, LATER),
    "later": (LATER,),
    "part": (PART_OF_SENTENCE,),  # of this year
    "whole": (WHOLE_YEAR,),
}


def _is_in_points_of_percent(context: Context) -> bool:
    return POINTS_OF_PERCENT.search(context.mention.text) is not None


def _is_a_share(context: Context) -> bool:
    """Whether it is said to be a share, goes on with shares, or is that of an amount: 占合同价408万元的72%."""
    if context.mention.unit_class != "share":
        return False
    listed = context.last_role == "share" and not context.said.strip("和及、与")  # 分别占43%和57%
    return listed or bool(SHARE.search(context.said) or SHARE_OF.search(context.before))


def _is_a_change(context: Context) -> bool:
    """Whether it is said to be a change; a value may be better than what was required."""
    a_value = context.mention.unit_class in ("share", "count") and REQUIRED.search(context.said)
    return CHANGE.search(context.said) is not None and not a_value


def _was_so_before(context: Context) -> bool:
    """Whether it is what a value was before: 由71%提高到89%."""
    return context.mention.unit_class != "money" and NOW.match(context.behind) is not None


def _is_a_change_here(context: Context) -> bool:
    """Whether a word that may tell of a change does so: alone, behind a change, or where something is compared."""
    if not CHANGING.search(context.said):
        return False
    besides = CHANGING.sub("", context.said)
    a_share = context.mention.unit_class == "share" and context.near_indicator is None
    alone = a_share and not besides.strip("了、")  # 增长17%
    goes_on = context.last_role == "change" and not rest_of(besides, "money")
    return alone or goes_on or COMPARED.search(context.before) is not None


_IN_NO_FORM = (  # the first that holds
    ("change", _is_in_points_of_percent),
    ("share", _is_a_share),
    ("change", _is_a_change),
    ("other", _was_so_before),
    ("change", _is_a_change_here),
)


def comparison_role(context: Context) -> str:
    """The role of a figure that no form has: a comparison, a share; "" for all others."""
    return next((role for role, holds in _IN_NO_FORM if holds(context)), "")


def other_time(context: Context, mentions: tuple[Mention, ...], year: int | None) -> Literal["", "year", "part"]:
    """Whether the sentence spoke last of another year, or of a part of this one."""
    before = _SINCE.sub(_blank, CHANGE.sub(_blank, _TITLES.sub(_blank, context.before)))
    told: dict[_Time, int] = {time: _last(words, before) for time, words in _TIMES.items()}
    told |= _told_by_dates(before, context.mention.start, mentions, year)  # a date tells more than a word
    this = told["this"] if told["later"] else max(told["this"], _last((NOW,), before))
    if told["other"] > this:
        return "year"
    return "part" if told["part"] > told["whole"] or PART.search(context.said) else ""


def _last(kinds: Iterable[re.Pattern[str]], text: str) -> int:
    """Where the last of these words ends; 0 where there is none."""
    return max((found.end() for words in kinds for found in words.finditer(text)), default=0)


def _told_by_dates(before: str, at: int, mentions: tuple[Mention, ...], year: int | None) -> dict[_Time, int]:
    """Where the last date of each time ends in the part of the sentence before a place."""
    told: dict[_Time, int] = {}
    begin = at - len(before)
    for date in mentions:
        if date.type == "date" and begin <= date.start and date.end <= at:
            start, end = date.start - begin, date.end - begin
            told |= dict.fromkeys(_times_of(before[start:end], before[:start], year), end)
    return told


def _times_of(written: str, before: str, year: int | None) -> Iterator[_Time]:
    """The times that a date tells of; none where it stands in a title."""
    stated = _YEAR.match(written)
    if _PERIOD.match(written):
        yield "other"
    elif stated is not None and int(stated[0]) == year:
        yield "this"
    elif stated is not None:
        yield "other"
        if year is not None and int(stated[0]) > year:
            yield "later"
    if _ends_early(written, before):
        yield "part"


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
