"""Does all that a list of problems says: types each correction, and a valid value where a person must choose one."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any

import openpyxl

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Finding, Result

Choose = Callable[[Any, Finding, Result], None]  # types something into the open workbook

REASON = "设备到货推迟一个月，影响了进度。"
MOST_ROUNDS = 6  # what a person chose may need points and totals of its own, which nobody could know before


def errors(result: Result) -> list[Finding]:
    """What keeps the form from being accepted."""
    return [found for found in result.findings if found.severity == "error"]


def type_in(cell: Any, text: str) -> None:
    """Type a text as a person does: Excel makes numbers and percentages of what looks like one."""
    if re.fullmatch(r"-?\d+(\.\d+)?", text):
        cell.value = float(text)
    elif re.fullmatch(r"-?\d+(\.\d+)?%", text):
        cell.value, cell.number_format = float(text[:-1]) / 100, "0.00%"
    else:
        cell.value = text


def follow(path: Path, result: Result, choose: Choose) -> bool:
    """Do what the errors and corrections say; whether a person had to choose anything."""
    book, chosen = openpyxl.load_workbook(path), False
    for found in result.findings:
        if found.correction is not None:
            right = found.correction
            type_in(book[right.place.sheet][right.place.cell], right.text)
    for found in (*errors(result), *(one for one in result.findings if one.code == "F10")):
        later = any(
            words in found.advice for words in ("不必改", "分值合计改正后", "请先更正资金", "少给的分补上后")
        )
        if found.correction is None and not later:
            choose(book, found, result)
            chosen = True
    book.save(path)
    return chosen


def left_over(path: Path, choose: Choose, rulebook: str | None = None) -> list[Finding]:
    """The errors that are left when all advice was followed: at once, or again where a person had to choose."""
    result = pipeline.score(path, None, rulebook)
    for number in range(MOST_ROUNDS):
        if number and not errors(result):
            break
        chosen = follow(path, result, choose)
        result = pipeline.score(path, None, rulebook)
        if not chosen:
            break
    return errors(result)


def usual_choice(book: Any, found: Finding, result: Result) -> None:
    """What a person would type who has nothing but the list."""
    sheet, cell = book[found.place.sheet], found.place.cell
    match found.code:
        case "I07":
            sheet[cell] = REASON
        case "I12" | "R07" if found.expected and "—" in found.expected:
            low, high = map(float, found.expected.split("—"))
            sheet[cell] = round((low + high) / 2, 2)
        case "F02":  # of the readings that are offered: the adjustment is wrong
            stated = re.search(r"调整数应填(-?[\d.]+)", found.advice)
            assert stated is not None
            type_in(sheet.cell(found.place.row, found.place.column - 1), stated[1])
        case "I02" | "I03" | "R08" | "R13" | "F06" | "F07" | "F01" | "F05" if found.expected:
            type_in(sheet[cell], _number(found.expected))
        case "W01":
            _balance(book, found, result)
        case "R07" if "名称" in found.field or "指标" in found.field:
            sheet[cell] = "示例名称"
        case _:
            raise AssertionError(f"nothing tells what to type for {found.code} {found.field}: {found.message}")


def _number(expected: str) -> str:
    """The number to type; where any from a bound on will do, 1."""
    return re.sub("大于0的数字|不小于0的数字", "1", expected.split("、")[0])


def _balance(book: Any, found: Finding, result: Result) -> None:
    """Take what is too much from the largest weight, or delete the row that should not be there."""
    assert result.evaluation is not None
    if "请删去" in found.advice:
        for cell in book[found.place.sheet][found.place.row]:
            if not isinstance(cell.value, str) or not cell.value.startswith("="):
                cell.value = None
        return
    largest = max(result.evaluation.indicators, key=lambda row: row.weight.value or 0).weight
    assert largest.value is not None
    assert found.difference is not None
    book[largest.place.sheet][largest.place.cell] = float(largest.value) - float(found.difference)


@cache
def _opened(path: Path) -> Any:
    return openpyxl.load_workbook(path)


def restore(original: Path) -> Choose:
    """What the well-made form has there, where that is another content; else the usual choice."""
    sound = _opened(original)

    def choose(book: Any, found: Finding, result: Result) -> None:
        if found.code == "F10":
            for cell in (cell for row in sound[found.place.sheet].iter_rows() for cell in row):
                if isinstance(cell.value, int | float):
                    book[found.place.sheet][cell.coordinate].value = cell.value
            return
        if found.code == "F01" and not found.expected:  # a part is empty
            for (cell,) in sound[found.place.sheet].iter_rows(
                min_col=found.place.column, max_col=found.place.column
            ):
                if isinstance(cell.value, int | float):
                    book[found.place.sheet][cell.coordinate].value = cell.value
            return
        if found.code in ("F06", "F07"):  # whoever knows the amounts looks at the line as a whole
            for cell in sound[found.place.sheet][found.place.row]:
                book[found.place.sheet][cell.coordinate].value = cell.value
            return
        before = sound[found.place.sheet][found.place.cell].value if found.place.cell else None
        now = book[found.place.sheet][found.place.cell].value if found.place.cell else None
        if before not in (None, now) and found.code not in ("W01", "I12"):
            book[found.place.sheet][found.place.cell].value = before
        else:
            usual_choice(book, found, result)

    return choose


def codes(found: Iterable[Finding]) -> list[tuple[str, str, str]]:
    """What a failing test shows."""
    return [(one.code, str(one.place), one.message) for one in found]
