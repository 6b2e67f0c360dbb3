"""Figures that no word binds for sure, but that are exactly a value of what is spoken of.

They may agree and never differ: what is found here only says what the figure is.
"""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from perf_xlsx.figures import ALL_INDICATORS, Figure, Figures, Subject
from perf_xlsx.narrative.bound import OF_PROJECT, Bound, digits_of, is_telling
from perf_xlsx.narrative.comparing import figure_agrees
from perf_xlsx.narrative.context import Context
from perf_xlsx.narrative.mentions import unit_class, unit_in_reports
from perf_xlsx.narrative.unnamed import shares_words
from perf_xlsx.narrative.words import BEHIND_TARGET, CHANGING, MIDYEAR, SIGNED, SUMS, rest_of, roles_in

SUMMED = ("executed", "adjusted", "initial", "project_executed", "project_budget")
TELLING_ALONE = 4  # digits of a value that is known by them alone
LONGEST_CLAUSE = 80  # letters before a figure in which a name may stand in part


def by_value(context: Context, figures: Figures, bound: Bound, time: str) -> Bound:
    """The binding, or one to a value that agrees where it does not; `time` is another time that is spoken of."""
    if bound.sure or time == "year" or (not time and any(figure_agrees(bound, one) for one in bound.figures)):
        return bound
    for figure in _candidates(context, figures, bound, time):
        if figure_agrees(replace(bound, role=figure.role), figure):
            of, role = figure.of, figure.role
            return replace(bound, role=role, of=of, names=of.name, figures=(figure,), other_year=False)
    return bound


def _candidates(context: Context, figures: Figures, bound: Bound, time: str) -> Iterator[Figure]:
    """The values that a figure may be."""
    units = context.mention.unit_class
    if is_telling(context.mention):
        yield from _sums_and_parts(context, figures, bound)
    if units == "share":
        yield from _rates(context, figures, bound)
    if units in ("points", "none") or time == "year":
        return
    for indicator in _indicators(context, figures):
        if bound.role != "change" or _may_be_a_change(context, indicator):
            for role in _roles(context, bound, time):
                yield from (one for one in figures.of(role, indicator) if _is_close(context, one))  # type: ignore[arg-type]


def _sums_and_parts(context: Context, figures: Figures, bound: Bound) -> Iterator[Figure]:
    """What a sum may be; and of an amount with nothing but a role, that of any line."""
    units = context.mention.unit_class
    if SUMS.search(context.said):
        roles = ("total",) if units == "points" else SUMMED
        yield from (one for role in roles for one in figures.everything if one.role == role)
        yield from figures.of("indicator_points", ALL_INDICATORS) if units == "points" else ()
    if units == "money" and not rest_of(context.said, "money"):
        yield from (one for one in figures.everything if one.role == bound.role and one.of.type == "line")


def _rates(context: Context, figures: Figures, bound: Bound) -> Iterator[Figure]:
    """Rates of the line or project that is named, or that was adjusted: 追加865万元，较年初增长20.03%."""
    changed = bound.role == "change" and "年初" in context.said and context.last_role in ("adjustment", "adjusted")
    subjects = context.standing.subjects[:1] if changed else () if bound.role == "change" else context.own
    for subject in subjects:
        role = "adjustment_rate" if changed else "execution_rate"
        yield from figures.of(OF_PROJECT.get(role, role) if subject.type == "project" else role, subject)  # type: ignore[arg-type]


def _roles(context: Context, bound: Bound, time: str) -> tuple[str, ...]:
    """The values that an indicator's figure may be, the likeliest first."""
    clause = context.before[-LONGEST_CLAUSE:].rpartition(",")[2]
    if time == "part" or MIDYEAR.search(clause):
        return ("indicator_midyear",)
    said = roles_in(context.said, context.mention.unit_class)
    if BEHIND_TARGET.match(context.behind) or SIGNED.search(context.said) or context.mention.bound:
        return ("indicator_target",)
    if said and said[-1].word.role == "indicator_target":
        return ("indicator_target",)
    return ("indicator_actual", "indicator_target")


def _indicators(context: Context, figures: Figures) -> Iterator[Subject]:
    """The indicators that may be spoken of: named, of the figure before, or named in part in the clause."""
    named = [one for name in context.scope.names if name.end <= context.mention.start for one in name.subjects]
    near = (context.indicator, context.near_indicator, context.last_of, *reversed(named))
    found = [one for one in near if one is not None and one.type == "indicator"]
    clause = context.before[-LONGEST_CLAUSE:].rpartition("。")[2]
    found += [one for one in figures.subjects if one.type == "indicator" and shares_words(one.name, clause)]
    if len(digits_of(context.mention.number)) >= TELLING_ALONE:
        found += [one for one in figures.subjects if one.type == "indicator"]
    yield from dict.fromkeys(found)


def _may_be_a_change(context: Context, indicator: Subject) -> bool:
    """Whether what looks like a comparison may be a value: of a rate of growth, or what the year's middle had."""
    return CHANGING.search(indicator.name) is not None or MIDYEAR.search(context.said) is not None


def _is_close(context: Context, figure: Figure) -> bool:
    """Whether a value counts as the figure does, and nothing else is said right before."""
    mention = context.mention
    if unit_class(mention.unit) == "count" and not unit_in_reports(figure.unit).endswith(
        mention.unit.lstrip("万亿")
    ):
        return False
    if figure.role == "indicator_midyear":  # the words of the time say which value it is
        return True
    told = is_telling(mention) or shares_words(figure.of.name, context.said)
    said = CHANGING.sub("", context.said) if CHANGING.search(figure.of.name) else context.said
    return told or not rest_of(said, mention.unit_class)
