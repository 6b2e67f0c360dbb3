"""Shares and counts that name no indicator exactly: of one with a like name, or of something in no form."""

from __future__ import annotations

from collections.abc import Iterator

from perf_xlsx.figures import Figure, Figures
from perf_xlsx.narrative.bound import OF_INDICATOR, Bound
from perf_xlsx.narrative.comparing import figure_agrees
from perf_xlsx.narrative.context import Context, until_a_pause
from perf_xlsx.narrative.indicators import in_turn, is_verb, values_meant
from perf_xlsx.narrative.mentions import unit_in_reports
from perf_xlsx.narrative.words import Said, rest_of

SHARED = 4  # letters in a row
SHORTEST = 2  # letters


def without_a_name(context: Context, figures: Figures, last: Said | None) -> Bound:
    """A share or count that names no indicator exactly: of one with a like name, or the only one so counted."""
    mention, last = context.mention, in_turn(context) or last
    told_so = last is not None and last.word.role in OF_INDICATOR and not is_verb(context, last)
    roles = [last.word.role] if last and told_so else values_meant(context)
    if bound := _of_a_name_in_part(context, figures, roles, last is not None):
        return bound
    if likely := tuple(_likely(context, figures)):
        return Bound(mention, likely[0].role, likely[0].of, likely[0].of.name, likely)
    if mention.unit_class == "share" and _is_a_value(context, last):
        return Bound(mention, roles[0])
    return Bound(mention, "outside" if last or mention.in_words or _is_of_something_else(context) else "unbound")


def _of_a_name_in_part(context: Context, figures: Figures, roles: list[str], told: bool) -> Bound | None:
    """The figures whose name the clause holds a good part of; where a word tells a count's role, the only ones."""
    mention, letters = context.mention, context.scope.letters.text
    alike = _counted_alike(figures, roles, mention.unit)
    clause = letters[mention.start - len(context.before) : mention.end] + until_a_pause(context.behind)
    shared = [one for one in alike if shares_words(one.of.name, clause)]
    alone = alike if told and mention.unit_class == "count" and len({one.of for one in alike}) == 1 else []
    found = tuple(shared or alone)
    if not found:
        return None
    bound = Bound(mention, roles[0], found[0].of if shared else None, "", found)
    return bound if _may_be_of(context, found) or any(figure_agrees(bound, one) for one in found) else None


def _counted_alike(figures: Figures, roles: list[str], unit: str) -> list[Figure]:
    """The figures of indicators in these roles that count in a unit, the first role's first."""
    of_indicators = [one for one in figures.everything if one.of.type == "indicator"]
    return [one for key in roles for one in of_indicators if one.role == key and unit_in_reports(one.unit) == unit]


def _is_a_value(context: Context, last: Said | None) -> bool:
    """Whether a share is, by its words or the heading above, a value of some indicator."""
    above = context.scope.sections[-1].text if context.scope.sections else ""
    if "指标" in above and not context.said:
        return True
    verb = last is not None and is_verb(context, last) and rest_of(context.said, "share") != ""
    return last is not None and last.word.role in OF_INDICATOR and not verb


def _may_be_of(context: Context, found: tuple[Figure, ...]) -> bool:
    """Whether nothing stands right before a figure than words of the names that it shares: no part of it."""
    said = rest_of(context.said, context.mention.unit_class)
    return not said or any(is_like(one.of.name, said, "") for one in found)


def _likely(context: Context, figures: Figures) -> Iterator[Figure]:
    """The values of indicators with a like name that are exactly this: 审结6212件 is of 审结案件数."""
    said = rest_of(context.said.rpartition("、")[2], context.mention.unit_class)  # 彩超2台、救护车3辆
    behind = until_a_pause(context.behind)
    alike = [
        one for one in figures.everything if one.of.type == "indicator" and is_like(one.of.name, said, behind)
    ]
    for role in values_meant(context):
        yield from (one for one in alike if one.role == role and figure_agrees(Bound(context.mention, role), one))


def is_like(name: str, said: str, behind: str) -> bool:
    """Whether all that is said before is in a name, all of the name in it, or a good part of the name behind."""
    within = len(said) >= SHORTEST and set(said) <= set(name)
    return within or (len(name) > SHARED and set(name) <= set(said)) or shares_words(name, behind)


def _is_of_something_else(context: Context) -> bool:
    """Whether the words around a count or share say what it is of, which is in no form."""
    units, said = context.mention.unit_class, context.said
    goes_on = context.last_role in ("outside", "other")  # 3106户、12580人
    counted = units == "count" and rest_of(until_a_pause(context.behind), units)  # 有1个小区
    return bool(rest_of(said, units) or goes_on or counted or said.endswith("等"))


def shares_words(name: str, text: str) -> bool:
    """Whether a text holds a good part of a name."""
    return any(name[at : at + SHARED] in text for at in range(max(1, len(name) - SHARED + 1)))
