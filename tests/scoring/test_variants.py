"""Rules seen in published forms, as settings: a plain second account of each, their edges, and what is told of them."""

from __future__ import annotations

from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Result, Scores
from perf_xlsx.rulebook import Rulebook, load_rulebook, parse_rulebook
from perf_xlsx.scoring import score_evaluation
from perf_xlsx.scoring.indicator import score_indicator
from tests import FIXTURES
from tests.kit.command import command
from tests.kit.filled import well_made
from tests.kit.model_rows import indicator
from tests.kit.oracle import evaluation
from tests.kit.outcome import findings_of

HEAD = 'extends = "mof-2020"\nname = "own"\ntitle = "示例县办法"\ndocument = "示例县文件"\n'
VARIANTS = FIXTURES / "评分变体"
Row = dict[str, Any]


def book(*settings_: str) -> Rulebook:
    """A rulebook with these settings, each as `section.key = value`."""
    return parse_rulebook(text_of(*settings_), "own.toml")


def text_of(*settings_: str) -> str:
    lines = [one.partition(" = ") for one in settings_]
    return HEAD + "".join(
        f'{key} = {{ value = {value}, basis = "x", trust = "约定" }}\n' for key, _, value in lines
    )


def cents(value: Fraction) -> Decimal:
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(Decimal("0.01"), ROUND_HALF_UP)


# ---- tiers -------------------------------------------------------------------------------------------------------

BOUNDS = st.lists(st.integers(1, 150), min_size=0, max_size=5, unique=True)
SHARES = st.one_of(st.just("ratio"), st.integers(0, 100))
STEPS = st.one_of(st.none(), st.tuples(st.integers(1, 30), st.integers(1, 6), st.booleans()))


@st.composite
def tiers(draw: st.DrawFn) -> list[Row]:
    """Tiers from the highest to 0; all numbers in percent and points."""
    found: list[Row] = []
    for bound in [*sorted(draw(BOUNDS), reverse=True), 0]:
        row: Row = {"bound": bound, "open": bound > 0 and draw(st.booleans()), "share": draw(SHARES)}
        if step := draw(STEPS):
            row |= {
                "start": max(bound, draw(st.integers(0, 150))),
                "step": step[0],
                "off": step[1],
                "begun": step[2],
            }
        found.append(row)
    return found


def as_toml(rows: list[Row]) -> str:
    def one(row: Row) -> str:
        words = [f"{'above' if row['open'] else 'from'} = {row['bound'] / 100}"]
        words.append('share = "ratio"' if row["share"] == "ratio" else f"share = {row['share'] / 100}")
        if "step" in row:
            words += [f"start = {row['start'] / 100}", f"step = {row['step'] / 100}", f"off = {row['off']}"]
            words.append(f"begun = {str(row['begun']).lower()}")
        return "{ " + ", ".join(words) + " }"

    return f"[{', '.join(map(one, rows))}]"


def earned(rows: list[Row], rate: Fraction, weight: Fraction) -> Fraction:
    """A plain account of tiers: the first that the rate reaches, its share, less the points of its steps."""
    for row in rows:
        bound = Fraction(row["bound"], 100)
        if rate > bound or (rate == bound and not row["open"]):
            break
    plain = max(Fraction(0), min(Fraction(1), rate))
    points = weight * (plain if row["share"] == "ratio" else Fraction(row["share"], 100))
    if "step" in row:
        lost, below = 0, Fraction(row["start"], 100) - rate
        while below > 0 and lost < 1000:
            below -= Fraction(row["step"], 100)
            lost += 1 if row["begun"] or below >= 0 else 0
        points = max(Fraction(0), points - lost * row["off"])
    return points


@given(tiers(), st.integers(-50, 250), st.integers(1, 40))
@settings(max_examples=600, deadline=None)
def test_completion_in_tiers(rows: list[Row], actual: int, weight: int) -> None:
    rules = book(f"quantitative.scale = {as_toml(rows)}")
    row = indicator(sign="≥", target=Decimal(100), actual=Decimal(actual), weight=Decimal(weight))
    assert score_indicator(row, None, rules).points == cents(earned(rows, Fraction(actual, 100), Fraction(weight)))


