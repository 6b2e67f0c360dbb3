"""The workbook in which a person sees what each label of the form is taken for, and corrects it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.adoption.form_file import Naming
from perf_xlsx.adoption.roles import ANSWER, NONE, TABLES, TITLE, by_words, roles
from perf_xlsx.adoption.source import AdoptionError
from perf_xlsx.adoption.surveyed_labels import SETTLED, Label, Survey
from perf_xlsx.forms import load_form, shipped_names
from perf_xlsx.forms.form import ASIDES, BOXES, LINES, OTHER, PASSAGES, SOURCES, TOTALS
from perf_xlsx.forms.official import official_form
from perf_xlsx.ooxml import Book, Grid, Mark, Package, SheetDraft, annotate, cell_name, read_grid
from perf_xlsx.ooxml.asking import Question, ask
from perf_xlsx.ooxml.book import parse_cell
from perf_xlsx.reading.grids import Sheets
from perf_xlsx.reading.official.labels import core
from perf_xlsx.sheets import style as s
from perf_xlsx.sheets.fixed_texts import HIDDEN_SHEET

SHEET = "各栏的含义"
HEADS = ("工作表", "单元格", "表样上的文字", "含义", "把握", "理由", "更正（从下拉列表选）")
FILE, BASE = "表样文件", "表种"
FIRST = 7  # row of the first label, from 1
MEANING, CORRECTION, LIST = 4, 7, 9  # columns, from 1
WIDTHS = (14, 9, 40, 34, 9, 30, 34, 3, 34)
COLOURS = {  # of labels by what they are taken for
    BOXES: "FFDCEBFA", PASSAGES: "FFDCEBFA", "funds": "FFE2F2DC", LINES: "FFE2F2DC", "projects": "FFEDE3F7",
    "indicators": "FFFFF1C9", OTHER: "FFEDEDED", "": "FFF8C9C4",
}  # fmt: skip
RENAME = "请在官方表样中改写其中一个名称，再运行一次 adopt"
LONGEST_SHOWN = 80  # characters of a text
HINT = (
    "每个栏目名称一行。“含义”不对的，在“更正”一列从下拉列表选；没有含义又需要读取的（红色），也在“更正”中选。"
    "改完保存，对本工作簿再运行一次 perf-xlsx adopt。"
)


class SettledMeaning(NamedTuple):
    """What a person settled of one label: its cell on the sheet of meanings, the label's own place, the words."""

    cell: str
    sheet: str
    label: str
    words: str


class CorrectedWorkbook(Struct, frozen=True):
    """The corrected workbook: its original's name, the shipped form that it is based on, and the meanings."""

    file: str
    base: str
    meanings: tuple[SettledMeaning, ...]


def check_workbook(package: Package, named: Naming, found: Survey, sheets: Sheets) -> bytes:
    """The bureau's workbook with coloured labels and notes, and a sheet of what each means."""
    labels = found.labels
    annotate(
        package,
        [_mark(label, sheets) for label in labels if _is_marked(label)],
        [_draft(named, found, sheets)],
        SHEET,
    )
    book = Book(package)
    sheet = next(sheet for sheet in book.sheets if sheet.name == SHEET)
    last, count = FIRST + len(labels) - 1, len(by_words(found.kind))
    choices = f"${_letter(LIST)}${FIRST}:${_letter(LIST)}${FIRST + count - 1}"
    message = "从下拉列表选择；不读取的留空或选“备注、签字、联系人等（不读取）”。"
    error = "请从下拉列表中选择一种含义。"
    areas = [(column, f"{_letter(column)}{FIRST}:{_letter(column)}{last}") for column in (MEANING, CORRECTION)]
    asked = [Question(area, HEADS[at - 1][:2], message, choices, None, error, True) for at, area in areas]
    base = Question("C4", BASE, "这份表样是哪一种自评表。", tuple(_bases()), None, error, True)
    ask(book, sheet, [*asked, base])
    return package.to_bytes()


def _is_marked(label: Label) -> bool:
    return label.role.key not in (ANSWER, TITLE)


def _mark(label: Label, sheets: Sheets) -> Mark:
    sheet, cell = sheets.shown(label.at)
    note = f"{label.role.words or '没有含义，不读取'}（{label.sure}：{label.why}）"
    return Mark(sheet, cell, COLOURS[label.role.block], note)


def _letter(column: int) -> str:
    return cell_name(0, column - 1)[:-1]


