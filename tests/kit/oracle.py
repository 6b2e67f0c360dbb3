"""A second, plain implementation of the published formulas, and made-up forms to hold against it.

The oracle knows nothing of the product's data or code: its numbers stand here, its arithmetic is Fraction.
"""

from __future__ import annotations

import random
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction
from typing import Any

from msgspec.structs import replace

from perf_xlsx.domain.model import Claimed, FundLine, SelfEvaluation
from tests.kit.model_rows import entry, indicator

NATIONAL: dict[str, Any] = {
    "execution": 10,
    "base": "adjusted",
    "line": False,
    "judged": ("达成", "部分达成", "未达成"),
    "bands": (80, 60),
    "grades": (90, 80, 60),
    "off": 0,
    "caps": (),
    "full_rate": None,  # percent of the budget that earns all points of execution
    "window": None,  # percents of completion outside which a key duty earns nothing
    "rescaled": False,
}

ORACLES: dict[str, dict[str, Any]] = {
    "mof-2020": NATIONAL,
    "hubei": NATIONAL | {"execution": 20, "bands": (80, 50)},
    "platform": NATIONAL | {"line": True},
    "platform-grades": NATIONAL | {"line": True, "grades": (80, 70, 60)},
    "prefecture-cap": NATIONAL | {"off": 2, "caps": ((50, 59), (60, 69), (70, 79), (80, 89))},
    "initial-base": NATIONAL | {"base": "initial"},
    "jinan-2019": NATIONAL | {"base": "initial", "bands": (80, 50)},
    "beijing-2016": NATIONAL | {"base": "initial"},
    "ningxia": NATIONAL | {"execution": 0},
    "yinchuan": NATIONAL,
    "sichuan-2025": NATIONAL | {"grades": (90, 80, 70)},
    "pidu-2026": NATIONAL
    | {"execution": 0, "grades": (90, 80, 70), "full_rate": 96, "window": (70, 130), "rescaled": True},
}

KEY_DUTY = "重点任务"


def cents(value: Fraction) -> Decimal:
    with localcontext(prec=60):
        return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)


def spent(rate: Fraction, o: dict[str, Any]) -> Fraction:
    """The share of the points that an execution rate earns."""
    return Fraction(1) if o["full_rate"] is not None and rate * 100 >= o["full_rate"] else min(Fraction(1), rate)


def outside(row: dict[str, Any], a: Fraction, b: Fraction, at_most: bool, o: dict[str, Any]) -> bool:
    """Whether a key duty's completion is below 70% or above 130%."""
    if not o["window"] or row["level1"] != KEY_DUTY or row["method"] == "达标法":
        return False
    if at_most:
        return b > a >= 0 and b > 0 and a / b * 100 < o["window"][0]
    return a > 0 and not o["window"][0] <= b / a * 100 <= o["window"][1]


def oracle_row(row: dict[str, Any], rate: Fraction, o: dict[str, Any]) -> Decimal | None:
    weight = Fraction(str(row["weight"]))
    if row["method"] == "按执行率":
        return cents(weight * spent(rate, o))
    if row["sign"] == "定性":
        return oracle_judged(row, weight, o)
    a, b = Fraction(str(row["target"])), Fraction(str(row["actual"]))
    at_most = row["sign"] in ("≤", "<")
    if outside(row, a, b, at_most, o):
        return Decimal(0)
    met = b <= a if at_most or (row["sign"] == "=" and a == 0) else b >= a
    if met:
        over = not at_most and a > 0 and b / a >= Fraction(13, 10)
        return cents(weight - (min(o["off"], weight) if over else 0))
    if row["method"] == "达标法" or a <= 0 or b <= 0:
        return Decimal(0)
    if not at_most:
        return cents(weight * b / a)
    return cents(weight * (max(Fraction(0), 1 - (b - a) / a) if o["line"] else a / b))


def oracle_judged(row: dict[str, Any], weight: Fraction, o: dict[str, Any]) -> Decimal | None:
    place, claimed = o["judged"].index(row["actual"]), row["claimed_points"]
    if row["method"] == "达标法":
        return cents(weight if place == 0 else Fraction(0))
    if claimed is None:
        return cents(weight) if place == 0 else None
    edges = (100, *o["bands"], 0)
    low, high = (weight * edges[place + n] / 100 for n in (1, 0))
    return cents(min(max(Fraction(str(claimed)), low), high))


