"""Form -> blank (or filled-in) workbook: guide, sheets, hidden identity. Same input, same bytes."""

from __future__ import annotations

import datetime
import io
import re
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx.domain.approval import remembered
from perf_xlsx.domain.rounding import plain
from perf_xlsx.forms import Block, Boxes, Form
from perf_xlsx.forms.case import Fill
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.sheets import style as s
from perf_xlsx.sheets.fixed_texts import (
    APPROVED_KEY,
    GUIDE,
    HIDDEN_SHEET,
    IDLE,
    PROPERTY_PREFIX,
    REQUIRED_HEAD,
    SUMMARY,
)
from perf_xlsx.template import live
from perf_xlsx.template.blocks import SheetState, Writer
from perf_xlsx.template.box import LEVELS, NO_LIST, BoxWriter, list_name
from perf_xlsx.template.calculator import Cells
from perf_xlsx.template.checks import OTHER_UNIT, Checks, check_name, verdict
from perf_xlsx.template.live_canvas import LiveCanvas
from perf_xlsx.template.steps import Steps
from perf_xlsx.template.word_lists import word_lists

VERDICT = "px_verdict"  # the cell that says whether the form can be sent


class Template(Struct, frozen=True):
    """A template as a file, and its cells. `sheets` are the names of its sheets in their order."""

    data: bytes
    cells: Cells
    sheets: tuple[str, ...]


def build_template(form: Form, year: int | None, rulebook: Rulebook, fill: Fill | None = None) -> Template:
    """A blank template, or with `fill` typed in exactly as given. Live formulas have their results."""
    form = without_unclaimed(form, fill)
    out = io.BytesIO()
    canvas = LiveCanvas(out)
    book = canvas.book
    _properties(book, form, year, rulebook)
    guide = canvas.sheet(GUIDE)
    sheets = [(sheet, canvas.sheet(sheet.name)) for sheet in form.sheets]
    hidden = canvas.sheet(HIDDEN_SHEET)
    writer = Writer(canvas, BoxWriter(canvas, form, year, rulebook), year, fill)
    states = [writer.sheet(sheet, worksheet) for sheet, worksheet in sheets]
    names = dict.fromkeys(check_name(key) for state in states for key in state.checks[1:])
    steps, said = verdict(
        [state.count_name for state in states], [state.broken_name for state in states], list(names)
    )
    writer.hidden |= steps.formulas
    _hidden_sheet(canvas, hidden, form, year, rulebook, writer)
    _guide_sheet(canvas, guide, form, year, rulebook, states, said, fill)
    canvas.settle()
    guide.activate()
    book.close()
    return Template(out.getvalue(), canvas.cells, (GUIDE, *(sheet.name for sheet in form.sheets), HIDDEN_SHEET))


def without_unclaimed(form: Form, fill: Fill | None) -> Form:
    """The form without the columns of claims that its data do not hold."""
    held = (
        {
            (key, column)
            for key, rows in fill.rows.items()
            for row in rows
            for column, value in row.items()
            if value is not None
        }
        if fill
        else set()
    )
    held |= (
        {(block, column) for (block, _, column), value in fill.lines.items() if value is not None}
        if fill
        else set()
    )

    def kept(block: Block) -> Block:
        if isinstance(block, Boxes):
            return block
        columns = tuple(box for box in block.columns if not box.claimed_only or (block.key, box.key) in held)
        return replace(block, columns=columns)

    sheets = (replace(sheet, blocks=tuple(map(kept, sheet.blocks))) for sheet in form.sheets)
    return replace(form, sheets=tuple(sheets))


def _properties(book: Any, form: Form, year: int | None, rulebook: Rulebook) -> None:
    book.set_properties(
        {"title": s.dated_title(form.official, year), "created": datetime.datetime(year or 2020, 1, 1)}
    )
    for key, value in _identity(form, year, rulebook).items():
        book.set_custom_property(f"{PROPERTY_PREFIX}{key}", value, "text")


def _identity(form: Form, year: int | None, rulebook: Rulebook) -> dict[str, str]:
    return {"form": form.name, "version": form.version, "year": str(year or ""), "rulebook": rulebook.name}


