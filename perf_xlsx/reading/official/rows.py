"""Which rows below a header are indicators: not repeated headers, totals, remarks or prompts left as printed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from msgspec import Struct, field

from perf_xlsx.domain.quantity import clean, is_blank, normalise, parse_quantity
from perf_xlsx.forms.official import OfficialForm
from perf_xlsx.reading.cells import as_shown
from perf_xlsx.reading.grids import Sheets
from perf_xlsx.reading.header import are_numbers_of_columns
from perf_xlsx.reading.official.headers import ColumnMerges, Header, Labels, Row, core
from perf_xlsx.reading.parts import is_part
from perf_xlsx.system.pattern import pattern

MEASURES = ("target", "actual", "weight", "claimed_points")
# "指标1：", as the forms print it before a name
PROMPT = pattern(
    r"^指\s*标\s*(?:(?:\d{1,3}|[①-⒛])\s*[:：、.．,，]?|[一二三四五六七八九十]{1,3}\s*[:：、.．,，])\s*"
)


class Body(Struct):
    """The rows of indicators, of totals by their words, of headers, and where a second form begins below.

    `parts` are rows that are parts of the indicator above, `crossed` those crossed out. `unread` are rows below a
    total that look like indicators and carry no points.
    """

    rows: list[int] = field(default_factory=list)
    totals: dict[int, str] = field(default_factory=dict)
    headers: list[int] = field(default_factory=list)
    parts: dict[int, str] = field(default_factory=dict)
    unread: list[int] = field(default_factory=list)
    crossed: list[int] = field(default_factory=list)
    last: int = 0
    next_form: int | None = None

    def total(self, words: Iterable[str]) -> int | None:
        """The row of the claimed total: of the surest word, the last one."""
        for word in words:
            found = [row for row, text in self.totals.items() if text == word]
            if found:
                return found[-1]
        return None


def says_nothing(kind: OfficialForm, text: str) -> bool:
    """Whether a cell holds only what such forms print: a dash, "指标1：", a heading, the word of a total."""
    printed = (*kind.totals, *kind.subtotals, *kind.asides, *kind.headings)
    return is_blank(text) or not bare_name(text) or core(text) in printed


def bare_name(text: str) -> str:
    """An indicator's name without the "指标1：" that the form prints before it."""
    return PROMPT.sub("", clean(text)).strip()


def indicator_rows(
    sheets: Sheets, header: Header, kind: OfficialForm, repeats: list[Header], money: list[int]
) -> Body:
    """Classify the rows below the header; `repeats` are further headers like it, `money` rows of fund headers."""
    return _Rows(sheets, header, kind, repeats, money).body()


