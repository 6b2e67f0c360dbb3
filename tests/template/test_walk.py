"""An accountant fills in a blank template in LibreOffice, slip by slip, until the first page says ✔."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pytest

from perf_xlsx import pipeline
from tests.kit.libreoffice import edited, needs_bridge, needs_libreoffice

pytestmark = [needs_libreoffice, needs_bridge]
Typed = dict[tuple[str, str], str]

INDICATORS = (
    "产出指标", "数量指标", "档案数字化数量", "≥", "20万", "页", "20万", "20", "20",
    "产出指标", "质量指标", "成果验收合格率", "≥", "98", "%", "99%", "20", "20",
    "产出指标", "成本指标", "单页数字化成本", "≤", "10", "元", "12", "10", "8.33",
    "效益指标", "社会效益指标", "档案利用便利程度", "定性", "明显改善", "", "达成", "30", "30",
    "满意度指标", "服务对象满意度指标", "查档群众满意度", "≥", "90%", "%", "93%", "10", "10",
)  # fmt: skip
COLUMNS = "BCDEFGIJL"
BASICS: dict[str, Typed] = {
    "department": {
        ("基本信息", "C5"): "示例县档案馆", ("基本信息", "C7"): "2026-3-10",
        ("预算执行", "C7"): "500", ("预算执行", "D7"): "20", ("预算执行", "E7"): "520", ("预算执行", "F7"): "510",
        ("预算执行", "C8"): "100", ("预算执行", "E8"): "100", ("预算执行", "F8"): "90",
        ("预算执行", "C9"): "400", ("预算执行", "D9"): "-20", ("预算执行", "E9"): "380", ("预算执行", "F9"): "370",
        ("项目明细", "B6"): "档案数字化", ("项目明细", "E6"): "280", ("项目明细", "F6"): "275",
        ("项目明细", "B7"): "库房改造", ("项目明细", "E7"): "100", ("项目明细", "F7"): "95",
    },
    "project": {
        ("基本信息", "C6"): "档案数字化", ("基本信息", "C8"): "示例县档案馆", ("基本信息", "C9"): "2026-3-10",
        ("基本信息", "C15"): "数字化档案20万页。", ("基本信息", "C16"): "数字化档案20万页。",
        ("项目资金", "C7"): "1000", ("项目资金", "E7"): "1000", ("项目资金", "F7"): "970",
    },
}  # fmt: skip
CONCLUSION = {("自评结论", "C6"): "9.7", ("自评结论", "C8"): "优"}
CORRECTED: Typed = {
    ("绩效指标", "F6"): "200000", ("绩效指标", "I6"): "200000",
    ("绩效指标", "O8"): "老旧档案修裱费用高于预期", ("绩效指标", "P8"): "下年按破损程度分类定价",
}  # fmt: skip
SAID: dict[str, Typed] = {
    "department": {
        ("自评结论", "C16"): "年中追加人员经费20万元，调减项目支出20万元，总额不变。",
        ("自评结论", "C19"): "单页数字化成本超出年初指标值，原因是老旧档案修裱费用高于预期。",
        ("自评结论", "C20"): "按档案破损程度分类测算成本，合理设定下年指标值。",
    },
    "project": {},
}


def indicators() -> Typed:
    rows = (INDICATORS[at : at + len(COLUMNS)] for at in range(0, len(INDICATORS), len(COLUMNS)))
    return {
        ("绩效指标", f"{letter}{number}"): text
        for number, row in enumerate(rows, 6)
        for letter, text in zip(COLUMNS, row, strict=True)
        if text
    }


def typed(blank: Path, name: str, *entries: Typed) -> Path:
    steps: list[list[Any]] = [["type", *place, text] for some in entries for place, text in some.items()]
    edited(blank, path := blank.with_name(name), *steps)
    return path


def shown(path: Path, sheet: str) -> list[str]:
    cells = (cell for row in openpyxl.load_workbook(path, data_only=True)[sheet].iter_rows() for cell in row)
    return [str(cell.value) for cell in cells if cell.value is not None]


@pytest.mark.parametrize("form", BASICS)
def test_from_a_blank_template_to_a_form_without_any_finding(form: str, tmp_path: Path) -> None:
    (tmp_path / "blank.xlsx").write_bytes(pipeline.template_bytes(form, 2025))
    everything = BASICS[form], indicators(), CONCLUSION
    first = typed(tmp_path / "blank.xlsx", "first.xlsx", *everything)
    said = shown(first, "填报说明")
    assert any(text.startswith("✖") and text.endswith("处不符") for text in said)
    assert "✖ 2行要改：第6行请填数字：年度指标值" in said
    if form == "department":
        assert "✔ 人员经费＋公用经费＝基本支出：620，600" in said  # it was 0，0: only the parts are typed
    last = typed(tmp_path / "blank.xlsx", "last.xlsx", *everything, CORRECTED, SAID[form])
    assert "✔ 可以报送" in shown(last, "填报说明")
    result = pipeline.score(last)
    assert result.scores
    assert (result.findings, str(result.scores.total), result.scores.grade) == ((), "98.03", "优")
