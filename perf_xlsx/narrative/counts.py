"""Points of the form, and what is counted: staff, projects, indicators."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from msgspec.structs import replace

from perf_xlsx.figures import ALL_INDICATORS, Figure, Figures, Subject
from perf_xlsx.narrative.bound import OF_INDICATOR, Bound
from perf_xlsx.narrative.comparing import figure_agrees
from perf_xlsx.narrative.context import Context, until_a_pause
from perf_xlsx.narrative.indicators import in_turn, indicator_of, of_an_indicator
from perf_xlsx.narrative.levels import number_in_a_level, points_of_a_level
from perf_xlsx.narrative.unnamed import without_a_name
from perf_xlsx.narrative.words import (
    ALL_OF_THEM,
    BEHIND_WEIGHT,
    DONE,
    OVERALL,
    SCALE,
    Said,
    is_mere_judgement,
    rest_of,
    roles_in,
)
from perf_xlsx.system.pattern import pattern

_PROJECTS = pattern(r"^(?:本级|财政|部门|重点|预算|专项|支出|单位)*项目")
_PROJECTS_BEFORE = pattern(r"项目(?:总数|个数|数量|数)?(?:共有|共计|共|有|为|是)?$")
_JUDGED = pattern(r"(?:自评|评价),得分(?:为|是)?$")
_EXECUTION = pattern(r"预算执行(?:率|情况)?\($")
_EXECUTION_HEADING = pattern(r"预算执行(?:率|率情况|率指标)?$")
_ASIDES = pattern(r"\([^()]{0,60}\)")
_POSTS = ("编制", "编制数", "编制总数")
_INDICATORS = pattern(r"^(?:三级|二级|一级|绩效|目标|评价|具体|细化|考核|产出|效益)*指标")
_LEVELS = (("一级", "level1"), ("二级", "level2"))
_ALL_INDICATORS = pattern(r"指标(?:自评)?(?:得分|得)(?:为|共)?$")
_STATES = (  # of indicators, the first that is said
    ("missed", pattern(r"未(?:能)?(?:全部|足额|完全)?(?:完成|达标|达到|达成|实现)|没有(?:完成|达到)")),
    ("full", pattern(r"(?:未|没有|不)(?:被)?扣分|(?<![未没])(?<!没有)得(?:了|到)?满分")),
    ("docked", pattern(r"扣分|失分|(?:未|没有)(?:能)?得(?:到)?满")),
    ("met", pattern(r"完成|达标|达到|达成|实现")),
)
FULL = Decimal(100)
OF_THE_FORM = ("total", "execution_weight", "execution_points")
_OF_A_SCALE = ("execution_weight", "execution_points")


def of_points(context: Context, figures: Figures) -> Bound:
    """Points: of a level, of an indicator, of execution, of the form."""
    if level := points_of_a_level(context, figures):
        return level
    found = roles_in(context.said, "points")
    indicator = indicator_of(context, figures, "points")
    if indicator is None and (goes_on := _of_the_indicator_before(context, figures, found)):
        return goes_on
    if not found and (alone := _without_a_role(context, figures, indicator)):
        return alone
    last = in_turn(context) or (found[-1] if found else None)
    if last is None:
        return Bound(context.mention, "outside" if _are_others(context) else "unbound")
    if indicator:
        return _near_an_indicator(context, figures, last.word.role, found, indicator)
    return _without_an_indicator(context, figures, last.word.role)


def _of_the_indicator_before(context: Context, figures: Figures, found: Sequence[Said]) -> Bound | None:
    """Points of an indicator that is known by its value before: 达到98%，得10分."""
    before = context.last_of if context.last_role in OF_INDICATOR else None
    if before is None or rest_of(context.said, "points") or not found or found[-1].word.role not in OF_INDICATOR:
        return None
    return replace(of_an_indicator(context, figures, found[-1], before), sure=False)


def _are_others(context: Context) -> bool:
    """Whether points without a role are said to be of something else, or are those of a scale."""
    said = rest_of(context.said, "points") or context.mention.bound
    return bool(said) or SCALE.match(context.behind) is not None


def _without_an_indicator(context: Context, figures: Figures, role: str) -> Bound:
    """Points where no indicator is near."""
    sure = not rest_of(context.said, "points")
    if role in ("total", "indicator_points") and any(one.type == "project" for one in context.own):
        return Bound(context.mention, "outside")  # a project's own evaluation
    if role in OF_THE_FORM:
        return of_the_form(context, figures, role, sure)
    return _of_execution_or_all(context, figures, role, sure)


def _near_an_indicator(
    context: Context, figures: Figures, role: str, found: Sequence[Said], indicator: Subject
) -> Bound:
    """Points where an indicator is near: its own, unless the words tell of the form."""
    if role == "total" and is_mere_judgement(context.said, found[-1]):
        return _judged(context, figures, indicator)
    if role in OF_THE_FORM:
        return of_the_form(context, figures, role, not rest_of(context.said, "points"))
    return of_an_indicator(context, figures, found[-1] if found else None, indicator)


def _without_a_role(context: Context, figures: Figures, indicator: Subject | None) -> Bound | None:
    """Points with no word for their role: of execution, or a weight that is said behind them."""
    rates = roles_in(context.said, "share")
    if not indicator and rates and rates[-1].word.role == "execution_rate":  # 预算执行率10分
        return replace(of_the_form(context, figures, "execution_weight", False), figures=_of_execution(figures))
    if context.bracketed and _EXECUTION.search(context.before):
        return of_the_form(context, figures, "execution_weight", False)
    if BEHIND_WEIGHT.match(context.behind) and (indicator or "执行率" in context.before):
        return _of_a_weight(context, figures, indicator)
    return None


def _of_a_weight(context: Context, figures: Figures, indicator: Subject | None) -> Bound:
    """A weight that is said behind its number: 6分的权重, 该项8分得7.12分."""
    if indicator is None:
        return of_the_form(context, figures, "execution_weight", False)
    found = figures.of("indicator_weight", indicator)
    return Bound(context.mention, "indicator_weight", indicator, indicator.name, found)


def _judged(context: Context, figures: Figures, indicator: Subject) -> Bound:
    """Points behind a mere 自评 where an indicator is near: certainly its own right behind its weight."""
    bound = _earned_by(context, figures, indicator)
    return replace(bound, sure=context.last_role == "indicator_weight" and bool(bound.figures))


def _earned_by(context: Context, figures: Figures, of: Subject) -> Bound:
    """The points of an indicator, or of all of them."""
    return Bound(context.mention, "indicator_points", of, of.name, figures.of("indicator_points", of))


def _of_execution(figures: Figures) -> tuple[Figure, ...]:
    return tuple(one for one in figures.everything if one.role in ("execution_weight", "execution_points"))


def _is_about_execution(context: Context) -> bool:
    """Whether the sentence, the figure before or the heading right above is about the execution of the budget."""
    if "执行率" in context.before or context.last_role in ("execution_rate", *_OF_A_SCALE):
        return True
    return bool(context.scope.sections) and _EXECUTION_HEADING.search(context.scope.sections[-1].text) is not None


def _of_execution_or_all(context: Context, figures: Figures, role: str, sure: bool) -> Bound:
    """Points that no indicator is named for: of budget execution, or all."""
    if role == "indicator_lost_points":
        return Bound(context.mention, role)
    if _is_about_execution(context):
        key = "execution_weight" if role == "indicator_weight" else "execution_points"
        return of_the_form(context, figures, key, sure and context.standing.subjects[0].whole)
    if role == "indicator_points":
        return _earned(context, figures, sure)
    full = role == "indicator_weight" and context.mention.number == FULL  # 满分100分
    return Bound(context.mention, "outside" if full else role)


def _earned(context: Context, figures: Figures, sure: bool) -> Bound:
    """Points that were earned: by the indicator before, by all indicators, or by the form."""
    if context.last_role in OF_INDICATOR:
        of = context.last_of
        return _earned_by(context, figures, of) if of else Bound(context.mention, "indicator_points")
    if _ALL_INDICATORS.search(context.said):
        return _earned_by(context, figures, ALL_INDICATORS)
    overall = OVERALL.search(context.said) or _JUDGED.search(context.before)
    return of_the_form(context, figures, "total", sure and overall is not None)


def of_the_form(context: Context, figures: Figures, role: str, sure: bool, key: str = "") -> Bound:
    """A figure that the form has once; 总分100分 is the scale."""
    subject = next((one for one in figures.subjects if one.type == "form" and one.key == key), None)
    found = figures.of(role, subject) if subject else ()  # type: ignore[arg-type]
    scale = role == "total" and context.mention.number == FULL and bool(found) and found[0].value != FULL
    if scale:
        return Bound(context.mention, "outside", subject)
    if role in _OF_A_SCALE and not figures.of("weights"):
        sure = False  # a form without points says nothing of its scale
    return Bound(context.mention, role, subject, "", found, sure and bool(found))


def of_count(context: Context, figures: Figures) -> Bound:
    """What is counted: an indicator's value, projects, indicators, staff."""
    found = roles_in(context.said, "count")
    last = found[-1] if found else None
    indicator = indicator_of(context, figures, "count")
    if indicator:
        return of_an_indicator(context, figures, last, indicator)
    counted = _counted(context)
    if of_them := met_or_missed(context, figures):
        return of_them
    if counted == "indicator_count" and (of_a_level := number_in_a_level(context, figures)):
        return of_a_level
    if counted:
        return _number_of(context, figures, counted)
    if last is not None and last.word.role.startswith("staff"):
        return _staff(context, figures, last)
    return without_a_name(context, figures, last)


