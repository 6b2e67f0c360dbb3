"""A rulebook as a workbook: written, changed by a person, read back; what is wrong is told at its cell."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from msgspec.structs import replace

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Result
from perf_xlsx.results.explain import setting_title
from perf_xlsx.rulebook import BY_FORM, OPTIONAL, SETTINGS, RulebookError, load_rulebook, rulebook_names
from tests import FIXTURES
from tests.kit.command import command
from tests.kit.libreoffice import XLSX, converted, needs_libreoffice

VARIANTS = sorted((FIXTURES / "评分变体").glob("*.toml"))
Book = Any


def written(name: str, folder: Path) -> Path:
    """The workbook of a rulebook, by the command."""
    path = folder / "办法.xlsx"
    said = command("rules", "--to", path, name)
    assert said.exit_code == 0, said.output
    return path


def cell(book: Book, key: str, head: str = "值") -> Any:
    """The cell of a setting on the sheet of rules."""
    sheet = book["规定"]
    heads = {one.value: one.column for one in sheet[3]}
    row = next(row for row in range(4, sheet.max_row + 1) if sheet.cell(row, heads["编号"]).value == key)
    return sheet.cell(row, heads[head])


def changed(path: Path, change: Callable[[Book], object]) -> Path:
    book = openpyxl.load_workbook(path)
    change(book)
    book.save(path)
    return path


@pytest.mark.parametrize("name", [*rulebook_names(), *map(str, VARIANTS), str(FIXTURES / "另一种选择.toml")])
def test_written_and_read_it_is_the_same_rulebook(name: str, tmp_path: Path) -> None:
    assert load_rulebook(str(written(name, tmp_path))) == replace(load_rulebook(name), dated=())


def test_every_setting_stands_in_it_with_its_source(tmp_path: Path) -> None:
    book = openpyxl.load_workbook(written("pidu-2026", tmp_path))
    rulebook = load_rulebook("pidu-2026")
    keys = {
        *SETTINGS,
        *OPTIONAL,
        *(f"{section}.{form}" for section in BY_FORM for form in ("department", "project")),
    }
    for key in keys:
        assert cell(book, key, "规定").value == setting_title(key)
        assert cell(book, key, "怎么填").value
        if setting := rulebook.settings.get(key):
            shown = [cell(book, key, head).value for head in ("依据", "文件", "来源")]
            assert shown == [setting.basis, setting.document, str(setting.trust)]
        else:
            assert cell(book, key, "来源").value == "不规定"
    lists = {str(rule.sqref) for rule in book["规定"].data_validations.dataValidation if rule.type == "list"}
    assert {cell(book, "execution.base").coordinate, cell(book, "execution.base", "来源").coordinate} <= lists
    assert book["选项"].sheet_state == "hidden"


@needs_libreoffice
@pytest.mark.parametrize("name", ["pidu-2026", "prefecture-cap", "yinchuan"])
def test_saved_by_another_program_it_is_still_the_same(name: str, tmp_path: Path) -> None:
    path = converted(tmp_path / "out", XLSX, written(name, tmp_path))
    assert load_rulebook(str(path)) == load_rulebook(name)


def test_what_a_person_changes_is_scored_by(
    tmp_path: Path, well_made: dict[str, Any], score_case: Callable[..., Result]
) -> None:
    def change(book: Book) -> None:
        for label, value in (("代号", "county-2026"), ("名称", "示例县办法"), ("文件", "示例县文件")):
            row = next(row for row in book["基本信息"].iter_rows() if row[0].value == label)
            row[1].value = value
        cell(book, "execution.base").value = "全年执行数÷年初预算数"
        cell(book, "thresholds.execution_rate").value = "95%"  # typed as text
        cell(book, "grades.by_level").value = "按得分率逐个评定"
        for head, text in (("依据", "各级指标分别评等级"), ("文件", ""), ("来源", "原文")):
            cell(book, "grades.by_level", head).value = text
        book["等级"]["B4"] = 95
        for column, (first, second) in enumerate(
            (("预算执行率", "预算执行率"), (0.96, 0), ("含", "含"), (1, "按比例")), 1
        ):
            book["分段计分"].cell(4, column).value, book["分段计分"].cell(5, column).value = first, second
        for head, text in (("依据", "执行率96%得满分"), ("来源", "转引")):
            cell(book, "execution.scale", head).value = text

    path = changed(written("mof-2020", tmp_path), change)
    assert "可以使用，有3项依据待填（示例县办法）" in command("rules", "--check", path).output
    rulebook = load_rulebook(str(path))
    assert rulebook.name == "county-2026"
    assert rulebook.number("thresholds.execution_rate") == Decimal("0.95")
    assert rulebook.cite("grades.by_level").document == "示例县文件"
    result = score_case(well_made, "scored.xlsx", str(path))
    assert result.rulebook == "county-2026"
    assert result.scores
    assert result.scores.execution.points == 10  # 970 of 1000
    assert "执行率96%得满分" in result.scores.execution.rules
    summary = openpyxl.load_workbook(tmp_path / "scored.xlsx")["评分汇总"]
    texts = {str(one.value) for row in summary.iter_rows() for one in row}
    assert "得分率、等级" in texts
    assert any(text.endswith("　优") for text in texts)


CHOICES = {  # another choice, and what the score of a case in words then says
    "quantitative.at_most": "分值×[1−(实际完成值−指标值)÷指标值]，不小于0",
    "quantitative.equal": "多于或少于指标值都按偏差扣分",
    "quantitative.strict_signs": "不算完成",
}
CASES = {  # sign, actual of the target 10: what is said, points of the weight
    ("≤", 12): "实际完成值12天超过指标值（≤10天），得分12×[1−(12−10)÷10]=9.60分。",
    ("=", 12): "实际完成值12天超过指标值（=10天），得分12×10÷12=10.00分。",
    ("=", 8): "实际完成值8天未达到指标值（=10天），得分12×8÷10=9.60分。",
    (">", 10): "实际完成值10天恰好等于指标值（>10天），不算完成，按比例计分，得分12×10÷10=12.00分。",
}


def other_choices(folder: Path, basis: str = "") -> Path:
    """A workbook with other choices; with the old basis, or with one of their own."""

    def change(book: Book) -> None:
        for key, words in CHOICES.items():
            cell(book, key).value = words
            if basis:
                cell(book, key, "依据").value, cell(book, key, "来源").value = f"{basis}：{words}", "原文"

    return changed(written("mof-2020", folder), change)


def test_a_changed_choice_is_not_cited_with_the_basis_of_the_old_one(tmp_path: Path) -> None:
    path = other_choices(tmp_path)
    book = openpyxl.load_workbook(path)
    said = command("rules", "--check", path)
    assert said.exit_code == 0
    lines = said.output.splitlines()
    assert lines[0] == f"{path}：可以使用，有3项依据待填（项目支出绩效评价管理办法）。"
    assert [line.split("：")[1] for line in lines[1:]] == [
        f"“规定”!{cell(book, key, '依据').coordinate}" for key in CHOICES
    ]
    rulebook = load_rulebook(str(path))
    for key, words in CHOICES.items():
        cited = rulebook.cite(key)
        assert cited.text.endswith(f"：{words}（依据待填）")
        assert (cited.document, str(cited.trust)) == (rulebook.document, "约定")


def test_with_a_basis_of_its_own_it_is_cited_with_that(tmp_path: Path) -> None:
    path = other_choices(tmp_path, "县办法第三条")
    assert command("rules", "--check", path).output == f"{path}：没有问题（项目支出绩效评价管理办法）。\n"
    assert load_rulebook(str(path)).cite("quantitative.equal").text.startswith("县办法第三条")


@pytest.mark.parametrize("case", CASES, ids=str)
def test_the_words_of_a_score_follow_the_choice(
    case: tuple[str, int], tmp_path: Path, well_made: dict[str, Any], score_case: Callable[..., Result]
) -> None:
    sign, actual = case
    row = well_made["indicators"][0] | {"sign": sign, "target": 10, "unit": "天", "actual": actual, "weight": 12}
    data = well_made | {"indicators": [row, *well_made["indicators"][1:]]}
    result = score_case(data, "scored.xlsx", str(other_choices(tmp_path)))
    assert result.scores
    assert result.scores.indicators[0].why == CASES[case]


def test_a_workbook_that_is_none_is_told_in_one_line(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.active["A1"] = "统计表"
    book.save(tmp_path / "统计表.xlsx")
    said = command("rules", "--check", tmp_path / "统计表.xlsx")
    assert said.exit_code == 2
    assert said.output.count("\n") == 1
    assert "不是评分办法工作簿：没有“规定”表" in said.output


def test_a_percentage_typed_as_a_number_is_told_in_percent(tmp_path: Path) -> None:
    path = changed(
        written("mof-2020", tmp_path), lambda book: setattr(cell(book, "thresholds.unspent"), "value", 30)
    )
    said = command("rules", "--check", path)
    assert "填“30”，应为百分数：30%请写成“30%”或 0.3（只写30是3000%）" in said.output


def test_everything_wrong_is_told_at_its_cell_in_one_run(tmp_path: Path) -> None:
    def change(book: Book) -> None:
        cell(book, "execution.base").value = "年初"
        cell(book, "thresholds.grade_edge").value = "半分"
        cell(book, "thresholds.unspent").value = 30
        cell(book, "overshoot.deduction", "来源").value = "听说"
        cell(book, "total.points", "依据").value = None
        cell(book, "grades.by_level").value = "按得分率逐个评定"
        book["定性分档"]["B4"] = 0.7
        book["分段计分"]["C5"] = "也许"
        book["一级指标分值"]["D4"] = "二十"
        next(row for row in book["基本信息"].iter_rows() if row[0].value == "截止年度")[1].value = "明年"

    path = changed(written("pidu-2026", tmp_path), change)
    book = openpyxl.load_workbook(path)
    rules = {
        "execution.base": "值", "thresholds.grade_edge": "值", "thresholds.unspent": "值",
        "overshoot.deduction": "来源", "total.points": "依据", "grades.by_level": "来源",
    }  # fmt: skip
    places = {f"“规定”!{cell(book, key, head).coordinate}" for key, head in rules.items()}
    places |= {"“定性分档”!A5", "“分段计分”!C5", "“一级指标分值”!D4", "“基本信息”!B12"}
    with pytest.raises(RulebookError) as error:
        load_rulebook(str(path))
    assert {problem.split("：")[1] for problem in error.value.problems} == places
    assert len(error.value.problems) == len(places)
    said = command("rules", "--check", path)
    assert said.exit_code == 2
    assert not {"low", "high", "value", "trust"} & set(said.output.split())


WRONG: dict[str, tuple[Callable[[Book], object], str]] = {
    "少一张工作表": (lambda book: book.remove(book["等级"]), "缺少工作表“等级”"),
    "表头改了": (lambda book: book["等级"].cell(3, 1, "级别"), "“等级”：没有找到表头"),
    "编号改了": (lambda book: setattr(cell(book, "total.points", "编号"), "value", "total.point"), "原来的编号"),
    "删了一行": (
        lambda book: book["规定"].delete_rows(cell(book, "total.points").row), "“规定”中缺少 total.points"),
    "同一规定两行": (
        lambda book: setattr(cell(book, "total.caps", "编号"), "value", "total.points"), "请只留一行"),
    "合计不是100": (
        lambda book: setattr(cell(book, "execution.weight"), "value", 20), "“一级指标分值”!D4：项目支出的一级指标分值"),
    "等级有空档": (
        lambda book: [book["等级"].cell(4, 3, "不含"), book["等级"].cell(5, 4, 90), book["等级"].cell(5, 5, "不含")],
        "“等级”!A5：等级 “优”与“良”之间留有空档：90分没有等级",
    ),
    "等级有重叠": (
        lambda book: [book["等级"].cell(5, 4, 90), book["等级"].cell(5, 5, "含")],
        "“等级”!A5：等级 “优”与“良”之间有重叠：90分有两个等级",
    ),
    "不认识的问题": (lambda book: [book["问题轻重"].cell(4, 1, "X99"), book["问题轻重"].cell(4, 2, "提示")], "X99"),
    "不认识的表种": (
        lambda book: book["基本信息"].cell(9, 2, "学校（school）"), "不认识表种 school"),
}  # fmt: skip


@pytest.mark.parametrize("wrong", WRONG)
def test_a_wrong_workbook_is_refused(wrong: str, tmp_path: Path) -> None:
    change, words = WRONG[wrong]
    said = command("rules", "--check", changed(written("mof-2020", tmp_path), change))
    assert said.exit_code == 2
    assert words in said.output, said.output


def test_no_workbook_at_all_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "办法.xlsx"
    path.write_text("不是工作簿", "utf-8")
    said = command("rules", "--check", path)
    assert (said.exit_code, "办法.xlsx" in said.output, "Traceback" in said.output) == (2, True, False)
    assert command("rules", "--check", tmp_path / "没有.xlsx").exit_code == 2
    path.write_bytes(b"PK" * (5 << 20))
    said = command("rules", "--check", path)
    assert (said.exit_code, "Traceback" in said.output) == (2, False)


def test_rows_may_be_moved_and_a_toml_may_extend_it(tmp_path: Path) -> None:
    def change(book: Book) -> None:
        book["规定"].insert_rows(2)
        book["等级"].insert_rows(5)

    path = changed(written("hubei", tmp_path), change)
    own = tmp_path / "own.toml"
    own.write_text('extends = "办法.xlsx"\nname = "own"\ntitle = "本县"\ndocument = "本县文件"\n', "utf-8")
    assert load_rulebook(str(path)) == load_rulebook("hubei")
    assert load_rulebook(str(own)).number("execution.weight") == 20


def test_it_is_not_written_over_a_file(tmp_path: Path) -> None:
    path = written("mof-2020", tmp_path)
    before = path.read_bytes()
    assert command("rules", "--to", path, "hubei").exit_code == 2
    assert path.read_bytes() == before
    assert command("rules", "--to", path, "hubei", "--force").exit_code == 0
    assert load_rulebook(str(path)).name == "hubei"
    assert command("rules", "--to", tmp_path / "x.xlsx").exit_code == 2
    assert command("rules", "--to", tmp_path / "x.toml", "hubei").exit_code == 2


def test_the_same_rulebook_gives_the_same_bytes(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    one, other = (written("mof-2020", tmp_path / folder).read_bytes() for folder in "ab")
    assert one == other


def test_a_template_is_made_and_scored_by_it(tmp_path: Path) -> None:
    book = written("ningxia", tmp_path)
    template = tmp_path / "t.xlsx"
    made = command("template", "--form", "project", "--year", "2025", "--rulebook", book, "-o", template)
    assert made.exit_code == 0, made.output
    codes = [found.code for found in pipeline.score(template, rulebook=str(book)).findings]
    assert "R17" not in codes
