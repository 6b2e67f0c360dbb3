"""Which rows of a table are entries: not sums, remarks, headers repeated or numbered, nor rows hardly begun."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from decimal import Decimal
from typing import Any

from msgspec import Struct, field
from msgspec.structs import replace

from perf_xlsx.domain.levels import level_named
from perf_xlsx.domain.model import Entry, Severity
from perf_xlsx.domain.quantity import is_blank, normalise, parse_quantity, same_label, same_name
from perf_xlsx.domain.text import written_out
from perf_xlsx.forms import Box, Rows
from perf_xlsx.ooxml import Cell
from perf_xlsx.reading.cells import as_shown
from perf_xlsx.reading.extra_content import with_contents
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.header import are_numbers_of_columns
from perf_xlsx.reading.layout import Table
from perf_xlsx.reading.parts import ADVICE, is_part
from perf_xlsx.reading.parts import told as told_of_parts
from perf_xlsx.system.pattern import pattern

FILLED_DOWN = ("level1", "level2")  # merged over several rows on paper forms
DITTO = frozenset({"同上", "同前", "〃", "″", '"', "''"})
TOLD_BY_LEVEL_2 = ("效益指标", "满意度指标")  # 经济效益 can be of no other; cost may be output, too
_REMARK = pattern(r"注\s*[\d(.、]")  # "注1.", "注（1）"
_OF_A_PART = pattern(r"\(?[一二三四五六七八九十]{1,3}[)、.]")  # "二、效益指标"
_OUTER = "-—–…·.()[] "  # around "以下空白"

NONE = (0, Decimal(0))

Entries = dict[str, Entry[Any]]


class Told(Struct, frozen=True):
    """What is told of a row that is not read as an entry, or is read though it stands apart."""

    code: str
    at: Address
    given: str
    message: str
    advice: str
    severity: Severity | None = None


class TableRows(Struct):
    """The rows of one table; `told` fills while `entries` runs. `asides` are the words that remarks begin with."""

    block: Rows
    table: Table
    sheets: Sheets
    asides: tuple[str, ...] = ()
    told: list[Told] = field(default_factory=list)
    _above: dict[str, tuple[int, Decimal]] = field(default_factory=dict)  # amounts above the row, and their sum
    _remarks: list[tuple[int, int]] = field(default_factory=list)
    _far: list[int] = field(default_factory=list)
    parts: dict[int, str] = field(default_factory=dict)  # rows that are parts of the one above
    _typed: list[tuple[Box, int]] = field(default_factory=list)  # boxes to fill in, by column
    _last: str = ""  # the name of the last row that carries points

    def __post_init__(self) -> None:
        columns = self.table.columns
        typed = ((box, columns[box.key]) for box in self.block.columns if box.key in columns)
        self._typed = sorted(((b, at) for b, at in typed if b.kind != "computed"), key=lambda pair: pair[1])

    def entries(self) -> Iterator[int]:
        """Every row that holds an entry, also where some of it is missing; and parts of one, noted as such."""
        found = {row: self._shown(row) for row in self.table.rows}
        levels = {text for shown in found.values() if self._whole(shown) for text in _levels(shown)}
        for row, shown in found.items():
            if self._is_entry(row, shown, levels):
                yield row
            self._add_up(row)
        self._tell_together()

    def _is_entry(self, row: int, shown: Mapping[Box, str], levels: set[str]) -> bool:
        """Whether the row holds an entry; what it is otherwise is told, or kept to be told with others."""
        if not shown or self._is_header(shown) or all(map(_is_dash, shown.values())):
            return False
        if told := self._crossed_out(row, shown):
            self.told.append(told)
            return False
        if told := self._total(row, shown):
            self.told.append(told)
            return False
        if self._is_part(shown):
            self.parts[row] = self._name(shown)
            return True
        if self._is_remark(row, shown, levels):
            self._remarks += [self._at(box, row)[1:] for box in shown]
            return False
        if told := self._begun(row, shown):
            self.told.append(told)
            return False
        if row in self.table.far and any(not self._heads(box) for box in shown):
            self._far.append(row)
        return any(not self._heads(box) for box in shown)

    def _is_part(self, shown: Mapping[Box, str]) -> bool:
        """Whether the row is a part of the indicator above it: it carries no points, where others do."""
        counts = [box for box, _ in self._typed if box.key in ("weight", "claimed_points")]
        if not counts:
            return False
        if any(box in shown and not _is_dash(shown[box]) for box in counts):
            self._last = self._name(shown)
            return False
        return is_part(self._name(shown), self._last)

    def _name(self, shown: Mapping[Box, str]) -> str:
        return next((text for box, text in shown.items() if box.key == "name"), "")

    # ---- what stands in a row --------------------------------------------------------------------------------

    def _at(self, box: Box, row: int) -> Address:
        return self.table.sheet, row, self.table.columns[box.key]

    def _shown(self, row: int) -> Mapping[Box, str]:
        """What a person sees in each filled box, from left to right."""
        cells = ((box, self.sheets.cell((self.table.sheet, row, column))) for box, column in self._typed)
        shown = ((box, as_shown(cell).strip()) for box, cell in cells if cell)
        return {box: text for box, text in shown if text}

    def _before(self, row: int) -> Iterator[tuple[int, str]]:
        """Texts left of the table's first column: the words of a sum or of a remark merged over the row."""
        for column in range(1, min(self.table.columns.values())):
            cell = self.sheets.cell((self.table.sheet, row, column))
            if cell and isinstance(cell.value, str) and cell.value.strip():
                yield column, cell.value.strip()

    def _heads(self, box: Box) -> bool:
        """Whether it only says what a row belongs to, and is often there before the row is filled."""
        return box.key in (*FILLED_DOWN, "title")

    def _required(self) -> list[Box]:
        return [box for box in self.block.columns if box.required and box.key in self.table.columns]

    def _whole(self, shown: Mapping[Box, str]) -> bool:
        return all(box in shown for box in self._required())

    # ---- what is no entry ------------------------------------------------------------------------------------

    def _is_header(self, shown: Mapping[Box, str]) -> bool:
        """A header repeated, carried on in a second row, or its columns numbered."""
        own = sum(same_label(text) in map(same_label, box.labels) for box, text in shown.items())
        return own * 2 >= len(shown) or are_numbers_of_columns([*shown.values()])

    def _crossed_out(self, row: int, shown: Mapping[Box, str]) -> Told | None:
        """A row that was crossed out, be it all but its levels and texts."""
        told = [box for box in shown if not self._heads(box) and box.kind != "long_text"]
        if not self.sheets.crossed_out(self.table.sheet, row, [self.table.columns[box.key] for box in told]):
            return None
        held = with_contents(self.sheets.grids[self.table.sheet], [self._at(box, row)[1:] for box in told])
        return crossed_row(self._at(told[0], row), shown[told[0]], held)

    def _total(self, row: int, shown: Mapping[Box, str]) -> Told | None:
        """A row that sums up others, by its word or by its numbers, or is a part of the one above it (其中)."""
        shown = {box: text for box, text in shown.items() if not _is_dash(text)}
        numbers = {box: text for box, text in shown.items() if box.kind in ("number", "percent")}
        if any(map(_is_value, shown)):
            return None
        sums = all(self._sums(box, row) for box in numbers) and any(self._sums_many(box, row) for box in numbers)
        names = [*self._names(row, shown)]
        if named := [(column, text) for column, text in names if self._is_sum(text, sums)]:
            (column, word), which = named[0], f"“{named[0][1]}”一行只是合计"
        elif parts := [(column, text) for column, text in names if numbers and normalise(text).startswith("其中")]:
            (column, word), which = parts[0], f"“{parts[0][1]}”一行是上面一行中的一部分"
        elif sums and len(numbers) == len(shown):
            column, word, which = self._at(next(iter(numbers)), row)[2], "", f"第{row}行是上面各行的合计"
        else:
            return None
        held = "、".join(text for box, text in shown.items() if box in numbers or box.kind == "long_text")
        message = f"{which}，没有读取{f'（{held}）' if held else ''}。"
        advice = "可以不改；表内每行各填一项，不必写合计和其中数。"
        return Told("R16", (self.table.sheet, row, column), word, message, advice)

    def _is_sum(self, text: str, sums: bool) -> bool:
        """Whether it is the word of a sum; a longer one that has it only where the numbers are `sums`."""
        word = re.sub(r"\([^()]*\)", "", same_name(normalise(text).partition(":")[0]))
        near = any(word.endswith(total) or word.startswith(total) for total in self.block.totals)
        return word in self.block.totals or (near and sums)

    def _names(self, row: int, shown: Mapping[Box, str]) -> Iterator[tuple[int, str]]:
        """Columns and texts that say what the row is: before the table, of its levels, of its name."""
        heads = [box for box in shown if self._heads(box) or box in self._required()[:1]]
        yield from self._before(row)
        yield from ((self._at(box, row)[2], shown[box]) for box in heads)

    def _sums(self, box: Box, row: int) -> bool:
        """Whether a number is the sum of those above it, by its formula or by itself."""
        cell = self.sheets.cell(self._at(box, row))
        return cell is not None and (_is_formula_of_a_sum(cell) or cell.value == self._above.get(box.key, NONE)[1])

    def _sums_many(self, box: Box, row: int) -> bool:
        """Whether there is something to sum up: one amount, or nothing, is no sum."""
        cell = self.sheets.cell(self._at(box, row))
        return cell is not None and (_is_formula_of_a_sum(cell) or self._above.get(box.key, NONE)[0] > 1)

    def _add_up(self, row: int) -> None:
        """Take in the amounts of a row that is above from now on."""
        for box in self.block.columns:
            cell = self.sheets.cell(self._at(box, row)) if box.key in self.table.columns else None
            if cell is not None and isinstance(cell.value, Decimal) and cell.value:
                count, total = self._above.get(box.key, NONE)
                self._above[box.key] = count + 1, total + cell.value

    def _is_remark(self, row: int, shown: Mapping[Box, str], levels: set[str]) -> bool:
        """Notes, signatures and headings; a level that no entry has may be one too."""
        counted = any(box.kind in ("number", "percent") and parse_quantity(text) for box, text in shown.items())
        if counted or (self._required() and self._whole(shown)):
            return False
        if all(box.key in FILLED_DOWN for box in shown) and any(
            same_name(text) not in levels | self._choices(box) for box, text in shown.items()
        ):
            return True
        said = [text for box, text in shown.items() if not self._heads(box)]
        if self._spread(row) or (said and all(_is_dash(text) or text == "无" for text in said)):
            return True
        asides = [self._is_aside(text) for box, text in shown.items() if box.kind != "long_text"]
        asides = asides or [self._is_aside(text) for text in shown.values()]
        return any(asides) if self._required() else all(map(self._is_aside, shown.values()))

    def _choices(self, box: Box) -> set[str]:
        return {same_name(word) for choice in box.choices for word in (choice.value, *choice.same)}

    def _spread(self, row: int) -> bool:
        """Whether one cell is merged over half of the row's boxes: a heading, or a note."""
        columns = self.table.columns.values()
        merges = self.sheets.grids[self.table.sheet].merges
        spans = [(left, right) for top, left, bottom, right in merges if top <= row <= bottom]
        counts = [sum(left <= column <= right for column in columns) for left, right in spans]
        return any(count > 1 and count * 2 >= len(columns) for count in counts)

    def _is_aside(self, text: str) -> bool:
        folded = written_out(text).strip()
        word = same_name(folded.partition(":")[0]).strip(_OUTER)
        levels = {word for box in self.block.columns if box.key in FILLED_DOWN for word in self._choices(box)}
        heading = _OF_A_PART.sub("", folded)
        return (
            re.sub(r"\(.*\)|[\d(].*$", "", word) in self.asides
            or _REMARK.match(folded) is not None
            or (heading != folded and same_name(heading) in levels)
        )

    def _tell_together(self) -> None:
        """One finding for all parts, one for all remarks, one for all entries that stand far below the table."""
        sheet, title = self.table.sheet, self.block.title
        if self.parts:
            names, at = [*self.parts.values()], (sheet, min(self.parts), self.table.columns["name"])
            self.told.append(Told("R16", at, names[0], told_of_parts(names), ADVICE))
        if self._remarks:
            held = with_contents(self.sheets.grids[sheet], self._remarks)
            message = f"“{title}”的表格里有说明文字，没有按填报内容读取：{held}。"
            advice = "可以不改；是填报内容的，请按栏目填写，说明文字请写在表格以外。"
            self.told.append(Told("R16", (sheet, *self._remarks[0]), "", message, advice))
        if self._far:
            at = (sheet, self._far[0], min(self.table.columns.values()))
            message = f"第{'、'.join(map(str, self._far))}行离“{title}”的表格较远，已照常读取。"
            advice = "请把这些行移到表格里，中间不空行；不属于本表的请删去。"
            self.told.append(Told("R06", at, "", message, advice, "warning"))

    def _begun(self, row: int, shown: Mapping[Box, str]) -> Told | None:
        """A row of which hardly anything is filled: told as one, not box by box. What carries points is read."""
        required = self._required()
        filled = [box for box in required if box in shown]
        title = next((box for box in self.block.columns if box.key == "title"), None)
        if title and len(shown) == 1 and title in shown:
            return self._title_alone(row, title, shown[title])
        head = next(iter(required), None)
        least = 2 if head in filled else len(required) // 2 + 1
        if head is None or all(self._heads(box) for box in shown) or len(filled) >= least:
            return None
        if len(shown) > 1 and any(box.kind == "number" for box in shown):
            return None
        lacking = "、".join(box.label for box in required if box not in filled)
        cells = [self._at(box, row)[1:] for box in shown if not self._heads(box)]
        held = with_contents(self.sheets.grids[self.table.sheet], cells)
        message = f"第{row}行只填了{held}，没有填{lacking}，没有读取。"
        advice = f"请把第{row}行补填完整；不是填报内容的，请清空这一行，或移到表格以外。"
        return Told("R07", self._at(head, row), "", message, advice)

    def _title_alone(self, row: int, title: Box, text: str) -> Told | None:
        """A passage's title of the unit's own, without the passage; or the passage typed in its place."""
        if same_name(text) in {same_name(word) for preset in self.block.preset for word in preset}:
            return None
        message = f"第{row}行只填了标题“{text[:20]}”，没有内容，没有读取。"
        advice = "请把内容填在标题右边的格里；不需要的，请清空这一行。"
        return Told("R06", self._at(title, row), text[:20], message, advice, "warning")


