"""The live template beside the engine: forms typed at random, recalculated by LibreOffice, read by the engine.

`python -m tests.live 1000` compares a thousand; `--here` lets our own calculator take LibreOffice's place. What the
template promises: a number that it shows is the engine's; where the engine leaves something open, or a required box is
empty, the total is no number; where its counters are green the engine misses nothing; no formula shows an error.
"""

from __future__ import annotations

import datetime
import random
import re
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Any

import openpyxl

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Finding, Result
from perf_xlsx.findings.asked import is_open
from perf_xlsx.forms import load_form
from perf_xlsx.rulebook import load_rulebook, rulebook_names
from perf_xlsx.template.calculator import WRONG, CellRange, Cells
from tests import FIXTURES
from tests.kit.filled import opened
from tests.kit.libreoffice import CellsShown, cells_shown
from tests.kit.outcome import findings_of

YEAR = 2025
VARIANTS = tuple(map(str, sorted((FIXTURES / "评分变体").glob("*.toml"))))  # rules seen in published forms
ERRORS = ("Wrong(", "#VALUE!", "#REF!", "#DIV/0!", "#NAME?", "#N/A", "#NUM!", "Err:")
AREA = re.compile(r"[^!]+!\$[A-Z]+\$\d+(:\$[A-Z]+\$\d+)?")  # what names of boxes refer to; others hold formulas
Chance = random.Random


@dataclass
class Form:
    """A template that is being typed into."""

    kind: str
    rulebook: str
    book: Any
    odd: float = 1.0  # how much of what may be typed oddly is
    said: list[str] = field(default_factory=list)  # what was typed otherwise than it should be

    def cell(self, name: str, row: int = 0) -> Any:
        """A box by its defined name; of a column, the one of a row from 0."""
        sheet, reference = next(iter(self.book.defined_names[name].destinations))
        top = self.book[sheet][reference.replace("$", "").split(":")[0]]
        return top.offset(row=row)

    def type(self, name: str, value: Any, code: str | None = None, row: int = 0) -> None:
        """Type into a box."""
        cell = self.cell(name, row)
        cell.value = value
        if code:
            cell.number_format = code


def blank_form(kind: str, rulebook: str, made: dict[tuple[str, str], bytes] = {}) -> Form:  # noqa: B006  # a cache
    """A blank template."""
    if (kind, rulebook) not in made:
        made[kind, rulebook] = pipeline.template_bytes(kind, YEAR, rulebook)
    return Form(kind, rulebook, opened(made[kind, rulebook]))


# ---- typing ----------------------------------------------------------------------------------------------------

SIGNS = {
    "≥": ("≥", "≥", "≥", ">=", "大于等于", "≥ ", "不低于", "＞＝", "≧\n"),
    "≤": ("≤", "≤", "<=", "不超过", "小于等于", "　≤"),
    "=": ("=", "＝", "等于"),
    ">": (">", "＞", "大于"),
    "<": ("<", "小于"),
    "定性": ("定性", "定性", "定性指标", " 定性"),
}
METHODS = (
    None, None, None, None, None, "按比例", "达标法", "按执行率", "达标", "达标法 ", "达标计分", "比例法", "执行率", "其他", "层差法", "—",
)  # fmt: skip
LEVELS = (
    "达成", "达成", "部分达成", "未达成", "达成预期指标", "　达成", "达成\n", "基本达成", "部分达成 ", "好", "95", "已达成", "达成。", None,
)  # fmt: skip
TEXTS = (
    "不适用",
    "98人次",
    "10分",
    "９５",
    "约95",
    "95%",
    "≥95",
    "无",
    "/",
    "—",
    "是",
    "1,200",
    "\u200b",
    " ",
    "\n",
    "—\n",
    "\u3000",
    "#N/A",
)
UNITS = (None, "%", "％", "百分比", "人次", "个", "万元", "元")