@given(tiers(), st.integers(0, 250), st.integers(1, 40))
@settings(max_examples=300, deadline=None)
def test_execution_in_the_same_tiers(rows: list[Row], executed: int, weight: int) -> None:
    rules = book(f"execution.scale = {as_toml(rows)}")
    row = {"sign": "≥", "target": 1, "actual": 1, "weight": weight, "method": "按执行率", "claimed_points": None}
    form = {"initial": 100, "adjusted": 100, "executed": executed, "rows": [row]}
    found, rate = score_evaluation(evaluation(form), rules), Fraction(executed, 100)
    assert found.execution.points == cents(earned(rows, rate, Fraction(10)))
    assert found.indicators[0].points == cents(earned(rows, rate, Fraction(weight)))


@given(tiers(), st.integers(1, 300), st.integers(1, 300))
@settings(max_examples=300, deadline=None)
def test_at_most_has_the_tiers_of_its_own_completion(rows: list[Row], target: int, actual: int) -> None:
    rules = book(f"quantitative.scale = {as_toml(rows)}")
    row = indicator(sign="≤", target=Decimal(target), actual=Decimal(actual), weight=Decimal(20))
    rate = Fraction(1) if actual <= target else Fraction(target, actual)
    assert score_indicator(row, None, rules).points == cents(earned(rows, rate, Fraction(20)))


WINDOW = '[{ above = 1.3, share = 0 }, { from = 0.7, share = "ratio" }, { from = 0, share = 0 }]'


@pytest.mark.parametrize(
    ("values", "points"),
    [
        ({"sign": "≥", "target": 0, "actual": 5}, 10),  # no rate: met as without tiers
        ({"sign": "≥", "target": -5, "actual": -9}, 0),
        ({"sign": "=", "target": 0, "actual": 2}, 0),
        ({"sign": "≥", "target": 100, "actual": 60, "method": "达标法"}, 0),
        ({"sign": "≥", "target": 100, "actual": 200, "method": "达标法"}, 10),
        ({"sign": "≥", "target": 100, "actual": 200, "method": "按执行率"}, 5),
        ({"sign": "≥", "target": 100, "actual": 131}, 0),
    ],
)
def test_what_tiers_leave_alone(values: Row, points: int) -> None:
    numbers = {key: Decimal(value) if isinstance(value, int) else value for key, value in values.items()}
    row = indicator(weight=Decimal(10), **numbers)
    assert score_indicator(row, Fraction(1, 2), book(f"quantitative.scale = {WINDOW}")).points == points


def test_a_deduction_for_overshooting_goes_no_lower_than_zero() -> None:
    rules = book("quantitative.scale = [{ from = 0, share = 0.1 }]", "overshoot.deduction = 2")
    row = indicator(sign="≥", target=Decimal(100), actual=Decimal(200), weight=Decimal(10))
    assert score_indicator(row, None, rules).points == 0


@pytest.mark.parametrize("below", ["", "重点任务"])
def test_a_row_without_a_level_is_of_the_level_above(below: str) -> None:
    rules = book(f"quantitative.scale = {WINDOW}", 'quantitative.scale_levels = ["重点"]')
    rows = [
        {
            "level1": level,
            "sign": "≥",
            "target": 100,
            "actual": 60,
            "weight": 45,
            "method": None,
            "claimed_points": None,
        }
        for level in ("重点任务", below, "产出指标")
    ]
    form = evaluation({"initial": 1, "adjusted": 1, "executed": 1, "rows": rows})
    assert [one.points for one in score_evaluation(form, rules).indicators] == [0, 0, 27]


# ---- the total ---------------------------------------------------------------------------------------------------

WEIGHTS = st.lists(st.integers(1, 40), min_size=1, max_size=6)


def scored(rules: Rulebook, rows: list[tuple[int, int | str | None]], executed: int = 100) -> Scores:
    """A form of weights with the points that each earns in proportion; a text is its actual."""
    made = [
        {"sign": "≥", "target": weight, "weight": weight, "method": None, "claimed_points": None}
        | {"actual": points if points is not None else None}
        for weight, points in rows
    ]
    return score_evaluation(
        evaluation({"initial": 100, "adjusted": 100, "executed": executed, "rows": made}), rules
    )


