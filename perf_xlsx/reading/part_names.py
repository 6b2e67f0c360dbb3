"""How the forms of one workbook are called: short enough for the names of sheets, no two alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count

from perf_xlsx.domain.model import SelfEvaluation
from perf_xlsx.system.pattern import pattern

LONGEST = 20  # characters: Excel takes 31, and a sheet's own title and a number come on top
_REFUSED = pattern(r"[\[\]:*?/\\'\x00-\x1f\ud800-\udfff\ufffe\uffff]|\s")  # in the name of a sheet


def part_names(forms: Sequence[SelfEvaluation | None]) -> list[str]:
    """A name for each form: its project where all have one of their own, else its unit, numbered where needed."""
    projects, units = ([_named(form, key) for form in forms] for key in ("project", "unit"))
    several = len({*projects}) > 1
    names = [(project if several else "") or unit or project for project, unit in zip(projects, units, strict=True)]
    return list(_unique([name or f"第{number}张" for number, name in enumerate(names, 1)]))


def _named(form: SelfEvaluation | None, key: str) -> str:
    entry = form.boxes.get(key) if form else None
    return _fitting(_REFUSED.sub("", entry.value or entry.given), LONGEST) if entry else ""


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