def numbers(chance: Chance, odd: float) -> tuple[Any, str | None]:
    """A number as people type it, with its format."""
    plain = chance.choice((
        0, 1, 0.5, 0.95, 0.96, 5, 9.5, 81, 90, 95, 96, 98.28, 100, 100, 200000, round(chance.uniform(0, 300), 2), -3, 1.0,
    ))  # fmt: skip
    kind = 1 - chance.random() * odd * 0.28 if chance.random() < odd else 0
    if kind < 0.72:
        return plain, None
    if kind < 0.86:
        return plain / 100 if chance.random() < 0.8 else plain, chance.choice(("0%", "0.00%"))
    if kind < 0.91:
        return datetime.datetime(2025, chance.randint(1, 12), 5), chance.choice(("yyyy/m/d", "yyyy-mm-dd", "m-d"))
    if kind < 0.94:
        return chance.choice((1e14, 1e-13, -1e15, True, False)), None
    return chance.choice(TEXTS), None


def target_and_actual(chance: Chance, form: Form, row: int) -> None:
    """Both values of a quantitative row, mostly near each other."""
    unit = chance.choice(UNITS)
    form.type("px_indicators_unit", unit, row=row)
    if chance.random() < 0.6:
        base = chance.choice((5, 50, 90, 95, 100, 0.95, 1, 1000, 200000, 2, 0))
        times = chance.choice((1, 1, 0.9, 1.1, 1.3, 1.4305, 0.5, 2, 1.01, 0.7, 0.85, 0.6999, 1.3001, 0.935))
        actual: Any = round(base * times, 4)
        codes: list[str | None] = [None, None]
        pair: list[Any] = [base, actual]
        if unit in ("%", "％", "百分比", None):
            for at in (0, 1):
                if chance.random() < 0.3:
                    pair[at], codes[at] = pair[at] / 100, "0.00%"
                elif chance.random() < 0.15:
                    pair[at] = pair[at] / 100
        form.type("px_indicators_target", pair[0], codes[0], row)
        form.type("px_indicators_actual", pair[1], codes[1], row)
    else:
        form.type("px_indicators_target", *numbers(chance, form.odd), row)
        form.type("px_indicators_actual", *numbers(chance, form.odd), row)
    if chance.random() < 0.2:
        form.type("px_indicators_midyear", *numbers(chance, form.odd), row)


def points_typed(chance: Chance, value: float, odd: float) -> tuple[Any, str | None]:
    """Points as people type them: mostly right."""
    kind = chance.random() if chance.random() < odd else 0
    if kind < 0.93:
        return value, None
    if kind < 0.95:
        return value / 100, "0%"
    return chance.choice((
        (f"{value}分", None), (None, None), ("—", None), (0, None), (-value, None), (datetime.datetime(2025, 3, 5), "yyyy/m/d"),
        (True, None), (1e14, None), (str(value), None),
    ))  # fmt: skip


def indicator(chance: Chance, form: Form, row: int, weight: float) -> None:
    """One row of indicators."""
    sign = chance.choice(("≥", "≥", "≥", "≤", "=", ">", "<", "定性", "定性"))
    typed = chance.choice(SIGNS[sign])
    levels: tuple[str | None, ...] = ("产出指标", "效益指标", "满意度指标", "重点任务", "重点工作指标", "成本指标")
    form.type("px_indicators_level1", chance.choice((*levels, None) if form.odd else levels), row=row)
    form.type("px_indicators_name", f"指标{chance.randint(1, 10**6)}", row=row)
    signs = (typed, typed, typed, typed, None, "正向") if chance.random() < form.odd else (typed,)
    form.type("px_indicators_sign", chance.choice(signs), row=row)
    if sign == "定性" and chance.random() < 0.9:
        form.type("px_indicators_target", chance.choice(("明显改善", "及时", "100%", 95)), row=row)
        form.type(
            "px_indicators_actual", chance.choice(LEVELS if chance.random() < form.odd else LEVELS[:9]), row=row
        )
    else:
        target_and_actual(chance, form, row)
    methods = METHODS if chance.random() < form.odd else METHODS[:5] if sign == "定性" else METHODS[:12]
    form.type("px_indicators_method", chance.choice(methods), row=row)
    form.type("px_indicators_weight", *points_typed(chance, weight, form.odd), row)
    form.type(
        "px_indicators_claimed_points",
        *points_typed(chance, round(weight * chance.choice((1, 0.9, 0.7, 0.3)), 2), form.odd),
        row,
    )


