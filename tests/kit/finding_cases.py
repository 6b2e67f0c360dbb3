"""Reads tests/cases/问题.md: a heading a case, below it what is changed, and the whole set of what is found.

“应有” is what the case is about, “还有” the codes of everything else; “不应有” names what it is easily taken for.
`python -m tests.update_cases` writes the “还有” lines anew; read the difference before you keep it.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

from perf_xlsx.domain.model import Finding
from perf_xlsx.forms import Boxes, load_form

BESIDES = "- 还有 "
FORMS = {"部门": "完好的部门自评表.json", "项目": "完好的项目自评表.json"}
SEVERITIES = {"错误": "error", "警告": "warning", "提示": "notice"}


@dataclass(frozen=True)
class Expected:
    """One finding that must be there."""

    code: str
    severity: str
    field: str
    expected: str | None = None
    difference: str | None = None

    def matches(self, found: Finding) -> bool:
        """Whether the finding is the one meant."""
        return (
            (self.code, self.severity, self.field) == (found.code, found.severity, found.field)
            and self.expected in (None, found.expected)
            and self.difference in (None, found.difference)
        )


@dataclass
class FindingCase:
    """One case: what is changed in the well-made form, what must and must not be found."""

    title: str
    form: str = "部门"
    rulebook: str | None = None
    changes: list[tuple[str, Any]] = field(default_factory=list)
    expected: list[Expected] = field(default_factory=list)
    absent: list[str] = field(default_factory=list)
    besides: Counter[str] = field(default_factory=Counter)

    def besides_of(self, found: Iterable[Finding]) -> Counter[str]:
        """The codes of what was found besides what the case is about."""
        left = list(found)
        for wanted in self.expected:
            if (one := next((f for f in left if wanted.matches(f)), None)) is not None:
                left.remove(one)
        return Counter(one.code for one in left)


def read_cases(path: Path) -> list[FindingCase]:
    """Every case of the file; ValueError names a line that is not understood."""
    cases: list[FindingCase] = []
    for line in path.read_text("utf-8").splitlines():
        if line.startswith("## "):
            cases.append(FindingCase(line[3:].strip()))
        elif found := re.fullmatch(r"- 表 (部门|项目)", line):
            cases[-1].form = found[1]
        elif found := re.fullmatch(r"- 评分办法 (\S+)", line):
            cases[-1].rulebook = found[1]
        elif found := re.fullmatch(r"- 改 (.+?) = (.+)", line):
            cases[-1].changes.append((found[1], value(found[2])))
        elif found := re.fullmatch(r"- 应有 (\w\d\d) (..) (\S+)(?: 应为 (\S+))?(?: 相差 (\S+))?", line):
            cases[-1].expected.append(Expected(found[1], SEVERITIES[found[2]], found[3], found[4], found[5]))
        elif line.startswith(BESIDES):
            cases[-1].besides = besides(line)
        elif line.startswith("- 不应有 "):
            cases[-1].absent += line[6:].split()
        elif line.startswith("- "):
            raise ValueError(line)
    return cases


def besides(line: str) -> Counter[str]:
    """ "- 还有 I06 T02×2": codes, with how many where more than one."""
    counts: Counter[str] = Counter()
    for word in line.removeprefix(BESIDES).split():
        code, _, many = word.partition("×")
        counts[code] += int(many or 1)
    return counts


def besides_line(counts: Mapping[str, int]) -> str:
    """The line that `besides` reads."""
    return BESIDES + " ".join(code if many == 1 else f"{code}×{many}" for code, many in sorted(counts.items()))


def value(text: str) -> Any:
    """“…” is text, （空） an empty cell, anything that reads as a number a number."""
    if text == "（空）":
        return None
    if quoted := re.fullmatch("“(.*)”", text):
        return quoted[1]
    try:
        return float(Decimal(text))
    except ArithmeticError:
        return text


def changed(case: dict[str, Any], path: str, new: Any) -> None:
    """Change the box that a person would call `path` ("合计·调整数", "指标2·分值", "自评总分", "说明·…")."""
    form = load_form(case["form"])
    head, _, column = path.partition("·")
    if head == "说明":
        case["passages"][column] = new
        return
    if found := re.fullmatch(r"(指标|项目)(\d+)", head):
        key = {"指标": "indicators", "项目": "projects"}[found[1]]
        case[key][int(found[2]) - 1][_key(form.rows(key).columns, column)] = new
    elif column:
        row = next(row for row in case["funds"] if row["line"] == head)
        row[_key(form.lines("funds").columns, column)] = new
    else:
        _change_box(case, path, new)


def _change_box(case: dict[str, Any], path: str, new: Any) -> None:
    for sheet in load_form(case["form"]).sheets:
        for block in sheet.blocks:
            if isinstance(block, Boxes) and any(box.label == path for box in block.boxes):
                key = _key(block.boxes, path)
                group, _, member = key.partition("_")
                if group in ("claimed", "staff", "goal"):
                    case[group][member] = new
                else:
                    case[key] = new
                return
    raise KeyError(path)


def _key(boxes: Any, label: str) -> str:
    return next(box.key for box in boxes if box.label == label)
