"""Rulebooks: what a user's own may say, what is refused and in which words, and how they are shown and compared."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from perf_xlsx import pipeline
from perf_xlsx.findings.catalogue import catalogue
from perf_xlsx.forms import form_names
from perf_xlsx.rulebook import BY_FORM, OPTIONAL, SETTINGS, RulebookError, load_rulebook, rulebook_names
from tests import CASES
from tests.kit.command import command
from tests.kit.filled import filled, template_of

HEAD = 'extends = "mof-2020"\nname = "county"\ntitle = "示例县办法"\ndocument = "示例县文件"\n'
BASIS = 'basis = "原文", verified = true'
OWN = HEAD + f"[execution]\nweight = {{ value = 20, {BASIS} }}\n[weights]\nproject = {{ value = [], {BASIS} }}\n"
SHIPPED = {
    "mof-2020", "hubei", "platform", "platform-grades", "prefecture-cap", "initial-base", "sichuan-2025", "pidu-2026",
    "jinan-2019", "beijing-2016", "ningxia", "yinchuan",
}  # fmt: skip


def test_these_are_shipped_and_every_number_has_its_basis() -> None:
    assert set(rulebook_names()) == SHIPPED
    for name in SHIPPED:
        rulebook = pipeline.usable_rulebook(name)
        required = {*SETTINGS, *(f"{key}.{form}" for key in BY_FORM for form in form_names())}
        assert required <= set(rulebook.settings) <= required | set(OPTIONAL)
        assert all(setting.basis and setting.document for setting in rulebook.settings.values())
        assert rulebook.issuer
        assert rulebook.source


REFUSED = {
    "不是 TOML": ("weight = ", ["不是 TOML"]),
    "不认识的键": (HEAD + f"[execution]\nwieght = {{ value = 20, {BASIS} }}", ["不认识 execution.wieght", "execution.weight"]),
    "不认识的节": (HEAD + f"[bonus]\nx = {{ value = 1, {BASIS} }}", ["不认识 bonus.x"]),
    "不认识的项": (HEAD.replace("extends", "extend"), ["不认识 extend", "缺少 total.points"]),
    "没有依据": (HEAD + "[execution]\nweight = { value = 20, verified = true }", ["execution.weight 应写成", "basis"]),
    "依据是空的": (HEAD + '[execution]\nweight = { value = 20, basis = " ", verified = true }', ["execution.weight 缺少依据"]),
    "没说是否核对": (HEAD + '[execution]\nweight = { value = 20, basis = "x", verified = "yes" }', ["verified 应为 true"]),
    "分档有空档": (
        HEAD + "[qualitative]\nbands = { value = [{ judgement = '达成', low = 0.8, high = 1 },"
        f"{{ judgement = '未达成', low = 0, high = 0.6 }}], {BASIS} }}",
        ["qualitative.bands", "“达成”与“未达成”之间留有空档", "前者的 low 应等于后者的 high"],
    ),
    "分档重叠": (
        HEAD + "[qualitative]\nbands = { value = [{ judgement = '达成', low = 0.5, high = 1 },"
        f"{{ judgement = '未达成', low = 0, high = 0.6 }}], {BASIS} }}",
        ["之间有重叠"],
    ),
    "分档不到底": (
        HEAD + f"[qualitative]\nbands = {{ value = [{{ judgement = '达成', low = 0.5, high = 1 }}], {BASIS} }}",
        ["最后一档的 low 为0"],
    ),
    "等级颠倒": (
        HEAD + "[grades]\nbounds = { value = [{ grade = '差', low = 0 },"
        f"{{ grade = '优', low = 90 }}], {BASIS} }}",
        ["grades.bounds", "从高到低"],
    ),
    "分值不可能合计100": (HEAD + f"[execution]\nweight = {{ value = 20, {BASIS} }}", ["weights.project", "＝110，应为 100"]),
    "不认识的公式": (
        HEAD + f"[quantitative]\nat_most = {{ value = 'curve', {BASIS} }}",
        ["quantitative.at_most", "'curve'", "应为 ratio、straight_line 之一"],
    ),
    "数字写成了文字": (HEAD + f"[execution]\nweight = {{ value = '20', {BASIS} }}", ["execution.weight", "应为数字"]),
    "数字越界": (HEAD + f"[thresholds]\nexecution_rate = {{ value = 90, {BASIS} }}", ["应在 0 与 1 之间"]),
    "封顶颠倒": (
        HEAD + "[total]\ncaps = { value = [{ below = 0.8, total = 89 },"
        f"{{ below = 0.5, total = 59 }}], {BASIS} }}",
        ["total.caps", "从低到高"],
    ),
    "公式写成了列表": (
        HEAD + f"[quantitative]\nat_least = {{ value = ['ratio'], {BASIS} }}",
        ["quantitative.at_least", "应为 ratio 之一"],
    ),
    "不是数": (HEAD + f"[thresholds]\nexecution_rate = {{ value = nan, {BASIS} }}", ["thresholds.execution_rate", "应为数字"]),
    "无穷大": (HEAD + f"[overshoot]\ndeduction = {{ value = inf, {BASIS} }}", ["overshoot.deduction", "应为数字"]),
    "数字太长": (HEAD + f"[execution]\nweight = {{ value = {'1' * 5000}, {BASIS} }}", ["不是 TOML"]),
    "嵌套太深": (HEAD + f"[execution]\nweight = {'[' * 100_000}", ["不是 TOML"]),
    "等级不是文字": (
        HEAD + f"[grades]\nbounds = {{ value = [{{ grade = ['优'], low = 0 }}], {BASIS} }}",
        ["grades.bounds", "应为文字"],
    ),
    "分档不是文字": (
        HEAD + f"[qualitative]\nbands = {{ value = [{{ judgement = 1, low = 0, high = 1 }}], {BASIS} }}",
        ["qualitative.bands", "应为文字"],
    ),
    "严重程度写成了列表": (HEAD + '[severity]\nI10 = ["error"]', ["severity.I10", "error、warning、notice"]),
    "所扩展的不成文件名": (HEAD.replace("mof-2020", "own.toml\\u0000.toml"), ["读不出来"]),
    "没有名称": (OWN.replace('name = "county"\n', ""), ["缺少 name"]),
    "没有自己的文件名": (OWN.replace('document = "示例县文件"\n', ""), ["缺少 document"]),
    "不认识的表种": (HEAD + 'forms = ["school"]', ["不认识表种 school", "department、project"]),
    "不认识的编号": (HEAD + '[severity]\nX99 = "error"', ["不认识编号 X99"]),
    "不认识的严重程度": (HEAD + '[severity]\nI10 = "fatal"', ["severity.I10", "error、warning、notice"]),
    "所扩展的不存在": (HEAD.replace("mof-2020", "mof-1999"), ["没有评分办法 mof-1999", "mof-2020"]),
    "绕圈": (HEAD.replace("mof-2020", "own.toml"), ["extends 绕成了圈"]),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_wrong_rulebook_is_refused_with_file_key_and_what_would_be_right(name: str, tmp_path: Path) -> None:
    text, words = REFUSED[name]
    path = tmp_path / "own.toml"
    path.write_text(text, "utf-8")
    said = command("rules", "--check", path)
    assert said.exit_code == 2
    assert "own.toml" in said.output or "mof-1999" in said.output
    for word in words:
        assert word in said.output


@pytest.mark.parametrize(("base", "code"), [("mof-2020", 0), ("../city/../county/own.toml", 2)])
def test_one_of_the_same_file_name_may_be_extended_but_not_in_a_ring(base: str, code: int, tmp_path: Path) -> None:
    for folder, extended in (("county", "../city/own.toml"), ("city", base)):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "own.toml").write_text(OWN.replace("mof-2020", extended), "utf-8")
    said = command("rules", "--check", tmp_path / "county" / "own.toml")
    assert (said.exit_code, "extends 绕成了圈" in said.output) == (code, code == 2)


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(HEAD + f"[execution]\nweight = {{ value = 'x', {BASIS} }}\nbase = 1\n[nope]\na = 1\n", "utf-8")
    with pytest.raises(RulebookError) as error:
        load_rulebook(str(path))
    assert len(error.value.problems) == 3


def test_a_province_of_ones_own_is_one_file(tmp_path: Path) -> None:
    path = tmp_path / "县.toml"
    path.write_text(OWN + '[severity]\nI10 = "error"\n', "utf-8")
    assert "没有问题（示例县办法）" in command("rules", "--check", path).output
    rulebook = load_rulebook(str(path))
    assert rulebook.number("execution.weight") == 20
    assert rulebook.cite("execution.weight").document == "示例县文件"
    assert rulebook.cite("grades.bounds").document.startswith("财预〔2020〕10号")


def test_it_scores_a_form_and_stands_beside_every_score(
    tmp_path: Path, well_made: dict[str, Any], score_case: Callable[..., Any]
) -> None:
    path = tmp_path / "县.toml"
    path.write_text(OWN, "utf-8")
    result = score_case(well_made, "scored.xlsx", str(path))
    assert result.rulebook == "county"
    assert result.scores.execution.weight == 20
    assert "示例县文件：原文" in [str(c) for c in result.scores.execution.basis]
    back = pipeline.score(tmp_path / "returned.xlsx")
    assert [(f.code, f.given) for f in back.findings] == [("R05", "county")]
    assert back.findings[0].advice == "请与收表单位核对适用的评分办法。"


def test_a_severity_is_set_by_the_rulebook(
    tmp_path: Path, well_made: dict[str, Any], score_case: Callable[..., Any]
) -> None:
    well_made["indicators"][0]["midyear"] = 210000
    assert [(f.code, f.severity) for f in score_case(well_made).findings] == [("I10", "notice")]
    path = tmp_path / "县.toml"
    path.write_text(HEAD + '[severity]\nI10 = "error"\n', "utf-8")
    assert [(f.code, f.severity) for f in score_case(well_made, None, str(path)).findings] == [("I10", "error")]


def test_a_severity_is_set_for_what_reading_finds_too(
    tmp_path: Path, well_made: dict[str, Any], score_case: Callable[..., Any]
) -> None:
    well_made["indicators"][1]["midyear"] = "98%以上"
    usual = [(f.code, f.severity) for f in score_case(well_made).findings]
    path = tmp_path / "县.toml"
    path.write_text(HEAD + f'[severity]\n{usual[0][0]} = "error"\n', "utf-8")
    assert [(f.code, f.severity) for f in score_case(well_made, None, str(path)).findings] == [
        (usual[0][0], "error")
    ]
    assert usual[0][0].startswith("R")
    assert usual[0][1] != "error"


def test_a_rulebook_for_another_form_or_year_is_told(tmp_path: Path) -> None:
    path, other = tmp_path / "t.xlsx", str(tmp_path / "部门.toml")
    Path(other).write_text(HEAD + 'forms = ["department"]\n', "utf-8")
    path.write_bytes(template_of("完好的项目自评表"))
    said = [f.message for f in pipeline.score(path, rulebook=other).findings if f.code == "R17"]
    assert len(said) == 2
    assert any("不是为这种自评表制定的" in message for message in said)
    old = json.loads((CASES / "完好的项目自评表.json").read_text("utf-8")) | {"year": 2019}
    path.write_bytes(filled(old))
    (year,) = [f for f in pipeline.score(path).findings if f.code == "R17"]
    assert "适用于2020年度起，本表是2019年度" in year.message
    assert year.expected is None
    refused = command(
        "template", "--form", "project", "--year", "2024", "--rulebook", other, "-o", tmp_path / "n.xlsx"
    )
    assert refused.exit_code == 2
    assert "不适用于项目支出绩效自评" in refused.output


@pytest.mark.parametrize("name", sorted(SHIPPED))
def test_a_rulebook_is_printed_in_words(name: str) -> None:
    said = command("rules", name)
    assert said.exit_code == 0
    rulebook = load_rulebook(name)
    for setting in rulebook.settings.values():
        assert setting.basis in said.output
    assert rulebook.document in said.output
    assert "ratio" not in said.output


def test_all_rulebooks_are_listed() -> None:
    lines = command("rules").output.splitlines()
    assert {line.split("（默认）")[0].split()[0] for line in lines[:-2]} == SHIPPED
    assert lines[0].startswith("mof-2020（默认）")


def test_two_rulebooks_are_compared_in_words_and_on_a_workbook(tmp_path: Path, well_made: dict[str, Any]) -> None:
    path = tmp_path / "t.xlsx"
    path.write_bytes(filled(well_made))
    said = command("rules", "--diff", "mof-2020", "platform", path).output
    assert "mof-2020：分值×指标值÷实际完成值" in said
    assert "platform：分值×[1−(实际完成值−指标值)÷指标值]" in said
    assert "单页数字化成本：8.33 → 8.00" in said
    assert "总分：98.03 优 → 97.70 优" in said
    assert "预算执行率：" not in said
    assert command("rules", "--diff", "hubei", "hubei").output == "两个评分办法的规定相同。\n"
    assert command("rules", "--diff", "hubei").exit_code == 2


@pytest.mark.parametrize("code", sorted(catalogue()))
def test_a_finding_is_explained(code: str) -> None:
    said = command("explain", code.lower())
    entry = catalogue()[code]
    assert said.exit_code == 0
    for words in (code, entry.title, entry.why, entry.good, entry.bad, "依据："):
        assert words
        assert words in said.output


def test_an_unknown_code_is_answered_with_the_known_ones() -> None:
    said = command("explain", "Z99")
    assert said.exit_code == 2
    assert "Z99" in said.output
    assert "R01" in said.output
    assert len(command("explain").output.splitlines()) == len(catalogue())
