"""What was found in a form without our names: where everything stands, and what may be doubted about it."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from msgspec import Struct, field
from msgspec.structs import replace

from perf_xlsx.forms import Form, Line
from perf_xlsx.forms.official import OfficialForm, official_form
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.layout import Layout
from perf_xlsx.reading.official.headers import ColumnMerges, Header, Row, core


class Located(Struct, frozen=True):
    """A label, the cell of its value, and the value itself where both share one cell."""

    label: Address
    value: Address
    text: str | None = None


class Ambiguity(Struct, frozen=True):
    """Something read in a way that a person should confirm, at its place (row 0: the whole sheet)."""

    address: Address
    field: str
    given: str
    message: str
    advice: str


class OfficialLayout(Layout):
    """Where everything stands in a form without our names, and what may be doubted about it.

    `texts` are values that share their cell with a label ("单位：万元"); `passages` are titled texts with the
    title a rulebook knows; `extra` are fund lines that no form of ours has; `stated_weight` is the weight that the
    form gives to budget execution (points); `project_total` is the row of the projects' sum, `other_projects` are
    rows among them that were not read; `parts` are rows below an indicator that are parts of it, `crossed` are
    names of rows that were crossed out. `labels` are cells that only say what stands beside or below them.
    """

    kind: OfficialForm = field(default_factory=lambda: official_form("project"))
    indicators: Header = field(default_factory=lambda: Header(0, 0, 0, {}, {}, {}))
    funds: Header | None = None
    projects: Header | None = None
    project_total: int | None = None
    other_projects: dict[int, str] = field(default_factory=dict)
    parts: dict[int, str] = field(default_factory=dict)
    fund_rows: dict[str, int] = field(default_factory=dict)
    line_names: dict[str, str] = field(default_factory=dict)
    year: int | None = None
    texts: dict[str, tuple[Address, str]] = field(default_factory=dict)
    passages: list[tuple[str, Located]] = field(default_factory=list)
    extra: list[Line] = field(default_factory=list)
    stated_weight: tuple[Address, Decimal] | None = None
    doubts: list[Ambiguity] = field(default_factory=list)
    labels: set[Address] = field(default_factory=set)
    crossed: list[Address] = field(default_factory=list)
    _merges: dict[tuple[int, int], ColumnMerges] = field(default_factory=dict)

    def put(self, key: str, found: Located) -> None:
        """Note where a box stands."""
        self.texts.pop(key, None)
        self.labels |= {found.label} - {found.value}
        if found.text is not None:
            self.texts[key] = (found.value, found.text)
        self.boxes[key] = found.value

    def doubt(self, address: Address, field_: str, given: str, message: str, advice: str) -> None:
        """Note something that a person should confirm."""
        self.doubts.append(Ambiguity(address, field_, given, message, advice))

    def heading(self, sheets: Sheets, address: Address) -> str:
        """What the column of a cell is headed, in a row of a table; "" elsewhere."""
        sheet, row, column = address
        rows = {"funds": tuple(self.fund_rows.values())} | {key: table.rows for key, table in self.tables.items()}
        for key, header in (("indicators", self.indicators), ("funds", self.funds), ("projects", self.projects)):
            if header is None or header.sheet != sheet or row not in rows[key]:
                continue
            for at in range(header.bottom, header.top - 1, -1):
                cell = sheets.cell((sheet, at, column))
                if cell is not None and isinstance(cell.value, str):
                    return core(cell.value)
        return ""

    @property
    def form(self) -> Form:
        """Our own form, with the labels of the official layouts added."""
        return self.kind.form

    def heads(self, header: Header, row: Mapping[int, Row]) -> None:
        """Note a header's cells, with what stands beside it, as labels."""
        self.labels |= {
            (header.sheet, at, column) for at in range(header.top, header.bottom + 1) for column in row.get(at, ())
        }

    @property
    def columns(self) -> Mapping[str, int]:
        """The columns of the indicators."""
        return self.indicators.columns

    def cell_of(self, sheets: Sheets, key: str, address: Address) -> Address | None:
        """The cell that an indicator's value stands in: levels and name are filled down inside their merge.

        A name written over the columns of the levels is no level; None then.
        """
        if key not in ("level1", "level2", "name"):
            return address
        sheet, row, column = address
        if (sheet, column) not in self._merges:
            self._merges[sheet, column] = ColumnMerges(sheets.grids[sheet].merges, column)
        area = self._merges[sheet, column].at(row)
        if area is None:
            return address
        top, left, _, right = area
        return None if key != "name" and left <= self.columns["name"] <= right else (sheet, top, left)

    def fund_lines(self) -> list[Line]:
        """The lines that stand there, as they are called there, and always the total.

        A total is held against its parts only where every line below it is known to be one.
        """
        block = self.form.lines("funds")
        lines = [line for line in block.lines if line.key in self.fund_rows or line.key == self.form.total_line]
        return [self._fund_line(line) for line in (*lines, *self.extra)]

    def _fund_line(self, line: Line) -> Line:
        parts = tuple(key for key in line.parts if key in self.fund_rows)
        whole = not self.extra and (line.blank_part_is_zero or parts == line.parts)
        label = self.line_names.get(line.key) or line.label
        return replace(line, label=label, parts=parts if whole else (), sources=self._sources(line))

    def _sources(self, line: Line) -> tuple[str, ...]:
        below = tuple(key for key in self.fund_rows if key != line.key)
        return below if line.key == self.form.total_line and self.extra and self.sums_up else ()

    @property
    def sums_up(self) -> bool:
        """Whether the last of all sources (其他资金, 市县资金) stands among the lines below the total."""
        names = [*self.line_names.values(), *(line.label for line in self.extra)]
        return any(word in name for name in names for word in self.kind.last_sources)