@given(WEIGHTS, st.data())
@settings(max_examples=300, deadline=None)
def test_what_does_not_apply_is_rescaled(weights: list[int], data: st.DataObject) -> None:
    rules = book('total.not_applicable = "rescaled"')
    rows = [(weight, data.draw(st.one_of(st.integers(0, weight), st.just("不适用")))) for weight in weights]
    found = scored(rules, rows)
    lost = sum(weight for weight, points in rows if points == "不适用")
    points = 10 + sum(points for _, points in rows if isinstance(points, int))
    assert found.total == (cents(Fraction(points, 100 - lost) * 100) if lost < 100 else 0)
    assert all(
        (one.points is None) == (points == "不适用")
        for one, (_, points) in zip(found.indicators, rows, strict=True)
    )
    assert found.complete == (sum(weights) == 90 and lost < sum(weights))


def test_rescaled_with_an_open_row_the_total_stays_provisional() -> None:
    found = scored(book('total.not_applicable = "rescaled"'), [(50, 50), (20, "不适用"), (20, None)])
    assert (found.total, found.grade) == (Decimal("75.00"), None)
    assert found.provisional == ("1项不能评分，按0分计",)


def test_where_nothing_applies_there_is_no_grade() -> None:
    found = scored(book('total.not_applicable = "rescaled"'), [(60, "不适用"), (30, "不适用")])
    assert (found.grade, found.provisional) == (None, ("没有适用的绩效指标",))


def test_without_the_rule_it_stays_open() -> None:
    found = scored(load_rulebook("mof-2020"), [(50, 50), (40, "不适用")])
    assert (found.total, found.provisional) == (Decimal(60), ("1项不能评分，按0分计",))


@given(WEIGHTS, st.integers(0, 120), st.data())
@settings(max_examples=300, deadline=None)
def test_points_times_their_share(weights: list[int], executed: int, data: st.DataObject) -> None:
    rules = book('total.conversion = "by_share"')
    rows = [(weight, data.draw(st.integers(0, weight))) for weight in weights]
    found = scored(rules, rows, executed)
    execution = cents(Fraction(min(executed, 100), 10))
    converted = [cents(Fraction(points) * weight / 100) for weight, points in rows]
    assert found.total == sum(converted, cents(Fraction(execution) * 10 / 100))
    assert found.indicators[0].points == rows[0][1]
    assert found.grade is None  # the rule does not say how: the most that can be reached is far below 100


def test_shares_that_do_not_add_up_are_told_first() -> None:
    assert scored(book('total.conversion = "by_share"'), [(25, 25)]).provisional == ("分值合计35，不是100",)


# ---- levels, claims and texts ------------------------------------------------------------------------------------


def project(**changes: Any) -> Row:
    return well_made("project") | changes


def levelled(*rows: tuple[str, int]) -> Row:
    """A project form whose indicators have these levels and weights, all met and claimed in full."""
    indicators = [
        {
            "level1": level,
            "level2": "数量指标",
            "name": f"事项{at}",
            "sign": "≥",
            "target": at * 10 + 7,
            "unit": "项",
        }
        | {"actual": at * 10 + 7 + (at == 1), "weight": weight, "claimed_points": weight}
        for at, (level, weight) in enumerate(rows, 1)
    ]
    return project(indicators=indicators)


def codes(form: Row, rulebook: str, run: Callable[..., Result], *wanted: str) -> list[tuple[str, str]]:
    found = run(form, rulebook=rulebook).findings
    return [(one.code, one.message) for one in found if one.code in wanted]


YINCHUAN = [("项目决策（10分）", 10), ("项目管理（25分）", 15), ("产出指标", 30), ("效益指标", 35)]


def test_execution_inside_a_level_counts_there(score_case: Callable[..., Result]) -> None:
    assert codes(levelled(*YINCHUAN), "yinchuan", score_case, "W01", "W02", "I13") == []
    off = [YINCHUAN[0], ("项目管理（25分）", 13), ("产出指标", 32), YINCHUAN[3]]
    said = codes(levelled(*off), "yinchuan", score_case, "W01", "W02", "I13")
    assert [(code, message.partition("，")[0]) for code, message in said] == [
        ("W02", "管理指标分值合计23（含预算执行率10）"), ("W02", "产出指标分值合计32")]  # fmt: skip


def test_the_rulebooks_own_levels_are_asked_for(score_case: Callable[..., Result]) -> None:
    form = levelled(("产出指标", 40), ("效益指标", 50))
    assert codes(form, "yinchuan", score_case, "I13") == [("I13", "没有决策指标。")]
    assert codes(form, "mof-2020", score_case, "I13") == [("I13", "没有满意度指标。")]
    dan = str(VARIANTS / "儋州.toml")
    own = levelled(("投入指标", 15), ("过程指标", 55), ("产出指标", 20), ("效果指标", 10))
    assert codes(own, dan, score_case, "W01", "W02", "I13") == []


