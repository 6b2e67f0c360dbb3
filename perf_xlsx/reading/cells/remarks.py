"""The sentences about how a cell was understood (R08, R09, R12)."""

from __future__ import annotations

from collections.abc import Container
from decimal import Decimal
from itertools import groupby
from typing import Any

from msgspec import Struct, field

from perf_xlsx.domain.model import Entry, Finding, Severity
from perf_xlsx.domain.place import Place
from perf_xlsx.domain.quantity import Quantity, normalise
from perf_xlsx.domain.rounding import plain
from perf_xlsx.findings.catalogue import Observation, finding
from perf_xlsx.ooxml import Cell
from perf_xlsx.reading.cells.display import HUNDRED
from perf_xlsx.rulebook import Rulebook

KEEP_OR_DELETE = "请核对：仍然有效的，请取消删除线；不要的，请从格里删去，再填写正确的内容。"
MOST = 8  # cells of one row that are named
ROW = 24  # more than there is to say of one row's numbers


class Remarks(Struct):
    """Collects what there is to say.

    `money_unit` decides which amount texts are unambiguous, `year` is that of dates which state none, `rules` are
    those whose words judgements are read as.
    """

    findings: list[Finding]
    money_unit: str = ""
    year: int | None = None
    rules: Rulebook | None = None
    crossed: list[Entry[Any]] = field(default_factory=list)  # out, all of them; told row by row
    partly: set[Place] = field(default_factory=set)  # where a part was crossed out, which has been told

    def say(
        self,
        code: str,
        place: Place,
        field: str,
        given: str,
        message: str,
        advice: str,
        expected: str = "",
        severity: Severity | None = None,
    ) -> None:
        """Add a finding about one cell; how it was understood in the end (R12) replaces what was said before."""
        if code == "R12":
            self._forget(place)
        seen = Observation(place, field, given or None, message, advice, expected or None, severity=severity)
        self.findings.append(finding(code, seen, None))

    def _forget(self, place: Place) -> None:
        """Drop the notice of an earlier step of the same row."""
        for back in range(len(self.findings) - 1, max(-1, len(self.findings) - ROW), -1):
            said = self.findings[back]
            if (said.code, said.severity, said.place) == ("R12", "notice", place):
                del self.findings[back]

    def dash(self, entry: Entry[Decimal]) -> None:
        """R12: “一” may be a dash or the number one."""
        if normalise(entry.given) == "一":
            message = f"{entry.field}填“一”，当作横线，按没有填写读取；如果是数字1，请改正。"
            self.say("R12", entry.place, entry.field, "一", message, "没有的请空着，有的请填数字。", "", "warning")

    def partly_crossed(self, struck: object, entry: Entry[Any]) -> None:
        """R24: a part of the content was crossed out, and is no part of what is read."""
        self.partly.add(entry.place)
        message = f"{entry.field}里划去（删除线）的“{struck}”不算，已按“{entry.given}”读取。"
        self.say("R24", entry.place, entry.field, entry.given, message, KEEP_OR_DELETE, severity="notice")

    def tell_crossed(self, demanded: Container[Place]) -> None:
        """R24: cells that were crossed out, once a row; an error where one of them is `demanded`."""
        found = sorted(self.crossed, key=lambda entry: entry.place)
        self.crossed.clear()
        for _, row in groupby(found, key=lambda entry: (entry.place.sheet, entry.place.row)):
            entries = [*row]
            first = entries[0]
            cells = "、".join(f"{entry.place.cell}“{entry.given}”" for entry in entries[:MOST])
            what = f"第{first.place.row}行的{cells}{f'等{len(entries)}格' if len(entries) > MOST else ''}"
            what = what if len(entries) > 1 else f"{first.field}“{first.given}”"
            severity: Severity = "error" if any(entry.place in demanded for entry in entries) else "warning"
            message = f"{what}被划去了（删除线），没有读取。"
            self.say("R24", first.place, first.field, first.given, message, KEEP_OR_DELETE, severity=severity)

    def trimmed(
        self,
        entry: Entry[Decimal],
        quantity: Quantity,
        extra: str,
        why: str = "带有不该有的符号或单位",
        to: str = "",
        advice: str = "",
    ) -> None:
        """What was taken away around a number: R09 for signs, units, marks (`to`: where they go), R12 for form."""
        if extra or quantity.mark:
            why = f"带有标注“{quantity.mark}”" if not extra else why
            message = f"{entry.field}填“{entry.given}”，{why}，已按{plain(quantity.number)}读取。"
            advice = advice or f"请只填数字{to}。"
            self.say("R09", entry.place, entry.field, entry.given, message, advice, plain(quantity.number))
        else:
            self.cleaned(entry, quantity.number)

    def cleaned(
        self, entry: Entry[Decimal], number: Decimal, sign: str = "", severity: Severity | None = None
    ) -> None:
        """R12: read after cleaning."""
        if entry.place in self.partly and entry.given == plain(number):
            return  # R24 has said so
        message = f"{entry.field}填“{entry.given}”，已按{plain(number)}{sign}读取。"
        advice = f"可以不改；建议写成 {plain(number)}% 。" if sign else "可以不改；建议直接填数字。"
        self.say("R12", entry.place, entry.field, entry.given, message, advice, plain(number), severity)

    def not_a_number(self, entry: Entry[Decimal], why: str = "不是一个数字", advice: str = "") -> None:
        """R08: nothing that could be taken as a number stands there."""
        message = f"{entry.field}填“{entry.given}”，{why}。"
        advice = advice or "请只填数字，不带单位和符号。"
        self.say("R08", entry.place, entry.field, entry.given, message, advice, "数字")

    def scaled(self, cell: Cell, entry: Entry[Decimal]) -> None:
        """R12: a format that shows 2857.28 for 28572800 is no witness of what was meant."""
        if cell.scaled and isinstance(cell.value, Decimal) and cell.value:
            message = (
                f"{entry.field}的单元格格式把数字缩小了显示，已按格里存的{plain(cell.value)}读取；"
                "如果应是看到的数，请改正。"
            )
            advice = "请把单元格格式改成“常规”，核对数字后保存。"
            self.say("R12", entry.place, entry.field, entry.given, message, advice, "", "warning")

    def unit_added(self, entry: Entry[Decimal], number: Decimal, unit: str) -> None:
        """R09: the cell's format writes a unit behind the number that is not the form's or the row's."""
        seen = f"{plain(number)}{unit}"
        message = (
            f"{entry.field}的单元格格式在数字后面显示“{unit}”，看上去是{seen}，"
            f"已按{plain(number)}读取；单位不对的请换算后改正。"
        )
        advice = "请核对单位，把单元格格式改成“常规”后重新填写数字。"
        self.say("R09", entry.place, entry.field, seen, message, advice, plain(number))

    def percent_added(self, entry: Entry[Decimal], number: Decimal) -> None:
        """R09: points in a percent format, that are as many only as they are stored."""
        message = f"{entry.field}的单元格格式是百分比，看上去是{entry.given}，已按格里存的{plain(number)}读取。"
        self.say("R09", entry.place, entry.field, entry.given, message, "请把单元格格式改成“常规”，核对后保存。",
                 plain(number))  # fmt: skip

    def far(self, entry: Entry[Decimal], number: Decimal) -> None:
        """R12: a thousand percent and more, which nothing in the form confirms."""
        message = (
            f"{entry.field}填“{entry.given}”，已按{plain(number)}%读取；如果是{plain(number / HUNDRED)}%，请改正。"
        )
        advice = "请核对，按实际的百分数填写。"
        self.say("R12", entry.place, entry.field, entry.given, message, advice, f"{plain(number)}%", "warning")

    def undecided(self, entry: Entry[Decimal], number: Decimal, other: Decimal) -> None:
        """R12: a bare number that may be a fraction or percents, beside one of another size; neither is taken."""
        either = f"{plain(number)}%还是{plain(other)}%"
        message = f"{entry.field}填“{entry.given}”，没有百分号，不能确定是{either}，没有据此计分。"
        advice = f"请写明百分号，如 {plain(other)}% 或 {plain(number)}% 。"
        self.say("R12", entry.place, entry.field, entry.given, message, advice, "百分数", "warning")

    def ambiguous(
        self,
        entry: Entry[Decimal],
        number: Decimal,
        other: Decimal,
        severity: Severity = "warning",
    ) -> None:
        """R12: a bare number that may be a fraction or percents, and nothing in the form tells which."""
        message = (
            f"{entry.field}填“{entry.given}”，没有百分号，已按{plain(number)}%读取；"
            f"如果是{plain(other)}%，请改正。"
        )
        self.say(
            "R12", entry.place, entry.field, entry.given, message, f"请写明百分号，如 {plain(number)}% 。",
            f"{plain(number)}%", severity,
        )  # fmt: skip
