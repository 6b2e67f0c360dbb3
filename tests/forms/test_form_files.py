"""What a form file may say, and in which words a wrong one is refused."""

from __future__ import annotations

import io
import re
from pathlib import Path

import openpyxl
import pytest
from msgspec.structs import replace

from perf_xlsx import pipeline
from perf_xlsx.forms import FormError, form_names, load_form, parse_form, read_forms, with_forms
from perf_xlsx.forms.fitness import RESERVED, RESERVED_BEGINNINGS, SHEETS, unfit
from perf_xlsx.sheets.fixed_texts import SUMMARY
from perf_xlsx.template.live_canvas import LiveCanvas
from perf_xlsx.template.steps import PREFIX, Steps
from tests.kit.command import command
from tests.kit.own_forms import BEFORE, COLUMNS, FORMS, official, own_form, records, with_added


def short_form(name: str, title: str) -> str:
    """The same form, with what it shares taken from common.toml, and its own columns put where they belong."""
    text = (FORMS / "project.toml").read_text("utf-8").replace('name = "project"', f'name = "{name}"')
    text = text.replace("项目支出绩效自评", f"{title}绩效自评")
    for block in ("basics", "funds", "indicators"):
        placed = re.sub("( +)label", rf'\1before = "{BEFORE[block]}"\n\1label', COLUMNS[block])
        text = re.sub(
            rf'(common = "{block}"\n(?:  \w[^\n]*\n)*)', lambda own, new=placed: own[1] + new + "\n", text
        )
    return text


def test_a_form_may_take_what_forms_share_from_common_toml() -> None:
    short = parse_form(short_form("transfer", "转移支付"), "a.toml")
    full = parse_form(own_form(), "b.toml")
    for key in ("funds", "indicators"):
        assert [box.key for box in short.block(key).fields] == [box.key for box in full.block(key).fields]
    assert {box.key for box in short.single_boxes} == {box.key for box in full.single_boxes}
    changed_in_place = short_form("transfer", "转移支付").replace(
        'common = "indicators"\n',
        'common = "indicators"\nrows = 9\n\n    [[sheets.blocks.columns]]\n    key = "reason"\n    width = 33\n\n',
    )
    block = parse_form(changed_in_place, "a.toml").rows("indicators")
    reason = next(box for box in block.columns if box.key == "reason")
    assert (block.rows, reason.width, reason.label) == (9, 33, "偏差原因")


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('common = "indicators"', 'common = "indicator"', ["common 是“indicator”", "indicators"]),
        ('common = "indicators"', "common = [1]", ["common 是 [1]"]),
        ('common = ["asides", "guide_before"]', 'common = ["guide"]', ["common 是", "asides、guide_before"]),
        ('before = "reason"', 'before = "reasons"', ["before 是“reasons”", "improvement"]),
        ('common = "claimed"', 'common = "claimed"\n  boxes = 1', ["boxes 是 1"]),
    ],
)
def test_what_is_not_shared_is_refused_by_name(old: str, new: str, words: list[str]) -> None:
    with pytest.raises(FormError) as error:
        parse_form(short_form("transfer", "转移支付").replace(old, new), "a.toml")
    assert all(word in str(error.value) for word in words)


# ---- what is refused, and in which words -----------------------------------------------------------------


def changed(old: str, new: str, count: int = 1) -> str:
    text = own_form()
    assert old in text, old
    return text.replace(old, new, count)


