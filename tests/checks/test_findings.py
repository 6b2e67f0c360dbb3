"""Every kind of finding: a case that has it, and near misses that do not (tests/cases/问题.md)."""

from __future__ import annotations

import ast
import json
from collections import Counter
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from perf_xlsx.cli.stories import case_text
from perf_xlsx.domain.model import Result
from perf_xlsx.findings.catalogue import CHECKS, catalogue
from tests import CASES, ROOT
from tests.kit.finding_cases import FORMS, FindingCase, changed, read_cases
from tests.kit.outcome import findings_of

ALL = read_cases(CASES / "问题.md")


def _constants(node: ast.AST) -> Counter[object]:
    return Counter(one.value for one in ast.walk(node) if isinstance(one, ast.Constant))


@cache
def shown_elsewhere() -> frozenset[str]:
    return frozenset(_shown_elsewhere())


def _shown_elsewhere() -> Iterator[str]:
    """The codes of `@pytest.mark.finding(…)` on tests that speak of the code, or whose table of cases does."""
    for path in sorted((ROOT / "tests").rglob("test_*.py")):
        body = ast.parse(path.read_text("utf-8")).body
        tables = {ast.unparse(one.target): _constants(one) for one in body if isinstance(one, ast.AnnAssign)}
        for test in body:
            used = {one.id for one in ast.walk(test) if isinstance(one, ast.Name)}
            constants = sum((tables[name] for name in used & tables.keys()), _constants(test))
            for mark in getattr(test, "decorator_list", ()):
                if ast.unparse(mark).startswith("pytest.mark.finding("):
                    (code,) = (argument.value for argument in mark.args)
                    assert constants[code] > 1, f"{test.name} does not speak of {code}"
                    yield code


@pytest.mark.parametrize("case", ALL, ids=lambda case: case.title)
def test_case(case: FindingCase, score_case: Callable[..., Result]) -> None:
    form = json.loads((CASES / FORMS[case.form]).read_text("utf-8"))
    for path, new in case.changes:
        changed(form, path, new)
    found = score_case(form, rulebook=case.rulebook).findings
    for wanted in case.expected:
        assert any(wanted.matches(f) for f in found), (
            f"{wanted} is not among {[(f.code, f.severity, f.field, f.expected, f.difference) for f in found]}"
        )
    assert case.besides_of(found) == case.besides, [(f.code, f.field, f.message) for f in found]
    assert not {f.code for f in found} & set(case.absent)


@pytest.mark.parametrize(
    "case", [case for case in ALL if any(e.code == "F10" for e in case.expected)], ids=lambda case: case.title
)
def test_a_wrong_money_unit_is_told_once(case: FindingCase, score_case: Callable[..., Result]) -> None:
    form = json.loads((CASES / FORMS[case.form]).read_text("utf-8"))
    for path, new in case.changes:
        changed(form, path, new)
    assert [f.code for f in score_case(form, rulebook=case.rulebook).findings] == ["F10"]


@pytest.mark.parametrize("path", sorted((CASES / "完好的表").glob("*.json")), ids=lambda path: path.stem)
def test_a_form_as_careful_people_write_it_is_left_alone(path: Path, score_case: Callable[..., Result]) -> None:
    assert [(f.code, f.message) for f in score_case(json.loads(path.read_text("utf-8"))).findings] == []


def test_the_corrected_report_is_left_alone_but_for_its_one_contradiction(
    score_case: Callable[..., Result],
) -> None:
    found = score_case(json.loads(case_text("department-corrected"))).findings
    # The report still gives “增加” as the reason for a decrease of 0%.
    assert [f.code for f in found if f.severity != "notice"] == ["I17"]


def test_the_report_as_filed_contradicts_itself(score_case: Callable[..., Result]) -> None:
    found = score_case(json.loads(case_text("department-as-filed"))).findings
    assert [f.given for f in found if f.code == "N02"] == [
        "调整与履职需要相匹配，没有不利影响。",
        "资金按计划使用，不存在闲置。",
    ]
    assert [f.field for f in found if f.code == "F08"] == ["项目支出·全年预算数", "合计·调整数"]
    row = {(f.code, f.place.row) for f in found}
    assert row >= {
        ("I17", 6),
        ("I06", 7),
        ("I06", 8),
        ("W04", 8),
        ("I10", 7),
        ("I08", 12),
        ("I09", 12),
        ("F09", 10),
    }
    assert not {f.code for f in found} & {"N01", "N03"}


def test_every_code_has_a_case() -> None:
    assert {wanted.code for case in ALL for wanted in case.expected} | shown_elsewhere() == set(catalogue())


def test_every_check_belongs_to_a_code_and_explains_itself() -> None:
    for code, function, _ in CHECKS:
        assert code in catalogue()
        assert function.__doc__


def test_every_finding_says_what_to_do(well_made: dict[str, Any], score_case: Callable[..., Result]) -> None:
    for case in ALL:
        for path, new in case.changes[:1] if case.form == "部门" else ():
            changed(well_made, path, new)
    for found in score_case(well_made).findings:
        assert found.message.endswith("。")
        assert found.advice.endswith("。")
        assert found.basis


