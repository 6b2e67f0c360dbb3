"""Map over all entries of a self-evaluation."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from msgspec.structs import asdict, replace

from perf_xlsx.domain.model import Claimed, Entry, FundLine, Indicator, Passage, Project, SelfEvaluation

Path = tuple[str, str | int, str]  # block ("" for single boxes), line or number of the row, box
Visit = Callable[[Path, Entry[Any]], Entry[Any]]
Row = TypeVar("Row", Claimed, FundLine, Indicator, Passage, Project)


def map_entries(form: SelfEvaluation, visit: Visit) -> SelfEvaluation:
    """The form with each entry replaced by what `visit` returns, in template order; `unwritten` becomes empty."""
    rows, parts = form.indicator_rows, {id(row) for row in form.parts}
    visited = _rows(rows, "indicators", visit)
    return replace(
        form,
        boxes={key: visit(("", "", key), entry) for key, entry in form.boxes.items()},
        funds={key: _row(line, "funds", key, visit) for key, line in form.funds.items()},
        projects=_rows(form.projects, "projects", visit),
        indicators=tuple(new for new, row in zip(visited, rows, strict=True) if id(row) not in parts),
        parts=tuple(new for new, row in zip(visited, rows, strict=True) if id(row) in parts),
        claimed=_row(form.claimed, "", "", lambda path, e: visit(("", "", f"claimed_{path[2]}"), e)),
        passages=_rows(form.passages, "passages", visit),
        unwritten=(),
    )


def _rows(rows: Iterable[Row], block: str, visit: Visit) -> tuple[Row, ...]:
    return tuple(_row(row, block, number, visit) for number, row in enumerate(rows))


def _row(row: Row, block: str, number: str | int, visit: Visit) -> Row:
    """The row with its new entries; itself where none is new, so that what is known of it stays known."""
    found = asdict(row)
    extras = found.pop("extras", {})
    changed: dict[str, Any] = {
        key: new
        for key, entry in found.items()
        if isinstance(entry, Entry) and (new := visit((block, number, key), entry)) is not entry
    }
    if extras:
        changed["extras"] = {key: visit((block, number, key), entry) for key, entry in extras.items()}
    return replace(row, **changed) if changed else row
