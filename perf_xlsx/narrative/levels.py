"""Levels of indicators (一级指标、二级指标): their points, weights and counts are the sums over their rows."""

from __future__ import annotations

from typing import Literal

from msgspec.structs import replace

from perf_xlsx.figures import Figure, Figures, Subject
from perf_xlsx.narrative.bound import Bound
from perf_xlsx.narrative.comparing import figure_agrees
from perf_xlsx.narrative.context import Context
from perf_xlsx.narrative.names import HOLE, Name
from perf_xlsx.narrative.words import (
    BEHIND_WEIGHT,
    BETWEEN_LEVEL,
    DONE,
    PRESCRIBED,
    is_mere_judgement,
    rest_of,
    roles_in,
)
from perf_xlsx.system.pattern import pattern

LONGEST = 80  # letters between a level and its points
FULL = 100  # points of a form that is whole
_JOINED = pattern(r"[、和及与]")
_FULL_POINTS = pattern(r"^总分值?")  # right behind a level it is the level's
_STATED = pattern(r"得|自评|权重|分值|满分|总分")
_OF_SOME = pattern(r"满分|扣|未|没有|完成|达[成到标]")  # 11项得满分，其中产出指标8项
_HAVING = pattern(r"(?:共有?|有|为|计|设置?)*$")
PointRole = Literal["indicator_weight", "indicator_points", "indicator_lost_points"]
_ROLES_OF_POINTS: dict[str, PointRole] = {  # points of the form and of execution go on as those of a level
    "indicator_lost_points": "indicator_lost_points",
    "indicator_points": "indicator_points",
    "execution_points": "indicator_points",
    "total": "indicator_points",
    "indicator_weight": "indicator_weight",
    "execution_weight": "indicator_weight",
}
EITHER: tuple[PointRole, ...] = ("indicator_weight", "indicator_points")


def points_of_a_level(context: Context, figures: Figures) -> Bound | None:
    """Points of the level named last, or in the heading: 产出指标50分，得48分; None where they are of none."""
    subject = context.turn.subject if context.turn else None
    if subject is not None and subject.type == "level":
        return _bound(context, figures, (subject,), subject.name, True)
    level, between = _level(context)
    if level is None or context.turn is not None:
        return None
    alone = not _is_joined(context, level)
    name = context.scope.letters.text[level.start : level.end]
    return _bound(context, figures, level.subjects if alone else (), name, alone, between)


def _bound(
    context: Context, figures: Figures, subjects: tuple[Subject, ...], name: str, alone: bool, between: str = ""
) -> Bound:
    role = _role(context, between)
    roles = (role,) if role else EITHER
    found = tuple(figure for one in subjects for key in roles for figure in figures.of(key, one))
    of = subjects[0] if subjects else None
    bound = Bound(context.mention, role or EITHER[0], of, name, found)
    if not role:
        same = next((figure for figure in found if figure_agrees(bound, figure)), None)
        return replace(bound, role=same.role) if same else bound
    prescribed = role == "indicator_weight" and PRESCRIBED.search(
        context.before + context.behind.partition("。")[0]
    )
    return replace(bound, sure=alone and bool(found) and is_whole(figures) and not prescribed)


def _role(context: Context, between: str) -> PointRole | None:
    """The role of points that is said, or that the place and the figure before give; None: of either."""
    if _FULL_POINTS.fullmatch(between):
        return None
    role = _said_role(context) or _role_without_a_word(context, between)
    return _ROLES_OF_POINTS.get(role, "indicator_weight" if context.bracketed else None)


def _said_role(context: Context) -> str:
    """The role that all of a list have, or that the last word before the points gives."""
    shared = context.turn.shared if context.turn else None
    words = roles_in(context.said, "points")
    return shared.role if shared else words[-1].word.role if words else ""


def _role_without_a_word(context: Context, between: str) -> str:
    """The role of points whose own words give none: in brackets a weight, else that of the figure before."""
    if between.endswith("(") or BEHIND_WEIGHT.match(context.behind):
        return "indicator_weight"
    if context.bracketed:
        return ""
    if "得分" in between or "小计" in context.said:
        return "indicator_points"
    return context.last_role if _STATED.search(context.before) else ""  # 预算执行率得9分，产出指标55分


def _level(context: Context) -> tuple[Name | None, str]:
    """The level that points are of, and what stands between the two."""
    at, text = context.mention.start, context.scope.masked
    before = [one for one in context.scope.levels if one.end <= at]
    if before:
        between = text[before[-1].end : at]
        return (before[-1] if _leads_to_points(between) else None), between
    above = context.scope.sections[-1] if context.scope.sections and not context.scope.heading else None
    if above is None or len(above.levels) != 1 or above.subjects or not _leads_to_points(text[:at]):
        return None, ""
    return above.levels[0], text[:at]


def _leads_to_points(between: str) -> bool:
    """Whether nothing else is spoken of than points."""
    if len(between) > LONGEST or HOLE in between or "执行" in between:
        return False
    between = _FULL_POINTS.sub("", between)
    left = BETWEEN_LEVEL.sub("", between)
    total = any(
        one.word.role == "total" and not is_mere_judgement(between, one) for one in roles_in(between, "points")
    )
    return not total and not rest_of(left, "points")


def _is_joined(context: Context, level: Name) -> bool:
    """Whether the level is the last of several: 产出和效益指标共80分."""
    text = context.scope.letters.text
    return any(
        _JOINED.fullmatch(text, one.end, level.start) for one in context.scope.levels if one.end < level.start
    )


def number_in_a_level(context: Context, figures: Figures) -> Bound | None:
    """How many indicators a level has, right behind its name: 产出指标10项."""
    at = context.mention.start
    level = next((one for one in context.scope.levels if one.end <= at and _is_right_behind(context, one)), None)
    if level is None or not level.subjects:
        return None
    found: tuple[Figure, ...] = tuple(one for of in level.subjects for one in figures.of("indicator_count", of))
    some = (
        DONE.search(context.clause.replace("其中", ""))
        or _OF_SOME.search(context.before.rpartition("其中")[0])
        or context.mention.in_words
        or _is_joined(context, level)
    )
    sure = is_whole(figures) and not some
    return Bound(context.mention, "indicator_count", level.subjects[0], level.subjects[0].name, found, sure)


def _is_right_behind(context: Context, level: Name) -> bool:
    return _HAVING.fullmatch(context.scope.masked, level.end, context.mention.start) is not None


def is_whole(figures: Figures) -> bool:
    """Whether a form has all of its indicators: an extract does not come to 100 points."""
    return any(one.value == FULL for one in figures.of("weights"))