REFUSED = {
    "不是 TOML": ("name = ", ["不是 TOML"]),
    "深得没有底": ("a = " + "[" * 5000, ["不是 TOML"]),
    "是评分办法": ('extends = "mof-2020"\nname = "x"\n', ["像是评分办法", "--rulebook"]),
    "与自带的重名": (changed('"transfer"', '"project"'), ['name = "project"', "重名"]),
    "与自带的同名": (own_form(title="项目支出"), ["title 是“项目支出绩效自评”", "分不清"]),
    "名称不对": (changed('"transfer"', '"../x"'), ["name 是“../x”", "小写英文字母"]),
    "缺少键": (changed('total_line = "total"\n', ""), ["缺少 total_line"]),
    "不认识的键": (changed("guide_before = [", "guide_befor = ["), ["不认识“guide_befor”", "是不是要 guide_before"]),
    "不认识的栏目属性": (changed('kind = "percent"\n    width = 8', 'kinds = "percent"'), ["columns“share”", "不认识“kinds”", "是不是要 kind"]),
    "种类不对": (changed('kind = "percent"\n    width = 8', 'kind = "percents"'), ["columns“share”", "kind 是“percents”", "percent"]),
    "宽度不对": (changed("width = 8\n", "width = 1e999999\n"), ["width", "1 至 200"]),
    "表不是表": (own_form().partition("[[sheets]]")[0] + "sheets = 1", ["sheets 是 1", "列表"]),
    "没有表": (own_form().partition("[[sheets]]")[0], ["缺少 sheets"]),
    "选择不是表": (changed("\"产出指标\", \"效益指标\", \"满意度指标\"", "3"), ["columns“level1”", "choices 是"]),
    "行数过多": (changed("rows = 60", "rows = 1000000"), ["blocks“indicators”", "rows 是 1000000", "1 至 1000"]),
    "少了必要的栏": (changed('key = "weight"', 'key = "weigth"'), ["indicators 缺少 columns“weight”（分值）"]),
    "少了必要的格": (changed('key = "unit"\n    label = "实施单位"', 'key = "units"\n    label = "实施单位"'), ["缺少 boxes“unit”"]),
    "金额不是数字": (re.sub(r'(key = "executed"[^\[]*?synonyms = .*?\n    kind = )"number"', r'\1"text"', own_form()), ["funds.columns“executed”的 kind 是 text，应为 number"]),
    "栏目重名": (changed("指标解释", "分值"), ["相同的 label 或 synonyms", "分不清"]),
    "key 重复": (changed('key = "explained"', 'key = "reason"'), ["indicators.columns“reason”出现了不止一次"]),
    "key 有别的字符": (changed('key = "policy"', 'key = "Policy!"'), ["key 是“Policy!”", "小写英文字母、数字和下划线"]),
    "key 自用": (changed('key = "policy"', 'key = "points"'), ["不能用“points”"]),
    "key 撞名": (changed('key = "policy"', 'key = "funds_frozen"'), ["同一个名称“funds_frozen”"]),
    "自加公式": (changed('kind = "percent"\n    width = 8', 'kind = "computed"\n    formula = "total"'), ["不能是 computed"]),
    "另一种公式": (changed('formula = "line_rate"', 'formula = "HYPERLINK"'), ["formula 是“HYPERLINK”", "小写"]),
    "表名不对": (changed('name = "项目资金"', 'name = "资金[1]"'), ["sheets“资金[1]”", "不能有 ["]),
    "表名自用": (changed('name = "项目资金"', 'name = "自评表"'), ["sheets“自评表”", "自用的表名"]),
    "标签有引号": (changed("冻结数", "冻结\\\"&A1&\\\"数"), ["label", "不能有英文双引号"]),
    "求和绕圈": (changed('parts = ["fiscal", "carried", "other"]', 'parts = ["total"]'), ["绕成了圈"]),
    "合计行不对": (changed('total_line = "total"', 'total_line = "sum"'), ["total_line 是“sum”", "total、fiscal"]),
    "评分办法不对": (changed('rulebook = "mof-2020"', 'rulebook = "county.toml"'), ["rulebook 是“county.toml”", "--rulebook"]),
    "性质不认识": (changed('choices = ["≥", "≤", "=", ">", "<", "定性"]', 'choices = ["约"]'), ["indicators.columns“sign”", "只能是 ≥"]),
    "选项带逗号": (changed('choices = ["产出指标", "效益指标"', 'choices = ["产,出", "产出指标", "效益指标"'), ["英文逗号"]),
    "两张表的标签相同": (with_added(20).replace("附加co", "附加bo"), ["多半与“", "分不清"]),
    "太大": ("#" * 300_000, ["超过 256 KB"]),
    "不是 UTF-8": ("\udcff", ["不是 UTF-8"]),
}  # fmt: skip


