"""Numbers that a form has as text: one note a column says it, instead of one a cell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from perf_xlsx.domain.model import Finding
from perf_xlsx.domain.place import column_name
from perf_xlsx.reading.cells.reports import AS_TEXT

_NAMED = 100  # cells of a note; the rest is counted


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
    return found.code == "R12" and found.severity == "notice" and found.advice == AS_TEXT


def _column(found: Finding) -> tuple[int, int]:
    return found.place.sheet_index, found.place.column


def _together(group: Sequence[Finding]) -> Finding:
    first = group[0]
    column, more = column_name(first.place.column), "等" if len(group) > _NAMED else ""
    message = f"{column}列有{len(group)}格的数字带有格式或是文本，已按数字读取：{'、'.join(_read(group))}{more}。"
    return replace(first, message=message)


def _read(group: Sequence[Finding]) -> Iterator[str]:
    """The first cells, with what stands there and as what it was read."""
    yield from (f"{one.place.cell}“{one.given}”按{one.expected}" for one in group[:_NAMED])
