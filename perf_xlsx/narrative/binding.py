"""Every figure of a report bound to its role: by the words before it, what is named, and where it stands.

A binding is `sure` where nothing else stands before the figure than its role and what it is of. Only then may a
figure differ; else it may agree, and is left alone where it does not.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from msgspec.structs import replace

from perf_xlsx.figures import Figures, Subject
from perf_xlsx.narrative.bound import Bound, is_telling
from perf_xlsx.narrative.by_value import by_value
from perf_xlsx.narrative.comparing import figure_agrees
from perf_xlsx.narrative.context import Context, Walk, Went
from perf_xlsx.narrative.counts import met_or_missed, of_count, of_points
from perf_xlsx.narrative.indicators import in_a_wrong_unit, indicator_of, of_an_indicator
from perf_xlsx.narrative.mentions import Mention
from perf_xlsx.narrative.money import of_money, of_share
from perf_xlsx.narrative.names import Names
from perf_xlsx.narrative.scope import Scope
from perf_xlsx.narrative.times import comparison_role, is_stated, other_time
from perf_xlsx.narrative.words import BEHIND_TARGET, EACH, PART, SCALE, rest_of, roles_in, unit_meant
from perf_xlsx.system.pattern import pattern

ALL = 100  # percent
UNTIMED = frozenset((
    "indicator_target", "indicator_weight", "indicator_points", "indicator_lost_points", "indicator_completion",
    "execution_weight", "execution_points", "total",
))  # fmt: skip  # what a year's middle has none of
OF_MONEY = frozenset(("initial", "adjustment", "adjusted", "executed", "balance", "received"))
AMOUNTS = frozenset(("executed", "project_budget", "project_executed"))  # that tell whose they are
_BY_UNIT: dict[str, Callable[[Context, Figures], Bound]] = {
    "money": of_money, "share": of_share, "points": of_points, "count": of_count,
}  # fmt: skip


def bind(scope: Scope, mentions: tuple[Mention, ...], figures: Figures, names: Names) -> Iterator[Bound]:
    """The mentions of a paragraph with their roles, in order."""
    walk = Walk(scope, mentions, names)
    told: set[tuple[int, str, Subject | None]] = set()  # amounts that agreed, by their sentence
    for mention in mentions:
        if mention.type != "number":
            yield _no_figure(mention, figures, scope)
            continue
        if _is_part_of_a_name(mention, scope):
            continue
        context = walk.context(mention)
        found = _bound(context, mentions, figures)
        amount = (walk.sentence(mention.start), found.role, found.of)
        if found.role in OF_MONEY and any(figure_agrees(found, one) for one in found.figures):
            told.add(amount)
        elif amount in told:  # 结余459.93万元，项目结余246.85万元: the second is of a part
            found = replace(found, sure=False)
        walk.went_past(context, _went(context, found))
        yield found


def _is_part_of_a_name(mention: Mention, scope: Scope) -> bool:
    """Whether a number stands in a name: 残疾人两项补贴."""
    return any(
        name.start <= mention.start
        and mention.end <= name.end
        and name.end - name.start > mention.end - mention.start
        for name in scope.names
    )


def _went(context: Context, found: Bound) -> Went:
    """What the figures behind this one may go on with."""
    ours = bool(found.figures) or found.role in ("share", "change")
    if found.role == "project_count":
        ours = any(figure_agrees(found, one) for one in found.figures) or not rest_of(context.said, "count")
    amount = found.role in AMOUNTS and is_telling(found.mention)
    same = (one.of for one in found.figures if figure_agrees(found, one)) if amount else ()
    return Went(found.role, ours, found.word, found.of, next(iter(same), None))


def _bound(context: Context, mentions: tuple[Mention, ...], figures: Figures) -> Bound:
    """A number with its role: what it is by its words, then whether and of when the sentence states it."""
    if context.mention.about and BEHIND_TARGET.match(context.behind):  # 超过45公里的目标: of exactly so many
        context = replace(context, mention=replace(context.mention, about=False))
    if context.operand:
        return Bound(context.mention, "other")
    if role := comparison_role(context):
        return by_value(context, figures, Bound(context.mention, role), "")
    found = _by_its_words(context, figures)
    found = replace(found, sure=found.sure and _may_be_sure(context, found.role))
    if found.role == "unbound" and context.mention.in_words:  # 两个村: a manner of speaking
        return replace(found, role="outside")
    return _at_its_time(context, figures, found, other_time(context, mentions, figures.year))


def _by_its_words(context: Context, figures: Figures) -> Bound:
    """A number with the role that the words around it give to one in its unit, or in another by a slip."""
    found = (
        _weight_in_brackets(context, figures) or in_a_wrong_unit(context, figures) or _by_unit(context, figures)
    )
    if not found.figures and context.mention.unit_class in ("share", "points"):
        return _with_the_amount_of_a_line(context, figures) or found
    return found


def _may_be_sure(context: Context, role: str) -> bool:
    """Whether a figure is stated, and its place in a list or table leaves no doubt what it is of."""
    turn = context.turn
    in_order = turn is None or turn.subject is not None or turn.role is not None
    return in_order and is_stated(context, role) and not _sums_up_a_table(context)


def _at_its_time(context: Context, figures: Figures, found: Bound, time: str) -> Bound:
    """The binding, where the sentence speaks of another year or of a part of this one."""
    things = context.indicator is None and context.mention.unit_class in ("money", "count")
    each = things and EACH.search(context.said) is not None
    if time == "part" and found.role == "adjustment" and not each:  # in May, which may be all of it
        return replace(found, sure=False)
    if time == "part" and found.role in UNTIMED and not PART.search(context.said):
        time = ""
    if time or each:
        found = replace(found, role="outside", other_year=True, sure=found.sure and time == "year")
    return _of_nothing_known(context, by_value(context, figures, found, time))


def _of_nothing_known(context: Context, bound: Bound) -> Bound:
    """The binding, with no role where the amounts are of something that the form does not know."""
    told = any(not one.word.weak for one in roles_in(context.said, "money"))
    another = bound.of is None and bool(bound.names) and told  # “三公”经费支出
    known = context.standing.known and not another
    if (
        bound.role not in OF_MONEY
        or bound.sure
        or known
        or any(figure_agrees(bound, one) for one in bound.figures)
    ):
        return bound
    return replace(bound, role="outside")


def _sums_up_a_table(context: Context) -> bool:
    """Whether it is the last row of a table of points, which may be of a part of the indicators."""
    in_a_table = context.scope.paragraph.cell is not None and context.mention.unit_class in ("points", "none")
    return in_a_table and context.scope.letters.text.startswith(("合计", "总计", "小计"))


def _by_unit(context: Context, figures: Figures) -> Bound:
    mention = context.mention
    if mention.unit in ("万", "亿") and roles_in(context.said, "money") and not indicator_of(context, figures, ""):
        return of_money(
            replace(context, mention=replace(mention, unit=f"{mention.unit}元")), figures
        )  # 列支436.5万
    units = mention.unit_class
    if units == "none":
        return _bare(context, figures)
    meant = unit_meant(units, context.said)
    of_them = met_or_missed(context, figures) if (units, meant) == ("count", "points") else None  # 得满分的8个
    return of_them or _BY_UNIT[meant](context, figures)


def _weight_in_brackets(context: Context, figures: Figures) -> Bound | None:
    """A weight in brackets right behind an indicator's name, in whatever unit: 满意度（10分）."""
    indicator = context.near_indicator
    if not context.bracketed or context.said or indicator is None:
        return None
    weights = figures.of("indicator_weight", indicator)
    same = any(one.value == context.mention.number for one in weights)
    told = same or context.mention.unit == "分"
    return Bound(context.mention, "indicator_weight", indicator, indicator.name, weights, told) if told else None


