"""问题清单: every finding, errors first and then as the eye goes, linked to its cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from perf_xlsx.domain.model import STANDINGS, Finding, Result, Standing
from perf_xlsx.domain.severity import STANDING_NAMES, STANDING_SIGNS, label, what_to_do
from perf_xlsx.ooxml import Look, SheetDraft
from perf_xlsx.sheets import style as s
from perf_xlsx.sheets.a4 import OWN_SIZE, widths_counted_in
from perf_xlsx.sheets.fixed_texts import NUMBER, PROBLEM_HEADS, SEVERITY_HEAD
from perf_xlsx.system.pattern import pattern

PROBLEMS = "问题清单"
KEY_COLUMNS: Mapping[Standing, int] = {"waived": 7, "error": 8, "warning": 9, "notice": 10}  # behind the counts
HEADS = tuple(
    zip(
        (NUMBER, SEVERITY_HEAD, "编号", "位置", "栏目", *PROBLEM_HEADS),
        (4.5, 8, 5.5, 12.5, 9.5, 9, 9, 7, 22.5, 18.5, 18),  # together one page of type of 9 points
        strict=True,
    )
)
PART, LESS = ("自评表", 9.5), 3.3  # which of several, before the place; columns of texts are so much narrower then
CODE, BEFORE, TEXTS = 2, 3, 3  # the column of codes; columns before the part, and of texts at the end
_NUMBER = pattern(r"[+-]?(0|[1-9][0-9]{0,11})(\.[0-9]{1,4})?%?")  # of no more digits than a spreadsheet holds
SCALE = 0.9  # on paper: type of 9 points
ON_ONE_LINE = 1.2  # units of type to a character, up to which LibreOffice shows a link whole, which it never wraps


def problems_sheet(result: Result, size: float = OWN_SIZE) -> SheetDraft:
    """The sheet: one for all forms of the workbook, because they are corrected and sent back together.

    `size` is that of the type that the workbook's widths count in.
    """
    several = bool(result.more)
    heads = _heads(several)
    widths = [width for _, width in heads]
    sheet, last = s.draft(PROBLEMS, widths_counted_in(widths, size)), len(heads) - 1
    sheet.scale = SCALE
    found = [(one.part, finding) for one in result.forms for finding in one.findings]
    title = s.look(font_name=s.HEADING, font_size=18, align="center", text_wrap=False)
    sheet.merge(0, 0, 0, last, title)
    sheet.text(0, 0, PROBLEMS, title)
    sheet.text(1, 0, _summary([finding for _, finding in found]), s.look(font_color=s.SOFT, text_wrap=False))
    _key(sheet, [finding for _, finding in found], int(several))
    # At the top of a high row, because the buttons of the filter are at its bottom.
    style = s.look(bold=True, bg_color=s.HEAD_FILL, border=True, align="center", valign="top")
    for column, (head, _) in enumerate(heads):
        sheet.text(2, column, head, style)
    sheet.heights |= {0: 34, 1: 34 if found else 20, 2: 32}
    heaviest_first = sorted(found, key=lambda one: STANDINGS.index(one[1].standing))
    for number, (part, finding) in enumerate(heaviest_first, 1):
        _row(sheet, 2 + number, number, finding, part, widths)
    if found:
        sheet.filtered = (2, 0, 2 + len(found), last)
    else:
        style = s.look(border=True, align="center", bg_color=s.DONE_FILL, font_color=s.DONE_INK, font_size=12)
        sheet.merge(3, 0, 3, last, style)
        sheet.text(3, 0, "✔ 没有发现问题。", style)
        sheet.heights[3] = 36
    sheet.frozen_rows, sheet.repeated, sheet.selected = 3, (0, 2), (3, 0)
    sheet.print_area = (0, 0, 2 + max(1, len(found)), last)
    whose = result.evaluation.unit if result.evaluation else ""
    sheet.following = s.page_header(f"{whose or '单位未填'}　{PROBLEMS}")
    return sheet


def _heads(several: bool) -> tuple[tuple[str, float], ...]:
    """The heads with their widths."""
    if not several:
        return HEADS
    texts = ((head, width - LESS) for head, width in HEADS[-TEXTS:])
    return (*HEADS[:BEFORE], PART, *HEADS[BEFORE:-TEXTS], *texts)


def _summary(findings: Sequence[Finding]) -> str:
    if not findings:
        return "已按评分办法逐项核对。"
    counts = {name: sum(f.standing == key for f in findings) for key, name in STANDING_NAMES.items()}
    words = "，".join(f"{name}{count}项" for name, count in counts.items() if count)
    return f"共{len(findings)}项：{words}。"


def _key(sheet: SheetDraft, findings: Sequence[Finding], shift: int) -> None:
    """The meaning of the colours of marked cells, to the right of the counts."""
    for standing, column in KEY_COLUMNS.items() if findings else ():
        colour, owed = s.MARK_WORDS[standing]
        name = f"{STANDING_SIGNS[standing]} {STANDING_NAMES[standing]}"
        if standing != "waived":
            sheet.text(1, column + shift, f"{name}\n{colour}色单元格，{owed}", _standing_look(standing))
        elif any(found.waived for found in findings):
            sheet.text(1, column + shift, name, _standing_look(standing))


def _standing_look(standing: Standing) -> Look:
    fill = "#" + s.MARK_FILLS[standing][2:]
    return s.look(border=True, align="center", bold=True, bg_color=fill, font_color=s.STANDING_INK[standing])


def _row(sheet: SheetDraft, row: int, number: int, found: Finding, part: str, widths: Sequence[float]) -> None:
    centre, left = s.look(border=True, align="center"), s.look(border=True, align="left")
    sheet.number(row, 0, number, centre)
    sheet.text(row, 1, label(found), _standing_look(found.standing))
    first = BEFORE + (len(widths) > len(HEADS))
    if first > BEFORE:
        sheet.text(row, BEFORE, part, left)
    _place(sheet, row, first, found, widths[first])
    texts = (
        found.field,
        found.given or "",
        found.expected or "",
        found.difference or "",
        s.unbroken(found.message),
        s.unbroken(what_to_do(found)),
        found.basis,
    )
    for column, text in enumerate(texts, first + 1):
        if _NUMBER.fullmatch(text):
            _number(sheet, row, column, text)
        else:
            sheet.text(row, column, text, left)
    place = f"{found.place.sheet}!{found.place.cell or ''}"
    shown = [(place, widths[first]), *zip(texts, widths[first + 1 :], strict=True)]
    shown.append((part, PART[1]))
    sheet.heights[row] = s.height_for(shown, 24)


def _number(sheet: SheetDraft, row: int, column: int, text: str) -> None:
    """A number that is shown as it is written: Excel warns of numbers that are texts."""
    number = Decimal(text.rstrip("%")) / (100 if text.endswith("%") else 1)
    decimals = len(text.rstrip("%").partition(".")[2])
    code = f"0.{'0' * decimals}" if decimals else "0"
    code += "%" * text.endswith("%")
    code = f"+{code};-{code}" if text.startswith("+") else code
    look = s.look(border=True, align="left", num_format=code, text_wrap=False, shrink=True)
    sheet.number(row, column, number, look)


def _place(sheet: SheetDraft, row: int, column: int, found: Finding, width: float) -> None:
    """The place, as a link where it is a cell; of a sheet with a long name the code is the link."""
    cell = found.place.cell
    shown = f"{found.place.sheet}!{cell}" if cell else found.place.sheet or "整个文件"
    at = column if s.column_units(shown) <= ON_ONE_LINE * width else CODE
    for where, text, align in ((CODE, found.code, "center"), (column, shown, "left")):
        if cell and where == at:
            sheet.link(row, where, found.place.sheet, cell, text, s.link(border=True, align=align))
        else:
            sheet.text(row, where, text, s.look(border=True, align=align))
