"""A template that is the bureau's own workbook: nothing printed changes, and what is asked for is added.

Added are the year in the title, defined names, drop-downs, input messages, locks, reference values in a free
column to the right, and the hidden sheet that says what the workbook is.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from msgspec import Struct

from perf_xlsx.adoption.aids import COMPLETION, Aid, aids
from perf_xlsx.adoption.answers import AnswerCell, answer_cells, is_calculated
from perf_xlsx.adoption.live_points import live_points
from perf_xlsx.adoption.questions import questions
from perf_xlsx.adoption.roles import TITLE
from perf_xlsx.adoption.source import AdoptionError, SourceWorkbook, surveyed
from perf_xlsx.adoption.surveyed_labels import Survey
from perf_xlsx.adoption.typed_in import type_in
from perf_xlsx.forms import Form, FormError
from perf_xlsx.forms.case import Fill
from perf_xlsx.forms.form import BOXES, LINES, OTHER, PASSAGES, SOURCES
from perf_xlsx.ooxml import Book, Package, PackageError, SheetDraft, cell_name
from perf_xlsx.ooxml.asking import ask, protect
from perf_xlsx.ooxml.book import DefinedName, Sheet, quote_sheet
from perf_xlsx.ooxml.graft import add_name, add_sheet, calculate_on_load
from perf_xlsx.ooxml.marks import SheetCells
from perf_xlsx.ooxml.sheet_xml import worksheet_xml
from perf_xlsx.ooxml.styles import Styles
from perf_xlsx.ooxml.typed_cells import TypedCells
from perf_xlsx.reading.grids import Address, Sheets
from perf_xlsx.reading.official.adopted import adopted_form
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.sheets import style as s
from perf_xlsx.sheets.fixed_texts import AID_NAME, ANSWER_NAME, HIDDEN_SHEET, LABEL_NAME
from perf_xlsx.system.pattern import pattern
from perf_xlsx.template.live import RATE

YEAR = pattern(r"20\d\d(?=\s?年)|(?<=[(（])\s{1,20}(?=年)")  # 2023年度, （　　年度）
AGAIN = "请对官方表样重新运行 perf-xlsx adopt。"


def original_template(form: Form, folder: str, year: int | None, rulebook: Rulebook, fill: Fill | None) -> bytes:
    """The template of an adopted form, perhaps with values typed in.

    Raises FormError where its workbook is missing, is another one, or has no place for a value.
    """
    source = original_of(form, folder)
    sheets = source.sheets()
    try:
        found = surveyed(sheets, adopted_form(form.name), form.name)
        return _Made(source.package(), form, sheets, found).bytes(year, rulebook, fill)
    except (AdoptionError, PackageError) as error:
        raise FormError(f"表样 {source.name} 做不成模板：{error}。{AGAIN}") from error


def original_of(form: Form, folder: str) -> SourceWorkbook:
    """The form's workbook, judged to be the one that was adopted. Raises FormError."""
    assert form.original is not None
    path = Path(folder) / form.original.file
    try:
        data = path.read_bytes()
    except OSError:
        raise FormError(f"没有找到表样 {form.original.file}，它应与表种文件在同一文件夹。{AGAIN}") from None
    if hashlib.sha256(data).hexdigest() != form.original.sha256:
        raise FormError(f"表样 {form.original.file} 在 adopt 之后改动过，与表种文件不符。{AGAIN}")
    return SourceWorkbook(path.name, data)


class _NamedRange(Struct, frozen=True):
    """A defined name of a label or an answer, and where it leads: top-left and bottom-right."""

    name: str
    first: Address
    last: Address
    text: str = ""


