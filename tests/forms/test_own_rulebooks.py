"""Rulebooks of one's own: for kinds of form that others do not know, and with other words for judgements."""

from __future__ import annotations

import io
import json
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from perf_xlsx import pipeline
from perf_xlsx.rulebook import BY_FORM, load_rulebook
from tests import CASES, ROOT
from tests.kit.command import command
from tests.kit.libreoffice import needs_libreoffice
from tests.kit.live_template import agreed
from tests.kit.outcome import findings_of
from tests.kit.own_forms import FORMS, records

# ---- rulebooks and kinds of form -------------------------------------------------------------------------

HEAD = 'extends = "mof-2020"\nname = "county"\ntitle = "示例县办法"\ndocument = "示例县文件"\n'


def test_a_complete_rulebook_need_not_know_a_new_kind(transfer: Path, case: Path, tmp_path: Path) -> None:
    """One that says all itself, as users wrote it before there was the third kind, or even the second."""
    text = (FORMS.parent / "rulebook" / "shipped" / "mof-2020.toml").read_text("utf-8")
    text = text.replace('name = "mof-2020"', 'name = "county"').replace('["department", "project"]', '["project"]')
    text = "\n".join(line for line in text.splitlines() if not line.startswith("department = "))
    rulebook = tmp_path / "county.toml"
    rulebook.write_text(text.replace('by_reference = ["department"]\n', ""), "utf-8")
    checked = command("rules", "--check", rulebook)
    assert (checked.exit_code, "没有问题" in checked.output) == (0, True), checked.output
    assert {key for key in load_rulebook(str(rulebook)).settings if key.partition(".")[0] in BY_FORM} >= {
        "weights.project", "passages.project",
    }  # fmt: skip
    command("template", "--form", transfer, "--data", case, "-o", tmp_path / "a.xlsx")
    (record,) = records(
        command("check", tmp_path / "a.xlsx", "--forms", transfer, "--rulebook", rulebook, "--json")
    )
    assert record["total"] == "96.40"
    assert [found["code"] for found in record["findings"] if found["code"] == "R17"] == ["R17", "R17"]


def test_a_rulebook_speaks_of_it_when_both_are_given(transfer: Path, case: Path, tmp_path: Path) -> None:
    rulebook = tmp_path / "县.toml"
    levels = '{ "产出指标" = 40, "效益指标" = 40, "满意度指标" = 10 }'
    rulebook.write_text(
        HEAD + 'forms = ["transfer"]\n[weights]\n'
        f'transfer = {{ value = [{levels}], basis = "产出40分、效益40分、满意度10分", trust = "原文" }}\n'
        '[passages]\ntransfer = { value = ["改进措施"], basis = "须写改进措施", trust = "原文" }\n',
        "utf-8",
    )
    alone = command("rules", "--check", rulebook)
    assert alone.exit_code == 2
    assert "不认识表种 transfer" in alone.output
    assert "--forms" in alone.output
    assert "没有问题" in command("rules", "--check", rulebook, "--forms", transfer).output
    assert "转移支付的一级指标分值：产出指标40" in command("rules", rulebook, "--forms", transfer).output
    command("template", "--form", transfer, "--data", case, "--rulebook", rulebook, "-o", tmp_path / "a.xlsx")
    guide = openpyxl.load_workbook(tmp_path / "a.xlsx")["填报说明"]
    assert any("产出指标40分" in str(cell.value) for row in guide.iter_rows() for cell in row)
    (record,) = records(
        command("check", tmp_path / "a.xlsx", "--forms", transfer, "--rulebook", rulebook, "--json")
    )
    told = {found["code"]: found["basis"] for found in record["findings"]}
    assert told["W02"] == "示例县文件：产出40分、效益40分、满意度10分"
    assert told["N01"] == "示例县文件：须写改进措施"
    typo = rulebook.read_text("utf-8").replace("[passages]\ntransfer", "[passages]\ntransfers")
    (tmp_path / "typo.toml").write_text(typo, "utf-8")
    told_of = command("rules", "--check", tmp_path / "typo.toml", "--forms", transfer).output
    assert "不认识表种 transfers" in told_of


def test_a_template_for_a_rulebook_that_serves_other_forms_is_refused(transfer: Path, tmp_path: Path) -> None:
    rulebook = tmp_path / "county.toml"
    rulebook.write_text(HEAD, "utf-8")
    words = ("--year", 2024, "-o", tmp_path / "a.xlsx")
    result = command("template", "--form", transfer, "--rulebook", rulebook, *words)
    assert result.exit_code == 2
    assert "不适用于转移支付绩效自评" in result.output


# ---- other words for judgements --------------------------------------------------------------------------

