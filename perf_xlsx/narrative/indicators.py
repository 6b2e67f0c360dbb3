"""Figures of indicators: named right before, in the sentence, or by what the paragraph is about."""

from __future__ import annotations

from perf_xlsx.figures import Figures, Subject
from perf_xlsx.narrative.bound import OF_INDICATOR, Bound
from perf_xlsx.narrative.context import Context
from perf_xlsx.narrative.mentions import unit_class
from perf_xlsx.narrative.words import (
    LOOSE,
    LOST,
    PLANNED,
    SHARES,
    SIGNED,
    VERBS,
    Said,
    rest_of,
    roles_in,
    unit_meant,
)

_VALUES = ("indicator_target", "indicator_actual", "indicator_midyear")
SHARED = 4  # letters in a row


def indicator_of(context: Context, figures: Figures, units: str) -> Subject | None:
    """The indicator that a figure in these units is of, if any."""
    found = context.indicator or context.near_indicator
    if found is None or units == "points":
        return found
    said = roles_in(context.said, units or "none")
    if said and said[-1].word.role in OF_INDICATOR and not _is_verb(context, said[-1]):
        return found
    return found if _counts_in(figures, found, context.mention.unit) else None


def _is_verb(context: Context, said: Said) -> bool:
    return context.said[said.start : said.end] in VERBS


def _counts_in(figures: Figures, indicator: Subject, unit: str) -> bool:
    """Whether an indicator has values in such a unit."""
    known = [one.unit for role in _VALUES for one in figures.of(role, indicator)]  # type: ignore[arg-type]
    if unit_class(unit) in ("money", "share"):
        return any(unit_class(one) == unit_class(unit) for one in known)
    return any(one == unit or not one or not unit or one.endswith(unit) for one in known)


def of_an_indicator(context: Context, figures: Figures, last: Said | None, indicator: Subject) -> Bound:
    """A figure of an indicator; without a word for its role it is the actual value, or any other."""
    said_so = last is not None and last.word.role in OF_INDICATOR
    role = last.word.role if last and said_so else "indicator_actual"
    rest = rest_of(context.said, unit_meant(context.mention.unit_class, context.said))
    roles = [role]
    if last is None or not said_so or _is_verb(context, last):
        roles = _values_meant(context)
        role = roles[0]
    found = tuple(one for key in roles for one in figures.of(key, indicator))  # type: ignore[arg-type]
    named = context.indicator is not None
    sure = not rest and (said_so or named) and bool(found)
    if role == "indicator_lost_points":
        sure = sure and not LOST.search(context.before)
    return Bound(
        context.mention,
        role,
        indicator,
        indicator.name,
        found,
        sure and (said_so or not LOOSE.search(context.said)),
    )


def _values_meant(context: Context) -> list[str]:
    """Which values a figure may be where no word tells, the likeliest first."""
    planned = PLANNED.search(context.before) and context.last_role != "indicator_target"
    if context.scope.aims or (planned and SIGNED.search(context.said)):
        return ["indicator_target"]
    return [*_VALUES] if planned else [_VALUES[1], _VALUES[0], _VALUES[2]]


def in_a_wrong_unit(context: Context, figures: Figures) -> Bound | None:
    """A value right behind the name of its indicator, in a unit that this cannot have: 合格率95万元."""
    indicator, mention = context.indicator, context.mention
    if indicator is None or mention.unit_class in ("points", "none") or rest_of(context.said, "share"):
        return None
    told = any(not _is_verb(context, one) for one in roles_in(context.said, mention.unit_class))
    if told or _counts_in(figures, indicator, mention.unit):
        return None
    values = _values_meant(context)
    found = tuple(one for role in values for one in figures.of(role, indicator))  # type: ignore[arg-type]
    same = any(one.value == mention.number for one in found)
    share = SHARES.search(indicator.name) is not None and mention.unit_class != "share"
    return Bound(mention, values[0], indicator, indicator.name, found, True) if same or share else None


def without_a_name(context: Context, figures: Figures, last: Said | None) -> Bound:
    """A share or count that names no indicator exactly: of one with a like name, or the only one so counted."""
    mention = context.mention
    role = last.word.role if last and last.word.role in OF_INDICATOR else "indicator_actual"
    alike = [
        one
        for one in figures.everything
        if one.of.kind == "indicator" and one.role == role and one.unit == mention.unit
    ]
    letters = context.scope.letters.text
    clause = letters[mention.start - len(context.before) : mention.end + 20]
    shared = [one for one in alike if _shares_words(one.of.name, clause)]
    alone = alike if len({one.of for one in alike}) == 1 and mention.unit_class == "count" and last else []
    if shared or alone:
        found = tuple(shared or alone)
        return Bound(mention, role, found[0].of if shared else None, "", found)
    if last and last.word.role in OF_INDICATOR and mention.unit_class == "share":
        return Bound(mention, role)
    told = rest_of(context.said, mention.unit_class) or last
    return Bound(mention, "outside" if told or mention.in_words else "unbound")


def _shares_words(name: str, text: str) -> bool:
    """Whether a text holds a good part of a name."""
    return any(name[at : at + SHARED] in text for at in range(max(1, len(name) - SHARED + 1)))