def _bases() -> Mapping[str, str]:
    """The shipped forms by their titles."""
    return {load_form(name).title: name for name in shipped_names()}


def _draft(named: Naming, found: Survey, sheets: Sheets) -> SheetDraft:
    draft, looks = SheetDraft(SHEET, landscape=True), _Looks()
    draft.widths = dict(enumerate(WIDTHS))
    draft.text(0, 0, SHEET, looks.title)
    draft.text(1, 0, HINT, looks.plain)
    for row, (word, text) in enumerate(((FILE, named.file), (BASE, load_form(named.base).title)), 2):
        draft.text(row, 0, word, looks.head)
        draft.text(row, 2, text, looks.cell)
    for column, head in enumerate(HEADS):
        draft.text(FIRST - 2, column, head, looks.head)
    draft.text(FIRST - 2, LIST - 1, "可选的含义", looks.head)
    for row, words in enumerate(by_words(found.kind), FIRST - 1):
        draft.text(row, LIST - 1, words, looks.cell)
    for row, label in enumerate(found.labels, FIRST - 1):
        _row(draft, row, label, sheets, looks)
    draft.frozen_rows = FIRST - 1
    draft.selected = (FIRST - 1, CORRECTION - 1)
    draft.tab_colour, draft.footer = s.ACCENT, s.FOOTER
    return draft


def _row(draft: SheetDraft, row: int, label: Label, sheets: Sheets, looks: _Looks) -> None:
    sheet, cell = sheets.shown(label.at)
    draft.text(row, 0, sheet, looks.cell)
    draft.link(row, 1, sheet, cell, cell, looks.link)
    draft.text(row, 2, " ".join(label.name.split())[:LONGEST_SHOWN], looks.cell)
    draft.text(row, MEANING - 1, label.role.words, looks.meanings[label.role.block])
    for column, text in ((4, label.sure), (5, label.why), (CORRECTION - 1, "")):
        draft.text(row, column, text, looks.cell)


class _Looks:
    """The looks of the sheet of meanings, each made once."""

    def __init__(self) -> None:
        self.title = s.look(bold=True, font_size=16, text_wrap=False)
        self.plain = s.look(text_wrap=False, font_color=s.SOFT)
        self.head = s.look(bold=True, bg_color=s.HEAD_FILL, border=True, align="center")
        self.cell = s.look(border=True)
        self.link = s.look(border=True, underline=True, font_color=s.ACCENT)
        self.meanings = {
            block: s.look(border=True, bg_color=f"#{colour[2:]}") for block, colour in COLOURS.items()
        }


# ---- what a person corrected ----------------------------------------------------------------------------------


def checked(package: Package) -> CorrectedWorkbook | None:
    """What the sheet of meanings says; None where the workbook has none.

    Raises AdoptionError where its head was changed.
    """
    book = Book(package)
    sheet = next((sheet for sheet in book.sheets if sheet.name == SHEET), None)
    if sheet is None or any(one.name == HIDDEN_SHEET for one in book.sheets):
        return None
    grid = read_grid(book, sheet)
    file, title = (_text(grid, row, 3) for row in (3, 4))
    if title not in _bases():
        raise AdoptionError([f"“{SHEET}”C4：{BASE}是“{title}”，应为 {'、'.join(_bases())} 之一。"])
    return CorrectedWorkbook(file, _bases()[title], tuple(_meanings(grid)))


def _meanings(grid: Grid) -> Iterable[SettledMeaning]:
    for row in sorted({row for row, column in grid.cells if row >= FIRST and column == 2}):
        column = CORRECTION if _text(grid, row, CORRECTION) else MEANING
        yield SettledMeaning(
            f"{_letter(column)}{row}", _text(grid, row, 1), _text(grid, row, 2), _text(grid, row, column)
        )


def _text(grid: Grid, row: int, column: int) -> str:
    cell = grid.cells.get((row, column))
    return "" if cell is None or cell.value is None else str(cell.value).strip()


