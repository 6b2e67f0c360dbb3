"""How the forms of one workbook are called: short enough for the names of sheets, no two alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from perf_xlsx.domain.model import SelfEvaluation
from perf_xlsx.system.pattern import pattern

LONGEST = 20  # characters: Excel takes 31, and a sheet's own title and a number come on top
_REFUSED = pattern(r"[\[\]:*?/\\'\x00-\x1f\ud800-\udfff\ufffe\uffff]|\s")  # in the name of a sheet


def part_names(evaluations: Sequence[SelfEvaluation | None]) -> list[str]:
    """A name for each form: its project, or its unit where only that tells it apart, else its sheet.

    No two are alike: those that would be are numbered. A single form has none ("").
    """
    if len(evaluations) == 1:
        return [""]
    whose = [(_given(evaluation, "project"), _given(evaluation, "unit")) for evaluation in evaluations]
    units: dict[str, set[str]] = {}
    for project, unit in whose:
        units.setdefault(project, set()).add(unit)
    names = [(unit if len(units[project]) > 1 else "") or project or unit for project, unit in whose]
    known = [_cleaned(name) or _sheet(evaluation) for name, evaluation in zip(names, evaluations, strict=True)]
    return list(_unique([name or f"第{number}张" for number, name in enumerate(known, 1)]))


def _sheet(evaluation: SelfEvaluation | None) -> str:
    """The sheet of its indicators."""
    rows = evaluation.indicators if evaluation else ()
    return _cleaned(rows[0].name.place.sheet) if rows else ""


def _given(evaluation: SelfEvaluation | None, key: str) -> str:
    entry = evaluation.boxes.get(key) if evaluation else None
    return entry.value or entry.given if entry else ""


def _cleaned(text: str) -> str:
    return _fitting(_REFUSED.sub("", text), LONGEST)


def _fitting(text: str, longest: int) -> str:
    """The beginning of a text: Excel counts a character beyond the basic plane as two."""
    while len(text.encode("utf-16-le")) > 2 * longest:
        text = text[:-1]
    return text


def _unique(names: Sequence[str]) -> Iterator[str]:
    taken: set[str] = set()
    for name in names:
        ends = ("" if number == 1 else f"({number})" for number in count(1))
        numbered = (_fitting(name, LONGEST - len(end)) + end for end in ends)
        found = next(one for one in numbered if one.casefold() not in taken)
        taken.add(found.casefold())
        yield found
