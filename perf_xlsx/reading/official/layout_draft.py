"""Collects what is found of an official layout, until it becomes a Layout."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from msgspec.structs import replace

from perf_xlsx.domain.model import Severity, Unscored
from perf_xlsx.forms import Form, Line
from perf_xlsx.forms.official import OfficialForm
from perf_xlsx.reading.grids import Address
from perf_xlsx.reading.layout import Header, Layout, Located, OfficialParts, TableLayout
from perf_xlsx.reading.official.labels import TextRow
from perf_xlsx.reading.remarks import ReadingRemark


class LayoutDraft:
    """What was found so far; the attributes are those of Layout and OfficialParts."""

    def __init__(
        self, kind: OfficialForm, indicators: Header, funds: Header | None, projects: Header | None
    ) -> None:
        self.kind, self.indicators, self.funds, self.projects = kind, indicators, funds, projects
        self.boxes: dict[str, Address] = {}
        self.lines: dict[tuple[str, str, str], Address] = {}
        self.tables: dict[str, TableLayout] = {}
        self.missing: list[tuple[str, str, bool]] = []
        self.twice: list[tuple[str, Address]] = []
        self.forms: list[Address] = []
        self.texts: dict[str, tuple[Address, str]] = {}
        self.passages: list[tuple[str, Located]] = []
        self.year: int | None = None
        self.fund_rows: dict[str, int] = {}
        self.line_names: dict[str, str] = {}
        self.extra: list[Line] = []
        self.stated_weight: tuple[Address, Decimal] | None = None
        self.project_total: int | None = None
        self.other_projects: dict[int, str] = {}
        self.parts: dict[int, str] = {}
        self.level_rows: dict[int, int] = {}
        self.subtotals: list[int] = []
        self.labels: set[Address] = set()
        self.remarks: list[ReadingRemark] = []
        self.unscored: Unscored = ""
        self.title = self.unmeasured = ""
        self.reporter: Located | None = None

    @property
    def form(self) -> Form:
        """Our own form with the labels of the official layouts added."""
        return self.kind.form

    def values(self) -> set[Address]:
        """The cells that hold a value and no label."""
        return {at for key, at in self.boxes.items() if key not in self.texts}

    def put(self, key: str, found: Located) -> None:
        """Note where a box is."""
        self.texts.pop(key, None)
        self.labels |= {found.label} - {found.value}
        if found.text is not None:
            self.texts[key] = (found.value, found.text)
        self.boxes[key] = found.value

    def doubt(
        self, address: Address, field: str, given: str, message: str, advice: str, severity: Severity = "warning"
    ) -> None:
        """Remark something that a person should confirm (R19)."""
        self.remarks.append(ReadingRemark("R19", address, field, message, advice, given, severity))

    def label_rows(self, header: Header, rows: Mapping[int, TextRow]) -> None:
        """Note the texts in a header's rows as labels."""
        self.labels |= {
            (header.sheet, at, column)
            for at in range(header.top, header.bottom + 1)
            for column in rows.get(at, ())
        }

    def layout(self) -> Layout:
        """The layout, with nothing more to be found."""
        parts = OfficialParts(
            self.kind, self.indicators, self.funds, self.projects, self.year, self.fund_rows, tuple(self.extra),
            self._sums_up(), self.stated_weight, self.project_total, self.other_projects, self.parts,
            frozenset(self.labels), tuple(self.remarks),
            self.unscored, self.title, self.unmeasured, self.level_rows, tuple(self.subtotals), self.reporter,
        )  # fmt: skip
        return Layout(
            self.form, self.boxes, self.lines, self.tables, tuple(self._fund_lines()), tuple(self.missing),
            tuple(self.twice), forms=tuple(self.forms), texts=self.texts, passages=tuple(self.passages),
            official=parts,
        )  # fmt: skip

    def _fund_lines(self) -> Iterable[Line]:
        """The lines that were found, by the names and in the order they have there, and always the total.

        A total is compared with its parts only where every line below it is known to be one.
        """
        known = {*self.fund_rows, self.form.total_line}
        lines = [line for line in self.form.lines("funds").lines if line.key in known]
        found = sorted((*lines, *self.extra), key=lambda line: self.fund_rows.get(line.key, 0))
        return [self._fund_line(line) for line in found]

    def _fund_line(self, line: Line) -> Line:
        parts = tuple(filter(self.fund_rows.__contains__, line.parts))
        complete = not self.extra and (line.blank_part_is_zero or parts == line.parts)
        label = self.line_names.get(line.key) or line.label
        some = line.key == self.form.total_line and self.extra and self._sums_up()
        below = tuple(key for key in self.fund_rows if key != line.key) if some else ()
        return replace(line, label=label, parts=parts if complete else (), sources=below)

    def _sums_up(self) -> bool:
        """Whether the last of all sources (其他资金, 市县资金) is among the lines below the total."""
        names = [*self.line_names.values(), *(line.label for line in self.extra)]
        return any(word in name for name in names for word in self.kind.last_sources)