class _Made:
    """One template being made."""

    def __init__(self, package: Package, form: Form, sheets: Sheets, found: Survey) -> None:
        self.package, self.form, self.sheets, self.found = package, form, sheets, found
        self.book = Book(package)
        self.sheet: Sheet = next(one for one in self.book.sheets if one.name == sheets.names[found.sheet])
        self.styles = Styles(self.book)
        self.cells = TypedCells(SheetCells(self.book, self.sheet), self.styles)
        names = found.columns("indicators")
        self.answers = answer_cells(found, sheets, self.cells.last_row(names.get("name", 1)))

    def bytes(self, year: int | None, rulebook: Rulebook, fill: Fill | None) -> bytes:
        bounds = self._bounds()
        if year is not None:
            self._date(year)
        if fill is not None:
            type_in(fill, self.answers, self.cells, self.sheets)
        self._unlock()
        ask(self.book, self.sheet, questions(self.answers, self.found, year, rulebook))
        names = [*self._labels(), *self._boxes()]
        for one in names:
            self._name(one.name, one.first, one.last)
        live = live_points(self.found, self.sheet.name, bounds[1] + 2 + COMPLETION, rulebook)
        self._aids(aids(self.answers, self.found, rulebook, bounds[1] + 2, live), bounds)
        for name, formula in live.steps.items() if live else ():
            add_name(self.book, DefinedName(name, formula, None, True))
        texts = ((one.name, one.text) for one in names if one.text)
        self._hidden([*self._identity(year, rulebook), *texts], live.words if live else {})
        protect(self.book, self.sheet)
        return self.package.to_bytes()

    def _bounds(self) -> tuple[int, int]:
        """The last row and column of what is printed or bordered."""
        cells = self.cells.cells
        return max((row for row, _, _ in cells.every()), default=1), self.cells.last_column()

    def _date(self, year: int) -> None:
        """Write the year into the title's lines."""
        for label in self.found.labels:
            if label.role.key == TITLE and (text := YEAR.sub(str(year), label.text)) != label.text:
                self.cells.text(label.at[1:], text)

    def _unlock(self) -> None:
        spots = {
            (row, column)
            for one in self.answers
            if not self._is_printed(one)
            for top, left, bottom, right in (self.sheets.merge_at(one.at),)
            for row in range(top, bottom + 1)
            for column in range(left, right + 1)
        }
        open_labels = (one.label for one in self.answers if one.label.text.rstrip()[-1:] in (":", "："))
        for at in sorted({*spots, *self._rows(), *(label.at[1:] for label in open_labels)}):
            self.cells.unlock(at)

    def _is_printed(self, answer: AnswerCell) -> bool:
        """Whether the form prints it, the full marks of budget execution, or calculates it."""
        if is_calculated(answer, self.sheets):
            return True
        return answer.label.role.block == "funds" and answer.key == "execution_weight" and bool(self._text(answer))

    def _text(self, answer: AnswerCell) -> str:
        cell = self.sheets.cell(answer.at)
        return "" if cell is None or cell.value is None else str(cell.value)

    def _rows(self) -> Iterator[tuple[int, int]]:
        """Every cell of the rows of tables, unread columns and levels too."""
        for block in ("indicators", "projects"):
            rows = {one.at[1] for one in self.answers if one.label.role.block == block}
            columns = [one.at[2] for one in self.found.labels if one.zone == block and one.role.block != OTHER]
            if rows and columns:
                last = max(self.sheets.merge_at((self.found.sheet, min(rows) - 1, at))[3] for at in columns)
                own = {one.at[1:] for one in self.answers if is_calculated(one, self.sheets)}
                yield from (
                    (row, at) for row in rows for at in range(min(columns), last + 1) if (row, at) not in own
                )

    # ---- names -----------------------------------------------------------------------------------------------

    def _labels(self) -> Iterator[_NamedRange]:
        """A name for each label that has a meaning and a cell of its own."""
        passages = 0
        for label in self.found.labels:
            block, key = label.role.block, label.role.key
            open_ended = label.text.rstrip()[-1:] in (":", "：")  # its answer may be typed behind it
            if not key or label.inside or open_ended or block == OTHER:
                continue
            if block == PASSAGES:
                passages += 1
                key = str(passages)
            yield _NamedRange(f"{LABEL_NAME}{block}_{key}", label.at, label.at, "".join(label.text.splitlines()))

    def _boxes(self) -> Iterator[_NamedRange]:
        """A name for each answer: a box, an amount, a column of a table."""
        groups: dict[str, list[Address]] = {}
        for one in self.answers:
            if one.key and one.label.role.block != PASSAGES:
                groups.setdefault(self._name_of(one), []).append(one.at)
        for name, spots in groups.items():
            yield _NamedRange(f"{ANSWER_NAME}{name}", min(spots), max(spots))

    def _name_of(self, answer: AnswerCell) -> str:
        block = answer.label.role.block
        if not answer.line:
            return answer.key if block in (BOXES, OTHER) else f"{block}_{answer.key}"
        own = [core.text for core in self.found.labels if core.role.key == SOURCES]
        rows = {label.at[1]: n for n, label in enumerate(self.found.labels) if label.role.block in (LINES, OTHER)}
        line = (
            answer.line
            if re.fullmatch(r"[a-z0-9_]{1,40}", answer.line)
            else f"own{rows.get(answer.at[1], len(own))}"
        )
        return f"funds_{line}_{answer.key}"

    def _name(self, name: str, first: Address, last: Address) -> None:
        area = ":".join(
            cell_name(row - 1, column - 1, fixed=True) for _, row, column in dict.fromkeys((first, last))
        )
        add_name(self.book, DefinedName(name, f"{quote_sheet(self.sheet.name)}!{area}", None, False))

    # ---- aids and the hidden sheet ------------------------------------------------------------------------------

    def _aids(self, written: list[Aid], bounds: tuple[int, int]) -> None:
        """Reference values in free columns right of the form, which is still printed as it was."""
        shaded = {"bg_color": s.COMPUTED_FILL, "border": True, "text_wrap": False}
        text = self.styles.format_of(s.look(font_color=s.SOFT, text_wrap=False))
        points, rate = (self.styles.format_of(s.look(num_format=one, **shaded)) for one in (s.POINTS, s.PERCENT))
        for one in written:
            if one.formula:
                self.cells.formula(one.at, one.text, rate if one.rate else points)
            else:
                self.cells.text(one.at, one.text, text)
        if written:
            rows, columns = [one.at[0] for one in written], [one.at[1] for one in written]
            sheet = self.found.sheet
            self._name(f"{AID_NAME}1", (sheet, min(rows), min(columns)), (sheet, max(rows), max(columns)))
            total = {one.at[1] for one in self.answers if one.line == self.form.total_line}
            for at in (one.at for one in written if one.rate and one.at[0] in total):
                self._name(RATE, (sheet, *at), (sheet, *at))
            self._print_as_before(bounds)
            calculate_on_load(self.book)

    def _print_as_before(self, bounds: tuple[int, int]) -> None:
        name, listed = "_xlnm.Print_Area", self.book.defined_names()
        if not any(one.name == name and one.local_sheet == self.sheet.index for one in listed):
            area = f"{quote_sheet(self.sheet.name)}!$A$1:{cell_name(bounds[0] - 1, bounds[1] - 1, fixed=True)}"
            add_name(self.book, DefinedName(name, area, self.sheet.index, False))

    def _identity(self, year: int | None, rulebook: Rulebook) -> list[tuple[str, str]]:
        stated = {"form": self.form.name, "version": self.form.version, "year": str(year or "")}
        return [*stated.items(), ("rulebook", rulebook.name)]

    def _hidden(self, rows: list[tuple[str, str]], words: Mapping[str, str]) -> None:
        """Identity and printed labels, and the words that formulas know, each a named cell."""
        draft = SheetDraft(HIDDEN_SHEET)
        for number, row in enumerate((*rows, *words.items())):
            for column, text in enumerate(row):
                draft.text(number, column, text, s.look())
        for number, name in enumerate(words, len(rows)):
            area = f"{quote_sheet(HIDDEN_SHEET)}!{cell_name(number, 1, fixed=True)}"
            add_name(self.book, DefinedName(name, area, None, True))
        part = self.package.free_name("xl/worksheets/sheet{}.xml")
        self.package.write(part, b"")
        data = worksheet_xml(draft, self.styles.format_of, {}, self.book.space, self.book.relation_space)
        self.package.write(part, data)
        add_sheet(self.book, HIDDEN_SHEET, part, "veryHidden")