def odd_row(chance: Chance, form: Form, row: int) -> None:
    """A row that is no indicator, or hardly one."""
    key, value = chance.choice((
        ("name", "合计"), ("level1", "合计"), ("name", "小 计"), ("name", "注：满意度为问卷结果"), ("name", "注1.以上为实数"),
        ("name", "备注: 无"), ("name", "其中：甲"), ("name", "无"), ("unit", "个"), ("method", "按比例"), ("claimed_points", 5),
        ("midyear", 3), ("reason", "说明情况"), ("level2", "质量指标"), ("name", "—"), ("level1", "注：见附件"), ("weight", 90),
        ("name", "部门合计"), ("name", "填表人：张三"), ("unit", "—"), ("name", "满意度"), ("claimed_points", "—"), ("reason", "无"),
    ))  # fmt: skip
    form.type(f"px_indicators_{key}", value, row=row)
    form.said.append(f"{key}={value}")
    if key in ("name", "level1") and chance.random() < 0.5:
        form.type("px_indicators_weight", 90, row=row)
        if chance.random() < 0.5:
            form.type("px_indicators_claimed_points", 85, row=row)
        if chance.random() < 0.3:
            form.type("px_indicators_target", "—", row=row)


ODD_AMOUNTS: tuple[tuple[Any, str | None], ...] = (
    ("1,200.5", None), (None, None), ("—", None), (datetime.datetime(2025, 3, 5), "yyyy-mm-dd"), ("600万元", None),
    (0.96, "0.00%"), (-50, None), (0, None), ("无", None), (1e14, None),
)  # fmt: skip


def money(chance: Chance, form: Form) -> None:
    """The amounts of the lines that the sheet adds up; some of them are wrong, odd or missing."""
    lines = ["basic", "project"] if form.kind == "department" else ["fiscal", "carried", "other"]
    lines = lines[: chance.randint(1, len(lines))] if chance.random() < 0.3 else lines[:2]
    for line in lines:
        amounts = amounts_of(chance, form, round(chance.uniform(100, 900), 2))
        for key, value in amounts.items():
            form.type(f"px_funds_{line}_{key}", *odd_amount(chance, form, value))
        if line == "basic" and chance.random() < 0.3:
            split(chance, form, amounts)
    if form.kind == "department":
        projects(chance, form)


def amounts_of(chance: Chance, form: Form, initial: float) -> dict[str, float]:
    """A line's amounts, which mostly add up."""
    change = round(chance.choice((0, 0, 0.1, -0.05, 0.5)) * initial, 2)
    adjusted = round(initial + change + (7 if chance.random() < 0.05 * form.odd else 0), 2)
    share = chance.choice((1, 0.9, 0.75, 0.5, 0.96, 0.9599, 1.1 if chance.random() < form.odd else 1))
    amounts = {
        "initial": initial,
        "adjustment": change,
        "adjusted": adjusted,
        "executed": round(adjusted * share, 2),
    }
    if chance.random() < 0.05 * form.odd:
        amounts["executed"] *= 10_000
    if not change and chance.random() < 0.5:
        del amounts["adjustment"]
    return amounts


def odd_amount(chance: Chance, form: Form, value: float) -> tuple[Any, str | None]:
    """An amount, or what people type in its place."""
    return chance.choice(ODD_AMOUNTS) if chance.random() < 0.05 * form.odd else (value, None)


def split(chance: Chance, form: Form, amounts: dict[str, float]) -> None:
    """人员经费 and 公用经费 below 基本支出, which itself may be left empty."""
    for key, value in amounts.items():
        people = round(value * 0.7, 2)
        rest = round(value - people, 2) + (3 if chance.random() < 0.1 * form.odd else 0)
        form.type(f"px_funds_people_{key}", *odd_amount(chance, form, people))
        form.type(f"px_funds_office_{key}", *odd_amount(chance, form, rest))
        if chance.random() < 0.3 * form.odd:
            form.type(f"px_funds_basic_{key}", None)


def projects(chance: Chance, form: Form) -> None:
    """The projects of the line of projects; rows that are none among them."""
    executed = form.cell("px_funds_project_executed").value
    adjusted = form.cell("px_funds_project_adjusted").value
    if not isinstance(adjusted, int | float) and chance.random() < 0.5:
        return
    if chance.random() < 0.08 * form.odd:
        return
    form.type("px_projects_name", "修缮")
    form.type("px_projects_adjusted", *odd_amount(chance, form, adjusted))
    form.type("px_projects_executed", *odd_amount(chance, form, executed))
    if chance.random() < 0.4 * form.odd:
        form.type("px_projects_name", chance.choice(("合计", "总计 ", "注：以上不含结转", "无")), row=1)
        if chance.random() < 0.6:
            form.type("px_projects_adjusted", adjusted, row=1)
            form.type("px_projects_executed", executed, row=1)
    elif chance.random() < 0.1:
        key, value = chance.choice((("source", "本级"), ("initial", 5), ("benefit", "好"), ("name", "空项目")))
        form.type(f"px_projects_{key}", value, row=1)