def test_what_is_left_for_other_levels_is_not_asked_for(score_case: Callable[..., Result]) -> None:
    henan = str(VARIANTS / "河南.toml")
    rows = [("成本指标", 10), ("产出指标", 30), ("效益指标", 25), ("满意度指标", 5), ("管理指标", 20)]
    assert codes(levelled(*rows), henan, score_case, "W01", "W02") == []
    rows[0], rows[1] = ("成本指标", 12), ("产出指标", 28)
    assert [code for code, _ in codes(levelled(*rows), henan, score_case, "W01", "W02")] == ["W02", "W02"]


def test_points_of_execution_are_not_asked_for_where_it_has_none(score_case: Callable[..., Result]) -> None:
    form = levelled(("产出指标", 40), ("效益指标", 40), ("满意度指标", 20))
    form["claimed"] = {"execution_points": None, "total": 100, "grade": "优"}
    result = score_case(form, "scored.xlsx", "ningxia")
    assert result.scores
    assert (result.scores.total, result.scores.grade) == (100, "优")
    assert not {one.code for one in result.findings} & {"R07", "T01", "T02", "I06", "W01", "W02", "R17"}


@pytest.mark.finding("I20")
def test_what_does_not_apply_is_told_and_not_asked_about(score_case: Callable[..., Result]) -> None:
    form = levelled(("管理指标", 20), ("产出指标", 40), ("效果指标", 20), ("成本指标", 10), ("满意度指标", 10))
    form["indicators"][2] |= {"actual": "不适用", "claimed_points": 0, "reason": "当年没有安排"}
    form |= {"year": 2025, "filled_on": "2026-03-20"}
    form["claimed"] = {"execution_points": None, "total": 100, "grade": "优"}
    result = score_case(form, "scored.xlsx", "pidu-2026")
    assert result.scores
    assert (result.scores.total, result.scores.grade) == (100, "优")
    told = [(one.code, one.severity) for one in result.findings if one.code[0] in "RIT" or one.code == "W02"]
    assert told == [("I20", "notice")]
    assert "20分不计" in findings_of(result, "I20")[0].message
    form["claimed"] |= {"total": 80, "grade": "良"}
    assert [one.expected for one in findings_of(score_case(form, rulebook="pidu-2026"), "T01")] == ["100"]


@pytest.mark.finding("N04")
def test_texts_beyond_their_limit_are_told(score_case: Callable[..., Result]) -> None:
    form = project()
    form["indicators"][0]["reason"] = "字" * 100
    assert codes(form, "sichuan-2025", score_case, "N04") == []
    form["indicators"][0]["reason"] = "字" * 101
    assert [one.difference for one in findings_of(score_case(form, rulebook="sichuan-2025"), "N04")] == ["1"]
    assert codes(form, "mof-2020", score_case, "N04") == []


def test_every_adjustment_is_to_be_explained_and_none_is_no_adjustment(score_case: Callable[..., Result]) -> None:
    form = well_made()
    for line in form["funds"]:
        line |= {"initial": line["adjusted"], "adjustment": 0}
    form["passages"] = {title: text for title, text in form["passages"].items() if "调整" not in title}
    assert codes(form, "sichuan-2025", score_case, "F08", "N02") == []


# ---- which rulebook fits -----------------------------------------------------------------------------------------


def test_weights_that_leave_no_room_for_execution_name_the_rulebooks_without_it(
    score_case: Callable[..., Result],
) -> None:
    form = levelled(("产出指标", 40), ("效益指标", 40), ("满意度指标", 20))
    (found,) = findings_of(score_case(form), "W01")
    assert "请与收表单位核对适用的评分办法（如“宁夏项目绩效目标自评”（ningxia））" in found.advice
    other = levelled(("管理指标", 20), ("产出指标", 40), ("效益指标", 20), ("成本指标", 10), ("满意度指标", 10))
    assert (
        "（如“成都市郫都区预算绩效自评办法”（pidu-2026））"
        in findings_of(score_case(other | {"year": 2025}), "W01")[0].advice
    )


