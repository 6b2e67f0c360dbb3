"""Which rows below a header are indicators: not repeated headers, totals, remarks or prompts left as printed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal

from msgspec import Struct, field

from perf_xlsx.domain.quantity import clean, is_blank, normalise, parse_quantity
from perf_xlsx.forms.official import OfficialForm
from perf_xlsx.reading.cells import as_shown, points_in
from perf_xlsx.reading.grids import Sheets
from perf_xlsx.reading.header import are_numbers_of_columns
from perf_xlsx.reading.indicator_parts import is_part
from perf_xlsx.reading.layout import Header
from perf_xlsx.reading.official.labels import Labels, TextRow, core
from perf_xlsx.system.pattern import pattern

MEASURES = ("target", "actual", "weight", "claimed_points")
# "指标1：", as the forms print it before a name
PROMPT = pattern(
    r"^指\s*标\s*(?:(?:\d{1,3}|[①-⒛])\s*[:：、.．,，]?|[一二三四五六七八九十]{1,3}\s*[:：、.．,，])\s*"
)

_MARKS_BEHIND = pattern(r"(.{1,200})\(\s*(\d{1,3}(?:\.\d{1,2})?)\s*分\s*\)")


class TableBody(Struct):
    """The rows of indicators, of totals by their words, of headers, and where a second form begins below.

    `parts` are rows that are parts of the indicator above, `crossed` those crossed out. `unread` are rows below a
    total that look like indicators and carry no points. `levels` gives the row that names the level of a row,
    `subtotals` are rows that sum up rows above.
    """

    rows: list[int] = field(default_factory=list)
    totals: dict[int, str] = field(default_factory=dict)
    headers: list[int] = field(default_factory=list)
    parts: dict[int, str] = field(default_factory=dict)
    unread: list[int] = field(default_factory=list)
    crossed: list[int] = field(default_factory=list)
    levels: dict[int, int] = field(default_factory=dict)
    subtotals: list[int] = field(default_factory=list)
    last: int = 0
    next_form: int | None = None

    def total(self, words: Iterable[str]) -> int | None:
        """The row of the claimed total: of the surest word, the last one; else what is a total by its sums."""
        for word in words:
            found = [row for row, text in self.totals.items() if text == word]
            if found:
                return found[-1]
        return max(self.totals, default=None)


def says_nothing(kind: OfficialForm, text: str) -> bool:
    """Whether a cell holds only what such forms print: a dash, "指标1：", a heading, the word of a total."""
    printed = (*kind.totals, *kind.subtotals, *kind.asides, *kind.headings)
    return is_blank(text) or is_blank(bare_name(text)) or core(text) in printed


def bare_name(text: str) -> str:
    """An indicator's name without the "指标1：" that the form prints before it."""
    return PROMPT.sub("", clean(text)).strip()


def marks_behind(text: str) -> tuple[str, Decimal | None]:
    """A name and the full marks in the brackets behind it: 相关性（5分）."""
    found = _MARKS_BEHIND.fullmatch(normalise(text).strip())
    return (found[1].strip(), Decimal(found[2])) if found else (text, None)


class TableRows:
    """The rows of a table below its header; `values` are the keys of the columns that hold its values."""

    def __init__(self, sheets: Sheets, header: Header, values: Iterable[str]) -> None:
        self.sheets, self.sheet, self.columns, self.bottom = sheets, header.sheet, header.columns, header.bottom
        self.cells = sheets.grids[header.sheet].cells
        self.values = [header.columns[key] for key in values if key in header.columns]

    def below(self) -> set[int]:
        """The rows below the header that have contents."""
        return {row for row, _ in self.cells if row > self.bottom}

    def shown(self, row: int, column: int) -> str:
        """The content of a cell as a person sees it."""
        cell = self.cells.get((row, column))
        return "" if cell is None else as_shown(cell)

    def name(self, row: int) -> tuple[str, bool]:
        """The name, through its merge, and whether that merge covers values: then it is a heading."""
        top, left, _, right = self.sheets.merge_at((self.sheet, row, self.columns["name"]))
        return self.shown(top, left), any(left <= column <= right for column in self.values)

    def filled(self, row: int) -> int:
        """How many values the row has."""
        return sum(not is_blank(self.shown(row, column)) for column in self.values)

    def has_number(self, row: int, columns: Iterable[int]) -> bool:
        """Whether one of these cells is a number."""
        return any(parse_quantity(self.shown(row, column)) is not None for column in columns)

    def crossed_out(self, row: int) -> bool:
        """Whether the row's name and values were crossed out."""
        return self.sheets.crossed_out(self.sheet, row, [self.columns["name"], *self.values])