BANDS = {
    2: [("合格", 0.6), ("不合格", 0)],
    3: [("优秀", 0.9), ("良好", 0.7), ("较差", 0)],
    4: [("优秀", 0.9), ("良好", 0.75), ("一般", 0.6), ("较差", 0)],
    5: [("Ａ级", 0.9), ("Ｂ级", 0.8), ("Ｃ 级", 0.7), ("Ｄ级", 0.6), ("Ｅ级", 0)],
}


def with_bands(folder: Path, number: int, unclaimed: str | None = None) -> Path:
    """A rulebook with so many bands, in other words; the best counts in full where no points are claimed."""
    rows, high = [], "1"
    for word, low in BANDS[number]:
        rows.append(f'{{ judgement = "{word}", low = {low}, high = {high} }}')
        high = str(low)
    best = BANDS[number][0][0] if unclaimed is None else unclaimed
    path = folder / "bands.toml"
    path.write_text(
        HEAD + f'[qualitative]\nbands = {{ value = [{", ".join(rows)}], basis = "分档", trust = "原文" }}\n'
        f'unclaimed = {{ value = [{{ judgement = "{best}", share = 1 }}], basis = "满分", trust = "原文" }}\n',
        "utf-8",
    )
    return path


def worded(number: int) -> dict[str, Any]:
    """A project form with an indicator a band, each with points within it."""
    data: dict[str, Any] = json.loads((CASES / "完好的项目自评表.json").read_text("utf-8"))
    judged = data["indicators"][5]
    weights = [3] * number
    weights[0] += 15 - sum(weights)
    rows, high = [], 1.0
    for (word, low), weight in zip(BANDS[number], weights, strict=True):
        claim = round((low + high) / 2 * weight, 2)
        rows.append(judged | {"name": f"评为{word}", "actual": word, "weight": weight, "claimed_points": claim})
        high = low
    data["indicators"][5:6] = rows
    return data


@pytest.mark.parametrize("number", BANDS)
def test_judgements_in_other_words_go_all_the_way(number: int, tmp_path: Path) -> None:
    rulebook = with_bands(tmp_path, number)
    checked = command("rules", "--check", rulebook)
    assert "没有问题" in checked.output, checked.output
    data = worded(number)
    claims = [row["claimed_points"] for row in data["indicators"] if row["name"].startswith("评为")]
    blank = pipeline.template_bytes(case=json.dumps(data), rulebook=str(rulebook))
    prompts = _prompts(blank)
    assert "、".join(word for word, _ in BANDS[number]) in prompts
    assert "达成" not in prompts.replace("完成", "")
    stored = openpyxl.load_workbook(io.BytesIO(blank), data_only=True)
    sheet, reference = next(iter(stored.defined_names["px_indicators_reference_points"].destinations))
    ours = [row[0].value for row in stored[sheet][reference.replace("$", "")]]
    assert ours[5 : 5 + number] == pytest.approx(claims)
    for sign in ("定性", None):
        for row in data["indicators"]:
            row["sign"] = sign if row["name"].startswith("评为") else row["sign"]
        pipeline.write_template(tmp_path / "a.xlsx", case=json.dumps(data), rulebook=str(rulebook))
        result = pipeline.score(tmp_path / "a.xlsx", rulebook=str(rulebook))
        assert result.scores is not None
        points = [float(score.points or -1) for score in result.scores.indicators[5 : 5 + number]]
        assert points == pytest.approx(claims)
        assert [one.code for one in result.findings if one.code in ("R08", "R12", "R13", "I12")] == []


@needs_libreoffice
@pytest.mark.parametrize("number", [2, 4, 5])
def test_the_template_of_other_words_shows_what_is_scored(number: int, tmp_path: Path) -> None:
    rulebook, data = with_bands(tmp_path, number), worded(number)
    data["indicators"][5]["claimed_points"] = None  # the best counts in full
    data["indicators"][6]["actual"] = "别的话"
    written = pipeline.template_bytes(case=json.dumps(data), rulebook=str(rulebook))
    (tmp_path / "a.xlsx").write_bytes(written)
    result = pipeline.score(tmp_path / "a.xlsx", rulebook=str(rulebook))
    assert result.scores is not None
    _, live = agreed(written, tmp_path)
    points = live["px_indicators_reference_points"]
    assert points[6] == "请选档次"
    theirs = [score.points for score in result.scores.indicators]
    assert theirs[6] is None
    for at in (5, *range(7, 5 + number)):
        assert points[at] == pytest.approx(float(theirs[at] or -1))
    (asked,) = findings_of(result, "R13")
    assert asked.expected == "、".join(word for word, _ in BANDS[number])