def boxes(chance: Chance, form: Form) -> None:
    """The single boxes."""
    odd = chance.random() < form.odd
    for key in ("unit", "project") if form.kind == "project" else ("unit",):
        form.type(f"px_{key}", chance.choice(("示例县水利局",) * 20 + ("—", "\n", "\u200b", None, " ") * odd))
    if chance.random() < 0.1 * form.odd:
        form.type(chance.choice(("px_filled_by", "px_filled_on", "px_indicators_level2")), "#DIV/0!")
    form.type("px_money_unit", chance.choice(("万元",) * 20 + (None, "—") * odd))
    form.type("px_claimed_execution_points", *points_typed(chance, 9.5, form.odd))
    form.type("px_claimed_grade", chance.choice(("优",) * 20 + ("优秀", None) * odd))


def typed_form(seed: str, rulebook: str | None = None) -> Form:
    """A form that is filled in at random, for any rulebook or the one that is given."""
    chance = random.Random(seed)
    kinds = [kind for kind in ("department", "project") if not rulebook or kind in load_rulebook(rulebook).forms]
    kind = chance.choice(kinds)
    known = [*rulebook_names(), *VARIANTS]
    rulebook = rulebook or chance.choice([name for name in known if kind in load_rulebook(name).forms])
    form = blank_form(kind, rulebook)
    form.odd = chance.choice((0, 0, 0.1, 0.3, 1))
    money(chance, form)
    boxes(chance, form)
    count = chance.randint(1, 5)
    for row in range(count):
        indicator(chance, form, row, round(90 / count, 2))
    while chance.random() < 0.15 * bool(form.odd) + 0.3 * form.odd:
        count += chance.choice((0, 0, 2))
        odd_row(chance, form, count)
        count += 1
    if chance.random() < 0.7:
        claim_what_is_shown(chance, form)
    return form


def claim_what_is_shown(chance: Chance, form: Form) -> None:
    """Claim the reference points and grade, as a careful accountant does; sometimes another thing is forgotten."""
    shown = calculated(form.book)
    top, weights = form.cell("px_indicators_name").row, form.cell("px_indicators_weight").column
    for row in range(8):
        cell = form.cell("px_indicators_reference_points", row)
        points = shown(cell.parent.title, cell.coordinate)
        weight = cell.parent.cell(top + row, weights).value
        if not isinstance(points, Fraction) or chance.random() < 0.05 * form.odd:
            continue
        form.type("px_indicators_claimed_points", float(points), row=row)
        if isinstance(weight, int | float) and float(points) < weight and chance.random() > 0.05 * form.odd:
            form.type(
                "px_indicators_reason", chance.choice(("设备到货较晚影响进度",) * 9 + ("无", "见附件。")), row=row
            )
            form.type("px_indicators_improvement", "下年度提前采购设备", row=row)
    cell = form.cell("px_reference_execution_points")
    if isinstance(points := shown(cell.parent.title, cell.coordinate), Fraction):
        form.type("px_claimed_execution_points", float(points))
    cell = form.cell("px_reference_grade")
    if (grade := calculated(form.book)(cell.parent.title, cell.coordinate)) and chance.random() > 0.1 * form.odd:
        form.type("px_claimed_grade", grade)


# ---- comparing -------------------------------------------------------------------------------------------------

Shown = Callable[[str, str], Any]  # sheet and cell -> what the recalculated template shows


