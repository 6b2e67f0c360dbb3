"""What the cells of an adopted form ask: message, drop-down and bounds, as our own template has them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from perf_xlsx.adoption.answers import AnswerCell
from perf_xlsx.adoption.surveyed_labels import Survey
from perf_xlsx.domain.rounding import plain
from perf_xlsx.forms import Box
from perf_xlsx.ooxml import cell_name
from perf_xlsx.ooxml.asking import Question
from perf_xlsx.rulebook import Rulebook
from perf_xlsx.template.box import message

# Where a form has no column for signs or units, they are written with the numbers.
TOGETHER = {
    "target": "年初批复的目标，连同符号和单位填写，如 ≥95%、12个；定性指标填文字。",
    "actual": "全年实际完成的数值，单位与指标值一致，如 96%、12个；定性指标填：{judgements}。",
}
ELSEWHERE = "，单位与“基本信息”中选择的金额单位一致"  # a sheet that an official form has not


def questions(
    answers: Iterable[AnswerCell], found: Survey, year: int | None, rulebook: Rulebook
) -> Iterator[Question]:
    """A question for each box, and for each column of a table."""
    groups: dict[tuple[str, str, str], list[AnswerCell]] = {}
    for one in answers:
        if one.box is not None and not one.inside:
            groups.setdefault((one.label.role.block, one.key, one.line), []).append(one)
    for group in groups.values():
        yield _question(group, found, year, rulebook)


def _question(group: list[AnswerCell], found: Survey, year: int | None, rulebook: Rulebook) -> Question:
    box, block = group[0].box, group[0].label.role.block
    assert box is not None
    help = (box.help or f"请填写{box.label}。").replace(ELSEWHERE, "，只填数字")
    if block == "indicators" and "sign" not in found.columns("indicators"):
        help = TOGETHER.get(box.key, help)
    error = box.error if box.kind == "number" else ""
    told, wrong = (message(text, year, rulebook) for text in (help, error))
    values, between = _values(box, found, rulebook), _between(box, rulebook)
    return Question(_area(group), box.label, told, values, between, wrong)


def _values(box: Box, found: Survey, rulebook: Rulebook) -> tuple[str, ...]:
    """The choices of a drop-down; other words are taken too, as the form may have its own."""
    if box.key == "actual":
        return tuple(band.judgement for band in rulebook.bands)
    return tuple(choice.value for choice in box.choices if choice.value not in found.kind.quantities)


def _between(box: Box, rulebook: Rulebook) -> tuple[str, str] | None:
    if box.kind != "number":
        return None
    low = plain(box.minimum) if box.minimum is not None else "-1000000000000"
    return low, plain(rulebook.number("total.points")) if box.points else "1000000000000"


def _area(group: Iterable[AnswerCell]) -> str:
    """The cells, those below each other as one range."""
    spots = sorted({one.at[1:] for one in group}, key=lambda at: (at[1], at[0]))
    ranges: list[list[tuple[int, int]]] = []
    for at in spots:
        if ranges and ranges[-1][-1] == (at[0] - 1, at[1]):
            ranges[-1].append(at)
        else:
            ranges.append([at])
    names = [
        (cell_name(one[0][0] - 1, one[0][1] - 1), cell_name(one[-1][0] - 1, one[-1][1] - 1)) for one in ranges
    ]
    return " ".join(first if first == last else f"{first}:{last}" for first, last in names)