def _with_the_amount_of_a_line(context: Context, figures: Figures) -> Bound | None:
    """The binding as money where exactly that amount stands in the form: 人员经费1829.47%."""
    found = of_money(context, figures)
    number = context.mention.number
    same = tuple(one for one in found.figures if not isinstance(one.value, str) and one.value == number)
    return (
        replace(found, figures=same, sure=True)
        if same and (is_telling(context.mention) or (number or 0) > ALL)
        else None
    )


def _bare(context: Context, figures: Figures) -> Bound:
    """A number without a unit: it may agree as an amount, or with its indicator."""
    found = roles_in(context.said, "money")
    strong = [one for one in found if not one.word.weak and not one.word.role.startswith("indicator")]
    indicator = indicator_of(context, figures, "")
    if indicator and not strong:
        last = roles_in(context.said, "none")
        found_one = replace(of_an_indicator(context, figures, last[-1] if last else None, indicator), sure=False)
        named = bool(last) or context.indicator is not None
        return found_one if named else replace(found_one, role="outside")
    if strong:
        return replace(of_money(context, figures), sure=False)
    told = rest_of(context.said, "count") or SCALE.match(context.behind)
    return Bound(context.mention, "outside" if told else "unbound")


def _no_figure(mention: Mention, figures: Figures, scope: Scope) -> Bound:
    """A date, a document number, an ordinal, a grade."""
    if mention.type == "grade":
        form = next((one for one in figures.subjects if one.type == "form" and not one.key), None)
        found = figures.of("grade", form) if form else ()
        ours = scope.topic is None and not scope.plans and not _names_a_project(scope, mention)
        return Bound(mention, "grade", form, "", found, bool(found) and ours)
    if mention.type == "date":
        return _date(mention, figures, scope.letters.text)
    return Bound(mention, "outside" if mention.type in ("range", "code") else mention.type)


def _names_a_project(scope: Scope, mention: Mention) -> bool:
    """Whether the sentence named a project of the form before: it may have a grade of its own."""
    begin = scope.letters.text.rfind("。", 0, mention.start) + 1
    return any(
        one.type == "project"
        for name in scope.names
        if begin <= name.start < mention.start
        for one in name.subjects
    )


_WHOLE_YEAR = pattern(r"((?:19|20)\d\d)年[度初末底]?$")
_FILLED_ON = pattern(r"(?:填报|填表)(?:时间|日期):?$")


def _date(mention: Mention, figures: Figures, text: str) -> Bound:
    """The year of the form, or the day on which it was filled in, where the report says it so."""
    written = text[mention.start : mention.end]
    year = _WHOLE_YEAR.match(written)
    if year and int(year[1]) == figures.year:
        return Bound(mention, "date", figures=tuple(one for one in figures.everything if one.role == "year"))
    found = tuple(one for one in figures.everything if one.role == "filled_on")
    return Bound(mention, "date", figures=found if _FILLED_ON.search(text[: mention.start]) else ())