def _hidden_sheet(
    canvas: LiveCanvas, sheet: Any, form: Form, year: int | None, rulebook: Rulebook, writer: Writer
) -> None:
    """Identity, what live formulas share, the words that they know, what was approved, lists of drop-downs."""
    sheet.very_hidden()
    sheet.protect()
    row = 0
    for key, value in _identity(form, year, rulebook).items():
        canvas.text(sheet, row, 0, key)
        canvas.text(sheet, row, 1, value)
        row += 1
    shared = _shared_formulas(canvas, form, rulebook, writer)
    for name, content in {**shared, **word_lists(form, rulebook)}.items():
        canvas.text(sheet, row, 0, name.removeprefix("px_"))
        canvas.name(name, HIDDEN_SHEET, row, 1)
        if name in shared:
            canvas.live(sheet, row, 1, f"={content}")
        elif content:
            canvas.text(sheet, row, 1, content)
        row += 1
    for approved in writer.fill.approved if writer.fill else ():
        canvas.text(sheet, row, 0, APPROVED_KEY)
        canvas.text(sheet, row, 1, remembered(approved))
        row += 1
    for column, (name, values) in enumerate(_lists(form, rulebook).items(), 3):
        for offset, value in enumerate(values):
            canvas.text(sheet, offset, column, value)
        canvas.name(name, HIDDEN_SHEET, 0, column, len(values) - 1, column)


def _shared_formulas(canvas: LiveCanvas, form: Form, rulebook: Rulebook, writer: Writer) -> dict[str, str]:
    """The formulas of the hidden sheet by the names of their cells."""
    total = Steps("total", writer.money, {box.key: box.label for box in form.lines("funds").columns})
    rate = live.rate(total, rulebook)
    found = {**total.formulas, live.RATE: live.unless(OTHER_UNIT, rate)}
    for table in writer.tables:
        found |= table.counts() if table.required else {}
    indicators = next(table for table in writer.tables if table.block.key == "indicators")
    found |= {live.FIRST_ASKED: live.first_asked(indicators), live.ASKED: live.asked(indicators)}
    found[live.CLAIMED_SUM] = live.claimed_total(rulebook, indicators)
    sources = writer.sources()
    checks = Checks(form, rulebook, sources)
    for table in writer.tables:
        canvas.named_formulas(table.steps)
    return {
        **writer.hidden,
        **found,
        **sources.amounts.formulas,
        **sources.boxes.formulas,
        **checks.steps.formulas,
    }


def _lists(form: Form, rulebook: Rulebook) -> dict[str, list[str]]:
    """The lists of drop-downs that depend on another column, by the names of their cells.

    Those are the choices under each choice of the other, all of them, and the others that have some; and the
    judgements of a qualitative row.
    """
    found = {LEVELS: [band.judgement for band in rulebook.bands], NO_LIST: [""]}
    for box in {box.key: box for block in form.blocks for box in block.fields if box.depends_on}.values():
        found[list_name(box.key)] = list(dict.fromkeys(choice.value for choice in box.choices))
        found[list_name(box.key, "above")] = list(dict.fromkeys(choice.under for choice in box.choices))
        for choice in box.choices:
            found.setdefault(list_name(box.key, choice.under), []).append(choice.value)
    return found


def _guide_sheet(
    canvas: LiveCanvas,
    sheet: Any,
    form: Form,
    year: int | None,
    rulebook: Rulebook,
    states: list[SheetState],
    verdict_formula: str,
    fill: Fill | None,
) -> None:
    """One page: what to do, what the colours mean, what is still missing."""
    sheet.hide_gridlines(2)
    for column, width in enumerate((3, 20, 63)):
        sheet.set_column(column, column, width)
    _guide_head(canvas, sheet, form, year, rulebook)
    _verdict(canvas, sheet, verdict_formula)
    sheet.freeze_panes(3, 0)
    row = 3
    for line in (*_guide(form, rulebook), *(fill.remarks if fill else ())):
        sheet.merge_range(row, 1, row, 2, "", canvas.paragraph)
        canvas.text(sheet, row, 1, line, canvas.paragraph)
        sheet.set_row(row, s.height_for([(line, 81)], 24))
        row += 1
    row = _checks_table(canvas, sheet, row + 1, states)
    fixed = "标题、栏目名称和批复的内容" if fill and fill.approved else "标题和栏目名称"
    row = _legend_table(canvas, sheet, row + 1, fixed)
    sheet.protect()
    canvas.print_setup(sheet, landscape=False)
    sheet.print_area(0, 0, row, 2)
    sheet.fit_to_pages(1, 1)