@pytest.mark.parametrize("why", REFUSED)
@pytest.mark.parametrize("option", ["--form", "--forms"])
def test_a_wrong_form_is_refused_in_words(why: str, option: str, tmp_path: Path) -> None:
    text, words = REFUSED[why]
    path = tmp_path / "own.toml"
    path.write_bytes(text.encode("utf-8", "surrogateescape"))
    result = command("template", option, path, "--year", 2024, "-o", tmp_path / "a.xlsx")
    assert result.exit_code == 2
    assert "own.toml" in result.output
    assert "Traceback" not in result.output
    for word in words:
        assert word in result.output, result.output
    assert not (tmp_path / "a.xlsx").exists()


def test_texts_of_a_file_cannot_speak_to_the_terminal(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(own_form().replace('title = "转移支付绩效自评"', 'titel = "\\u001b]0;x\\u0007"', 1), "utf-8")
    result = command("check", tmp_path, "--forms", path)
    assert result.exit_code == 2
    assert "\x1b" not in result.output
    assert "\x07" not in result.output


def test_forms_are_known_inside_alone(transfer: Path) -> None:
    own = read_forms([transfer])
    with with_forms(own):
        assert form_names() == ("department", "project", "transfer")
        with with_forms(own):
            assert load_form("transfer").short == "转移支付"
        assert "transfer" in form_names()
    assert "transfer" not in form_names()


def test_a_column_that_one_shipped_kind_has_is_no_must_for_the_others() -> None:
    """A column added to the project form leaves a bureau's copy of the department form as fit as it was."""
    department, project = load_form("department"), load_form("project")
    block = project.rows("indicators")
    added_to = replace(block, columns=(*block.columns, replace(block.columns[0], key="meaning", label="指标说明")))
    widened = replace(
        project,
        sheets=tuple(
            replace(sheet, blocks=tuple(added_to if one is block else one for one in sheet.blocks))
            for sheet in project.sheets
        ),
    )
    assert unfit(department, [department, widened]) == []
    assert unfit(widened, [department, widened]) == []


@pytest.mark.parametrize("name", ["bond", "zbond"])
def test_the_longest_word_of_a_title_tells_the_kind(name: str, tmp_path: Path) -> None:
    """专项债券项目支出绩效自评表 is of the kind 专项债券, wherever its name is in the alphabet."""
    kinds = [tmp_path / "a.toml", tmp_path / "b.toml"]
    for path, kind, word in zip(kinds, (name, "middle"), ("专项债券", "项目"), strict=True):
        text = own_form().replace('name = "transfer"', f'name = "{kind}"', 1).replace("转移支付", word)
        path.write_text(
            text.replace('rulebook = "mof-2020"', f'rulebook = "mof-2020"\ntitles = ["{word}"]', 1), "utf-8"
        )
    official("专项债券项目支出绩效自评表", False).save(tmp_path / "a.xlsx")
    (record,) = records(command("check", tmp_path / "a.xlsx", "--forms", kinds[0], "--forms", kinds[1], "--json"))
    assert record["form"] == name


def test_names_that_the_software_uses_are_reserved() -> None:
    """Every name of a template, and every sheet that is none of the form's, is one that no form may take."""
    shipped = [load_form(name) for name in form_names()]
    for form in shipped:
        assert unfit(form, shipped) == []
        book = openpyxl.load_workbook(io.BytesIO(pipeline.template_bytes(form.name, 2024)))
        boxes = {
            f"px_{block.key}_{box.key}" if hasattr(block, "columns") else f"px_{box.key}"
            for block in form.blocks
            for box in block.fields
        }
        boxes |= {
            f"px_funds_{line.key}_{box.key}"
            for line in form.lines("funds").lines
            for box in form.lines("funds").columns
        }
        steps = {name for name in book.defined_names if name.startswith(PREFIX)}  # no name of a box begins so
        for name in book.defined_names.keys() - boxes - steps:
            short = name.removeprefix("px_")
            assert short in RESERVED or short.startswith(RESERVED_BEGINNINGS), name
        others = {name.casefold() for name in book.sheetnames} - {sheet.name for sheet in form.sheets}
        assert others <= SHEETS
    assert SUMMARY in SHEETS


def test_more_than_a_formula_takes_is_refused_in_words() -> None:
    canvas, steps = LiveCanvas(io.BytesIO()), Steps("indicators", {}, {})
    steps.step("missing", "+".join(["1"] * 5000))
    with pytest.raises(FormError) as error:
        canvas.named_formulas(steps)
    assert "必填格或栏过多" in str(error.value)
