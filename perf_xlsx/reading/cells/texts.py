"""Reads texts, choices, dates and judgements (R10 to R13)."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection
from typing import Any

from msgspec.structs import replace

from perf_xlsx.domain.days import read_day
from perf_xlsx.domain.judgement import judged
from perf_xlsx.domain.model import CROSSED_OUT, PICTURE, Entry
from perf_xlsx.domain.place import Place
from perf_xlsx.domain.quantity import clean, is_blank, normalise, parse_sign, same_name
from perf_xlsx.forms import Box
from perf_xlsx.ooxml import Cell
from perf_xlsx.reading.cells.cell_findings import CellFindings
from perf_xlsx.reading.cells.display import as_shown
from perf_xlsx.rulebook import Band, Rulebook
from perf_xlsx.system.pattern import pattern

_LABELLED = pattern(r"([^:：\n]{2,12})[:：]\s*(\S.*)", re.DOTALL)
_POINTS = pattern(r"\(\d+(?:\.\d+)?分?\)$")  # "产出指标（50分）"
_CODED = pattern(  # 314002-某局, [314002]某局, 314002某局, 某局（314002）; 110指挥中心 is a name
    r"(?:\d{3,12}\s*[-—–_－/、:：]|[\[［【(（]\d{2,12}[\]］】)）]|\d{6,12})\s*(\D.{1,80})"
    r"|(\D.{1,80}?)\s*[\[［【(（]\d{5,12}[\]］】)）]",
    re.DOTALL,
)
TYPE_IT = "请改填数值或文字。"
_FORMULA_AS_TEXT = pattern(r"=[A-Za-z$('\[+\-\d]")


class TextReader:
    """Reads cells that hold no number. `year` is that of dates that state none; `rules` names the judgements."""

    def __init__(self, findings: CellFindings, year: int | None, rules: Rulebook) -> None:
        self.findings, self.year, self.rules = findings, year, rules

    def text(self, cell: Cell | None, place: Place, field: str) -> Entry[str]:
        """Any text; numbers and dates as a person sees them."""
        shown = self.shown(cell, place, field)
        if shown is None:
            return not_read(cell, place, field)
        entry: Entry[str] = Entry(clean(shown) or None, place, clean(shown), field)
        if cell is not None and cell.formula is None and _FORMULA_AS_TEXT.match(entry.given):
            message = f"{field}填的是公式的文字“{entry.given}”，不是结果，已按文字读取。"
            self.findings.about("R11", entry, message, "请改填内容本身。")
        return entry

    def long_text(self, cell: Cell | None, place: Place, field: str) -> Entry[str]:
        """A text that may be required. The checks report a picture and crossed-out content (I07, R14, R24)."""
        if cell is not None and (cell.picture or cell.crossed_out):
            return Entry(None, place, PICTURE if cell.picture else CROSSED_OUT, field)
        return self.text(cell, place, field)

    def shown(self, cell: Cell | None, place: Place, field: str) -> str | None:
        """What a person sees in the cell; None, after a report, where it has no readable content."""
        if cell is None:
            return ""
        entry: Entry[str] = Entry(None, place, as_shown(cell), field)
        if cell.crossed_out and not cell.picture:
            self.findings.crossed.append(replace(entry, given=clean(entry.given)))
            return None
        if broken := _unreadable(cell):
            self.findings.about("R10", entry, f"{field}{broken}，读不出内容。", TYPE_IT)
            return None
        if cell.struck is not None:
            self.findings.partly_crossed(cell.struck, entry)
        if cell.formula is not None:
            message = f"{field}是公式，按保存的结果{entry.given}读取。"
            self.findings.about("R11", entry, message, "请改填数值。")
        return entry.given

    def choice(self, cell: Cell | None, place: Place, field: str, box: Box) -> Entry[str]:
        """One of the box's choices, however it is written; another word is R13 where the choices are strict."""
        entry = self.text(cell, place, field)
        if entry.value is None:
            return replace(entry, given=as_shown(cell) if cell and _has_content(cell) else "")
        folded = _POINTS.sub("", re.sub(r"\s", "", normalise(entry.value)))
        if chosen := _chosen(box, folded):
            return Entry(chosen, place, entry.given, field)
        if box.key == "sign" and (sign := parse_sign(entry.value)):
            return Entry(sign, place, entry.given, field)
        if not box.strict:
            return entry
        if is_blank(folded):
            return Entry(None, place, "", field)
        words = "、".join(choice.value for choice in box.choices)
        message = f"{field}填“{entry.given}”，不在可选范围内。"
        self.findings.about("R13", entry, message, f"请从下拉列表中选择：{words}。", words)
        return replace(entry, value=None)

    def unlabelled(self, entry: Entry[Any], labels: Collection[str]) -> Entry[Any]:
        """A text without the box's own label, which was typed before it (R12): “单位名称：示例县水利局”."""
        found = _LABELLED.match(entry.value or "")
        if found is None or same_name(found[1]) not in map(same_name, labels):
            return entry
        message = f"{entry.field}填“{entry.given}”，已按“{found[2]}”读取。"
        advice = "可以不改；建议只填内容，不重复栏目名称。"
        self.findings.about("R12", entry, message, advice)
        return replace(entry, value=found[2])

    def without_code(self, entry: Entry[Any]) -> Entry[Any]:
        """The name of a unit without the code that some systems write at it (R12): 314002-成安县民政局."""
        found = _CODED.fullmatch(entry.value or "")
        if found is None:
            return entry
        name = found[1] or found[2]
        message = f"{entry.field}填“{entry.given}”，已按“{name}”读取。"
        self.findings.about("R12", entry, message, "可以不改；建议只填单位名称，不写代码。", name)
        return replace(entry, value=name, given=name)

    def judged(self, entry: Entry[Any], target: Entry[Any], printed: bool = False) -> Entry[Any]:
        """An actual in words or as a date as the judgement that it amounts to (R12); unchanged where that is open.

        `printed`: the layout prints its own words, which need no report.
        """
        found = judged(target.given, entry.given, self.year)
        band = self.band(entry, target)
        if band is None or entry.value is None:
            return entry
        if self.rules.named(entry.given) is not band and not (printed and found.usual):
            why = f"{found.why}，" if not found.why.startswith("即") else ""
            message = f"{entry.field}填“{entry.given}”，{why}已按“{band.judgement}”读取。"
            advice = "可以不改。" if found.by_number else f"可以不改；建议写成“{band.judgement}”。"
            self.findings.about("R12", entry, message, advice)
        return replace(entry, value=band.judgement)

    def band(self, entry: Entry[Any], target: Entry[Any]) -> Band | None:
        """The band of an actual: by the rulebook's own words, else as it is judged; None where it is open."""
        known = self.rules.named(entry.given)
        return known or self.rules.of_class(judged(target.given, entry.given, self.year).judgement)

    def date(self, cell: Cell | None, place: Place, field: str) -> Entry[str]:
        """A date as ISO text, however it is written; what is no date stays a text (R15)."""
        entry = self.text(cell, place, field)
        if entry.value is None or cell is None:
            return entry
        if isinstance(cell.value, datetime.date):
            day = cell.value.date() if isinstance(cell.value, datetime.datetime) else cell.value
            return replace(entry, value=day.isoformat())
        found, usual = read_day(normalise(entry.value))
        if found is None:
            return entry
        if not usual:
            message = f"{field}填“{entry.given}”，已按{found.isoformat()}读取。"
            advice = f"可以不改；建议写成 {found.isoformat()}。"
            self.findings.about("R12", entry, message, advice, found.isoformat())
        return replace(entry, value=found.isoformat())


def _chosen(box: Box, folded: str) -> str | None:
    """The choice that a text means."""
    for choice in box.choices:
        if folded in map(normalise, choice.words):
            return choice.value
    return None


def not_read(cell: Cell | None, place: Place, field: str) -> Entry[Any]:
    """The entry of a cell without readable content."""
    return Entry(None, place, as_shown(cell) if cell else "", field)


def _unreadable(cell: Cell) -> str:
    """Why a cell has no readable content, as the end of a sentence; "" where it has."""
    if cell.picture:
        return "这一格里放的是图片"
    if cell.error is not None:
        return f"的公式结果是错误值 {cell.error}"
    return "的公式没有保存结果" if cell.formula is not None and cell.value is None else ""


def _has_content(cell: Cell) -> bool:
    """Whether a cell without a value holds something that cannot be read."""
    return bool(cell.error or cell.formula is not None or cell.picture or cell.crossed_out)