@pytest.mark.parametrize("asked", ["hubei", "ningxia"])
def test_the_one_that_fits_is_named_where_a_form_gives_execution_another_weight(asked: str) -> None:
    found = pipeline.score(FIXTURES / "公开表样" / "银川2021.xlsx", rulebook=asked)
    (other,) = [one for one in findings_of(found, "R17") if one.field == "预算执行率分值"]
    assert other.given == "10"
    assert "（分值相符的有“银川市本级部门项目支出绩效自评”（yinchuan））" in other.advice


def test_a_published_form_is_as_its_rulebook_says() -> None:
    found = pipeline.score(FIXTURES / "公开表样" / "银川2021.xlsx", rulebook="yinchuan").findings
    assert {one.code for one in found} & {"R17", "W01", "W02", "I13"} == set()


# ---- what is refused ---------------------------------------------------------------------------------------------

WRONG = {
    "分段颠倒": ('quantitative.scale = [{ from = 0.5, share = 1 }, { from = 0.7, share = 1 }]', "两段重叠"),
    "分段重复": ('quantitative.scale = [{ from = 0.5, share = 1 }, { from = 0.5, share = 0 }, { from = 0, share = 0 }]', "两段重叠"),
    "分段不到底": ('quantitative.scale = [{ from = 0.5, share = 1 }]', "留有空档"),
    "没有界限": ('execution.scale = [{ share = 1 }]', "从多少起"),
    "两种界限": ('execution.scale = [{ from = 0, above = 0, share = 1 }]', "写一个"),
    "比例过大": ('execution.scale = [{ from = 0, share = 2 }]', "应在 0 与 1 之间"),
    "逐步扣分不全": ('execution.scale = [{ from = 0, share = 1, step = 0.1 }]', "要写 step"),
    "步长为零": ('execution.scale = [{ from = 0, share = 1, step = 0, off = 1 }]', "step 应在"),
    "段数过多": (f"execution.scale = [{', '.join(f'{{ from = {n}, share = 1 }}' for n in range(30, -1, -1))}]", "最多20段"),
    "等级有空档": (
        'grades.bounds = [{ grade = "优", above = 90 }, { grade = "良", low = 80, below = 90 }, { grade = "差", low = 0 }]',
        "90分没有等级",
    ),
    "等级有重叠": (
        'grades.bounds = [{ grade = "优", low = 90 }, { grade = "良", low = 80, up_to = 95 }, { grade = "差", low = 0 }]',
        "90分至95分有两个等级",
    ),
    "等级中间空着": (
        'grades.bounds = [{ grade = "优", low = 90 }, { grade = "良", low = 80, below = 85 }, { grade = "差", low = 0 }]',
        "85分至90分没有等级",
    ),
    "计入没有的一级指标": ('execution.level = "管理指标"', "没有“管理指标”"),
    "字数为负": ("passages.longest = -1", "应在 0 与 10000 之间"),
    "折算写错": ('total.conversion = "half"', "points、by_share 之一"),
    "档次用了另一档的说法": (
        'qualitative.bands = [{ judgement = "圆满", low = 0.8, high = 1 }, { judgement = "达成", low = 0.6, high = 0.8 }, '
        '{ judgement = "未达成", low = 0, high = 0.6 }]',
        "模板按“圆满”显示得分，评分按“达成”，两边不一致",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_gaps_overlaps_and_contradictions_are_found(name: str, tmp_path: Path) -> None:
    setting, words = WRONG[name]
    more = ["qualitative.unclaimed = []"] if "bands" in setting else []
    path = tmp_path / "own.toml"
    path.write_text(text_of(setting, *more), "utf-8")
    said = command("rules", "--check", path)
    assert said.exit_code == 2
    assert words in said.output, said.output


def test_a_grade_may_begin_above_its_bound() -> None:
    rules = book(
        'grades.bounds = [{ grade = "优", above = 90 }, { grade = "良", low = 80, up_to = 90 }, { grade = "差", low = 0 }]'
    )
    assert [rules.grade(Decimal(total)) for total in ("90.01", "90", "80", "79.99")] == ["优", "良", "良", "差"]


@pytest.mark.parametrize("path", sorted(VARIANTS.glob("*.toml")), ids=lambda path: path.stem)
def test_every_variant_is_told_in_words_with_its_source(path: Path) -> None:
    assert command("rules", "--check", path).exit_code == 0
    said, rules = command("rules", path).output, load_rulebook(str(path))
    own = [setting for setting in rules.settings.values() if setting.document == rules.document]
    assert own
    for setting in own:
        assert f"{setting.basis}（{setting.trust}；" in said
