"""Where everything of a form is in a workbook."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from msgspec import Struct

from perf_xlsx.domain.model import Unscored
from perf_xlsx.forms import Form, Line
from perf_xlsx.forms.official import OfficialForm
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.remarks import ReadingRemark


class Home(Struct, frozen=True):
    """The sheet that a block is read from (-1: none has its labels), and others that hold it once more."""

    sheet: int
    others: tuple[int, ...]


class Header(Struct, frozen=True):
    """A table's header in the rows `top` to `bottom`, and the column of each box.

    `titles` are its labels as typed, `ranks` how far each is from our own label (0). `doubled` are further columns
    with the same label, `unread` labels that are not read, `unknown` those of them that nobody knows; `doubts` are
    labels whose role is not certain, each with its address and a message. `level_weights` are columns of the
    weights of levels 1 and 2; `unlabelled` is how many columns have no label but one merged over several, and
    `nameless` how many with those that are not read, and texts of the header that name no column. `spans` are the
    first and last column below each label. `moved`: the defined names no longer point below the labels, so they
    cannot replace one. `computed` are columns of computed values.
    """

    sheet: int
    top: int
    bottom: int
    columns: Mapping[str, int]
    titles: Mapping[str, str] = {}
    ranks: Mapping[str, int] = {}
    doubled: tuple[tuple[str, Address], ...] = ()
    unread: tuple[str, ...] = ()
    unknown: tuple[str, ...] = ()
    doubts: tuple[tuple[Address, str, str], ...] = ()
    level_weights: Mapping[str, int] = {}
    unlabelled: int = 0
    nameless: int = 0
    spans: tuple[tuple[int, int], ...] = ()
    moved: bool = False
    computed: frozenset[int] = frozenset()


class TableLayout(Struct, frozen=True):
    """Where a Rows block is: its sheet, the column of each box, and the rows that may be filled.

    `far` are those of the rows below the table, behind a gap; `head` is the row of its header.
    """

    sheet: int
    columns: Mapping[str, int]
    rows: tuple[int, ...]
    far: frozenset[int] = frozenset()
    head: int = 0


class Located(Struct, frozen=True):
    """A label, the cell of its value, and the value itself where both share one cell."""

    label: Address
    value: Address
    text: str | None = None


class OfficialParts(Struct, frozen=True):
    """What was recognised of an official layout.

    `fund_rows` are the rows of its fund lines by key, `extra` the lines that our form lacks; `sums_up`:
    whether the lines below the total are all of its parts. `stated_weight` is the weight that the form gives to
    budget execution (points). `project_total` is the row of the projects' sum, `other_projects` are rows among
    them that were not read, `parts` rows that are part of the indicator above, by name. `labels` are cells that
    only name other cells. `unscored` is why the form gets no points ("": it does). `unmeasured` is the column
    whose lack leaves no rule to compute points by ("": it lacks none). `title` is the form's own. `level_rows`
    gives the row that names the level 1 of a row, where that is a row of its own; `subtotals` are rows that sum up
    rows above them. `reporter` is where the unit that reports stands, beside one that does the work.
    """

    kind: OfficialForm
    indicators: Header
    funds: Header | None
    projects: Header | None
    year: int | None
    fund_rows: Mapping[str, int]
    extra: tuple[Line, ...]
    sums_up: bool
    stated_weight: tuple[Address, Decimal] | None
    project_total: int | None
    other_projects: Mapping[int, str]
    parts: Mapping[int, str]
    labels: frozenset[Address]
    remarks: tuple[ReadingRemark, ...]
    unscored: Unscored = ""
    title: str = ""
    unmeasured: str = ""
    level_rows: Mapping[int, int] = {}
    subtotals: tuple[int, ...] = ()
    reporter: Located | None = None


class Layout(Struct, frozen=True):
    """Where everything of a form is: single boxes by key, lines by block, line and column, tables by block.

    `missing` is what was not found: the block's title, the label, and whether it is required. `twice` are labels
    found a second time and `astray` labels whose value is not next to them, each with its address. `homes` are, by
    a block's title, its sheet and those that hold it once more. `forms` are where further forms seem to begin that
    cannot be read as such. `texts` are values that share their cell with a label ("单位：万元"), `passages` titled
    texts outside the tables. `official` is None for our template.
    """

    form: Form
    boxes: Mapping[str, Address]
    lines: Mapping[tuple[str, str, str], Address]
    tables: Mapping[str, TableLayout]
    fund_lines: tuple[Line, ...]
    missing: tuple[tuple[str, str, bool], ...]
    twice: tuple[tuple[str, Address], ...]
    astray: tuple[tuple[str, Address], ...] = ()
    homes: Mapping[str, Home] = {}
    forms: tuple[Address, ...] = ()
    texts: Mapping[str, tuple[Address, str]] = {}
    passages: tuple[tuple[str, Located], ...] = ()
    official: OfficialParts | None = None

    def sheets(self) -> set[int]:
        """The sheets that the form is read from."""
        boxes = {address[0] for address in (*self.boxes.values(), *self.lines.values())}
        return boxes | {table.sheet for table in self.tables.values()}

    def cells_of(self, key: str, boxes: Iterable[str]) -> set[Address]:
        """Every cell of a block, by its key and those of its boxes."""
        found = {self.boxes[box] for box in boxes if box in self.boxes}
        found |= {at for (block, _, _), at in self.lines.items() if block == key}
        if table := self.tables.get(key):
            found |= {(table.sheet, row, column) for row in table.rows for column in table.columns.values()}
        return found

    def copies(self) -> set[int]:
        """The sheets that hold a block once more, which R06 reports."""
        return {sheet for home in self.homes.values() for sheet in home.others}

    def columns_of(self, key: str) -> Mapping[str, int]:
        """The columns of a table by their boxes; none where it was not found."""
        return self.tables[key].columns if key in self.tables else {}


LocatedForm = tuple[Sheets, Layout]  # a form, and the workbook as that form sees it


class Forms(Struct, frozen=True):
    """The forms of a workbook, and remarks on those that are not read: copies, and what is beyond the limit."""

    located: tuple[LocatedForm, ...]
    remarks: tuple[ReadingRemark, ...] = ()