def _prompts(data: bytes) -> str:
    book = openpyxl.load_workbook(io.BytesIO(data))
    return "".join(str(rule.prompt) for sheet in book.worksheets for rule in sheet.data_validations.dataValidation)


TYPED = [
    # number of bands, target, actual, band or None, whether R12 tells how it was read
    (3, "明显提升", "达成", "优秀", True), (3, "明显提升", "良 好", "良好", False), (3, "明显提升", "较差。", None, False),
    (4, "明显提升", "良好", "良好", False), (4, "明显提升", "达成", None, False), (4, "良好", "优秀", "优秀", False),
    (4, "及时", "及时", None, False), (5, "明显提升", "A级", "Ａ级", False), (5, "明显提升", "C级", "Ｃ 级", False),
    (2, "明显提升", "已完成", "合格", True), (2, "明显提升", "部分完成", None, False), (2, "明显提升", "不合格", "不合格", False),
]  # fmt: skip


@pytest.mark.parametrize(("number", "target", "actual", "band", "told"), TYPED)
def test_each_word_is_read_as_the_rulebook_s(
    number: int, target: str, actual: str, band: str | None, told: bool, tmp_path: Path
) -> None:
    rulebook = str(with_bands(tmp_path, number))
    data: dict[str, Any] = json.loads((CASES / "完好的项目自评表.json").read_text("utf-8"))
    data["indicators"][5] |= {"target": target, "actual": actual}
    pipeline.write_template(tmp_path / "a.xlsx", case=json.dumps(data), rulebook=rulebook)
    result = pipeline.score(tmp_path / "a.xlsx", rulebook=rulebook)
    assert result.evaluation is not None
    named = load_rulebook(rulebook).band(result.evaluation.indicators[5].actual)
    assert (named.judgement if named else None) == band
    said = [one for one in result.findings if one.field == "实际完成值" and one.code in ("R12", "R13")]
    assert [one.code for one in said] == (["R12"] if told else ["R13"] if band is None else [])
    assert all(f"“{band}”" in one.message for one in said if one.code == "R12")
    assert not any("达成" in one.message.replace(f"“{actual}”", "") for one in said)


def bands(*words: str) -> str:
    rows = [
        f'{{ judgement = "{words[0]}", low = 0.5, high = 1 }}',
        f'{{ judgement = "{words[1]}", low = 0, high = 0.5 }}',
    ]
    return (
        HEAD + f'[qualitative]\nbands = {{ value = [{", ".join(rows)}], basis = "分档", trust = "原文" }}\n'
        f'unclaimed = {{ value = [{{ judgement = "{words[0]}", share = 1 }}], basis = "满分", trust = "原文" }}\n'
    )


UNCLEAR = {
    "两档同名": (bands("好", "好 "), "分不清是哪一档"),
    "全角半角": (bands("A级", "Ａ级"), "分不清是哪一档"),
    "是数字": (bands("5", "3"), "不能是数字"),
    "中文数字": (bands("一百", "零"), "不能是数字"),
    "横线": (bands("好", "—"), "不能是数字、横线"),
    "竖线": (bands("好|优", "差"), "竖线"),
    "太长": (bands("好" * 30, "差"), "不超过20个字"),
    "没有改无自评分的": (
        bands("好", "差").split("unclaimed")[0], "qualitative.unclaimed 的“达成”不是 qualitative.bands 中的一档（好、差）"),
    "份额在档外": (bands("好", "差").replace("share = 1", "share = 0.4"), "应在该档的 0.5 与 1 之间"),
}  # fmt: skip


@pytest.mark.parametrize("why", UNCLEAR)
def test_words_that_cannot_work_are_refused(why: str, tmp_path: Path) -> None:
    text, words = UNCLEAR[why]
    (tmp_path / "own.toml").write_text(text, "utf-8")
    result = command("rules", "--check", tmp_path / "own.toml")
    assert result.exit_code == 2, result.output
    assert words in result.output


def test_no_default_share_is_a_choice_too(tmp_path: Path) -> None:
    path = with_bands(tmp_path, 4)
    path.write_text(
        re.sub(r"unclaimed = \{ value = \[.*?\]", "unclaimed = { value = []", path.read_text("utf-8")), "utf-8"
    )
    assert "没有问题" in command("rules", "--check", path).output
    assert "都由单位打分" in command("rules", path).output


def test_the_rulebook_that_the_architecture_shows_is_one(tmp_path: Path) -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    (tmp_path / "county.toml").write_text(text.partition("```toml\n")[2].partition("```")[0], "utf-8")
    assert "没有问题" in command("rules", "--check", tmp_path / "county.toml").output