def _guide_head(canvas: LiveCanvas, sheet: Any, form: Form, year: int | None, rulebook: Rulebook) -> None:
    """Title, year, and by which rules the form is scored."""
    sheet.set_row(0, 42)
    sheet.merge_range(0, 1, 0, 2, "", canvas.title)
    canvas.text(sheet, 0, 1, f"{form.official}填报说明", canvas.title)
    look = canvas.style(bold=True, font_color=s.ACCENT, font_size=12)
    canvas.text(sheet, 1, 1, f"{year}年度" if year else "", look)
    rules = f"评分办法：{rulebook.document}（{rulebook.name}）\n模板版本：{form.version}"
    sheet.set_row(1, s.height_for([(rules, 63)], 20))
    canvas.text(sheet, 1, 2, rules, canvas.style(font_color=s.SOFT, align="right"))


def _verdict(canvas: LiveCanvas, sheet: Any, formula: str) -> None:
    """Whether the form can be sent in, in one line."""
    sheet.set_row(2, 26)
    sheet.merge_range(2, 1, 2, 2, "", canvas.style())
    canvas.live(sheet, 2, 1, f"={formula}", canvas.style(bold=True, font_size=14, border=1, align="center"))
    canvas.name(VERDICT, GUIDE, 2, 1)
    canvas.check_colours(sheet, 2, 1, 2, 2, scored=f'"{IDLE} 已评分，见“{SUMMARY}”"')


def _guide(form: Form, rulebook: Rulebook) -> list[str]:
    """The form's instructions with the rulebook's points in them."""
    full, execution = rulebook.number("total.points"), rulebook.number("execution.weight")
    sets = [
        "、".join(f"{level}{plain(n)}分" for level, n in one.items()) for one in rulebook.weight_sets(form.name)
    ]
    rest = "，或".join(sets) or f"其余{plain(full - execution)}分由单位分到各指标"
    inside = rulebook.word("execution.level")
    place = f"（计入{inside}）" if inside else ""
    alone = f"预算执行率{plain(execution)}分{place}" if execution else "预算执行率不单独计分"
    words = {"{weights}": f"{alone}，{rest}", "{total}": plain(full)}
    return [re.sub(r"\{\w+\}", lambda found: words.get(found[0], found[0]), line) for line in form.guide]


def _legend_table(canvas: LiveCanvas, sheet: Any, row: int, fixed: str) -> int:
    canvas.text(sheet, row, 1, "颜色说明", canvas.head)
    canvas.text(sheet, row, 2, "怎么填", canvas.head)
    legend = (
        ("黄色格", s.REQUIRED_FILL, "必须填写；填好后变成白色。"),
        ("白色格", s.OPTIONAL_FILL, "按需填写，没有的可以空着。"),
        ("灰色格", s.COMPUTED_FILL, "自动计算，仅供核对，请勿改动。"),
        ("蓝色格", s.HEAD_FILL, f"{fixed}，请勿改动。"),
    )
    for offset, (word, colour, meaning) in enumerate(legend, 1):
        canvas.text(sheet, row + offset, 1, word, canvas.style(bg_color=colour, border=1, align="center"))
        canvas.text(sheet, row + offset, 2, meaning, canvas.style(border=1, indent=1))
        sheet.set_row(row + offset, 22)
    return row + len(legend) + 1


def _checks_table(canvas: LiveCanvas, sheet: Any, row: int, states: list[SheetState]) -> int:
    canvas.text(sheet, row, 1, "表名", canvas.head)
    canvas.text(sheet, row, 2, REQUIRED_HEAD, canvas.head)
    link = canvas.style(border=1, font_color=s.ACCENT, underline=1, align="center")
    at = row
    for state in states:
        name = state.sheet.name
        for key in state.checks:
            at += 1
            canvas.link(sheet, at, 1, f"internal:'{name}'!{state.first}", name, link)
            canvas.live(
                sheet, at, 2, f"={check_name(key)}", canvas.style(border=1, indent=1, text_wrap=False, shrink=True)
            )
            canvas.check_colours(sheet, at, 2, at, 2)
            sheet.set_row(at, 18)
    return at + 1
