"""What a unit did to sheets and notes that scoring added: retained, not read, reported once.

R23: it wrote something beside or below ours. R25: it changed what scoring had written there.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Sequence
from itertools import groupby

from msgspec.structs import replace

from perf_xlsx.domain.model import Finding
from perf_xlsx.domain.place import Place, column_name
from perf_xlsx.findings.collector import unjudged_finding
from perf_xlsx.ooxml import Altered, NoteAnswer, ReferringFormula, RetainedSheet, Stripped
from perf_xlsx.ooxml.book import Sheet, parse_cell
from perf_xlsx.ooxml.contents import text_code
from perf_xlsx.reading.extra_content import content_in_short, first_cells, shortened
from perf_xlsx.sheets.fixed_texts import SIGNED, SIGNED_ON
from perf_xlsx.system.pattern import pattern

INTO_THE_BOXES = "要更正的，请填在自评表相应的填报格里"

_SIGNED_ON = text_code(SIGNED_ON)
_DATE = pattern(
    r"[\d\s〇一二三四五六七八九十]{0,12}年[\d\s一二三四五六七八九十]{0,8}月[\d\s一二三四五六七八九十]{0,8}日"
)


def answer_findings(stripped: Stripped | None, workbook: str, sheets: Sequence[Sheet]) -> Iterator[Finding]:
    """R23, R25: one finding a sheet, at the first of its cells; `sheets` are those that are left."""
    if stripped is None:
        return
    index = {sheet.name: sheet.index for sheet in sheets}
    for sheet in stripped.retained:
        place = Place(workbook, sheet.sheet.index)
        if told := altered(sheet.sheet.name, place, sheet.earlier_name, sheet.altered):
            yield told
        signed = tuple((one.row, one.column, one.cell) for one in sheet.altered if one.cell and _is_signature(one))
        sheet = replace(sheet, cells=(*sheet.cells, *signed))
        if not told or sheet.cells or sheet.has_objects:
            yield _retained_sheet(sheet, workbook)
    for title, written in groupby(stripped.answers, key=lambda answer: answer.sheet):
        yield in_notes(Place(workbook, index[title], sheet=title), list(written))
    for title, formulas in groupby(stripped.formulas, key=lambda formula: formula.sheet):
        yield _in_formulas(Place(workbook, index[title], sheet=title), list(formulas))


def covered_by_answers(found: Finding, stripped: Stripped | None) -> bool:
    """Whether an R16 is about a sheet that R23 covers."""
    kept = () if stripped is None else stripped.retained
    return found.code == "R16" and found.field == "工作表" and found.place.sheet in {k.sheet.name for k in kept}


def altered(name: str, place: Place, earlier_name: str, changed: Sequence[Altered]) -> Finding | None:
    """R25: which of our cells on a sheet hold something else now; None where these are signatures alone."""
    changed = [one for one in changed if not _is_signature(one)]
    if not changed:
        return None
    shown = [f"{column_name(one.column)}{one.row}{_now(one)}" for one in changed]
    stays = f"；该表已改名为“{name}”，原样保留" if name != earlier_name else ""
    message = f"改动了评分写出的工作表“{earlier_name}”：{first_cells(shown)}。改动没有采用{stays}。"
    advice = f"分数由填报格算出：{INTO_THE_BOXES}，重新评分；评分表不要改动。"
    at = replace(place, sheet=name)  # no cell: a mark there would change what is kept as it is
    given = content_in_short(changed[0].cell) if changed[0].cell else None
    return unjudged_finding("R25", at, "评分表", message, advice, given=given, expected="评分写出的内容")


def _now(one: Altered) -> str:
    return "已清空" if one.cell is None else f"现为“{content_in_short(one.cell)}”"


def _is_signature(one: Altered) -> bool:
    """Whether it is a place for a signature, or for its date, that was filled in."""
    text = one.cell.value if one.cell else None
    if not isinstance(text, str):
        return isinstance(text, datetime.date) and one.then == _SIGNED_ON
    if one.then == _SIGNED_ON:
        return _DATE.fullmatch(text.strip()) is not None
    return any(one.then == text_code(label) and text.startswith(label) for label in SIGNED)


def _retained_sheet(sheet: RetainedSheet, workbook: str) -> Finding:
    name, done = sheet.sheet.name, []
    if sheet.cells:
        cells = [f"{column_name(column)}{row}“{content_in_short(cell)}”" for row, column, cell in sheet.cells]
        done.append(f"写了内容：{first_cells(cells)}")
    if sheet.has_objects:
        done.append("放了图片、图形或批注")
    change = f"在评分加入的工作表“{sheet.earlier_name}”上{'；'.join(done) or '移动、排序或删减了内容'}"
    if sheet.only_referred:
        change = f"把评分加入的工作表“{sheet.earlier_name}”改了名，并有公式引用它"
    stays = f"已改名为“{name}”，原样保留" if name != sheet.earlier_name else "原样保留"
    message = f"{change}。没有读取；该表{stays}。"
    advice = f"{INTO_THE_BOXES}；“{name}”不再需要的，可以删去。"
    return unjudged_finding(
        "R23", Place(workbook, sheet.sheet.index, sheet=name), "评分加入的工作表", message, advice
    )


def in_notes(on: Place, written: Sequence[NoteAnswer], transferred: bool = False) -> Finding:
    """R23: what was written into the notes of a sheet; `carried`: in an original that is not written back."""
    cells = [a.cell if a.inside else f"{a.cell}“{shortened(a.text)}”" for a in written]
    stays = "没有带入新的工作簿，列在“来源对照”末尾" if transferred else "已作为单位自己的批注保留"
    of = "原文件" if transferred else ""
    message = f"{of}“{on.sheet}”的核对批注里填写了内容：{first_cells(cells)}。没有读取，{stays}。"
    row, column = parse_cell(written[0].cell) or (0, 0)
    place = replace(on, row=row, column=column)
    return unjudged_finding("R23", place, "核对批注", message, f"{INTO_THE_BOXES}；批注供人查看。")


def _in_formulas(on: Place, formulas: Sequence[ReferringFormula]) -> Finding:
    cells = [f"{column_name(f.column)}{f.row}“{shortened(f'={f.text}')}”" for f in formulas]
    named = first_cells(cells)
    message = f"“{on.sheet}”的公式引用了评分加入的工作表：{named}。这些工作表每次评分重新写出，内容和位置会变。"
    place = replace(on, row=formulas[0].row, column=formulas[0].column)
    return unjudged_finding("R23", place, "公式", message, "请改填数值，不要引用评分加入的工作表。")