def test_every_code_has_a_near_miss() -> None:
    near = {code for case in ALL for code in case.absent}
    near |= {case.title[:3] for case in ALL if "任何问题" in case.absent}
    assert set(catalogue()) - near - shown_elsewhere() == set()


def test_a_wrong_total_of_weights_names_what_would_fit(
    well_made: dict[str, Any], score_case: Callable[..., Result]
) -> None:
    well_made["indicators"][0]["weight"] = 200
    (said,) = findings_of(score_case(well_made), "W01")
    assert "“档案数字化数量”分值200、自评得分20，分值若为20则得分相符，合计正好100" in said.message
    assert said.advice == "请把“档案数字化数量”的分值改为20，或核对各指标的分值。"


def test_two_scores_typed_as_weights_fit_only_together(
    well_made: dict[str, Any], score_case: Callable[..., Result]
) -> None:
    well_made["indicators"][2]["weight"] = 8.33
    well_made["indicators"][1] |= {"weight": 19.8, "actual": 97.02, "claimed_points": 19.8}
    said = [f.message for f in score_case(well_made).findings if f.code == "W04"]
    assert len(said) == 2
    assert all("连同另外1处一并改正则合计正好100" in message for message in said)


def test_a_whole_table_in_another_unit_is_told_once(
    well_made: dict[str, Any], score_case: Callable[..., Result]
) -> None:
    for row in (*well_made["funds"], *well_made["projects"]):
        for column in {"initial", "adjustment", "adjusted", "executed"} & row.keys():
            row[column] *= 10_000
    well_made["passages"]["执行情况说明"] = (
        "全年预算数1000万元，全年执行970万元，基本支出执行数600万元，执行率97.00%。"
    )
    (said,) = score_case(well_made).findings
    assert said.code == "N03"
    assert "恰好相差一万倍，请先核对“金额单位”" in said.message


def test_a_rate_just_below_its_limit_is_seen_to_be_below(
    well_made: dict[str, Any], score_case: Callable[..., Result]
) -> None:
    well_made["funds"] = [{"line": "合计", "initial": 100000, "adjusted": 100000, "executed": 89999}]
    well_made["projects"], well_made["passages"]["执行情况说明"] = [], "资金按计划使用，没有违规。"
    (said,) = findings_of(score_case(well_made), "F09")
    assert said.message.startswith("预算执行率89.999%，低于90.00%")


def test_a_form_without_indicators_is_told_once(
    well_made: dict[str, Any], score_case: Callable[..., Result]
) -> None:
    well_made["indicators"] = []
    result = score_case(well_made)
    assert [f.code for f in result.findings] == ["R07"]
    assert result.scores is not None
    assert not result.scores.complete


def test_an_adjustment_of_the_one_source_of_money_is_told_once(score_case: Callable[..., Result]) -> None:
    form = json.loads((CASES / FORMS["项目"]).read_text("utf-8"))
    case = next(case for case in ALL if case.title == "F08 只有一项来源，与总额相同，只在总额说")
    for path, new in case.changes:
        changed(form, path, new)
    assert [f.code for f in score_case(form).findings] == ["F08"]


@pytest.mark.parametrize(("actual", "asked"), [(2_000_001, True), (2_000_000, False)])
def test_ten_times_the_target_may_be_another_unit(
    actual: int, asked: bool, well_made: dict[str, Any], score_case: Callable[..., Result]
) -> None:
    well_made["indicators"][0] |= {"actual": actual, "claimed_completion": "1000%"}
    (said,) = findings_of(score_case(well_made), "I08")
    assert ("计量单位" in said.advice) == asked


def test_claims_of_the_sign_that_the_name_calls_for_are_told_with_it(
    well_made: dict[str, Any], score_case: Callable[..., Result]
) -> None:
    well_made["indicators"][2]["sign"] = "≥"
    found = {f.code: f for f in score_case(well_made).findings}
    assert found["I16"].message.endswith("与名称的含义相反；填报的完成率、得分是按“≤”计算的。")
    assert "指标性质" in found["I06"].advice


def test_a_completion_the_other_way_round_tells_that_two_numbers_may_be_exchanged(
    well_made: dict[str, Any], score_case: Callable[..., Result]
) -> None:
    changed(well_made, "指标5·年度指标值", 98)
    changed(well_made, "指标5·实际完成值", 90)
    changed(well_made, "指标5·指标完成率", "108.89%")
    told = {f.code: f for f in score_case(well_made).findings}["I09"]
    assert told.expected == "91.84%"
    assert "互换指标值和实际完成值才是所填的数" in told.message
    assert "填反了的请互换" in told.advice
    changed(well_made, "指标5·指标完成率", "95%")
    told = {f.code: f for f in score_case(well_made).findings}["I09"]
    assert "互换" not in told.message + told.advice
