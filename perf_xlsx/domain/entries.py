"""All entries of a self-evaluation: walk over them, and map over them."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from msgspec.structs import replace

from perf_xlsx.domain.model import Claimed, Entry, FundLine, Indicator, Passage, Project, SelfEvaluation

Path = tuple[str, str | int, str]  # block ("" for single boxes), line or number of the row, box
Visit = Callable[[Path, Entry[Any]], Entry[Any]]
VisitedRow = TypeVar("VisitedRow", Claimed, FundLine, Indicator, Passage, Project)
_COLUMNS: Mapping[type[Any], tuple[str, ...]] = {  # the fields that hold entries, in their order
    kind: tuple(key for key, of in kind.__annotations__.items() if of.startswith("Entry"))
    for kind in (Claimed, FundLine, Indicator, Passage, Project)
}


def entries(evaluation: SelfEvaluation) -> Iterator[tuple[Path, Entry[Any]]]:
    """Each entry with its path, indicators first."""
    yield from _of_rows(enumerate(evaluation.indicator_rows), "indicators")
    for key, entry in evaluation.boxes.items():
        yield ("", "", key), entry
    yield from _of_rows(evaluation.funds.items(), "funds")
    yield from _of_rows(enumerate(evaluation.projects), "projects")
    for key in _COLUMNS[Claimed]:
        yield ("", "", f"claimed_{key}"), getattr(evaluation.claimed, key)
    yield from _of_rows(enumerate(evaluation.passages), "passages")


def _of_rows(rows: Iterable[tuple[str | int, Any]], block: str) -> Iterator[tuple[Path, Entry[Any]]]:
    for number, row in rows:
        for key in _COLUMNS[type(row)]:
            yield (block, number, key), getattr(row, key)
        for key, entry in row.extras.items():
            yield (block, number, key), entry


def with_entries(evaluation: SelfEvaluation, new: Mapping[Path, Entry[Any]]) -> SelfEvaluation:
    """The form with other entries at these paths; all other rows are the same objects."""
    return map_entries(evaluation, lambda path, entry: new.get(path, entry), {path[:2] for path in new})


def map_entries(
    evaluation: SelfEvaluation, visit: Visit, within: Container[tuple[str, str | int]] | None = None
) -> SelfEvaluation:
    """The form with each entry replaced by what `visit` returns, in template order; `unwritten` becomes empty.

    `within`: only these rows are visited, by block and line or number.
    """

    def visited(row: VisitedRow, block: str, number: str | int) -> VisitedRow:
        return _row(row, block, number, visit) if within is None or (block, number) in within else row

    def all_of(rows: Iterable[VisitedRow], block: str) -> tuple[VisitedRow, ...]:
        return tuple(visited(row, block, number) for number, row in enumerate(rows))

    rows, parts = evaluation.indicator_rows, {id(row) for row in evaluation.parts}
    indicators = all_of(rows, "indicators")
    return replace(
        evaluation,
        boxes={key: visit(("", "", key), entry) for key, entry in evaluation.boxes.items()},
        funds={key: visited(line, "funds", key) for key, line in evaluation.funds.items()},
        projects=all_of(evaluation.projects, "projects"),
        indicators=tuple(new for new, row in zip(indicators, rows, strict=True) if id(row) not in parts),
        parts=tuple(new for new, row in zip(indicators, rows, strict=True) if id(row) in parts),
        claimed=_row(evaluation.claimed, "", "", lambda path, e: visit(("", "", f"claimed_{path[2]}"), e)),
        passages=all_of(evaluation.passages, "passages"),
        unwritten=(),
    )


def _row(row: VisitedRow, block: str, number: str | int, visit: Visit) -> VisitedRow:
    """The row with its new entries; itself where none is new, so that what is known of it stays known."""
    changed: dict[str, Any] = {}
    for key in _COLUMNS[type(row)]:
        entry = getattr(row, key)
        if (new := visit((block, number, key), entry)) is not entry:
            changed[key] = new
    if extras := getattr(row, "extras", None):
        changed["extras"] = {key: visit((block, number, key), entry) for key, entry in extras.items()}
    return replace(row, **changed) if changed else row
