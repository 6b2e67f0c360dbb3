"""Damage that people do: what is read is the undamaged form, or a finding names the place. No third outcome."""

from __future__ import annotations

import io
import itertools
import os
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from perf_xlsx import pipeline
from perf_xlsx.cli.stories import STORIES
from perf_xlsx.domain.model import Finding, Result, SelfEvaluation
from perf_xlsx.domain.quantity import parse_quantity
from perf_xlsx.forms import load_form
from tests.kit.damage import DAMAGES, capitals, damaged, drop_names, entries, labels_of_path, undamaged
from tests.kit.outcome import findings_of, scored

PAIRS = int(os.environ.get("DAMAGE_PAIRS", "60"))
OWN_CODES = ("I01", "I02", "I03", "W03")  # an empty cell of an indicator has a finding of its own


def differences(evaluation: SelfEvaluation, other: SelfEvaluation) -> list[str]:
    """The paths of the boxes in which two readings differ."""
    one, two = entries(evaluation), entries(other)
    return [path for path in one | two if (path in one and one[path].value) != (path in two and two[path].value)]


def is_told(path: str, evaluation: SelfEvaluation, findings: tuple[Finding, ...]) -> bool:
    """Whether a finding louder than a notice says that this box could not be read as it was meant."""
    entry, names = entries(evaluation).get(path), labels_of_path(evaluation.form, path)
    return any(
        (entry is not None and entry.place.cell and found.place == entry.place)
        or (found.code == "R06" and found.field in names)
        for found in findings
        if found.severity != "notice" and (found.code.startswith("R") or found.code in OWN_CODES)
    )


def silent(story: str, result: Result) -> list[str]:
    """What was read otherwise than in the undamaged form, and is not told."""
    evaluation, base = result.evaluation, undamaged(story)
    if evaluation is None:
        return ["not read: " + "".join(found.message for found in result.findings)]
    lost = [path for path in differences(base, evaluation) if not is_told(path, evaluation, result.findings)]
    kinds = (evaluation.form, evaluation.year, evaluation.rulebook), (base.form, base.year, base.rulebook)
    return [f"{p}: {shown(base, p)} → {shown(evaluation, p)}" for p in lost] + [str(kinds)] * (
        kinds[0] != kinds[1]
    )


def shown(evaluation: SelfEvaluation, path: str) -> str:
    entry = entries(evaluation).get(path)
    return f"{entry.value!r} at {entry.place.sheet}!{entry.place.cell}" if entry else "no such row"


def said(result: Result) -> list[tuple[str, str, str | None, str]]:
    return [(f.code, f.severity, f.place.cell, f.message) for f in result.findings if f.code.startswith("R")]


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("name", DAMAGES)
def test_each_damage_alone(name: str, story: str, tmp_path: Path) -> None:
    damage = DAMAGES[name]
    result = scored(damaged(story, name), tmp_path)
    assert not silent(story, result), said(result)
    assert set(damage.tells) <= {found.code for found in result.findings}, said(result)
    assert result.evaluation is not None
    if damage.reads:
        assert not differences(undamaged(story), result.evaluation), said(result)
        assert not [f for f in result.findings if f.code == "R06" and "R06" not in damage.tells], said(result)


MESSAGES = {
    "绩效指标复制了一份": "“绩效指标完成情况”有两份，内容相同：本次读取的是工作表“绩效指标”，"
    "没有读取“绩效指标 (2)”。",
    "资金数字粘贴低了一行": "“部门预算执行情况”的这一格空着，下面的内容与栏目对不上，好像从这里起填低了一行。",
    "执行率写成小数": "合计·预算执行率填“0.868”，已按86.8%读取。",
    "百分数写成小数，没有旁证": "年中监控值填“0.5707”，没有百分号，已按0.5707%读取；如果是57.07%，请改正。",
    "金额大写而没有元字": "合计·全年执行数填“贰仟捌佰伍拾柒万贰仟捌佰”，没有写“元”，"
    "不能确定以元还是以万元为单位。",
    "WPS单元格图片": "单位名称这一格里放的是图片，读不出内容。",
    "两行的偏差原因合并了": "偏差原因与P7合并成了一格，已按合并格的内容读取。",
    "两行的实际完成值合并了": "实际完成值与I8合并成了一格，没有自己的内容。",
    "合计的预算数与执行数合并了": "合计·全年执行数与E10合并成了一格，没有自己的内容。",
    "隐藏行": "第7、8行被隐藏或被筛选掉，其中的内容已照常读取。",
    "工作表隐藏": "工作表“绩效指标”被隐藏，已照常读取。",
}


