"""Numbers in the cells of a table, read as a sentence: the name of the row, the head of the column, the number."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from perf_xlsx.documents import CellPlace, Paragraph
from perf_xlsx.narrative.characters import Characters, characters
from perf_xlsx.narrative.names import Names
from perf_xlsx.system.pattern import pattern

_NUMBER = pattern(r"^(?:[≥≤=<>]|不低于|不高于)?[+-]?\d[\d,. ]*(?:%|[一-鿿]{0,4})$")
_BARE = pattern(r"^[+-]?\d[\d,. ]*$")
_BRACKETS = pattern(r"\(([^()]{1,10})\)")
_UNITS = pattern(r"^(?:单位:)?(万元|亿元|元|%|分|人|个)$")
_STATED = pattern(r"(?:金额)?单位:?(万元|亿元|元)|^[^\d。]{1,20}\((万元|亿元|元)\)$")
_POINTS = ("得分", "分值", "权重", "分")
_MONEY = pattern(r"预算|决算|执行数|支出|金额|资金|结余|调整数")
_SERIAL = pattern(r"序号|编号|序列号|№")
_FIGURE = pattern(r"^(?:[≥≤=<>]|不低于|不高于)?[+-]?\d[\d,. ]*(?!年)(?:%|[一-鿿]{0,4})$")
_EXECUTION = pattern(r"(?:预算)?执行率?")
_MONEY_UNIT = pattern(r"元$")
_OF_THE_WHOLE = (  # what a row 预算执行率 has in the columns of an indicator, where it has money there
    (pattern(r"实际|完成值|执行"), "全年执行数"),
    (pattern(r"指标值|目标|计划|预期"), "全年预算数"),
)
AS_ORDINAL = ("第", "项")  # around a serial number
_WORDS = pattern(r"[一-鿿]")


class CellLabel(NamedTuple):
    """What stands for the words before a number in a cell, and the unit that the table gives it."""

    words: str
    unit: str


def labels(paragraphs: Iterable[Paragraph], names: Names) -> Mapping[int, CellLabel]:
    """For each paragraph that is a number in a table, by where it begins, its label."""
    cells: dict[CellPlace, str] = {}
    numbers: list[tuple[Paragraph, str]] = []
    stated: dict[int, str] = {}
    unit = ""
    for paragraph in paragraphs:
        text = characters(paragraph.text).text
        if found := _STATED.search(text):
            unit = found[1] or found[2]
        if paragraph.cell is None:
            continue
        cells[paragraph.cell] = cells.get(paragraph.cell, "") + text
        stated.setdefault(paragraph.cell.table, unit)
        if _NUMBER.match(text):
            numbers.append((paragraph, text))
    found_labels, heads = {}, _heads(cells)
    for paragraph, text in numbers:
        label = (
            _label(cells, heads[paragraph.cell], paragraph.cell, text, names, stated) if paragraph.cell else None
        )
        if label is not None:
            found_labels[paragraph.start] = label
    return found_labels


def _label(
    cells: Mapping[CellPlace, str], head: str, at: CellPlace, text: str, names: Names, stated: Mapping[int, str]
) -> CellLabel | None:
    if _SERIAL.fullmatch(head) and _BARE.match(text):
        return CellLabel(*AS_ORDINAL)
    row = _row(cells, at, names)
    if not head or not row:
        return None
    bare = _BRACKETS.sub("", head)
    if _EXECUTION.fullmatch(row) and _MONEY_UNIT.search(text):
        bare = next((column for words, column in _OF_THE_WHOLE if words.search(bare)), bare)
        row = ""
    return CellLabel(row + bare, _unit(head, bare, stated.get(at.table, "")) if _BARE.match(text) else "")


def _unit(head: str, bare: str, stated: str) -> str:
    """The unit of a column: in the brackets of its head, of money the one `stated` above the table, or points."""
    units = [found[1] for one in _BRACKETS.findall(head) if (found := _UNITS.match(one))]
    unit = units[0] if units else stated if _MONEY.search(bare) and "率" not in bare else ""
    return "分" if not unit and bare.endswith(_POINTS) else unit


def _heads(cells: Mapping[CellPlace, str]) -> Mapping[CellPlace, str]:
    """For each cell the words nearest above it in a row of heads, "" where there are none.

    A row with figures is none, though it has words too: 明显改善, 达成预期.
    """
    found: dict[CellPlace, str] = {}
    nearest: dict[tuple[int, int], str] = {}
    rows = {(at.table, at.row) for at, text in cells.items() if _FIGURE.match(text)}
    for at in sorted(cells):
        column, text = (at.table, at.column), cells[at]
        found[at] = nearest.get(column, "")
        if _WORDS.search(text) and not _NUMBER.match(text) and (at.table, at.row) not in rows:
            nearest[column] = text
    return found


def _row(cells: Mapping[CellPlace, str], at: CellPlace, names: Names) -> str:
    """What the row is about: a cell to the left that is a name of the form, else the first with words."""
    texts = [cells.get(CellPlace(at.table, at.row, column), "") for column in range(at.column)]
    worded = [text for text in texts if _WORDS.search(text) and not _NUMBER.match(text)]
    named = [text for text in worded if any(one.end - one.start == len(text) for one in names.find(text))]
    return (named or worded or [""])[-1 if named else 0]


def with_label(read: Characters, label: CellLabel) -> Characters:
    """The letters of a cell behind its label, as a sentence; the label's letters have no place of their own."""
    end = max(0, read.at[-1] - 1)
    text = label.words + read.text + label.unit
    return Characters(text, (*([0] * len(label.words)), *read.at[:-1], *([end] * len(label.unit)), read.at[-1]))
