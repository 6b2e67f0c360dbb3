"""Texts, choices and dates, with everything worth saying about how they were understood (R10 to R13)."""

from __future__ import annotations

import datetime
import re
from collections.abc import Collection
from typing import Any

from msgspec.structs import replace

from perf_xlsx.domain.judgement import judged
from perf_xlsx.domain.model import CROSSED_OUT, PICTURE, Entry
from perf_xlsx.domain.place import Place
from perf_xlsx.domain.quantity import clean, is_blank, normalise, parse_sign, same_name
from perf_xlsx.forms import Box
from perf_xlsx.ooxml import Cell
from perf_xlsx.reading.cells.dates import read_day
from perf_xlsx.reading.cells.display import as_shown
from perf_xlsx.reading.cells.remarks import Remarks
from perf_xlsx.rulebook import Band
from perf_xlsx.system.pattern import pattern

_LABELLED = pattern(r"([^:：\n]{2,12})[:：]\s*(\S.*)", re.DOTALL)
_POINTS = pattern(r"\(\d+(?:\.\d+)?分?\)$")  # "产出指标（50分）"
TYPE_IT = "请改填数值或文字。"
_FORMULA_AS_TEXT = pattern(r"=[A-Za-z$('\[+\-\d]")


class Texts(Remarks):
    """Reads what is no number."""

    def text(self, cell: Cell | None, place: Place, field: str) -> Entry[str]:
        """Any text; numbers and dates as a person sees them."""
        shown = self.shown(cell, place, field)
        if shown is None:
            return Entry(None, place, as_shown(cell) if cell else "", field)
        kept = clean(shown)
        if cell is not None and cell.formula is None and _FORMULA_AS_TEXT.match(kept):
            message = f"{field}填的是公式的文字“{kept}”，不是结果，已按文字读取。"
            self.say("R11", place, field, kept, message, "请改填内容本身。")
        return Entry(kept or None, place, kept, field)

    def long_text(self, cell: Cell | None, place: Place, field: str) -> Entry[str]:
        """A text that may be owed: of a picture, and of what was crossed out, the checks tell (I07, R14, R24)."""
        if cell is not None and (cell.picture or cell.crossed_out):
            return Entry(None, place, PICTURE if cell.picture else CROSSED_OUT, field)
        return self.text(cell, place, field)

    def shown(self, cell: Cell | None, place: Place, field: str) -> str | None:
        """What a person sees in the cell; None for an error value or a formula without result, after saying so."""
        if cell is None:
            return ""
        if cell.picture:
            self.say("R10", place, field, as_shown(cell), f"{field}这一格里放的是图片，读不出内容。", TYPE_IT)
            return None
        if cell.crossed_out:
            self.crossed.append(Entry(None, place, clean(as_shown(cell)), field))
            return None
        if cell.error is not None or (cell.formula is not None and cell.value is None):
            what = f"公式结果是错误值 {cell.error}" if cell.error else "公式没有保存结果"
            self.say("R10", place, field, as_shown(cell), f"{field}的{what}，读不出内容。", TYPE_IT)
            return None
        if cell.struck is not None:
            self.partly_crossed(cell.struck, Entry(None, place, as_shown(cell), field))
        if cell.formula is not None:
            text = as_shown(cell)
            self.say("R11", place, field, text, f"{field}是公式，按保存的结果{text}读取。", "请改填数值。")
        return as_shown(cell)

    def choice(self, cell: Cell | None, place: Place, field: str, box: Box) -> Entry[str]:
        """One of the box's choices, however it is written; another word is R13 where the choices are strict."""
        entry = self.text(cell, place, field)
        if entry.value is None:
            return self.blank_or_bad(cell, entry)
        folded = _POINTS.sub("", re.sub(r"\s", "", normalise(entry.value)))
        for choice in box.choices:
            if folded in (normalise(word) for word in (choice.value, *choice.same)):
                return Entry(choice.value, place, entry.given, field)
        if box.key == "sign" and (sign := parse_sign(entry.value)):
            return Entry(sign, place, entry.given, field)
        if not box.strict:
            return entry
        if is_blank(folded):
            return Entry(None, place, "", field)
        words = "、".join(choice.value for choice in box.choices)
        message = f"{field}填“{entry.given}”，不在可选范围内。"
        self.say("R13", place, field, entry.given, message, f"请从下拉列表中选择：{words}。", words)
        return Entry(None, place, entry.given, field)

    def unlabelled(self, entry: Entry[Any], labels: Collection[str]) -> Entry[Any]:
        """A text without the box's own label, which was typed before it (R12): “单位名称：示例县水利局”."""
        found = _LABELLED.match(entry.value or "")
        if found is None or same_name(found[1]) not in map(same_name, labels):
            return entry
        message = f"{entry.field}填“{entry.given}”，已按“{found[2]}”读取。"
        advice = "可以不改；建议只填内容，不重复栏目名称。"
        self.say("R12", entry.place, entry.field, entry.given, message, advice)
        return replace(entry, value=found[2])

    def judged(self, entry: Entry[Any], target: Entry[Any], printed: bool = False) -> Entry[Any]:
        """An actual in words or as a date as the judgement that it comes to (R12), or as it stands.

        `printed`: the layout is one whose own words need no telling.
        """
        found = judged(target.given, entry.given, self.year)
        band = self.band(entry, target)
        if band is None or entry.value is None:
            return entry
        named = self.rules is not None and self.rules.named(entry.given) is band
        if not named and not (printed and found.usual):
            why = f"{found.why}，" if not found.why.startswith("即") else ""
            message = f"{entry.field}填“{entry.given}”，{why}已按“{band.judgement}”读取。"
            advice = f"可以不改；建议写成“{band.judgement}”。"
            self.say("R12", entry.place, entry.field, entry.given, message, advice)
        return replace(entry, value=band.judgement)

    def band(self, entry: Entry[Any], target: Entry[Any]) -> Band | None:
        """The band of an actual: by the rulebook's own words, else as it is judged; None where it is open."""
        if self.rules is None:
            return None
        known = self.rules.named(entry.given)
        return known or self.rules.of_class(judged(target.given, entry.given, self.year).judgement)

    def blank_or_bad(self, cell: Cell | None, entry: Entry[str]) -> Entry[str]:
        """An entry without value: unreadable when something stands in the cell."""
        bad = cell is not None and bool(cell.error or cell.formula is not None or cell.picture or cell.crossed_out)
        return Entry(None, entry.place, as_shown(cell) if bad and cell else "", entry.field)

    def date(self, cell: Cell | None, place: Place, field: str) -> Entry[str]:
        """A date as ISO text, however it is written; what is no date stays the text that stands there (R15)."""
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
            self.say("R12", place, field, entry.given, message, advice, found.isoformat())
        return replace(entry, value=found.isoformat())
