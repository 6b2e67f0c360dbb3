"""Figures of indicators: named right before, in the sentence, or by what the paragraph is about."""

from __future__ import annotations

from msgspec.structs import replace

from perf_xlsx.figures import Figure, Figures, Subject
from perf_xlsx.narrative.bound import OF_INDICATOR, Bound, is_telling
from perf_xlsx.narrative.comparing import figure_agrees
from perf_xlsx.narrative.context import Context, until_a_pause
from perf_xlsx.narrative.mentions import unit_class, unit_in_reports
from perf_xlsx.narrative.names import HOLE
from perf_xlsx.narrative.words import (
    ACTUALLY,
    AGAINST,
    BEHIND_TARGET,
    LOOSE,
    LOST,
    PLANNED,
    REQUIRED,
    SEVERAL,
    SIGNED,
    VERBS,
    Said,
    rest_of,
    roles_in,
    unit_meant,
)

VALUES = ("indicator_target", "indicator_actual", "indicator_midyear")


def indicator_of(context: Context, figures: Figures, units: str) -> Subject | None:
    """The indicator that a figure in these units is of, if any."""
    found = context.indicator or context.near_indicator
    if found is None or units == "points":
        return found
    said = roles_in(context.said, units or "none")
    role = said[-1].word.role if said and not is_verb(context, said[-1]) else ""
    if role in OF_INDICATOR and (role not in VALUES or _may_be_a_value(context, figures, found, role)):
        return found
    return found if _counts_in(figures, found, context.mention.unit) else None


def _may_be_a_value(context: Context, figures: Figures, indicator: Subject, role: str) -> bool:
    """Whether a figure behind 目标值 or 实际 may be a value of an indicator that counts in another unit.

    A count beside a share or an amount is of something else (按期完工率，目标值100%，实际12个小区), and a share
    that was reached may be the completion.
    """
    counted = any(unit_class(one.unit) == "count" for key in VALUES for one in figures.of(key, indicator))  # type: ignore[arg-type]
    units = context.mention.unit_class
    another_thing = (units == "count" and not counted) or (units == "share" and role == "indicator_actual")
    return not another_thing or _is_slip(context, figures, indicator)


def _is_slip(context: Context, figures: Figures, indicator: Subject) -> bool:
    """Whether a value is right but for its unit."""
    values = [one for role in VALUES for one in figures.of(role, indicator)]  # type: ignore[arg-type]
    return any(one.value == context.mention.number for one in values)


def is_verb(context: Context, said: Said) -> bool:
    """Whether a role word is a mere verb, which may stand behind any name: 完成, 达到."""
    return context.said[said.start : said.end] in VERBS


def _counts_in(figures: Figures, indicator: Subject, unit: str) -> bool:
    """Whether an indicator has values in such a unit."""
    values = [one for role in VALUES for one in figures.of(role, indicator)]  # type: ignore[arg-type]
    known = [unit_in_reports(one.unit) for one in values if not isinstance(one.value, str)]
    known = known if "/" in unit else [one.partition("/")[0] for one in known]
    if unit_class(unit) in ("money", "share"):
        return any(unit_class(one) == unit_class(unit) for one in known)
    return any(one == unit or not one or not unit or one.endswith(unit.lstrip("万亿") or unit) for one in known)


def of_an_indicator(context: Context, figures: Figures, last: Said | None, indicator: Subject) -> Bound:
    """A figure of an indicator; without a word for its role it is the actual value, or any other."""
    last = in_turn(context) or last
    said = last.word.role if last and last.word.role in OF_INDICATOR else ""
    told = said if last and not is_verb(context, last) else ""  # a mere verb may stand before any value
    besides = _said_besides(context)
    bound = _in_its_role(context, figures, indicator, told, besides)
    if besides or not bound.figures:
        return bound
    sure = _is_of_all_the_work(context, bound) and _is_sure(context, bound.role, bool(said))
    sure = sure and not _counts_other_things(context, bound.figures)
    return replace(bound, sure=sure or _is_called_the_target(context, figures, bound))


def _said_besides(context: Context) -> str:
    """What the words before a figure say besides its role, and besides that it is held against a target."""
    label = AGAINST.sub("", context.said) if _is_held_against(context) else context.said
    return rest_of(label, unit_meant(context.mention.unit_class, context.said))


def _in_its_role(context: Context, figures: Figures, indicator: Subject, told: str, besides: str) -> Bound:
    """The figure in the role that a word told, or in any that a value may have; outside if it is said of more."""
    roles = [told] if told else values_meant(context)
    found = tuple(one for key in roles for one in figures.of(key, indicator))  # type: ignore[arg-type]
    role = "outside" if besides and not told else roles[0]  # where it agrees, it is that figure's role
    if role == "outside" and context.mention.unit_class == "count" and not is_telling(context.mention):
        found = ()  # 河西街道6个
    return Bound(context.mention, role, indicator, indicator.name, found)