@pytest.mark.parametrize("name", MESSAGES)
def test_what_an_accountant_is_told(name: str, tmp_path: Path) -> None:
    findings = scored(damaged("department-corrected", name), tmp_path).findings
    assert MESSAGES[name] in [found.message for found in findings], [found.message for found in findings]


@pytest.mark.parametrize("story", STORIES)
@pytest.mark.parametrize("name", ["两个单位的表放在一个工作簿", "两个单位的表放在一个工作簿，名称丢失"])
def test_the_sheets_of_two_units_are_two_forms(name: str, story: str, tmp_path: Path) -> None:
    first, second = scored(damaged(story, name), tmp_path).forms
    assert first.evaluation is not None
    assert second.evaluation is not None
    assert not differences(undamaged(story), first.evaluation)
    assert second.evaluation.unit == "另一个单位"
    one, other = first.evaluation.total_funds.executed, second.evaluation.total_funds.executed
    assert one.value is not None
    assert (other.value, other.place.sheet) == (one.value + 1, f"{one.place.sheet} (2)")
    assert len(first.evaluation.indicators) == len(second.evaluation.indicators)


def test_two_forms_in_one_workbook_are_never_mixed_and_told_once(tmp_path: Path) -> None:
    result = scored(damaged("department-corrected", "两个单位的表交错放置，名称丢失"), tmp_path)
    told = [found for found in result.findings if found.code in ("R06", "R16")]
    assert [(found.severity, found.field) for found in told] == [("error", "自评表")]
    assert told[0].message.startswith("一个工作簿里放了两份自评表：本次读取的是工作表“基本信息”“预算执行”")
    assert told[0].advice == "请把两份自评表分别存成两个文件报送；多余的一份请删去。"


def test_a_scored_workbook_comes_back_with_corrections(tmp_path: Path) -> None:
    returned, first = tmp_path / "returned.xlsx", tmp_path / "scored.xlsx"
    returned.write_bytes(damaged("department-as-filed"))
    pipeline.score(returned, first)
    book = openpyxl.load_workbook(first)
    assert book.sheetnames != openpyxl.load_workbook(returned).sheetnames
    book["绩效指标"]["K8"], book["绩效指标"]["H8"] = 10, 24.46
    drop_names(book)
    book.save(tmp_path / "again.xlsx")
    result = pipeline.score(tmp_path / "again.xlsx")
    assert result.evaluation is not None
    changed = differences(undamaged("department-as-filed"), result.evaluation)
    assert changed == ["indicators.2.weight"]  # 24.46%万元 had been read as 24.46 already
    assert not findings_of(result, "R06")


def test_last_years_template_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    form = load_form("department")
    newer = replace(form, versions=(*form.versions, "9"))
    monkeypatch.setattr("perf_xlsx.reading.unsupported.load_form", lambda name: newer)
    assert not silent("department-corrected", scored(damaged("department-corrected"), tmp_path))
    newer = replace(form, versions=("9",))
    refused = scored(damaged("department-corrected"), tmp_path)
    assert [(found.code, found.message) for found in refused.findings] == [
        ("R05", "模板版本“2”不认识，本软件能读的版本有 9。")
    ]


def test_amounts_in_words_are_read_only_where_they_are_one_number() -> None:
    read = {
        "壹佰贰拾叁万元整": (1230000, "元"), "壹亿零伍拾元叁角伍分": (Decimal("100000050.35"), "元"),
        "拾伍": (15, ""),
        "二十": (20, ""), "一百零五": (105, ""), "壹仟零壹": (1001, ""), "零": (0, ""),
    }  # fmt: skip
    for words, (number, unit) in read.items():
        found = parse_quantity(words)
        assert found is not None, words
        assert (found.number, found.unit, found.words) == (number, unit, True)
    for words in (
        "三百二",
        "一万二",
        "三四",
        "一般",
        "十分",
        "万",
        "千方百计",
        "三季度",
        "百万亿",
        "拾百",
        "九五折",
    ):
        assert parse_quantity(words) is None, words


@given(st.integers(100, 10**12))
def test_every_amount_in_words_is_read_back(cents: int) -> None:
    words = capitals(Decimal(cents) / 100)
    found = parse_quantity(words)
    assert found is not None
    assert found.number == Decimal(cents) / 100