def disagreements(form: Form, shown: Shown, result: Result) -> Iterator[str]:
    """Where the template breaks its promise beside the engine."""
    assert result.evaluation
    assert result.scores
    evaluation, scores = result.evaluation, result.scores
    missing = findings_of(result, "R07")

    def value(name: str, row: int = 0) -> Any:
        cell = form.cell(name, row)
        return shown(cell.parent.title, cell.coordinate)

    def number(found: Any) -> bool:
        return isinstance(found, int | float | Fraction) and not isinstance(found, bool)

    def compared(what: str, ours: Any, theirs: Any) -> Iterator[str]:
        if number(ours) and (theirs is None or abs(float(ours) - float(theirs)) > 1e-9 * max(1, abs(float(ours)))):
            yield f"{what}: {ours} shown, {theirs} scored"

    top = form.cell("px_indicators_name").row
    rows = {row.name.place.row: score for row, score in zip(evaluation.indicators, scores.indicators, strict=True)}
    for at in range(60):
        score = rows.get(top + at)
        for box, attribute in (("points", "points"), ("completion", "completion")):
            theirs = getattr(score, attribute) if score else None
            yield from compared(f"row {top + at} {box}", value(f"px_indicators_reference_{box}", at), theirs)
    yield from compared("execution", value("px_reference_execution_points"), scores.execution.points)
    for key, rates in scores.line_rates.items():
        yield from compared(f"rate {key}", value(f"px_funds_{key}_reference_rate"), rates.execution)
    if load_form(form.kind).has("projects"):
        first = form.cell("px_projects_name").row
        project = {
            one.name.place.row: rates.execution
            for one, rates in zip(evaluation.projects, scores.project_rates, strict=True)
        }
        for at in range(60):
            yield from compared(f"project {at}", value("px_projects_reference_rate", at), project.get(first + at))
    total = value("px_reference_total")
    yield from compared("total", total, scores.total)
    has_all_points = scores.indicators and all(
        s.points is not None for s in (scores.execution, *scores.indicators)
    )
    if number(total) and not has_all_points:  # weights that do not make 100 only cost the grade there
        yield f"total {total} shown, provisional"
    if number(total) and missing:
        yield f"total {total} shown, {missing[0].message}"
    grade = value("px_reference_grade")
    if grade and not any(found.code == "W01" for found in result.findings) and grade != scores.grade:
        yield f"grade {grade} shown, {scores.grade} given"
    counters = [value(f"px_counter_{at + 1}") for at in range(len(load_form(form.kind).sheets))]
    if all(str(counter).startswith("✔") for counter in counters) and missing:
        yield f"green, {missing[0].place} {missing[0].message}"
    yield from strip_disagreements(checks_of(form, shown), value, result)
    broken = any(cell.data_type == "e" for sheet in form.book.worksheets for cell in chain(*sheet.iter_rows()))
    for sheet in form.book.worksheets[: -1 if broken else None]:  # the last is hidden
        for cell in (cell for line in sheet.iter_rows() for cell in line if cell.data_type == "f"):
            if str(shown(sheet.title, cell.coordinate)).startswith(ERRORS):
                yield f"error in {sheet.title}!{cell.coordinate}"


# What each check of the strip answers for: where the engine has one of these errors, it is not ✔.
ANSWERS = {
    "parts": {"F01"}, "across": {"F02"}, "within": {"F07"}, "listed": {"F05"}, "weights": {"W01", "W03"},
    "rows": {"I02", "I05", "I07", "I12"}, "grade": {"T03"},
}  # fmt: skip
UNSEEN = {"R24"}  # errors that no formula sees: what is crossed out


def checks_of(form: Form, shown: Shown) -> dict[str, str]:
    """What each check of the strip says."""
    found = {}
    for name in form.book.defined_names:
        if name.startswith("pxl_check_") and name.removeprefix("pxl_check_") in {
            *ANSWERS,
            "values",
            "claims",
            "claimed_total",
        }:
            cell = form.cell(name)
            found[name.removeprefix("pxl_check_")] = str(shown(cell.parent.title, cell.coordinate))
    return found


def _is_of(check: str, found: Finding) -> bool:
    """Whether a check answers for a finding; of a project's amount that is the check of 项目明细."""
    return check != "within" or found.place.sheet != "项目明细"