def indicator_body(
    sheets: Sheets, header: Header, kind: OfficialForm, repeats: list[Header], money: list[int]
) -> TableBody:
    """Classify the rows below the header; `repeats` are further headers like it, `money` rows of fund headers."""
    return _Indicators(sheets, header, kind, repeats, money).body()


class _Indicators:
    def __init__(
        self, sheets: Sheets, header: Header, kind: OfficialForm, repeats: list[Header], money: list[int]
    ) -> None:
        self.rows, self.header, self.kind, self.money = TableRows(sheets, header, MEASURES), header, kind, money
        self.total = self.most = Decimal(0)  # of the points of the indicators above
        self.repeats = {row: h for h in repeats for row in range(h.top, h.bottom + 1)}
        self.single = Labels(box for block in kind.form.blocks for box in getattr(block, "boxes", ()))
        self.passages = {core(word) for title, words in kind.passages.items() for word in (title, *words)}

    def body(self) -> TableBody:
        body = TableBody(last=self.header.bottom)
        body.headers += range(self.header.top, self.header.bottom + 1)
        for row, texts in self._texts().items():
            if row in self.money or self._begins_a_form(row, body):
                body.next_form = row if body.rows else None
                break
            if row in self.repeats or are_numbers_of_columns([*filter(None, texts.values())]):
                body.headers.append(row)
            elif self._is_aside(texts) and not self._counted(row):
                continue
            elif self._add(row, texts, body):
                body.last = row
        body.levels = self._levels(body.rows)
        body.rows = [row for row in body.rows if row not in body.levels.values()]
        return body

    def _levels(self, rows: Sequence[int]) -> dict[int, int]:
        """The row that names the level of each row: it carries the points of all rows down to the next one."""
        groups: dict[int, list[int]] = {}
        for row in rows:
            if is_blank(bare_name(self.rows.name(row)[0])) and not self._measured(row):
                groups[row] = []
            elif groups:
                groups[next(reversed(groups))].append(row)
        points = {row: self._points(row) or Decimal(0) for row in rows}
        sums = {head: sum(points[row] for row in below) for head, below in groups.items()}
        return {
            row: head
            for head, below in groups.items()
            if sums[head] and points[head] == sums[head]
            for row in below
        }

    def _add(self, row: int, texts: TextRow, body: TableBody) -> bool:
        """Add a row to what it is; False where it is nothing of the table."""
        if word := self._total(texts) or self._sums_up(row, texts, body):
            body.totals[row] = word
        elif self._crossed_out(row):
            body.crossed.append(row)
        elif self._is_part(row, body):
            body.parts[row] = self.rows.name(row)[0]
        elif self._is_subtotal(row, texts):
            body.subtotals.append(row)
            return False
        elif self._is_indicator(row, body):
            body.rows.append(row)
            self._sum(row)
        else:
            return False
        return True

    def _texts(self) -> Mapping[int, TextRow]:
        rows: dict[int, dict[int, str]] = {}
        for (row, column), cell in sorted(self.rows.cells.items()):
            if row > self.header.bottom:
                rows.setdefault(row, {})[column] = (cell.label or "") if cell.value is None else str(cell.value)
        return rows

    def _begins_a_form(self, row: int, body: TableBody) -> bool:
        """Whether this row is a header that begins another form: below the total, or in another order."""
        other = self.repeats.get(row)
        if other is None:
            return False
        if any(word == self.kind.totals[0] for word in body.totals.values()):
            return True
        shared = other.columns.keys() & self.header.columns.keys()
        return any(other.columns[key] != self.header.columns[key] for key in shared)

    def _is_aside(self, texts: TextRow) -> bool:
        """Remarks, signatures, and boxes and texts below the table."""
        first = normalise(next(iter(texts.values())))
        word, before = core(first), core(first.partition(":")[0])
        if min(texts) > max(self.header.columns.get(key, 0) for key in ("level1", "level2", "name")):
            return False
        label = word in self.passages or (word in self.single and not self._total(texts))
        return label or before in self.kind.asides

    def _total(self, texts: TextRow) -> str | None:
        """The word of a total, anywhere but among the reasons."""
        reasons = [self.header.columns.get(key) for key in ("reason", "improvement")]
        words = (core(text) for column, text in texts.items() if column not in reasons)
        return next((word for word in words if word in self.kind.totals), None)

    def _sums_up(self, row: int, texts: TextRow, body: TableBody) -> str | None:
        """The label of a row that is a total by its numbers: all that is above, or the full score."""
        columns, first = self.header.columns, min(texts)
        if len(body.rows) < 2 or self._measured(row) or first >= columns["name"] or "分" not in texts[first]:
            return None
        own, total = self._points(row), self.total
        sums = own is not None and own > self.most and own in (total, total + 10, total + 20, 100)
        return core(texts[first]) if sums else None

    def _measured(self, row: int) -> bool:
        """Whether a row has a target or a result."""
        columns = self.header.columns
        return any(
            not is_blank(self.rows.shown(row, columns[key])) for key in ("target", "actual") if key in columns
        )

    def _is_subtotal(self, row: int, texts: TextRow) -> bool:
        """Whether a row sums up a level: 小计, 产出指标小计."""
        ends, first = tuple(self.kind.subtotals), core(next(iter(texts.values())))
        name = core(self.rows.name(row)[0])
        return first in ends or (not self._measured(row) and (first.endswith(ends) or name.endswith(ends)))

    def _points(self, row: int) -> Decimal | None:
        """The weight of a row; its points where the table has no weights."""
        columns = self.header.columns
        column = columns.get("weight") or columns.get("claimed_points")
        return points_in(self.rows.cells.get((row, column))) if column else None

    def _sum(self, row: int) -> None:
        own = self._points(row) or Decimal(0)
        self.total, self.most = self.total + own, max(self.most, own)

    def _is_indicator(self, row: int, body: TableBody) -> bool:
        (name, heading), filled = self.rows.name(row), self.rows.filled(row)
        if heading or (is_blank(bare_name(name)) and not filled):
            return False
        if body.totals and not self._counted(row):  # below a total only what carries points is one
            body.unread += [row] if filled > 1 else []
            return False
        return bool(filled) or row <= body.last + 1

    def _crossed_out(self, row: int) -> bool:
        columns = (self.header.columns["name"], *self.rows.values)
        texts = (text for column in columns if (text := self.rows.shown(row, column)))
        return self.rows.crossed_out(row) and not all(says_nothing(self.kind, text) for text in texts)

    def _is_part(self, row: int, body: TableBody) -> bool:
        above = bare_name(self.rows.name(body.rows[-1])[0]) if body.rows and not body.totals else ""
        name, heading = self.rows.name(row)
        return not heading and is_part(bare_name(name), above) and not self._counted(row)

    def _counted(self, row: int) -> bool:
        columns = self.header.columns
        return self.rows.has_number(row, [columns[key] for key in ("weight", "claimed_points") if key in columns])