def crossed_row(at: Address, given: str, held: str = "") -> Told:
    """R24: a row of a table that was crossed out."""
    message = f"第{at[1]}行被划去了（删除线），没有读取{f'：{held}' if held else ''}。"
    advice = "请核对：仍然有效的，请取消删除线；不要的，请删去这一行。"
    return Told("R24", at, given, message, advice, "warning")


def _is_value(box: Box) -> bool:
    """Whether it holds what only an entry has, and no sum."""
    return box.kind == "value" or (box.kind == "choice" and box.strict)


def _is_dash(text: str) -> bool:
    return is_blank(text)


def _open(level: Entry[Any]) -> bool:
    return level.empty or normalise(level.given) in DITTO


def filled_down(rows: Iterable[Entries]) -> tuple[list[Entries], Entry[Any] | None]:
    """Levels that stand in the first row of their group only, and the first that was taken from above."""
    found: list[Entries] = []
    first: Entry[Any] | None = None
    above: Entries = {}
    for row in rows:
        if above and _open(row["level1"]) and not above["level1"].empty:
            if (own := level_named(row["level2"].given)) in TOLD_BY_LEVEL_2:
                row = row | {"level1": replace(row["level1"], value=own, given=own)}
            else:
                shared = {key: above[key] for key in FILLED_DOWN if _open(row[key])}
                first = first or replace(row["level1"], value=above["level1"].value)
                row = row | shared
        above = row
        found.append(row)
    return found, first


def _levels(shown: Mapping[Box, str]) -> Iterator[str]:
    return (same_name(text) for box, text in shown.items() if box.key in FILLED_DOWN)


def _is_formula_of_a_sum(cell: Cell) -> bool:
    return cell.formula is not None and cell.formula.upper().startswith("SUM(")