class _Rows:
    def __init__(
        self, sheets: Sheets, header: Header, kind: OfficialForm, repeats: list[Header], money: list[int]
    ) -> None:
        self.sheets, self.header, self.kind, self.money = sheets, header, kind, money
        self.repeats = {row: h for h in repeats for row in range(h.top, h.bottom + 1)}
        self.cells = sheets.grids[header.sheet].cells
        self.merges = ColumnMerges(sheets.grids[header.sheet].merges, header.columns["name"])
        self.beside = Labels(kind.form.single_boxes)
        self.passages = {core(word) for title, words in kind.passages.items() for word in (title, *words)}

    def body(self) -> Body:
        body, rows = Body(last=self.header.bottom), self._texts()
        body.headers += range(self.header.top, self.header.bottom + 1)
        for row, texts in rows.items():
            if row in self.money or self._begins_a_form(row, body):
                body.next_form = row if body.rows and row > self.header.bottom else None
                break
            first = core(next(iter(texts.values())))
            if row in self.repeats or are_numbers_of_columns([text for text in texts.values() if text]):
                body.headers.append(row)
                continue
            if self._is_aside(texts) and not self._counted(row):
                continue
            if word := self._total(texts):
                body.totals[row], body.last = word, row
            elif self._crossed_out(row):
                body.crossed.append(row)
                body.last = row
            elif self._is_part(row, body):
                body.parts[row], body.last = self._name(row)[0], row
            elif first not in self.kind.subtotals and self._is_indicator(row, body):
                body.rows.append(row)
                body.last = row
        return body

    def _texts(self) -> Mapping[int, Row]:
        rows: dict[int, dict[int, str]] = {}
        for (row, column), cell in sorted(self.cells.items()):
            if row > self.header.bottom:
                rows.setdefault(row, {})[column] = (cell.label or "") if cell.value is None else str(cell.value)
        return rows

    def _begins_a_form(self, row: int, body: Body) -> bool:
        """Whether a header stands here that is no mere repetition: below the total, or in another order."""
        other = self.repeats.get(row)
        if other is None:
            return False
        if any(word == self.kind.totals[0] for word in body.totals.values()):
            return True
        shared = other.columns.keys() & self.header.columns.keys()
        return any(other.columns[key] != self.header.columns[key] for key in shared)

    def _is_aside(self, texts: Row) -> bool:
        """Remarks, signatures, and boxes and texts that stand below the table."""
        first = normalise(next(iter(texts.values())))
        word = core(first)
        before, _, _ = first.partition(":")
        level = min(texts) <= max(self.header.columns.get(key, 0) for key in ("level1", "level2", "name"))
        if not level:
            return False
        return (
            core(before) in self.kind.asides
            or word in self.passages
            or (word in self.beside and not self._total(texts))
        )

    def _total(self, texts: Row) -> str | None:
        """The word of a total, anywhere but among the reasons."""
        reasons = [self.header.columns.get(key) for key in ("reason", "improvement")]
        words = (core(text) for column, text in texts.items() if column not in reasons)
        return next((word for word in words if word in self.kind.totals), None)

    def _is_indicator(self, row: int, body: Body) -> bool:
        name, heading = self._name(row)
        values = [self._shown(row, self.header.columns[key]) for key in MEASURES if key in self.header.columns]
        filled = [value for value in values if not is_blank(value)]
        if heading or (is_blank(bare_name(name)) and not filled):
            return False
        if body.totals and not self._counted(row):  # below a total only what carries points is one
            body.unread += [row] if len(filled) > 1 else []
            return False
        return bool(filled) or row <= body.last + 1

    def _crossed_out(self, row: int) -> bool:
        columns = [self.header.columns[key] for key in ("name", *MEASURES) if key in self.header.columns]
        crossed = self.sheets.crossed_out(self.header.sheet, row, columns)
        stood = (as_shown(cell) for column in columns if (cell := self.cells.get((row, column))))
        return crossed and not all(says_nothing(self.kind, text) for text in stood)

    def _is_part(self, row: int, body: Body) -> bool:
        above = bare_name(self._name(body.rows[-1])[0]) if body.rows and not body.totals else ""
        name, heading = self._name(row)
        return not heading and is_part(bare_name(name), above) and not self._counted(row)

    def _name(self, row: int) -> tuple[str, bool]:
        """The name, through its merge, and whether that merge runs over the values: then it is a heading."""
        at = self.header.columns["name"]
        values = [self.header.columns[key] for key in MEASURES if key in self.header.columns]
        if area := self.merges.at(row):
            top, left, _, right = area
            return self._shown(top, left), any(left <= column <= right for column in values)
        return self._shown(row, at), False

    def _counted(self, row: int) -> bool:
        keys = [key for key in ("weight", "claimed_points") if key in self.header.columns]
        return any(parse_quantity(self._shown(row, self.header.columns[key])) is not None for key in keys)

    def _shown(self, row: int, column: int) -> str:
        cell = self.cells.get((row, column))
        return (
            "" if cell is None else str(cell.value if cell.value is not None else cell.error or cell.formula or "")
        )
