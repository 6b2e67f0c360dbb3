"""Qualitative indicators as people fill them in: the target's wording, dates, grades; what is not sure is asked once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from perf_xlsx.domain.model import Result
from tests.kit.official_rows import errors, of_rows, official, own, points
from tests.kit.outcome import findings_of

Score = Callable[..., Result]

MET = [
    ("及时", "及时"), ("显著提升", "显著提升"), ("好", "好"), ("是", "是"), ("达标", "达标"), ("高", "高。"), ("有", "有"),
    ("及时拨付", "已及时拨付"), ("明显改善", "得到明显改善"), ("符合相关文件要求", "符合相关文件要求"),
    ("2023年12月底前", "2023年10月"), ("11月底前完成100%", "100%"), ("11月底完成100%", "2023年10月完成100%"), ("2023.12.31前", "2023-11-30"),
    ("12月31日前", "12月20日"), ("年底前", "11月"), ("2023年12月", "2023年10月"), ("2023年底", "2023年12月31日"), ("12月前", "11月"),
    ("上半年", "5月"), ("第三季度末", "9月30日"), ("十二月底", "十一月"), ("2023/12/31", "2023/11/30"), ("23年12月底", "10月"),
    ("2024年3月底前", "2024年2月"), ("2023年12月底前完成主体工程封顶", "2023年10月"), ("每月10日前", "每月10日前"),
    ("明显提升", "显著提升"), ("明显提升", "提升显著"), ("较好", "明显"), ("良", "优"), ("合格", "良好"), ("良好", "优秀"), ("基本健全", "健全"),
    ("无", "未发生"), ("无", "0起"), ("无事故", "未发生事故"), ("零投诉", "0件"), ("杜绝安全事故", "无"), ("未发生", "无"), ("2023年3月", "2023-03-15 00:00:00"),
    ("优良中低差", "优"), ("优/良/中/差", "优"), ("好坏", "好"), ("优良中差", "已完成"),
    ("2023.12", "2023.11"), ("2023.12", "2023.1"), ("有效提升", "已完成"), ("有效提升", "超额完成"), ("按计划推进", "按时完成"),
]  # fmt: skip
PARTLY = [("有效提升", "基本达成"), ("显著提升", "基本完成"), ("是", "基本达到")]
MISSED = [("有效提升", "未完成"), ("达标", "未达到目标")]
ASKED = [
    ("有效提升", "显著提升"), ("明显改善", "提升显著"), ("显著提升", "明显提升"), ("优", "良"), ("优秀", "达标"), ("良好", "合格"), ("及时", "不及时"),
    ("健全", "基本健全"), ("改善", "有所改善"), ("明显改善", "改善不明显"), ("提升", "未提升"), ("无", "有"), ("无", "2起"), ("有", "无"), ("无事故", "1起"), ("无事故", "无投诉"), ("无线网络", "无"), ("2023年6月", "2023.1"), ("是", "否"), ("较低", "高"),
    ("2023年11月底前", "12月20日完成"), ("2023年12月20日前", "2023年12月"), ("12月前", "12月"), ("2024年3月底前", "2月"), ("三季度前", "8月"),
    ("好坏", "好坏"), ("优良中低差", "良"), ("优、良、中、差", "优良中差"), ("是否", "是"), ("高中低", "高"),
    ("每月10日前", "8月1日"), ("2023年1-12月", "2023年12月"), ("2023年6月底前完成一期，12月底前完成二期", "2023年6月"),
    ("2023年10月后", "2023年11月"), ("2023年12月31日前完成", "2023年11月30日完成80%"), ("年底前", "计划11月"), ("年底前", "次年1月"),
    ("2023年12月底前完成80%", "2023年10月"), ("及时", "效果较好"), ("按合同约定时间", "2023年12月1日"),
]  # fmt: skip


def _rows(pairs: list[tuple[str, str]], claimed: float | None = 1) -> list[tuple[str, str, str, float, Any]]:
    return [(f"事项{'甲乙丙丁戊'[n % 5]}{n}", *pair, 1, claimed) for n, pair in enumerate(pairs)]


def _wrong(result: Result, pairs: list[tuple[str, str]], wanted: str | None) -> list[tuple[str, str]]:
    return [pair for pair, found in zip(pairs, points(result), strict=True) if found != wanted]


ROADS = pytest.mark.parametrize("road", ["official", "own", "own without a sign"])


@pytest.fixture
def filled(road: str, well_made: dict[str, Any], score_case: Score, tmp_path: Path) -> Callable[..., Result]:
    """The rows in the national layout, or in our template with the sign 定性 or none."""

    def run(*rows: Any) -> Result:
        if road == "official":
            return official(tmp_path, *rows)
        sign = {"sign": "定性"} if road == "own" else {}
        return score_case(own(well_made | {"year": 2023, "filled_on": "2024-03-10"}, *rows, **sign))

    return run


@ROADS
def test_what_is_sure_to_be_met_is_met(filled: Callable[..., Result]) -> None:
    result = filled(*_rows(MET))
    assert _wrong(result, MET, "1.00") == []
    assert {code for code, *_ in of_rows(result)} <= {"R12", "I01", "R19", "I14"}


@ROADS
def test_the_vocabulary_gives_the_band(filled: Callable[..., Result]) -> None:
    result = filled(*_rows(PARTLY, 0.7), *_rows(MISSED, 0.3))
    assert points(result) == ["0.70"] * len(PARTLY) + ["0.30"] * len(MISSED)
    assert of_rows(result, "R13", "R08") == []


@ROADS
def test_what_is_not_sure_is_asked_once_and_left_open(filled: Callable[..., Result]) -> None:
    result = filled(*_rows(ASKED))
    assert _wrong(result, ASKED, None) == []
    asked = findings_of(result, "R13")
    assert [f.severity for f in asked] == ["warning"] * len(ASKED)
    assert {f.expected for f in asked} == {"达成、部分达成、未达成"}
    assert not [
        f for f in result.findings if f.severity == "error" and f.code in ("R08", "R13", "I03", "I06", "T02")
    ]
    late = next(f for f in asked if f.given == "12月20日完成")
    assert "晚于指标值“2023年11月底前”" in late.message


def test_how_it_was_read_is_told(tmp_path: Path) -> None:
    result = official(
        tmp_path, *_rows([("2023年12月底前", "2023年10月"), ("显著提升", "显著提升"), ("建成", "达成预期指标")])
    )
    assert [f.message for f in result.findings if f.code == "R12"] == [
        "实际完成值填“2023年10月”，不晚于指标值“2023年12月底前”，已按“达成”读取。",
        "实际完成值填“显著提升”，与指标值一致，已按“达成”读取。",
    ]


def test_a_number_of_another_kind_stays_an_error_in_our_template(
    well_made: dict[str, Any], score_case: Score
) -> None:
    result = score_case(own(well_made, ("村道里程", 42, "完成", 10, 10), unit="公里", sign="≥"))
    assert points(result) == [None]
    assert of_rows(result, "R08", "R13") == [("R08", "error", "实际完成值")]


def test_words_under_a_sign_for_numbers_are_judged_where_they_are_sure(
    well_made: dict[str, Any], score_case: Score
) -> None:
    rows = [
        ("拨付时间", "2023年12月底前", "2023年10月", 10, 10),
        ("拨付情况", "及时", "及时", 10, 10),
        ("规模", "约300", "完成", 10, 10),
    ]
    result = score_case(own(well_made, *rows, sign="≤"))
    assert points(result) == ["10.00", "10.00", None]
    assert of_rows(result, "R08", "R12", "R13") == [
        ("R12", "warning", "指标性质"), ("R12", "notice", "实际完成值"),
        ("R12", "warning", "指标性质"), ("R12", "notice", "实际完成值"),
        ("R08", "error", "年度指标值"), ("R08", "error", "实际完成值"),
    ]  # fmt: skip


def test_classes_are_bands_whatever_a_rulebook_calls_them(
    well_made: dict[str, Any], score_case: Score, tmp_path: Path
) -> None:
    bands = [("优秀", 0.9, 1), ("良好", 0.7, 0.9), ("较差", 0, 0.7)]
    value = ", ".join(f'{{ judgement = "{word}", low = {low}, high = {high} }}' for word, low, high in bands)
    rulebook = tmp_path / "own.toml"
    rulebook.write_text(
        'extends = "mof-2020"\nname = "own"\ntitle = "办法"\ndocument = "文件"\n[qualitative]\n'
        f'bands = {{ value = [{value}], basis = "三档", verified = false }}\n'
        'unclaimed = { value = [{ judgement = "优秀", share = 1 }], basis = "满分", verified = false }\n',
        "utf-8",
    )
    rows = [
        ("甲", "及时", "及时", 10, 9.5),
        ("乙", "及时", "基本完成", 10, 8),
        ("丙", "明显", "良好", 10, 8),
        ("丁", "明显", "未完成", 10, 3),
    ]
    result = score_case(own(well_made, *rows, sign="定性"), rulebook=str(rulebook))
    assert points(result) == ["9.50", "8.00", "8.00", "3.00"]
    assert of_rows(result, "R13", "I12") == []


def test_points_at_the_foot_of_the_band_above_are_kept_and_asked(
    well_made: dict[str, Any], score_case: Score
) -> None:
    result = score_case(own(well_made, ("甲", "有效提升", "基本达成", 8, 6.4)))
    assert points(result) == ["6.40"]
    (told,) = [one for one in result.findings if one.code == "I12"]
    assert (told.severity, told.expected) == ("warning", "4.8—6.4")
    assert "不低于4.8、低于6.4，自评6.4，正好是上一档的下限，暂按自评计分" in told.message


# ---- judged rows without a target ------------------------------------------------------------------------

JUDGED = [
    ("立项依据充分性", None, "依据充分、程序规范", 4, 4), ("绩效目标合理性", "—", None, 4, 4), ("制度健全性", None, "达成", 4, 4),
    ("资金使用合规性", "/", "部分达成", 4, 3), ("监控有效性", None, "—", 4, 4),
]  # fmt: skip


@pytest.mark.parametrize("level", ["项目决策（10分）", "过程", "管理指标", "投入"])
def test_rows_of_decision_and_process_owe_no_target(
    level: str, well_made: dict[str, Any], score_case: Score, tmp_path: Path
) -> None:
    for result in (
        official(tmp_path, *JUDGED, level=level),
        score_case(own(well_made, *JUDGED, level1=level, level2="")),
    ):
        assert points(result) == ["4.00", None, "4.00", "3.00", None]
        told = of_rows(result)
        assert not {code for code, *_ in told} & {"I01", "I02", "I03", "R08"}
        assert [line for line in told if line[0] == "I21"] == [("I21", "warning", "自评得分")]
        assert [line for line in told if line[0] == "R13"] == [("R13", "warning", "实际完成值")] * 2


def test_rows_of_other_levels_owe_their_target(tmp_path: Path) -> None:
    result = official(tmp_path, ("立项依据充分性", None, "依据充分", 4, 4), level="产出指标")
    assert ("I02", "error", "年度指标值") in of_rows(result)
    measured = official(tmp_path, ("预算执行进度", None, 96, 4, 4), level="过程")
    assert ("I02", "error", "年度指标值") in of_rows(measured)


@pytest.mark.parametrize("code", ["R13", "I02"])
def test_no_error_remains_on_the_row_that_is_asked_about(code: str, tmp_path: Path) -> None:
    result = official(tmp_path, *JUDGED, level="决策")
    assert code not in {c for c, *_ in errors(result)}


def test_a_month_as_a_number_is_a_time_where_the_name_says_so(
    well_made: dict[str, Any], score_case: Score, tmp_path: Path
) -> None:
    rows = [
        ("支付时间", 2023.12, 2024.01, 10, 10),
        ("完工时限", 2023.12, 2023.11, 10, 10),
        ("亩产收入", 2023.12, 2024.01, 10, 10),
    ]
    for result in (official(tmp_path, *rows), score_case(own(well_made | {"year": 2023}, *rows))):
        assert points(result) == [None, "10.00", "10.00"]


NAMED_AGAIN = [
    ("群众满意度", "满意度≥90%", "满意度达95%", "≥", "90", "95"), ("培训合格率", "合格率达到95%以上", "96%", "≥", "95", "96"),
    ("投诉率", "投诉率≤3%", "投诉率为2%", "≤", "3", "2"), ("产值增长率", "≥5%", "增长6%", "≥", "5", "6"),
]  # fmt: skip
NOT_ITS_NAME = [
    ("不合格率", "合格率≥95%", "合格率96%"),
    ("满意度", "响应率≥95%", "响应率96%"),
    ("整改数", "整改一批", "整改2处、移送3处"),
]


def test_the_name_before_a_number_is_no_part_of_it(tmp_path: Path) -> None:
    result = official(tmp_path, *((name, target, actual, 1, 1) for name, target, actual, *_ in NAMED_AGAIN))
    assert result.evaluation is not None
    rows = [(row.sign.value, str(row.target.value), str(row.actual.value)) for row in result.evaluation.indicators]
    assert rows == [tuple(read) for _, _, _, *read in NAMED_AGAIN]
    assert [code for code, *_ in of_rows(result, "R12")] == ["R12"] * 6


def test_another_name_before_a_number_is_asked_for(tmp_path: Path) -> None:
    result = official(tmp_path, *((name, target, actual, 1, 1) for name, target, actual in NOT_ITS_NAME))
    assert points(result) == [None] * len(NOT_ITS_NAME)
    assert len(of_rows(result, "R13")) == len(NOT_ITS_NAME)