FOUND = (  # pairs that were once read in silence
    ("department-as-filed", "预算删除左边空列", "资金数字粘贴低了一行"),
    ("project", "预算删除左边空列", "资金数字粘贴低了一行"),
    ("project", "预算插入一列（名称没有跟着移动）", "资金数字粘贴低了一行"),
    ("department-as-filed", "删除合计一行（名称丢失）", "资金数字粘贴低了一行"),
    ("department-as-filed", "预算删除左边空列（名称没有跟着移动）", "资金连表头粘贴低了一行"),
    ("department-corrected", "预算插入一列", "资金连表头粘贴低了一行"),
    ("project", "资金连表头粘贴低了一行", "资金数字粘贴低了一行"),
    ("department-corrected", "删除填报日期一行", "基本信息内容粘贴低了一行"),
    ("department-as-filed", "基本信息上方删除一行", "基本信息内容粘贴低了一行"),
    ("department-as-filed", "基本信息左边插入一列（名称没有跟着移动）", "基本信息内容粘贴低了一行"),
    ("project", "基本信息左边插入一列", "基本信息内容粘贴低了一行"),
    ("department-as-filed", "基本信息删除左边空列（名称没有跟着移动）", "基本信息内容粘贴低了一行"),
    ("department-as-filed", "基本信息删除左边空列", "基本信息删除左边空列（名称没有跟着移动）"),
    ("department-corrected", "基本信息内容粘贴低了一行", "日期只写了月份"),
    ("department-as-filed", "公式没有结果", "文字带空格和不可见字符"),
    ("project", "百分数带百分号格式", "执行率只写数字"),
    ("project", "指标内容粘贴低了一行", "百分数带百分号格式"),
    ("department-corrected", "指标连表头移低了一行", "百分数带百分号格式"),
    ("department-as-filed", "删除合计一行（名称没有跟着移动）", "资金数字粘贴到右边一列"),
    ("department-as-filed", "列的顺序变了", "表头下面有栏次号"),
    ("project", "删除合计一行", "资金数字粘贴低了一行"),
)


@pytest.mark.parametrize(("story", "one", "other"), FOUND)
def test_pairs_that_were_once_read_in_silence(story: str, one: str, other: str, tmp_path: Path) -> None:
    result = scored(damaged(story, one, other), tmp_path)
    assert not silent(story, result), said(result)


def test_gaps_that_people_leave_are_no_slip(tmp_path: Path) -> None:
    """A total that was forgotten, a line that was added below, a box that may stay empty."""
    for cells in (
        {"E10": None, "F10": None},
        {"B11": "其中：上级补助", "C11": 10, "D11": 1, "E11": 11, "F11": 11},
        {"C6": None, "D6": None, "E6": None, "F6": None, "G6": None, "C7": None, "D7": None, "E7": None},
    ):
        book = openpyxl.load_workbook(io.BytesIO(damaged("department-corrected")))
        for cell, value in cells.items():
            book["预算执行"][cell] = value
        book["基本信息"]["C7"] = None
        out = io.BytesIO()
        book.save(out)
        told = [f.message for f in scored(out.getvalue(), tmp_path).findings if f.code == "R06"]
        assert not [message for message in told if "错开" in message], told


def test_a_single_source_a_row_low_is_a_slip(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(io.BytesIO(damaged("project")))
    for row, numbers in {
        6: [None] * 5,
        7: (840, None, 840, 786.36, 0.9361),
        8: (840, None, 840, 786.36, None),
    }.items():
        for column, number in zip("CDEFG", numbers, strict=True):
            book["项目资金"][f"{column}{row}"] = number
    out = io.BytesIO()
    book.save(out)
    told = [(f.code, f.severity) for f in scored(out.getvalue(), tmp_path).findings if f.code in ("R06", "R07")]
    assert told == [("R06", "error")]


def test_an_adjustment_of_zero_is_no_slip(tmp_path: Path) -> None:
    """Moved a column, 年初 0 ＋ 100 would be 100 as well."""
    book = openpyxl.load_workbook(io.BytesIO(damaged("project")))
    for row, numbers in {6: (900, 0, 900, 900), 7: (840, 0, 840, 840), 8: (60, 0, 60, 60)}.items():
        for column, number in zip("CDEFG", (*numbers, None), strict=True):
            book["项目资金"][f"{column}{row}"] = number
    out = io.BytesIO()
    book.save(out)
    assert not [f.message for f in scored(out.getvalue(), tmp_path).findings if f.code == "R06"]


PAIR = st.sampled_from(sorted(itertools.combinations(DAMAGES, 2)))


@given(PAIR, st.sampled_from(sorted(STORIES)))
@settings(
    max_examples=PAIRS,
    deadline=None,
    derandomize="DAMAGE_PAIRS" not in os.environ,  # new pairs are sought on purpose, not by chance
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
def test_two_damages_at_once(tmp_path: Path, pair: tuple[str, str], story: str) -> None:
    result = scored(damaged(story, *pair), tmp_path)
    assert not silent(story, result), said(result)
