"""How far the text of a rule is known (原文, 转引, 未核对, 约定) stands wherever a rule is named."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Trust
from perf_xlsx.findings.catalogue import catalogue
from perf_xlsx.results.recording import as_json
from perf_xlsx.rulebook import load_rulebook, rulebook_names
from tests.kit.command import command
from tests.kit.filled import filled

HEAD = 'extends = "mof-2020"\nname = "county"\ntitle = "示例县办法"\ndocument = "示例县文件"\n[thresholds]\n'
LAW = "财预〔2020〕10号《项目支出绩效评价管理办法》"


def own(folder: Path, line: str, header: str = "") -> Path:
    path = folder / "县.toml"
    path.write_text(HEAD.replace("[thresholds]", header + "[thresholds]") + line + "\n", "utf-8")
    return path


def test_nothing_that_is_shipped_was_read_in_the_original() -> None:
    shipped = [load_rulebook(name) for name in rulebook_names()]
    assert Trust.READ not in {setting.trust for book in shipped for setting in book.settings.values()}
    assert Trust.READ not in {entry.trust for entry in catalogue().values()}
    assert not any(book.dated for book in shipped)


@pytest.mark.parametrize("name", rulebook_names())
def test_a_convention_is_called_one_and_nothing_else_is(name: str) -> None:
    for key, setting in load_rulebook(name).settings.items():
        assert ("约定" in setting.document) == (setting.trust is Trust.AGREED), key


@pytest.mark.parametrize(
    ("name", "key", "trust"),
    [
        ("mof-2020", "execution.weight", "转引"),
        ("mof-2020", "grades.bounds", "转引"),
        ("mof-2020", "weights.project", "未核对"),  # one of its two ways is 财预〔2021〕101号
        ("mof-2020", "thresholds.execution_rate", "未核对"),  # a summary
        ("mof-2020", "total.caps", "约定"),
        ("hubei", "execution.weight", "转引"),
        ("hubei", "grades.bounds", "转引"),
        ("initial-base", "execution.base", "转引"),
        ("platform", "quantitative.at_most", "未核对"),  # seen in software, published nowhere
    ],
)
def test_each_rule_is_known_as_far_as_it_is(name: str, key: str, trust: str) -> None:
    assert load_rulebook(name).settings[key].trust == trust


def test_no_convention_is_told_as_an_original_that_was_not_seen(tmp_path: Path) -> None:
    said = [command("explain", code).output for code in catalogue()] + [
        command("rules", n).output for n in rulebook_names()
    ]
    for line in "\n".join(said).splitlines():
        assert not ("本软件约定" in line and "未核对" in line.replace("依据分四种", "")), line
    assert "依据：本软件约定（国家办法未规定）：总分不因执行率封顶\n" in command("explain", "T04").output
    assert "（未核对原文）" in command("explain", "F09").output
    assert command("explain", "T03").output.rstrip().endswith("（转引）")
    assert "依据：报送要求：自评表应能直接打开（约定）" in command("explain", "R02").output


def test_rules_says_how_far_each_is_known_and_what_the_words_mean() -> None:
    said = command("rules", "mof-2020").output
    assert "（转引；execution.weight）" in said
    assert "（约定；total.caps）" in said
    assert "转引，没有看到原文" in said
    assert f"部门（单位）整体支出绩效自评参照{LAW}执行" in said
    first = command("rules").output.splitlines()[0]
    assert "转引" in first
    assert "约定" in first
    assert "原文" not in first
    assert "（转引）" not in command("rules", "--diff", "mof-2020", "platform").output
    assert "，未核对）" in command("rules", "--diff", "mof-2020", "platform").output


def test_the_project_regulation_is_only_followed_on_a_department_form(
    tmp_path: Path, cases: Callable[[str], dict[str, Any]]
) -> None:
    for form, prefix in (("部门", "参照"), ("项目", "")):
        path, scored = tmp_path / f"{form}.xlsx", tmp_path / f"{form}-评.xlsx"
        path.write_bytes(filled(cases(form)))
        first = openpyxl.load_workbook(path).worksheets[0]
        printed = "".join(str(cell.value) for row in first for cell in row if cell.value)
        assert f"评分办法：{prefix}{LAW}" in printed
        result = pipeline.score(path, scored)
        assert result.scores is not None
        assert str(result.scores.execution.basis[0]) == f"{prefix}{LAW}：预算执行率分值10分（转引）"
        book = openpyxl.load_workbook(scored)
        for sheet in ("评分汇总", "自评表"):
            texts = [str(cell.value) for row in book[sheet] for cell in row if cell.value]
            assert any(f"评分办法：{prefix}{LAW}" in text for text in texts)
        summary = [str(cell.value) for row in book["评分汇总"] for cell in row if cell.value]
        assert any(f"{prefix}{LAW}：预算执行率分值10分（转引）" in text for text in summary)
        assert any("各项规定的依据：转引" in text for text in summary)


@pytest.fixture
def cases(well_made: dict[str, Any]) -> Callable[[str], dict[str, Any]]:
    from tests import CASES

    def load(form: str) -> dict[str, Any]:
        data: dict[str, Any] = json.loads((CASES / f"完好的{form}自评表.json").read_text("utf-8"))
        return data

    return load


@pytest.mark.parametrize(
    ("trust", "ending"), [("原文", ""), ("转引", "（转引）"), ("未核对", "（未核对原文）"), ("约定", "（约定）")]
)
def test_a_rulebook_of_ones_own_says_it_in_words_and_the_form_shows_it(
    trust: str, ending: str, tmp_path: Path, well_made: dict[str, Any], score_case: Callable[..., Any]
) -> None:
    line = f'grade_edge = {{ value = 99, basis = "一律提示", trust = "{trust}" }}'
    path = own(tmp_path, line)
    assert command("rules", "--check", path).output == f"{path}：没有问题（示例县办法）。\n"
    result = score_case(well_made, "scored.xlsx", str(path))
    told = next(f for f in as_json(result)["findings"] if f["code"] == "T05")
    assert told["basis"] == f"示例县文件：一律提示{ending}"
    listed = [[c.value for c in row] for row in openpyxl.load_workbook(tmp_path / "scored.xlsx")["问题清单"]]
    assert any(told["basis"] in row for row in listed)


@pytest.mark.parametrize(("old", "trust"), [("true", "原文"), ("false", "未核对")])
def test_the_old_notation_is_read_and_told_what_to_write(old: str, trust: str, tmp_path: Path) -> None:
    path = own(tmp_path, f'execution_rate = {{ value = 0.8, basis = "x", verified = {old} }}')
    said = command("rules", "--check", path)
    assert said.exit_code == 0
    assert f'thresholds.execution_rate 的 verified = {old} 是旧写法，请改写为 trust = "{trust}"' in said.output
    assert load_rulebook(str(path)).settings["thresholds.execution_rate"].trust == trust


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('unspent = { value = 0.1, basis = "x" }', ["thresholds.unspent 应写成", 'trust = "原文"', "转引"]),
        ('unspent = { value = 0.1, basis = "x", trust = "read" }', ["'read'", "原文（看过文件原文）", "约定"]),
        ('unspent = { value = 0.1, basis = "x", trust = true }', ["True", "应为 原文"]),
        ('unspent = { value = 0.1, basis = "x", trust = "原文", verified = true }', ["只写一个"]),
        ('unspent = { value = 0.1, basis = "x", verified = 1 }', ["verified 应为 true", "请改写为 trust"]),
    ],
)
def test_a_wrong_word_is_refused_with_the_right_ones(line: str, words: list[str], tmp_path: Path) -> None:
    said = command("rules", "--check", own(tmp_path, line))
    assert said.exit_code == 2
    for word in words:
        assert word in said.output


def test_what_is_only_followed_is_named_by_form(tmp_path: Path) -> None:
    line = 'unspent = { value = 0.1, basis = "x", trust = "原文" }'
    assert "by_reference" in command("rules", "--check", own(tmp_path, line, 'by_reference = "project"\n')).output
    (other := tmp_path / "市").mkdir()
    path = own(other, line, 'by_reference = ["project"]\n')
    followed = load_rulebook(str(path)).on("project")
    assert followed.document == "参照示例县文件"
    assert str(followed.cite("thresholds.unspent")) == "参照示例县文件：x"
    assert str(followed.cite("grades.bounds")).startswith(LAW)
    (third := tmp_path / "省").mkdir()
    wrong = own(third, line, 'by_reference = ["school"]\n')
    assert "不认识表种 school" in command("rules", "--check", wrong).output


@pytest.mark.parametrize("name", rulebook_names())
def test_no_basis_says_twice_how_far_it_is_known(name: str) -> None:
    """One ended with （未核对）, behind which （未核对原文） was printed."""
    rulebook = load_rulebook(name)
    cited = [str(rulebook.cite(key)) for key in rulebook.settings]
    assert [text for text in cited if any(f"（{trust}）（" in text for trust in Trust)] == []
