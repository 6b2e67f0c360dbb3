"""Reports how the content of one cell was understood (R08, R09, R12, R24)."""

from __future__ import annotations

from collections.abc import Container
from decimal import Decimal
from itertools import groupby
from typing import Any

from perf_xlsx.domain.model import Entry, Severity
from perf_xlsx.domain.place import Place
from perf_xlsx.domain.quantity import Quantity, normalise
from perf_xlsx.domain.rounding import plain
from perf_xlsx.findings.collector import FindingCollector
from perf_xlsx.ooxml import Cell
from perf_xlsx.reading.cells.display import HUNDRED

KEEP_OR_DELETE = "请核对：仍然有效的，请取消删除线；不要的，请从格里删去，再填写正确的内容。"
GENERAL_FORMAT = "请把单元格格式改成“常规”，核对后保存。"
AS_TEXT = "可以不改；建议直接填数字。"
AS_PERCENT = "可以不改。"  # of 0.7% as text: who leaves out the sign is asked for it
MOST = 8  # cells of one row that are named
RECENT = 24  # findings: more than one row's numbers can give


class CellFindings:
    """Reports to a collector; crossed-out cells wait, to be reported row by row."""

    def __init__(self, collector: FindingCollector) -> None:
        self.collector = collector
        self.crossed: list[Entry[Any]] = []
        self._partly: set[Place] = set()  # partly crossed out and reported

    def about(
        self,
        code: str,
        entry: Entry[Any],
        message: str,
        advice: str,
        expected: str = "",
        severity: Severity | None = None,
        given: str | None = None,
    ) -> None:
        """Report something about one cell. An R12 replaces the R12 notice of an earlier step at the same cell."""
        if code == "R12":
            self._withdraw(entry.place)
        given = entry.given if given is None else given
        self.collector.tell(
            code, entry.place, entry.field, message, advice, given=given, expected=expected, severity=severity
        )

    def _withdraw(self, place: Place) -> None:
        findings = self.collector.findings
        for back in range(len(findings) - 1, max(-1, len(findings) - RECENT), -1):
            if (findings[back].code, findings[back].severity, findings[back].place) == ("R12", "notice", place):
                del findings[back]

    def dash(self, entry: Entry[Any]) -> None:
        """R12: “一” may be a dash or the number one."""
        if normalise(entry.given) == "一":
            message = f"{entry.field}填“一”，当作横线，按没有填写读取；如果是数字1，请改正。"
            self.about("R12", entry, message, "没有的请空着，有的请填数字。", severity="warning", given="一")

    def partly_crossed(self, struck: object, entry: Entry[Any]) -> None:
        """R24: part of the content was crossed out and is ignored."""
        self._partly.add(entry.place)
        message = f"{entry.field}里划去（删除线）的“{struck}”不算，已按“{entry.given}”读取。"
        self.about("R24", entry, message, KEEP_OR_DELETE, severity="notice")

    def tell_crossed(self, required: Container[Place]) -> None:
        """R24: the cells that were crossed out, once a row; an error where one of them is `required`."""
        found = sorted(self.crossed, key=lambda entry: entry.place)
        self.crossed.clear()
        for _, row in groupby(found, key=lambda entry: (entry.place.sheet, entry.place.row)):
            entries = [*row]
            first = entries[0]
            what = f"{first.field}“{first.given}”"
            if len(entries) > 1:
                cells = "、".join(f"{entry.place.cell}“{entry.given}”" for entry in entries[:MOST])
                what = f"第{first.place.row}行的{cells}{f'等{len(entries)}格' if len(entries) > MOST else ''}"
            severity: Severity = "error" if any(entry.place in required for entry in entries) else "warning"
            message = f"{what}被划去了（删除线），没有读取。"
            self.about("R24", first, message, KEEP_OR_DELETE, severity=severity)

    def trimmed(
        self,
        entry: Entry[Any],
        quantity: Quantity,
        extra: str,
        why: str = "带有不该有的符号或单位",
        to: str = "",
        advice: str = "",
    ) -> None:
        """Report what was dropped around a number: R09 for signs, units, marks (which belong `to`), else R12."""
        number = plain(quantity.number)
        if not extra and not quantity.mark:
            return self.cleaned(entry, quantity.number)
        why = why if extra else f"带有标注“{quantity.mark}”"
        message = f"{entry.field}填“{entry.given}”，{why}，已按{number}读取。"
        return self.about("R09", entry, message, advice or f"请只填数字{to}。", number)

    def cleaned(
        self, entry: Entry[Any], number: Decimal, sign: str = "", severity: Severity | None = None
    ) -> None:
        """R12: read after cleaning."""
        if entry.place in self._partly and entry.given == plain(number):
            return  # R24 covers it
        message = f"{entry.field}填“{entry.given}”，已按{plain(number)}{sign}读取。"
        advice = AS_PERCENT if "%" in normalise(entry.given) else AS_TEXT
        advice = f"可以不改；建议写成 {plain(number)}% 。" if sign else advice
        self.about("R12", entry, message, advice, plain(number), severity)

    def not_a_number(self, entry: Entry[Any], why: str = "不是一个数字", advice: str = "") -> None:
        """R08: the content cannot be taken as a number."""
        message = f"{entry.field}填“{entry.given}”，{why}。"
        self.about("R08", entry, message, advice or "请只填数字，不带单位和符号。", "数字")

    def several(self, entry: Entry[Any], count: int) -> None:
        """R08: the cell holds the numbers of several indicators."""
        why = f"一格里填了{count}个数，不能确定属于哪个指标"
        self.not_a_number(entry, why, f"一行只填一个指标：请把这一行拆成{count}行，每行填各自的名称、数值和分值。")

    def scaled(self, cell: Cell, entry: Entry[Any]) -> None:
        """R12: the format shows 2857.28 for 28572800, so what is seen is not what is stored."""
        if cell.scaled and isinstance(cell.value, Decimal) and cell.value:
            message = (
                f"{entry.field}的单元格格式把数字缩小了显示，已按格里存的{plain(cell.value)}读取；"
                "如果应是看到的数，请改正。"
            )
            advice = "请把单元格格式改成“常规”，核对数字后保存。"
            self.about("R12", entry, message, advice, severity="warning")

    def unit_added(self, entry: Entry[Any], number: Decimal, unit: str) -> None:
        """R09: the cell's format shows a unit after the number that is not the form's or the row's."""
        seen = f"{plain(number)}{unit}"
        message = (
            f"{entry.field}的单元格格式在数字后面显示“{unit}”，看上去是{seen}，"
            f"已按{plain(number)}读取；单位不对的请换算后改正。"
        )
        advice = "请核对单位，把单元格格式改成“常规”后重新填写数字。"
        self.about("R09", entry, message, advice, plain(number), given=seen)

    def percent_added(self, entry: Entry[Any], number: Decimal) -> None:
        """R09: points in a percent format, read as stored."""
        message = f"{entry.field}的单元格格式是百分比，看上去是{entry.given}，已按格里存的{plain(number)}读取。"
        self.about("R09", entry, message, GENERAL_FORMAT, plain(number))

    def far(self, entry: Entry[Any], number: Decimal) -> None:
        """R12: a thousand percent or more that nothing in the form confirms."""
        seen, other = f"{plain(number)}%", f"{plain(number / HUNDRED)}%"
        message = f"{entry.field}填“{entry.given}”，已按{seen}读取；如果是{other}，请改正。"
        self.about("R12", entry, message, "请核对，按实际的百分数填写。", seen, "warning")

    def undecided(self, entry: Entry[Any], number: Decimal, other: Decimal) -> None:
        """R12: a bare number may be a fraction or percents, and neither reading is taken."""
        either = f"{plain(number)}%还是{plain(other)}%"
        message = f"{entry.field}填“{entry.given}”，没有百分号，不能确定是{either}，没有据此计分。"
        advice = f"请写明百分号，如 {plain(other)}% 或 {plain(number)}% 。"
        self.about("R12", entry, message, advice, "百分数", "warning")

    def ambiguous(
        self, entry: Entry[Any], number: Decimal, other: Decimal, severity: Severity = "warning"
    ) -> None:
        """R12: a bare number may be a fraction or percents; `number` is the reading taken."""
        seen = f"{plain(number)}%"
        message = f"{entry.field}填“{entry.given}”，没有百分号，已按{seen}读取；如果是{plain(other)}%，请改正。"
        self.about("R12", entry, message, f"请写明百分号，如 {seen} 。", seen, severity)
