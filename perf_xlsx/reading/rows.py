"""Tells entries from the other rows of a table: sums, remarks, repeated or numbered headers, rows hardly begun."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal

from msgspec import Struct

from perf_xlsx.domain.numerals import ITEM
from perf_xlsx.domain.quantity import NOTHING, is_blank, normalise, parse_quantity, same_label, same_name
from perf_xlsx.domain.text import written_out
from perf_xlsx.forms import Box, Rows, typed
from perf_xlsx.ooxml import Cell
from perf_xlsx.reading.cells import as_shown
from perf_xlsx.reading.extra_content import with_contents
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.header import are_numbers_of_columns
from perf_xlsx.reading.indicator_parts import PARTS, is_part, parts_remark
from perf_xlsx.reading.layout import TableLayout
from perf_xlsx.reading.levels import FILLED_DOWN
from perf_xlsx.reading.remarks import ReadingRemark
from perf_xlsx.system.pattern import pattern
from perf_xlsx.vocabulary import any_of, vocabulary

_REMARK = pattern(rf"(?:{any_of(vocabulary('rows')['note']['words'])})\s*[\d(.、]")  # "注1.", "注（1）"
_OF_A_PART = pattern(rf"\(?{ITEM}[)、.]")  # "二、效益指标"
_AROUND = "-—–…·.()[] "  # around "以下空白"

HELD = ("number", "percent", "long_text")  # kinds of boxes that a row of a sum may have
NONE = (0, Decimal(0))  # amounts above a row, and their sum
ShownTexts = Mapping[Box, str]


class EntryRows(Struct, frozen=True):
    """The rows of a table that hold entries; `parts` are those that are part of the row above, by name."""

    rows: tuple[int, ...] = ()
    parts: Mapping[int, str] = {}
    remarks: tuple[ReadingRemark, ...] = ()


def entry_rows(block: Rows, table: TableLayout, sheets: Sheets, asides: tuple[str, ...] = ()) -> EntryRows:
    """Classify the rows of a table. `asides` are the words that remarks begin with."""
    return _Classifier(block, table, sheets, asides).classified()


class _Classifier:
    """Looks at the rows of one table from top to bottom; `shown` is what a person sees in a row's filled boxes."""

    def __init__(self, block: Rows, table: TableLayout, sheets: Sheets, asides: tuple[str, ...]) -> None:
        self.block, self.table, self.sheets, self.asides = block, table, sheets, asides
        self.grid = sheets.grids[table.sheet]
        columns = [box for box in block.columns if box.key in table.columns]
        self._boxes = sorted(typed(columns), key=lambda box: table.columns[box.key])
        self._required = [box for box in columns if box.required]
        self._remarks: list[ReadingRemark] = []
        self._above: dict[str, tuple[int, Decimal]] = {}  # how many amounts are above the row, and their sum
        self._aside: list[tuple[int, int]] = []  # cells of remarks that people wrote into the table
        self._far: list[int] = []
        self._parts: dict[int, str] = {}
        self._last = ""  # the name of the last row that carries points

    def classified(self) -> EntryRows:
        found = {row: self._shown(row) for row in self.table.rows}
        levels = {same_name(text) for shown in found.values() if self._complete(shown) for text in _levels(shown)}
        rows = []
        for row, shown in found.items():
            if self._is_entry(row, shown, levels):
                rows.append(row)
            self._add_up(row)
        self._remark_together()
        return EntryRows(tuple(rows), self._parts, tuple(self._remarks))

    def _is_entry(self, row: int, shown: ShownTexts, levels: set[str]) -> bool:
        """Whether the row holds an entry; what else it is, is remarked."""
        if self._is_empty_or_header(shown):
            return False
        if remark := self._crossed_out(row, shown) or self._total(row, shown):
            self._remarks.append(remark)
            return False
        if self._is_part(shown):
            self._parts[row] = _name(shown)
            return True
        if self._is_aside(row, shown, levels):
            self._aside += [self._at(box, row)[1:] for box in shown]
            return False
        if remark := self._begun(row, shown):
            self._remarks.append(remark)
            return False
        entry = not all(map(_groups, shown))
        if entry and row in self.table.far:
            self._far.append(row)
        return entry

    def _is_part(self, shown: ShownTexts) -> bool:
        """Whether the row is a part of the indicator above it: it carries no points, where others do."""
        counts = [box for box in self._boxes if box.key in ("weight", "claimed_points")]
        if any(box in shown and not is_blank(shown[box]) for box in counts):
            self._last = _name(shown)
            return False
        return bool(counts) and is_part(_name(shown), self._last)

    # ---- the cells of a row ----------------------------------------------------------------------------------

    def _at(self, box: Box, row: int) -> Address:
        return self.table.sheet, row, self.table.columns[box.key]

    def _shown(self, row: int) -> ShownTexts:
        cells = ((box, self.sheets.cell(self._at(box, row))) for box in self._boxes)
        shown = ((box, as_shown(cell).strip()) for box, cell in cells if cell)
        return {box: text for box, text in shown if text}

    def _complete(self, shown: ShownTexts) -> bool:
        return all(box in shown for box in self._required)

    def _contents(self, boxes: Iterable[Box], row: int) -> str:
        return with_contents(self.grid, [self._at(box, row)[1:] for box in boxes])

    # ---- headers, crossed-out rows, sums ---------------------------------------------------------------------

    def _is_empty_or_header(self, shown: ShownTexts) -> bool:
        return not shown or self._is_header(shown) or all(map(is_blank, shown.values()))

    def _is_header(self, shown: ShownTexts) -> bool:
        """A repeated header, its second row, or numbers of the columns."""
        own = sum(same_label(text) in map(same_label, box.labels) for box, text in shown.items())
        return own * 2 >= len(shown) or are_numbers_of_columns([*shown.values()])

    def _crossed_out(self, row: int, shown: ShownTexts) -> ReadingRemark | None:
        """R24: a row that was crossed out, but perhaps for its levels and texts."""
        boxes = [box for box in shown if not _groups(box) and box.kind != "long_text"]
        if not self.sheets.crossed_out(self.table.sheet, row, [self.table.columns[box.key] for box in boxes]):
            return None
        contents = self._contents(boxes, row)
        return crossed_row(self._at(boxes[0], row), self.block.title, shown[boxes[0]], contents)

    def _total(self, row: int, shown: ShownTexts) -> ReadingRemark | None:
        """R16: a row that sums up others, by its word or its numbers, or is a part of the one above it (其中)."""
        shown = {box: text for box, text in shown.items() if not is_blank(text)}
        numbers = [box for box in shown if box.kind in ("number", "percent")]
        found = None if any(map(_is_of_entries, shown)) else self._name_of_sum(row, shown, numbers)
        if found is None:
            return None
        column, word, which = found
        held = "、".join(text for box, text in shown.items() if box.kind in HELD)
        message = f"{which}，没有读取{f'（{held}）' if held else ''}。"
        advice = "可以不改；表内每行各填一项，不必写合计和其中数。"
        return ReadingRemark("R16", (self.table.sheet, row, column), self.block.title, message, advice, word)

    def _name_of_sum(self, row: int, shown: ShownTexts, numbers: Sequence[Box]) -> tuple[int, str, str] | None:
        """The column and the word of a sum or part, and which row it is; None where the row is neither."""
        sums = self._are_sums(numbers, row)
        names = [*self._names(row, shown)]
        for column, word in names:
            if self._is_word_of_sum(word, sums):
                return column, word, f"“{word}”一行只是合计"
        for column, word in names if numbers else ():
            if normalise(word).startswith(PARTS):
                return column, word, f"“{word}”一行是上面一行中的一部分"
        if sums and len(numbers) == len(shown):
            return self._at(numbers[0], row)[2], "", f"第{row}行是上面各行的合计"
        return None

    def _is_word_of_sum(self, text: str, sums: bool) -> bool:
        """Whether it is the word of a sum; a longer text with that word only where the numbers are `sums`."""
        word = re.sub(r"\([^()]*\)", "", same_name(normalise(text).partition(":")[0]))
        near = any(word.endswith(total) or word.startswith(total) for total in self.block.totals)
        return word in self.block.totals or (near and sums)

    def _names(self, row: int, shown: ShownTexts) -> Iterator[tuple[int, str]]:
        """Columns and texts that name the row: before the table, its levels, its name."""
        for column in range(1, min(self.table.columns.values())):
            cell = self.sheets.cell((self.table.sheet, row, column))
            if cell and isinstance(cell.value, str) and cell.value.strip():
                yield column, cell.value.strip()
        for box, text in shown.items():
            if _groups(box) or box in self._required[:1]:
                yield self._at(box, row)[2], text

    def _are_sums(self, numbers: Sequence[Box], row: int) -> bool:
        return all(self._sums(box, row) for box in numbers) and any(self._sums_many(box, row) for box in numbers)

    def _sums(self, box: Box, row: int) -> bool:
        """Whether a number is the sum of those above it, by its formula or by itself."""
        cell = self.sheets.cell(self._at(box, row))
        return cell is not None and (_is_formula_of_a_sum(cell) or cell.value == self._above.get(box.key, NONE)[1])

    def _sums_many(self, box: Box, row: int) -> bool:
        """Whether there is something to sum up: one amount, or nothing, is no sum."""
        cell = self.sheets.cell(self._at(box, row))
        return cell is not None and (_is_formula_of_a_sum(cell) or self._above.get(box.key, NONE)[0] > 1)

    def _add_up(self, row: int) -> None:
        """Count the amounts of a row among those above."""
        for key, column in self.table.columns.items():
            cell = self.sheets.cell((self.table.sheet, row, column))
            if cell is not None and isinstance(cell.value, Decimal) and cell.value:
                count, total = self._above.get(key, NONE)
                self._above[key] = count + 1, total + cell.value

    # ---- remarks of people, and rows hardly begun ------------------------------------------------------------

    def _is_aside(self, row: int, shown: ShownTexts, levels: set[str]) -> bool:
        """Notes, signatures and headings; a level that no entry has may be one too."""
        counted = any(box.kind in ("number", "percent") and parse_quantity(text) for box, text in shown.items())
        if counted or (self._required and self._complete(shown)):
            return False
        if self._says_nothing(shown) or self._is_unknown_level(shown, levels) or self._is_spread(row):
            return True
        return self._is_worded_as_aside(shown)

    def _is_worded_as_aside(self, shown: ShownTexts) -> bool:
        """Whether it begins as remarks do: all texts where no box is required, else one of the short ones."""
        words = {box: self._is_word_of_aside(text) for box, text in shown.items()}
        if not self._required:
            return all(words.values())
        short = [word for box, word in words.items() if box.kind != "long_text"]
        return any(short or words.values())

    def _says_nothing(self, shown: ShownTexts) -> bool:
        """Whether all but its group is a word for nothing; beside a title that the form prints it is an answer."""
        printed = {same_label(str(title)) for title, *_ in self.block.preset}
        if any(box.key == "title" and same_label(text) in printed for box, text in shown.items()):
            return False
        others = [text for box, text in shown.items() if not _groups(box)]
        return bool(others) and all(is_blank(text) or text in NOTHING for text in others)

    def _is_unknown_level(self, shown: ShownTexts, levels: set[str]) -> bool:
        """Whether the row holds only levels, one of which neither an entry nor the form knows."""
        only = all(box.key in FILLED_DOWN for box in shown)
        return only and any(same_name(text) not in levels | _choices(box) for box, text in shown.items())

    def _is_spread(self, row: int) -> bool:
        """Whether one cell is merged over half of the row's boxes: a heading, or a note."""
        columns = self.table.columns.values()
        spans = [(left, right) for top, left, bottom, right in self.grid.merges if top <= row <= bottom]
        counts = [sum(left <= column <= right for column in columns) for left, right in spans]
        return any(count > 1 and count * 2 >= len(columns) for count in counts)

    def _is_word_of_aside(self, text: str) -> bool:
        folded = written_out(text).strip()
        word = same_name(folded.partition(":")[0]).strip(_AROUND)
        levels = {word for box in self.block.columns if box.key in FILLED_DOWN for word in _choices(box)}
        heading = _OF_A_PART.sub("", folded)
        return (
            re.sub(r"\(.*\)|[\d(].*$", "", word) in self.asides
            or _REMARK.match(folded) is not None
            or (heading != folded and same_name(heading) in levels)
        )

    def _begun(self, row: int, shown: ShownTexts) -> ReadingRemark | None:
        """R07: a row of which hardly anything is filled, as one. What carries points is read."""
        if [box.key for box in shown] == ["title"]:
            return self._title_alone(row, *next(iter(shown.items())))
        if self._is_filled(shown):
            return None
        missing = "、".join(box.label for box in self._required if box not in shown)
        contents = self._contents([box for box in shown if not _groups(box)], row)
        message = f"第{row}行只填了{contents}，没有填{missing}，没有读取。"
        advice = f"请把第{row}行补填完整；不是填报内容的，请清空这一行，或移到表格以外。"
        return ReadingRemark("R07", self._at(self._required[0], row), self.block.title, message, advice)

    def _is_filled(self, shown: ShownTexts) -> bool:
        """Whether enough of the row is filled, or nothing but its group, or what carries points."""
        required = self._required
        filled = [box for box in required if box in shown]
        least = 2 if filled[:1] == required[:1] else len(required) // 2 + 1
        counted = len(shown) > 1 and any(box.kind == "number" for box in shown)
        return not required or len(filled) >= least or all(map(_groups, shown)) or counted

    def _title_alone(self, row: int, title: Box, text: str) -> ReadingRemark | None:
        """R06: a passage's title of the unit's own without the passage, or the passage typed in its place."""
        if same_name(text) in {same_name(word) for preset in self.block.preset for word in preset}:
            return None
        message = f"第{row}行只填了标题“{text[:20]}”，没有内容，没有读取。"
        advice = "请把内容填在标题右边的格里；不需要的，请清空这一行。"
        return ReadingRemark("R06", self._at(title, row), self.block.title, message, advice, text[:20], "warning")

    def _remark_together(self) -> None:
        """One remark for all parts, one for all notes, one for all entries far below the table."""
        sheet, title = self.table.sheet, self.block.title
        if self._parts:
            self._remarks.append(
                parts_remark((sheet, min(self._parts), self.table.columns["name"]), title, self._parts)
            )
        if self._aside:
            contents = with_contents(self.grid, self._aside)
            message = f"“{title}”的表格里有说明文字，没有按填报内容读取：{contents}。"
            advice = "可以不改；是填报内容的，请按栏目填写，说明文字请写在表格以外。"
            self._remarks.append(ReadingRemark("R16", (sheet, *self._aside[0]), title, message, advice))
        if self._far:
            at = (sheet, self._far[0], min(self.table.columns.values()))
            message = f"第{'、'.join(map(str, self._far))}行离“{title}”的表格较远，已照常读取。"
            advice = "请把这些行移到表格里，中间不空行；不属于本表的请删去。"
            self._remarks.append(ReadingRemark("R06", at, title, message, advice, severity="warning"))


def crossed_row(at: Address, field: str, given: str, contents: str = "") -> ReadingRemark:
    """R24: a row of a table that was crossed out."""
    message = f"第{at[1]}行被划去了（删除线），没有读取{f'：{contents}' if contents else ''}。"
    advice = "请核对：仍然有效的，请取消删除线；不要的，请删去这一行。"
    return ReadingRemark("R24", at, field, message, advice, given, "warning")


def _is_of_entries(box: Box) -> bool:
    """Whether no sum has such a box."""
    return box.kind == "value" or (box.kind == "choice" and box.strict)


def _groups(box: Box) -> bool:
    """Whether it names the group of a row (levels, a passage's title), which is often prefilled."""
    return box.key in (*FILLED_DOWN, "title")


def _name(shown: ShownTexts) -> str:
    return next((text for box, text in shown.items() if box.key == "name"), "")


def _levels(shown: ShownTexts) -> Iterator[str]:
    return (text for box, text in shown.items() if box.key in FILLED_DOWN)


def _choices(box: Box) -> set[str]:
    return {same_name(word) for choice in box.choices for word in choice.words}


def _is_formula_of_a_sum(cell: Cell) -> bool:
    return cell.formula is not None and cell.formula.upper().startswith("SUM(")