def _is_of_all_the_work(context: Context, bound: Bound) -> bool:
    """Whether a figure is of all the work: a part of it may be held against a target of its own."""
    completed = bound.role == "indicator_completion" and context.last_of == bound.of
    of_a_part = completed and context.last_role == "outside"
    return not of_a_part and REQUIRED.search(context.said) is None


def _is_held_against(context: Context) -> bool:
    """Whether the words around a figure call it the target: 超过45公里的目标; 比年初要求的7.5天短."""
    return BEHIND_TARGET.match(context.behind) is not None or REQUIRED.search(context.said) is not None


def _is_called_the_target(context: Context, figures: Figures, bound: Bound) -> bool:
    """Whether a figure is held against as the target: 但比88%的目标低; 超过45公里的目标.

    A count may be that of a part of the work, with a target of its own, unless it is what was reached.
    """
    if bound.of is None or not _is_held_against(context):
        return False
    own = bound.mention.unit_class == "share" or context.last_of == bound.of
    exchanged = any(figure_agrees(bound, one) for one in figures.of("indicator_actual", bound.of))
    return exchanged or (own and context.last_role not in ("outside", "other"))


def _is_sure(context: Context, role: str, said: bool) -> bool:
    """Whether a figure is certainly the indicator's in this role; `said`: a word says so."""
    if context.said.rstrip("的为是").endswith("年初"):
        return False  # what it was at the start of the year
    points = role in ("indicator_lost_points", "indicator_points")
    if points and (SEVERAL.search(context.said) or context.in_brackets_of_another):
        return False  # 两项共扣1.49分
    if role == "indicator_lost_points" and LOST.search(context.before):
        return False
    return said or (context.indicator is not None and not LOOSE.search(context.said))


def _counts_other_things(context: Context, found: tuple[Figure, ...]) -> bool:
    """Whether a count behind another name is of other things than the indicator's: 400户, and not 6座."""
    mention = context.mention
    if context.indicator is not None or mention.unit_class != "count" or not found or found[0].role not in VALUES:
        return False
    things = rest_of(until_a_pause(context.behind), "count")
    return all(unit_class(one.unit) == "count" and not _alike(mention.unit, one.unit, things) for one in found)


def _alike(one: str, other: str, things: str) -> bool:
    """Whether two units may count the same: 名 and 人, 万人 and 人, 个 and any where no `things` are said."""
    pairs = ((one, other), (other, one))
    return any(a.endswith(b) or (a == "个" and not things) or {a, b} == {"人", "名"} for a, b in pairs)


def in_turn(context: Context) -> Said | None:
    """The role that all figures of a list have."""
    return Said(context.turn.shared, 0, 0) if context.turn and context.turn.shared else None


def of_completion(context: Context, figures: Figures, last: Said | None) -> Bound | None:
    """How far one came, as a share right behind what was done: 完成1874人，完成101.3%; 为计划80公里的108.13%."""
    indicator = context.near_indicator or context.last_of
    of_the_target = context.last_role == "indicator_target" and context.said.strip(HOLE) == "的"
    again = last is not None and is_verb(context, last) and not rest_of(context.said, "share")
    own = indicator is not None and _counts_in(figures, indicator, "%")
    if not of_the_target and (own or not (again and context.last_role in ("indicator_actual", "change"))):
        return None
    found = figures.of("indicator_completion", indicator) if indicator else ()
    name = indicator.name if indicator else ""
    return Bound(context.mention, "indicator_completion", indicator, name, found, bool(found))


def values_meant(context: Context) -> list[str]:
    """Which values a figure may be where no word tells, the likeliest first."""
    verb = any(is_verb(context, one) for one in roles_in(context.said, context.mention.unit_class))
    planned = PLANNED.search(context.said if verb else context.before) and context.last_role != "indicator_target"
    listed = context.said.startswith("、") and context.last_role == "indicator_target"
    if _is_held_against(context):
        return ["indicator_target"]
    letters = context.scope.letters.text
    aimed = context.scope.aims and not ACTUALLY.search(letters, 0, context.mention.start)
    if listed or aimed or (planned and SIGNED.search(context.said)):
        return ["indicator_target"]
    return [*VALUES] if planned else [VALUES[1], VALUES[0], VALUES[2]]


def in_a_wrong_unit(context: Context, figures: Figures) -> Bound | None:
    """A value right behind the name of its indicator, in a unit that this cannot have: 合格率95万元."""
    indicator, mention = context.indicator, context.mention
    if indicator is None or mention.unit_class in ("points", "none") or rest_of(context.said, "share"):
        return None
    told = any(not is_verb(context, one) for one in roles_in(context.said, mention.unit_class))
    if told or _counts_in(figures, indicator, mention.unit):
        return None
    values = values_meant(context)
    found = tuple(one for role in values for one in figures.of(role, indicator))  # type: ignore[arg-type]
    same = _is_slip(context, figures, indicator)
    return Bound(mention, values[0], indicator, indicator.name, found, True) if same else None