def _staff(context: Context, figures: Figures, last: Said) -> Bound:
    mention, role = context.mention, last.word.role
    people = mention.unit in ("名", "人") or (mention.unit == "个" and context.said.endswith(_POSTS))
    if role == "staff_part" and people:
        return _part_of_the_staff(context, figures)
    if role == "staff_part" or not (people or mention.unit_class != "count"):
        return Bound(mention, "staff" if people else "outside")
    part = "其中" in context.before or any(
        one.word.role == "staff_part" for one in roles_in(_ASIDES.sub("", context.before), "count")
    )
    sure = not rest_of(context.said, "count") and context.standing.known and not part
    found = of_the_form(context, figures, "staff", sure and not last.word.weak, role.removeprefix("staff_"))
    return found if found.of else replace(found, role="staff")


def _part_of_the_staff(context: Context, figures: Figures) -> Bound:
    """A part of the posts or people; it is all of them where it is as many: 行政编制92名."""
    key = "authorised" if "编" in context.said else "actual"
    return replace(of_the_form(context, figures, "staff", False, key), role="staff")


def _counted(context: Context) -> str:
    """Whether projects or indicators are counted."""
    if context.mention.unit not in ("个", "项", "条"):
        return ""
    if context.said.endswith("指标") or _INDICATORS.match(context.behind):
        return "indicator_count"
    return "project_count" if _PROJECTS_BEFORE.search(context.said) or _PROJECTS.match(context.behind) else ""