def strip_disagreements(said: dict[str, str], value: Callable[[str], Any], result: Result) -> Iterator[str]:
    """Where the verdict or a check says ✔ beside an error of the engine."""
    errors = [found for found in result.findings if found.severity == "error" and found.code not in UNSEEN]
    for check, text in said.items():
        wrong = [found for found in errors if found.code in ANSWERS.get(check, ()) and _is_of(check, found)]
        if text.startswith("✔") and wrong:
            yield f"{check} {text} shown, {wrong[0].code} {wrong[0].place} {wrong[0].message}"
    verdict = str(value("px_verdict"))
    if verdict.startswith("✔") and errors:
        yield f"{verdict} shown, {errors[0].code} {errors[0].place} {errors[0].message}"
    elif verdict.startswith("✔") and is_open(bool(result.scores and result.scores.provisional), result.findings):
        yield f"{verdict} shown, sent back"
    if verdict.startswith("✔") and value("px_claimed_total") is not None and result.evaluation:
        claimed = result.evaluation.claimed.total.value
        if claimed is None or abs(float(value("px_claimed_total")) - float(claimed)) > 1e-6:
            yield f"自评总分 {value('px_claimed_total')} shown, {claimed} read"


def needless(form: Form, shown: Shown, result: Result) -> bool:
    """Whether the total waits although the engine is complete and misses nothing."""
    assert result.scores
    cell = form.cell("px_reference_total")
    waits = isinstance(shown(cell.parent.title, cell.coordinate), str)
    return waits and result.scores.complete and not any(found.code == "R07" for found in result.findings)


def calculated(book: Any) -> Shown:
    """What our own calculator gives for a workbook."""
    cells = Cells()
    for sheet in book.worksheets:
        for cell in (cell for line in sheet.iter_rows() for cell in line if cell.value is not None):
            at = (sheet.title, cell.row, cell.column)
            if cell.data_type == "f":
                cells.formulas[at] = cell.value
            else:
                value = WRONG if cell.data_type == "e" else _value(cell.value)
                cells.typed[at] = value, cell.number_format
        for line in sheet.iter_rows():
            for cell in line:
                cells.typed.setdefault((sheet.title, cell.row, cell.column), (None, cell.number_format))
    for name, defined in book.defined_names.items():
        if not AREA.fullmatch(defined.attr_text):
            cells.steps[name] = defined.attr_text
            continue
        sheet, reference = next(iter(defined.destinations))
        ends = [openpyxl.utils.cell.coordinate_to_tuple(end) for end in reference.replace("$", "").split(":")]
        cells.names[name] = CellRange(sheet, *ends[0], *ends[-1])
    place = openpyxl.utils.cell.coordinate_to_tuple
    return lambda sheet, cell: cells.value((sheet, *place(cell)))


def _value(value: Any) -> Any:
    match value:
        case bool() | None:
            return value
        case int() | float():
            return Fraction(repr(value)) if isinstance(value, float) else Fraction(value)
        case datetime.datetime():
            return Fraction((value - datetime.datetime(1899, 12, 30)).days)
    return value


def recalculated(books: Sequence[Path]) -> list[Shown]:
    """What LibreOffice shows of each."""
    return [_reader(cells_shown(path)) for path in books]


def _reader(cells: CellsShown) -> Shown:
    place = openpyxl.utils.cell.coordinate_to_tuple
    return lambda sheet, cell: cells.get((sheet, *place(cell)))


def compared(
    seeds: Sequence[str], folder: Path, libreoffice: bool = True, rulebook: str | None = None
) -> tuple[list[str], int, int]:
    """Every disagreement by its seed; how many totals were shown, and how many waited without need."""
    forms = [typed_form(seed, rulebook) for seed in seeds]
    paths = [folder / f"{n}.xlsx" for n in range(len(forms))]
    for form, path in zip(forms, paths, strict=True):
        form.book.save(path)
    seen = recalculated(paths) if libreoffice else [calculated(form.book) for form in forms]
    told: list[str] = []
    totals = waiting = 0
    for seed, form, path, shown in zip(seeds, forms, paths, seen, strict=True):
        result = pipeline.score(path, rulebook=form.rulebook)
        told += [f"{seed}: {one}" for one in disagreements(form, shown, result)]
        cell = form.cell("px_reference_total")
        totals += not isinstance(shown(cell.parent.title, cell.coordinate), str)
        waiting += needless(form, shown, result)
    return told, totals, waiting


def main() -> None:
    """Compare as many as are asked for."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    with tempfile.TemporaryDirectory() as folder:
        told, totals, waiting = compared(
            [f"live {n}" for n in range(count)], Path(folder), "--here" not in sys.argv
        )
    print("\n".join(told))
    print(f"{count} forms, {totals} totals shown, {waiting} waiting without need, {len(told)} disagreements")


if __name__ == "__main__":
    main()