def oracle(form: dict[str, Any], name: str) -> tuple[list[Decimal | None], Decimal, str | None]:
    o = ORACLES[name]
    rate = Fraction(str(form["executed"])) / Fraction(str(form[o["base"]]))
    idle = [o["rescaled"] and row["actual"] == "不适用" for row in form["rows"]]
    rows = [None if no else oracle_row(row, rate, o) for row, no in zip(form["rows"], idle, strict=True)]
    points = [cents(o["execution"] * spent(rate, o)), *rows]
    total = sum((p for p in points if p is not None), Decimal(0))
    lost = sum(
        (Fraction(str(row["weight"])) for row, no in zip(form["rows"], idle, strict=True) if no), Fraction(0)
    )
    if lost:
        total = cents(Fraction(total) / (100 - lost) * 100) if lost < 100 else Decimal(0)
    total = min([total, *(Decimal(cap) for below, cap in o["caps"] if rate * 100 < below)])
    grade = next((g for g, low in zip("优良中", o["grades"], strict=True) if total >= low), "差")
    whole = sum((Decimal(str(row["weight"])) for row in form["rows"]), Decimal(o["execution"]))
    missing = [p is None and not no for p, no in zip(points, [False, *idle], strict=True)]
    sure = not any(missing) and not all(idle) and abs(whole - 100) <= Decimal("0.01")
    return points, total, grade if sure else None


def made_up(chance: random.Random, rows: int, o: dict[str, Any] = NATIONAL) -> dict[str, Any]:
    """A form for an oracle, with numbers as people type them; a good part of them on the edges."""

    def number(low: float, high: float) -> float:
        return round(chance.uniform(low, high), chance.choice((0, 1, 2)))

    form: dict[str, Any] = {"initial": number(1, 9000), "adjusted": number(1, 9000), "rows": []}
    form["initial"], form["adjusted"] = max(form["initial"], 1), max(form["adjusted"], 1)
    form["executed"] = round(
        form["adjusted"] * chance.choice((0, 0.3, 0.5, 0.6, 0.7, 0.79, 0.8, 0.868, 0.95, 0.96, 1, 1.1)), 2
    )
    for _ in range(rows):
        sign = chance.choice(("≥", "≤", "=", ">", "<", "定性"))
        target = number(-5, 500) if chance.random() < 0.9 else 0
        actual = (
            target * chance.choice((1, 1, 1.3, 1.29, 2, 0.5, 1.1, 0.7, 0.69, 1.31))
            if chance.random() < 0.5
            else number(-5, 900)
        )
        weight = max(number(0, 30), 0.5)
        row = {
            "sign": sign,
            "target": target,
            "actual": round(actual, 4),
            "weight": weight,
            "claimed_points": None,
        }
        row["level1"] = chance.choice((KEY_DUTY, KEY_DUTY, "产出指标"))
        row["method"] = chance.choice((None, None, "按比例", "达标法", "按执行率"))
        if sign == "定性":
            row |= {"target": "明显改善", "actual": chance.choice(o["judged"])}
            row["method"] = chance.choice((None, "定性", "达标法", "按执行率"))
            row["claimed_points"] = chance.choice((None, round(chance.uniform(0, weight), 2), weight))
        if o["rescaled"] and chance.random() < 0.2:  # some do not apply
            row["actual"] = "不适用"
        form["rows"].append(row)
    return form


def evaluation(form: dict[str, Any]) -> SelfEvaluation:
    def value(raw: Any) -> Any:
        return Decimal(str(raw)) if isinstance(raw, int | float) else raw

    money = {
        key: entry(value(form.get(key)))
        for key in ("initial", "adjustment", "adjusted", "executed", "claimed_rate")
    }
    rows = tuple(indicator(**{key: value(raw) for key, raw in row.items()}) for row in form["rows"])
    rows = tuple(
        replace(row, actual=replace(row.actual, value=None)) if row.actual.value == "不适用" else row
        for row in rows
    )
    nothing = entry(None)
    return SelfEvaluation(
        form="department", year=2024, rulebook="", workbook="t.xlsx", boxes={},
        funds={"total": FundLine("total", "合计", **money)}, total_line="total", project_line=None,
        projects=(), indicators=rows, claimed=Claimed(nothing, nothing, nothing),
    )  # fmt: skip


def as_case(form: dict[str, Any], kind: str = "department") -> dict[str, Any]:
    """The made-up form as case data for the template."""
    line = {"department": "合计", "project": "年度资金总额"}[kind]
    goal = {"project": "示例项目", "goal": {"expected": "完成年度任务", "achieved": "已完成"}}
    return (goal if kind == "project" else {}) | {
        "form": kind, "year": 2024, "unit": "示例县档案馆", "filled_on": "2025-03-01", "money_unit": "万元",
        "funds": [{"line": line} | {key: form[key] for key in ("initial", "adjusted", "executed")}],
        "indicators": [{"name": f"指标{n}", "unit": "个", "level1": "产出指标"} | row for n, row in enumerate(form["rows"])],
        "claimed": {"execution_points": 10, "total": 90, "grade": "优"},
    }  # fmt: skip