def met_or_missed(context: Context, figures: Figures) -> Bound | None:
    """How many of the indicators were met, or have all points, or not: 达到年度指标值的12项，未达到的4项."""
    if (
        context.mention.unit not in ("个", "项", "条")
        or "指标" not in context.scope.letters.text[: context.mention.end + 6]
    ):
        return None
    behind, before = until_a_pause(context.behind), context.said.rpartition(",")[2]
    others = behind and not _INDICATORS.match(behind)  # 扣分原因: 5个单元
    around = (behind,) if others else (behind, before)  # 8个得满分; 得满分的8个
    key = next((state for said in around for state, words in _STATES if words.search(said)), "")
    found = of_the_form(context, figures, "indicator_count", False, key) if key else None
    return found if found and any(figure_agrees(found, one) for one in found.figures) else None


def _all_projects(figures: Figures) -> bool:
    """Whether the projects of the form come to its line of projects, in what was spent or to be spent."""
    line = next((one for one in figures.subjects if one.type == "line" and one.key == "project"), None)
    for of_project, of_line in (("project_executed", "executed"), ("project_budget", "adjusted")):
        whole = next((one.value for one in figures.of(of_line, line)), None) if line else None  # type: ignore[arg-type]
        parts = [one.value for one in figures.everything if one.role == of_project]
        if whole is not None and whole == sum(part for part in parts if not isinstance(part, str)):
            return True
    return False


def _is_of_all(context: Context) -> bool:
    """Whether the report says that these are all, and not how many of them were done."""
    whole = ALL_OF_THEM.search(context.said) is not None and not context.mention.in_words
    done = DONE.search(context.said + until_a_pause(context.behind)) is not None
    return whole and not done and not rest_of(context.said, "count")


def _number_of(context: Context, figures: Figures, role: str) -> Bound:
    """How many projects or indicators there are; certain only where the report says that these are all."""
    level = next((key for word, key in _LEVELS if word in context.said + context.behind[:6]), "")
    if level and role == "indicator_count":
        return of_the_form(context, figures, role, False, level)
    complete = _all_projects(figures) if role == "project_count" else bool(figures.of("weights"))  # or an extract
    found = of_the_form(context, figures, role, complete and _is_of_all(context))
    sources = [one for one in figures.subjects if one.type == "form" and one.name and one.name in context.before]
    if role == "project_count" and sources:
        more = tuple(figure for one in sources for figure in figures.of("project_count", one))
        return replace(found, figures=(*more, *found.figures))
    return found