def corrected(survey: Survey, sheets: Sheets, read: CorrectedWorkbook) -> list[Label]:
    """The labels with the meanings that a person settled. Raises AdoptionError with each wrong cell."""
    labels, sheet = survey.labels, survey.sheet
    known, problems = by_words(official_form(read.base)), list[str]()
    found = {sheets.shown(label.at): label for label in labels}
    for one in read.meanings:
        place = one.sheet, one.label
        label = found.get(place) or _label_at(one, sheets, sheet)
        if label is None:
            problems.append(f"“{SHEET}”{one.cell}：表样上没有这一格（{one.sheet}!{one.label}）。")
        elif one.words and one.words not in known:
            problems.append(f"“{SHEET}”{one.cell}：“{one.words[:40]}”不是列表中的含义，请从下拉列表选择。")
        else:
            role = known.get(one.words, NONE)
            settled = replace(label, role=role, sure=SETTLED, why="按核对的含义")
            found[place] = label if role == label.role else settled
            if role != label.role and (wanted := _misplaced(label, settled, survey)):
                problems.append(f"“{SHEET}”{one.cell}：“{one.words}”不能用在这里，{wanted}。")
    cells = {(one.sheet, one.label): one.cell for one in read.meanings}
    problems += [*_twice(found.values(), sheets, cells), *_alike(found.values(), survey, sheets, cells)]
    if problems:
        raise AdoptionError(problems)
    return sorted(found.values(), key=lambda label: label.at)


def _misplaced(proposed: Label, label: Label, survey: Survey) -> str:
    """What a label in a table may mean instead, where it cannot mean what was chosen; "" where it can."""
    block, key = label.role.block, label.role.key
    if proposed.role.key == TOTALS:
        return "它总是读作总分一行；不是总分的，请在官方表样中改写名称，再运行一次 adopt"
    if survey.is_column(label):
        fits = block == label.zone or (block in ("", OTHER) and key not in (SOURCES, TOTALS))
        return "" if fits else f"表格的栏目名称只能选“{TABLES[label.zone]}：…”；不读取的选“{_asides(survey)}”"
    if label.zone == LINES:
        fits = block in ("", LINES, OTHER) and key != TOTALS
        return "" if fits else f"资金表中的行只能选“资金行：…”；不读取的选“{_asides(survey)}”"
    return _outside(label, survey)


def _outside(label: Label, survey: Survey) -> str:
    """The same of a label outside the tables."""
    block, key, tables = label.role.block, label.role.key, survey.tables
    if block in tables:
        return "它不在这张表的栏目名称中"
    if (block == LINES or key == SOURCES) and "funds" in tables:
        return "它不在资金表的行中"
    if key == TOTALS and label.at[1] <= tables["indicators"].bottom:
        return "总分一行在指标表的下面"
    return ""


def _asides(survey: Survey) -> str:
    return roles(survey.kind)[OTHER, ASIDES].words


def _label_at(one: SettledMeaning, sheets: Sheets, sheet: int) -> Label | None:
    """A text that is no label by itself; None where the sheet has none there."""
    at = parse_cell(one.label)
    cell = sheets.cell((sheet, *at)) if at and sheets.names[sheet] == one.sheet else None
    return Label((sheet, *at), cell.label, BOXES, NONE, "", "") if at and cell is not None and cell.label else None


def _twice(labels: Iterable[Label], sheets: Sheets, cells: Mapping[tuple[str, str], str]) -> Iterable[str]:
    """Two labels of a table, or of the single boxes, that mean the same."""
    first: dict[tuple[str, str], Label] = {}
    for label in (one for one in labels if one.role.key and one.role.block not in (OTHER, PASSAGES)):
        other = first.setdefault((label.role.block, label.role.key), label)
        if other is not label:
            (_, cell), place = sheets.shown(other.at), cells.get(sheets.shown(label.at), "")
            yield f"“{SHEET}”{place}：“{label.role.words}”已用于{cell}“{other.text[:20]}”，一种含义只能用于一栏。"


def _alike(
    labels: Iterable[Label], survey: Survey, sheets: Sheets, cells: Mapping[tuple[str, str], str]
) -> Iterable[str]:
    """Two labels of a table, or of the single boxes, that say the same and mean two things; one may be unread."""
    said: dict[tuple[str, str], Label] = {}
    for label in labels:
        is_column = survey.is_column(label)
        if not is_column and (not label.role.key or label.role.block in (OTHER, PASSAGES)):
            continue
        block = label.zone if is_column else label.role.block
        same = said.setdefault((block, core(label.name)), label)
        if same.role != label.role and not {same.role.block, label.role.block} <= {"", OTHER}:
            place, cell = cells.get(sheets.shown(label.at), ""), sheets.shown(same.at)[1]
            yield f"“{SHEET}”{place}：与{cell}同名，不能是不同的含义，读取时分不清：{RENAME}。"
