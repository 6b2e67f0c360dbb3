"""Reads every text of an official form, blank or filled in, and proposes what each means.

Nothing is left out: a text that is no known label, and stands where a label would stand, is listed without a role;
what stands where an answer would stand is listed as an answer. Rows of the tables are answers as a whole.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher

from msgspec import Struct, field
from msgspec.structs import replace

from perf_xlsx.adoption.roles import ANSWER, NONE, TITLE, Role, roles
from perf_xlsx.domain.quantity import is_blank, normalise, parse_quantity
from perf_xlsx.forms import Box, Line, typed
from perf_xlsx.forms.form import ASIDES, BOXES, HEADINGS, LINES, OTHER, PASSAGES, SOURCES, TOTALS
from perf_xlsx.forms.official import OfficialForm
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.layout import Header, Layout
from perf_xlsx.reading.official.boxes import passage_boxes
from perf_xlsx.reading.official.headers import LONGEST, Labels, core, rows_of, without_spaces
from perf_xlsx.system.pattern import pattern

SURE, NEAR, OPEN = "确定", "请核对", "不知道"
ALIKE = 0.6  # of two labels, from which on one may stand for the other
TABLES = {"indicators": ("name", ("target", "actual")), "funds": ("executed", ("adjusted", "initial"))}
LEAST = {"indicators": 3, "funds": 2}  # columns that make a row a header
LONGEST_GUESS = 12  # characters of a text beside a label that may be a label itself
SHORT = 2  # characters of a label that says nothing without the one above it
_TITLE = pattern(r"20\d\d\s*年|年度\s*[)）]?$")
SIGNED = pattern(r"签|盖章|公章|意见|负责人|联系|电话|日期|填表人|填报人|制表|审核|复核|经办")
_FIGURE = pattern(r":\s*-?\d")  # "按收入性质分：2030.12"
_MONEY_UNIT = pattern(r"^(?:金额)?单位[:：](?:人民币)?万?元$")
_NOTE = pattern(r"^(?:备?注|说明|附件|报表编号)")


class Label(Struct, frozen=True):
    """A text of the form: where it is, what it says, what it means, how sure and why.

    `zone` is the block of the place where it stands. `inside`: its value is in the same cell ("单位名称：…").
    """

    at: Address
    text: str
    zone: str
    role: Role
    sure: str
    why: str
    inside: bool = False


class Table(Struct):
    """A table's header rows, the column of each label's cell, and the rows below that are answers.

    `ended`: something printed ends the table; otherwise empty rows below may belong to it.
    """

    top: int
    bottom: int
    cells: dict[int, tuple[int, str]]  # column -> row and text of the label that counts there
    rows: list[int] = field(default_factory=list)
    ended: bool = True


class Survey(Struct):
    """What was found on one sheet."""

    sheet: int
    kind: OfficialForm
    labels: list[Label] = field(default_factory=list)
    tables: dict[str, Table] = field(default_factory=dict)

    def columns(self, block: str) -> dict[str, int]:
        """The columns of a table by their keys."""
        return {one.role.key: one.at[2] for one in self.labels if one.role.block == block}


def survey(sheets: Sheets, sheet: int, kind: OfficialForm, layout: Layout | None = None) -> Survey:
    """Propose a role for each text of a sheet; `layout` is what the reader found there, which comes first."""
    return _Surveyor(sheets, sheet, kind, layout).survey()


def alike(one: str, other: str) -> float:
    """How much two labels have in common, from 0 to 1."""
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


class _Surveyor:
    def __init__(self, sheets: Sheets, sheet: int, kind: OfficialForm, layout: Layout | None) -> None:
        self.sheets, self.sheet, self.kind, self.layout = sheets, sheet, kind, layout
        self.rows, self.roles = rows_of(sheets, sheet), roles(kind)
        self.found = Survey(sheet, kind)
        self.fields: dict[str, list[Box] | list[Line]] = {
            key: list(typed(kind.form.block(key).fields))
            for key in ("indicators", "funds", "projects")
            if kind.form.has(key)
        }
        self.fields[BOXES] = list(typed(kind.form.single_boxes))
        self.fields[PASSAGES] = list(passage_boxes(kind))
        self.fields[LINES] = list(kind.form.lines("funds").lines)
        self.known = {block: Labels(items) for block, items in self.fields.items()}
        spots: Iterable[Address] = ((sheet, row, column) for row, texts in self.rows.items() for column in texts)
        self.edge = max((sheets.merge_at(at)[3] for at in spots), default=0)
        self.answers: set[tuple[int, int]] = set()
        self.done: set[tuple[int, int]] = set()

    def survey(self) -> Survey:
        for block in ("indicators", "funds"):
            if table := self._table(block):
                self.found.tables[block] = table
        if "projects" in self.fields and (table := self._table("projects")):
            self.found.tables["projects"] = table
        self._fund_lines()
        self._bodies()
        for block, table in self.found.tables.items():
            self._columns(block, table)
        self._rest()
        self._once()
        self.found.labels.sort(key=lambda label: label.at)
        return self.found

    # ---- tables ----------------------------------------------------------------------------------------------

    def _table(self, block: str) -> Table | None:
        """The header with most of the table's labels; what the reader found comes first."""
        if (header := self._read(block)) and header.sheet == self.sheet:
            return self._cells_of(header.top, header.bottom)
        best, most = None, LEAST.get(block, 3) - 1
        for row in self.rows:
            if any(table.top <= row <= table.bottom for table in self.found.tables.values()):
                continue
            keys = {known[1] for text in self.rows[row].values() if (known := self.known[block].of(text))}
            if len(keys) > most and self._suffices(block, keys):
                best, most = row, len(keys)
        return self._cells_of(best, self._bottom(best)) if best else None

    def _suffices(self, block: str, keys: set[str]) -> bool:
        if block == "projects":
            return {"name", "executed"} <= keys or {"name", "adjusted"} <= keys
        first, others = TABLES[block]
        return first in keys or any(key in keys for key in others)

    def _read(self, block: str) -> Header | None:
        official = self.layout.official if self.layout else None
        return getattr(official, block) if official else None

    def _bottom(self, row: int) -> int:
        """The last row of a header: one more where labels stand under one that is merged over them."""
        for column in self.rows[row]:
            _, left, bottom, right = self.sheets.merge_at((self.sheet, row, column))
            below = [at for at in self.rows.get(row + 1, {}) if left <= at <= right]
            if bottom == row and right > left and len(below) > 1:
                return row + 1
        return row

    def _cells_of(self, top: int, bottom: int) -> Table:
        """The labels of a header, the lowest of each column; one above others is a heading."""
        cells: dict[int, tuple[int, str]] = {}
        for row in range(top, bottom + 1):
            for column, text in self.rows.get(row, {}).items():
                cells[column] = row, text
        for column, (row, _) in list(cells.items()):
            _, left, low, right = self.sheets.merge_at((self.sheet, row, column))
            under = [at for at, (other, _) in cells.items() if other > row and left < at <= right]
            if under and low < bottom:
                del cells[column]
        return Table(top, bottom, cells)

    def _columns(self, block: str, table: Table) -> None:
        """The roles of a header's labels: as the reader found them, by known words, else the most alike."""
        read = self._read(block)
        columns = {column: key for key, column in read.columns.items()} if read else {}
        known = {column: self._known_in(block, row, column, text) for column, (row, text) in table.cells.items()}
        first = self._first_amount(table) if block == "funds" else self._first(table)
        nearest = _nearest({column: one for column, one in known.items() if one and column >= first})
        columns = {column: key for key, column in nearest.items() if key not in columns.values()} | columns
        taken = set(columns.values())
        for column, (row, text) in sorted(table.cells.items()):
            if column < first or (column not in columns and core(text) in map(core, self.kind.headings)):
                self._add((row, column), text, block, self._role(OTHER, HEADINGS), SURE, "表格左边的小标题")
            elif column in columns:
                self._column(block, row, column, text, columns[column], known[column])
            else:
                self._unknown_column(block, row, column, text, taken)
        for row in range(table.top, table.bottom + 1):
            for column, text in self.rows.get(row, {}).items():
                if (row, column) not in self.done:
                    self._add((row, column), text, block, self._role(OTHER, HEADINGS), SURE, "下面分栏")

    def _known_in(self, block: str, row: int, column: int, text: str) -> tuple[int, str] | None:
        """What a label of a header is known as; a short one under another is known by that: 值 under 预期指标值."""
        known = self.known[block].of(text)
        if known or len(core(text)) > SHORT:
            return known
        above = (other for at, other in self.rows.get(row - 1, {}).items() if self._covers((row - 1, at), column))
        return next((one for other in above if (one := self.known[block].of(other))), None)

    def _covers(self, at: tuple[int, int], column: int) -> bool:
        _, left, _, right = self.sheets.merge_at((self.sheet, *at))
        return left <= column <= right

    def _first(self, table: Table) -> int:
        """The first column of a table: left of it are headings, which are merged over its rows."""
        own = [
            column
            for column, (row, _) in table.cells.items()
            if self.sheets.merge_at((self.sheet, row, column))[2] <= table.bottom
        ]
        return min(own, default=0)

    def _column(
        self, block: str, row: int, column: int, text: str, key: str, known: tuple[int, str] | None
    ) -> None:
        box = next((box for box in self.fields[block] if box.key == key), None)
        if box is None:
            return self._unknown_column(block, row, column, text, set())
        same = known and known[1] == key
        why = (
            "名称相同"
            if same and known and known[0] == 0
            else f"与“{box.label}”是同一种说法"
            if same
            else "按栏中内容"
        )
        return self._add((row, column), text, block, self._role(block, key), SURE if same else NEAR, why)

    def _unknown_column(self, block: str, row: int, column: int, text: str, taken: set[str]) -> None:
        """A header that nobody knows: proposed is the most alike of those that are left."""
        left = [box for box in self.fields[block] if box.key not in taken and box.key != "method"]
        best, score = self._most_alike(text, left)
        if best and score >= ALIKE and len(core(text)) > SHORT:
            taken.add(best.key)
            why = f"与“{best.label}”的说法相近"
            return self._add((row, column), text, block, self._role(block, best.key), NEAR, why)
        return self._add((row, column), text, block, NONE, OPEN, "没有认出")

    def _most_alike(self, text: str, items: Iterable[Box | Line]) -> tuple[Box | Line | None, float]:
        scored = [
            (max(alike(core(text), core(label)) for label in item.labels), n, item) for n, item in enumerate(items)
        ]
        best = max(scored, key=lambda one: (one[0], -one[1]), default=None)
        return (best[2], best[0]) if best else (None, 0.0)

    # ---- lines of money --------------------------------------------------------------------------------------

    def _fund_lines(self) -> None:
        table = self.found.tables.get("funds")
        if table is None:
            return
        first = self._first_amount(table)
        end, taken = self._end_of_funds(table, first), set[str]()
        for row in range(table.bottom + 1, end + 1):
            if not self._fund_line(row, first, taken):
                break
            table.rows.append(row)

    def _first_amount(self, table: Table) -> int:
        """The first column of amounts: left of it are headings and the names of lines."""
        first = self._first(table)
        own = (column for column in table.cells if column >= first and not self._names_lines(table, column))
        return min(own, default=first)

    def _names_lines(self, table: Table, column: int) -> bool:
        """Whether the lines of money have their names below this header."""
        below = (self.rows.get(row, {}).get(column) for row in range(table.bottom + 1, table.bottom + 4))
        return any(text is not None and self._is_words(text) for text in below)

    def _end_of_funds(self, table: Table, first: int) -> int:
        """The last row beside the heading left of the table; else the row before the next table."""
        heads = [(row, column) for column, (row, _) in table.cells.items() if column < first]
        bottoms = [self.sheets.merge_at((self.sheet, *at))[2] for at in heads]
        others = [one.top for one in self.found.tables.values() if one.top > table.bottom]
        limit = min(others, default=max(self.rows, default=0) + 1) - 1
        beside = max(bottoms, default=0)
        return min(beside, limit) if beside > table.bottom else limit

    def _fund_line(self, row: int, first: int, taken: set[str]) -> bool:
        """Add the line of this row; False where the table has ended."""
        texts = self.rows.get(row, {})
        before = [(column, text) for column, text in texts.items() if column < first]
        if not before:
            return any(row == at for at, _ in self.sheets.grids[self.sheet].cells)
        column, text = before[-1]
        if self._ends_funds(before[0][1]):
            return False
        known = self.known[LINES].of(text)
        if known and known[1] not in taken:
            taken.add(known[1])
            self._add((row, column), text, LINES, self._role(LINES, known[1]), SURE, "资金行的名称")
        elif not taken and alike(core(text), core(self._total.label)) >= ALIKE:
            taken.add(self._total.key)
            why = f"第一行，与“{self._total.label}”的说法相近"
            self._add((row, column), text, LINES, self._role(LINES, self._total.key), NEAR, why)
        elif _FIGURE.search(normalise(text)):
            self._add((row, column), text, LINES, NONE, OPEN, "名称中有数字，没有读取")
        else:
            own = core(text) in self._own_sources()
            why = "资金表中的一行，不是通常的来源"
            self._add((row, column), text, LINES, self._role(OTHER, SOURCES), SURE if own else NEAR, why)
        for at, other in before[:-1]:
            self._add((row, at), other, LINES, self._role(OTHER, HEADINGS), NEAR, "资金行左边的文字")
        for at, other in texts.items():
            if at >= first and core(other) in self.kind.headings:
                self._add((row, at), other, LINES, self._role(OTHER, HEADINGS), SURE, "小标题")
            elif at >= first and _FIGURE.search(normalise(other)):
                self._add((row, at), other, LINES, NONE, OPEN, "名称中有数字，没有读取")
            elif at >= first and self._is_words(other):
                self._add((row, at), other, LINES, self._role(OTHER, ANSWER), NEAR, "资金表中的内容")
        self.answers |= {(row, at) for at in texts if at >= first}
        return True

    @property
    def _total(self) -> Line:
        """The line of the total, by the name that most forms give it."""
        line = next(line for line in self.kind.form.lines("funds").lines if line.key == self.kind.form.total_line)
        return replace(line, label="年度资金总额")

    def _own_sources(self) -> set[str]:
        original = self.kind.form.original
        return set(map(core, original.labels.get(OTHER, {}).get(SOURCES, ()))) if original else set()

    def _ends_funds(self, text: str) -> bool:
        return core(text) in self.kind.headings or text in self.known[BOXES] or text in self.known[PASSAGES]

    @staticmethod
    def _is_words(text: str) -> bool:
        return not is_blank(text) and text.strip() not in ("/", "-", "—") and parse_quantity(text) is None

    # ---- rows of answers -------------------------------------------------------------------------------------

    def _bodies(self) -> None:
        for block, table in self.found.tables.items():
            if block == "funds":
                continue
            others = [one.top for key, one in self.found.tables.items() if key != block and one.top > table.top]
            below = range(table.bottom + 1, min(others, default=max(self.rows, default=0) + 1))
            end = next((row for row in below if self._ends_body(row, table)), None)
            table.ended = end is not None or bool(others)
            last = end - 1 if end else max((*below, self._beside(table)), default=0)
            table.rows = list(range(table.bottom + 1, last + 1))
            self.answers |= {(row, column) for row in table.rows for column in self.rows.get(row, {})}

    def _beside(self, table: Table) -> int:
        """The last row that a heading left of the table is merged over; 0 where there is none."""
        bottoms = (self.sheets.merge_at((self.sheet, row, column))[2] for column, (row, _) in table.cells.items())
        return max((bottom for bottom in bottoms if bottom > table.bottom), default=0)

    def _ends_body(self, row: int, table: Table) -> bool:
        texts = self.rows.get(row, {})
        if not texts:
            return False
        words = [core(text) for text in texts.values()]
        if any(word in self.kind.totals for word in words):
            return True
        first = next(iter(texts.values()))
        before = core(normalise(first).partition(":")[0])
        named = before in map(core, self.kind.asides) or first in self.known[PASSAGES]
        return named or (first in self.known[BOXES] and len(texts) < 3) or len(first) > 2 * LONGEST

    # ---- boxes and the rest ----------------------------------------------------------------------------------

    def _rest(self) -> None:
        for row, texts in self.rows.items():
            before: Label | None = None
            for column, text in texts.items():
                if (row, column) in self.done or (row, column) in self.answers:
                    before = None
                    continue
                before = self._single((row, column), text, before)

    def _single(self, at: tuple[int, int], text: str, before: Label | None) -> Label | None:
        """Add a text outside the tables; gives the label whose value comes next, if it is one."""
        role, sure, why, inside = self._meaning(at, text)
        beside = before is not None and not before.inside and self._is_beside(before, at)
        guessed = sure != SURE and len(text) > LONGEST_GUESS
        if beside and (not role.key or guessed):
            self._add(at, text, BOXES, self._role(OTHER, ANSWER), NEAR, f"在“{one_word(before)}”的右边")
            return None
        inside = inside or self._ends_open(at, text)
        self._add(at, text, BOXES, role, sure, why, inside)
        label = self.found.labels[-1]
        if (role.block, role.key) in ((OTHER, HEADINGS), (OTHER, TITLE), (OTHER, TOTALS), (OTHER, ANSWER)):
            return None
        if role.key and not inside:
            self._answer_below(at)
        return label

    def _ends_open(self, at: tuple[int, int], text: str) -> bool:
        """Whether a text ends with a colon and has no cell of its own for a value."""
        _, row, column = self.sheets.right_of((self.sheet, *at))
        beside = self.rows.get(row, {}).get(column)
        return normalise(text).endswith(":") and (
            column > self.edge or (beside is not None and beside[-1:] in ":：")
        )

    def _is_beside(self, before: Label | None, at: tuple[int, int]) -> bool:
        return before is not None and self.sheets.right_of(before.at)[1:] == at

    def _answer_below(self, at: tuple[int, int]) -> None:
        """A label whose right neighbour is a label too, or the edge of the form, has its value below."""
        right, below = self.sheets.right_of((self.sheet, *at)), self.sheets.below((self.sheet, *at))
        text = self.rows.get(right[1], {}).get(right[2])
        under = self.rows.get(below[1], {}).get(below[2])
        if under is None or below[1:] in self.done or self._meaning(below[1:], under)[0].key:
            return
        long = any(
            box.kind == "long_text"
            for box in self.fields[BOXES]
            if box.key == self._meaning(at, self.rows[at[0]][at[1]])[0].key
        )
        alone = long and not any(column >= right[2] for column in self.rows.get(right[1], {}))
        if alone or (text is not None and self._is_label(right[1:], text)):
            self._add(below[1:], under, BOXES, self._role(OTHER, ANSWER), NEAR, "在栏目名称的下面")

    def _is_label(self, at: tuple[int, int], text: str) -> bool:
        return bool(self._meaning(at, text)[0].key)

    def _meaning(self, at: tuple[int, int], text: str) -> tuple[Role, str, str, bool]:
        """What a text outside the tables says: role, how sure, why, and whether its value is in its own cell."""
        word = core(text)
        if len(text) <= LONGEST:
            if word in self.kind.totals and self._is_below(at):
                return self._role(OTHER, TOTALS), SURE, "总分行", False
            if word in self.known[PASSAGES] and self._labels_beside(at):
                return self._role(OTHER, HEADINGS), NEAR, "右边是分栏", False
            for block in (BOXES, PASSAGES):
                if known := self.known[block].of(text):
                    return self._role(block, known[1]), SURE, "栏目名称", False
            if word in self.kind.totals:
                return self._role(OTHER, TOTALS), SURE, "总分行", False
            if "目标" in word and word in map(core, self.kind.headings) and not self._labels_beside(at):
                return self._role(BOXES, "goal_expected"), NEAR, "右边没有分栏", False
            if word in map(core, self.kind.asides):
                return self._role(OTHER, ASIDES), SURE, "不评分的内容", False
            if word in map(core, self.kind.headings):
                return self._role(OTHER, HEADINGS), SURE, "小标题", False
        return self._of_text(at, text)

    def _is_below(self, at: tuple[int, int]) -> bool:
        table = self.found.tables.get("indicators")
        return table is not None and at[0] > table.bottom

    def _labels_beside(self, at: tuple[int, int]) -> bool:
        """Whether another label of a box follows to the right."""
        _, row, column = self.sheets.right_of((self.sheet, *at))
        text = self.rows.get(row, {}).get(column, "")
        return text in self.known[BOXES] or text in self.known[PASSAGES]

    def _of_text(self, at: tuple[int, int], text: str) -> tuple[Role, str, str, bool]:
        before, colon, after = normalise(text).partition(":")
        if colon and len(before) <= LONGEST:
            for block in (BOXES, PASSAGES):
                if known := self.known[block].of(before):
                    return self._role(block, known[1]), SURE, "名称和内容在同一格", True
            if core(before) in map(core, self.kind.asides):
                return self._role(OTHER, ASIDES), SURE, "备注、签字一类", True
        if self._is_title(at, text):
            return self._role(OTHER, TITLE), SURE, "表的标题", False
        if len(text) > 2 * LONGEST or _NOTE.search(without_spaces(text)):
            return self._role(OTHER, ASIDES), NEAR, "像是说明文字", True
        if _MONEY_UNIT.search(without_spaces(text)):
            return self._role(BOXES, "money_unit"), SURE, "金额单位", True
        boxes = [box for box in self.fields[BOXES] if box.kind in ("text", "long_text")]
        below = self.fields[PASSAGES] if self._is_below(at) else []
        best, score = self._most_alike(text, (*boxes, *below))
        if best and score >= ALIKE and len(core(text)) > SHORT and len(text) <= LONGEST:
            block = PASSAGES if best in self.fields[PASSAGES] else BOXES
            return self._role(block, best.key), NEAR, f"与“{best.label}”的说法相近", False
        if SIGNED.search(text) and len(text) <= LONGEST:
            return self._role(OTHER, ASIDES), NEAR, "像是签字、联系方式", bool(colon and after.strip())
        return NONE, OPEN, "没有认出", False

    def _is_title(self, at: tuple[int, int], text: str) -> bool:
        tops = [table.top for table in self.found.tables.values()]
        if at[0] >= min(tops, default=at[0] + 1):
            return False
        words = without_spaces(text)
        return (
            (words.endswith("表") and len(words) > 4)
            or (_TITLE.search(words) is not None and len(words) < 12)
            or ("自评" in words and len(self.rows[at[0]]) == 1)
        )

    def _once(self) -> None:
        """Of several labels of one box the surest keeps it: the one that the reader reads, else the nearest."""
        groups: dict[tuple[str, str], list[Label]] = {}
        for label in self.found.labels:
            if label.role.block == BOXES:
                groups.setdefault((label.role.block, label.role.key), []).append(label)
        for same in (group for group in groups.values() if len(group) > 1):
            best = min(same, key=self._distance)
            for label in (label for label in same if label is not best):
                why = f"“{one_word(best)}”已是{label.role.words}"
                at = self.found.labels.index(label)
                self.found.labels[at] = replace(label, role=NONE, sure=OPEN, why=why)

    def _distance(self, label: Label) -> tuple[bool, int, int, Address]:
        known = self.known[BOXES].of(normalise(label.text).partition(":")[0])
        return label.sure != SURE, known[0] if known else 99, len(label.text), label.at

    # ---- collecting ------------------------------------------------------------------------------------------

    def _role(self, block: str, key: str) -> Role:
        return self.roles.get((block, key), NONE)

    def _add(
        self, at: tuple[int, int], text: str, zone: str, role: Role, sure: str, why: str, inside: bool = False
    ) -> None:
        if at not in self.done:
            self.done.add(at)
            self.found.labels.append(
                Label((self.sheet, *at), text, zone, role, sure if role.key else OPEN, why, inside)
            )


def _nearest(known: Mapping[int, tuple[int, str]]) -> dict[str, int]:
    """The column of each key: of several the one by the surest label, the first."""
    found: dict[str, int] = {}
    for column, (_, key) in sorted(known.items(), key=lambda one: (one[1][0], one[0])):
        found.setdefault(key, column)
    return found


def one_word(label: Label | None) -> str:
    """The text of a label on one line."""
    return re.sub(r"\s+", "", label.text)[:20] if label else ""


def kind_words(sheets: Sheets, sheet: int) -> Mapping[int, str]:
    """The title lines of a sheet by row, letters set apart or not."""
    return {
        row: without_spaces(text)
        for row, texts in rows_of(sheets, sheet, 12).items()
        for text in texts.values()
        if without_spaces(text).endswith("表") or "自评" in text
    }
