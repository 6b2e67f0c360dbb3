"""The tables of rules (tests/cases/评分规则-*.md), and a form of each row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from perf_xlsx.rulebook import load_rulebook
from tests import CASES, FIXTURES
from tests.kit.finding_cases import value

COLUMNS = {
    "一级指标": "level1", "指标性质": "sign", "指标值": "target", "计量单位": "unit", "实际完成值": "actual", "分值": "weight",
    "计分方法": "method", "自评得分": "claimed_points",
}  # fmt: skip

FUNDS = {"年初预算数": "initial", "全年预算数": "adjusted", "全年执行数": "executed"}

FILES = sorted(CASES.glob("评分规则-*.md"))  # of shipped rulebooks

VARIANTS = sorted(CASES.glob("评分变体-*.md"))  # of rules seen in published forms, each in a rulebook of ours


def rulebook_of(path: Path) -> str:
    """The rulebook that a file of cases is for."""
    name = path.stem.partition("-")[2]
    return name if path in FILES else str(FIXTURES / "评分变体" / f"{name}.toml")


def table(path: Path, title: str = "指标") -> list[dict[str, str]]:
    """The rows of the Markdown table below the heading `title`."""
    section = path.read_text("utf-8").partition(f"\n## {title}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    if not lines:
        return []
    heads, _, *rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [dict(zip(heads, row, strict=True)) for row in rows]


def form_with(
    funds: dict[str, Any], indicators: list[dict[str, Any]], rulebook: str = "mof-2020"
) -> dict[str, Any]:
    """A form of the rulebook's kind with these numbers in its total line, and these indicators."""
    kind = load_rulebook(rulebook).forms[0]
    basics = {
        "form": kind,
        "year": 2024,
        "unit": "示例单位",
        "filled_on": "2025-03-10",
        "money_unit": "万元",
    }
    claimed = {"execution_points": 0, "total": 0, "grade": "差"}
    line = "合计"
    if kind == "project":
        basics |= {"project": "示例项目", "goal": {"expected": "完成年度任务", "achieved": "已完成"}}
        line = "年度资金总额"
    return basics | {"funds": [{"line": line} | funds], "indicators": indicators, "claimed": claimed}


def form_of(rows: list[dict[str, str]], rulebook: str = "mof-2020") -> dict[str, Any]:
    """One form with a row of the table as each of its indicators."""
    indicators = [
        {"name": row["情形"]} | {key: value(row[head]) for head, key in COLUMNS.items() if row.get(head)}
        for row in rows
    ]
    return form_with({"initial": 1240, "adjusted": 1000, "executed": 868}, indicators, rulebook)


def form_of_sums(row: dict[str, str], rulebook: str = "mof-2020") -> dict[str, Any]:
    """One form of a row of 总分与等级: each "8/10" is an indicator of weight 10 that earns 8 in proportion.

    "不适用/10" does not apply.
    """
    pairs = [pair.split("/") for pair in row["各指标得分/分值"].split("、")]
    indicators = [
        {"name": f"指标{number}", "sign": "≥", "target": value(weight), "weight": value(weight)}
        | {"level1": "产出指标", "level2": "数量指标", "unit": "个"}
        | {"actual": value(points) if points != "不适用" else points}
        | {"claimed_points": value(points) if points != "不适用" else 0}
        for number, (points, weight) in enumerate(pairs, 1)
    ]
    return form_with({key: value(row[head]) for head, key in FUNDS.items()}, indicators, rulebook)
