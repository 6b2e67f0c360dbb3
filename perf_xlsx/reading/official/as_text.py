"""Numbers that a form has as text: one note a column says it, instead of one a cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from perf_xlsx.domain.model import Finding
from perf_xlsx.domain.place import column_name
from perf_xlsx.domain.quantity import normalise
from perf_xlsx.reading.cells.cell_findings import AS_PERCENT, AS_TEXT
from perf_xlsx.reading.official.unread import in_rows
from perf_xlsx.system.pattern import pattern

_NAMED = 4  # cells of a note; of more their rows are named
_DIGITS = pattern(r"\d+(?:\.\d+)?")


def by_column(findings: Sequence[Finding]) -> Iterable[Finding]:
    """The findings with those of one column that only a number was typed as text made into the first of them."""
    groups: dict[tuple[int, int], list[Finding]] = {}
    for found in findings:
        if _is_plain(found):
            groups.setdefault(_column(found), []).append(found)
    for found in findings:
        if not _is_plain(found):
            yield found
        elif (group := groups[_column(found)])[0] is found:
            yield found if len(group) == 1 else _together(group)


def _is_plain(found: Finding) -> bool:
    """Whether a number was read by the digits that were typed: 30分 as 30; not 2.7万, nor 无 as 0."""
    as_text = found.code == "R12" and found.severity == "notice" and found.advice in (AS_TEXT, AS_PERCENT)
    return as_text and _digits(found.given or "") == _digits(found.expected or "")


def _digits(text: str) -> list[float]:
    return [float(one) for one in _DIGITS.findall(normalise(text).replace(",", ""))]


def _column(found: Finding) -> tuple[int, int]:
    return found.place.sheet_index, found.place.column


def _together(group: Sequence[Finding]) -> Finding:
    first = group[0]
    column, rows = column_name(first.place.column), in_rows((one.place.row, 0) for one in group)
    more = f"等（{rows}）" if len(group) > _NAMED else ""
    message = f"{column}列有{len(group)}格的数字带有格式或是文本，已按数字读取：{'、'.join(_read(group))}{more}。"
    return replace(first, message=message)


def _read(group: Sequence[Finding]) -> Iterator[str]:
    """The first cells, with what stands there and as what it was read."""
    yield from (f"{one.place.cell}“{one.given}”按{one.expected}" for one in group[:_NAMED])
