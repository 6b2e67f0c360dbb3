"""What a user adds is carried through everything: form kinds, columns, rulebooks with other words, findings."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import Result
from msgspec.structs import replace

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Scores, SelfEvaluation
from perf_xlsx.findings import catalogue as findings
from perf_xlsx.findings.catalogue import CatalogueEntry, Observation, check, observed
from perf_xlsx.forms import FormError, form_names, load_form, parse_form, read_forms, with_forms
from perf_xlsx.forms.fitness import RESERVED, RESERVED_BEGINNINGS, SHEETS, unfit
from perf_xlsx.results.explain import rules_document
from perf_xlsx.rulebook import BY_FORM, Rulebook, load_rulebook
from perf_xlsx.sheets.fixed_texts import SUMMARY
from perf_xlsx.template.live_canvas import LiveCanvas
from perf_xlsx.template.steps import PREFIX, Steps
from tests import CASES, ROOT
from tests.kit.command import command
from tests.kit.layouts import HEADS
from tests.kit.libreoffice import converted, needs_libreoffice
from tests.kit.live_template import agreed
from tests.kit.outcome import findings_of

FORMS = Path(pipeline.__file__).parent / "forms"


def records(result: Result) -> list[dict[str, Any]]:
    return [json.loads(line) for line in result.stdout.splitlines()]


def codes(record: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(found["code"], found["field"]) for found in record["findings"]]


# ---- a form kind in a file of one's own ------------------------------------------------------------------

COLUMNS = {
    "indicators": '''
    [[sheets.blocks.columns]]
    key = "explained"
    label = "指标解释"
    kind = "long_text"
    width = 20
    help = "这个指标怎么算。"

    [[sheets.blocks.columns]]
    key = "share"
    label = "覆盖比例"
    kind = "percent"
    width = 8
''',
    "funds": '''
    [[sheets.blocks.columns]]
    key = "frozen"
    label = "冻结数"
    kind = "number"
    width = 12
''',
    "basics": '''
    [[sheets.blocks.boxes]]
    key = "policy"
    label = "政策文号"
    required = true
    width = 60
    help = "设立依据的文件号。"
''',
    "projects": '''
    [[sheets.blocks.columns]]
    key = "owner"
    label = "责任科室"
    width = 12
''',
}  # fmt: skip
BEFORE = {"indicators": "reason", "funds": "claimed_rate", "basics": "filled_on", "projects": "benefit"}


def written_out(text: str) -> str:
    """A form's TOML with what it takes from common.toml in its place: a file that stands alone."""
    common = (FORMS / "common.toml").read_text("utf-8")
    lists, *blocks = re.split(r"^\[blocks\.\w+\]\n", common.partition("[lists]\n")[2], flags=re.M)
    names = re.findall(r"^\[blocks\.(\w+)\]", common, flags=re.M)
    text = text.replace('common = ["asides", "guide_before"]\n', lists.rstrip() + "\n")
    for name, block in zip(names, blocks, strict=True):
        head, *members = re.split(r"\n(?=  \[\[)", block.rstrip() + "\n")
        own = re.search(
            rf'common = "{name}"\n((?:  \w[^\n]*\n)*)(.*?)(?=\n  \[\[sheets\.blocks\]\]|\n\[\[sheets\]\]|\Z)',
            text,
            re.S,
        )
        assert own
        own_keys = re.findall(r"^ *(\w+) =", own[1], flags=re.M)
        heads = [line for line in head.splitlines() if line and line.partition(" =")[0] not in own_keys]
        joined = re.sub(rf"\[\[blocks\.{name}\.", "[[sheets.blocks.", "\n".join(members))
        joined = "\n".join("  " + line if line else line for line in joined.splitlines())
        ours = re.sub(r'    before = ".*"\n', "", own[2])
        text = text.replace(own[0], "\n  ".join(heads) + "\n" + f"{own[1].rstrip()}\n\n{ours}\n{joined}\n")
    return text


def own_form(base: str = "project", *, name: str = "transfer", title: str = "转移支付", extra: bool = True) -> str:
    """A form like a shipped one, with a box and columns that no other form has."""
    text = written_out((FORMS / f"{base}.toml").read_text("utf-8")).replace(f'name = "{base}"', f'name = "{name}"')
    text = re.sub("(项目|部门（单位）整体|部门整体)支出绩效自评", f"{title}绩效自评", text)
    for block, added in COLUMNS.items() if extra else ():
        at = re.search(rf'\n    \[\[sheets\.blocks\.\w+\]\]\n    key = "{BEFORE[block]}"', text)
        text = text[: at.start()] + "\n" + added.rstrip() + "\n" + text[at.start() :] if at else text
    return text


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


@pytest.fixture
def transfer(tmp_path: Path) -> Path:
    """A bureau's own kind of form, as a file."""
    path = tmp_path / "转移支付.toml"
    path.write_text(own_form(), "utf-8")
    return path


@pytest.fixture
def case(tmp_path: Path) -> Path:
    """That form filled in, whatever it adds too."""
    data = json.loads((CASES / "完好的项目自评表.json").read_text("utf-8"))
    data |= {"form": "transfer", "policy": "示例财〔2024〕1号"}
    data["indicators"][0] |= {"explained": "指改造并通水的工程数", "share": "86.8%"}
    data["funds"][0] |= {"frozen": 12.5}
    path = tmp_path / "case.json"
    path.write_text(json.dumps(data, ensure_ascii=False), "utf-8")
    return path


FILLED = [
    (None, None, "policy", "政策文号", "示例财〔2024〕1号"),
    ("funds", "年度资金总额", "frozen", "冻结数", "12.5"),
    ("indicators", "改造农村供水工程", "explained", "指标解释", "指改造并通水的工程数"),
    ("indicators", "改造农村供水工程", "share", "覆盖比例", "0.868"),
]


def extras(record: dict[str, Any]) -> list[tuple[Any, ...]]:
    keys = ("table", "row", "key", "label", "value")
    return [tuple(one[key] for key in keys) for one in record["extras"]]


def shown(path: Path, sheet: str) -> list[str]:
    rows = openpyxl.load_workbook(path)[sheet].iter_rows(values_only=True)
    return ["|".join(str(value) for value in row if value is not None) for row in rows]


def test_a_form_of_ones_own_goes_all_the_way(transfer: Path, case: Path, tmp_path: Path) -> None:
    returned = tmp_path / "returned"
    returned.mkdir()
    assert command("template", "--form", transfer, "--data", case, "-o", returned / "甲.xlsx").exit_code == 0
    result = command("check", returned / "甲.xlsx", "--forms", transfer, "--json")
    (record,) = records(result)
    usual = json.loads((CASES / "完好的项目自评表.json").read_text("utf-8"))
    plain = tmp_path / "plain.xlsx"
    pipeline.write_template(plain, case=json.dumps(usual))
    (same,) = records(command("check", plain, "--json"))
    assert (record["form"], record["total"], record["grade"]) == ("transfer", same["total"], same["grade"])
    assert codes(record) == codes(same)
    assert extras(record) == FILLED
    assert extras(same) == []

    out = tmp_path / "out"
    assert command("score", returned, "-o", out, "--forms", tmp_path).exit_code == 0  # a folder of forms
    paper = shown(out / "甲.xlsx", "自评表")
    assert paper[0] == "转移支付绩效自评表"
    assert "政策文号|示例财〔2024〕1号" in paper
    assert "指标解释|改造农村供水工程：指改造并通水的工程数" in paper
    assert "覆盖比例|改造农村供水工程：86.8%" in paper
    assert "冻结数|年度资金总额：12.5" in paper
    consolidated = shown(out / "汇总.xlsx", "自定内容")
    assert consolidated[2:5] == [
        "单位编码|单位|项目|所在表|行|栏目|填报内容|表种|年度",
        "示例县水利局|农村饮水安全巩固提升项目|政策文号|示例财〔2024〕1号|转移支付|2024",
        "示例县水利局|农村饮水安全巩固提升项目|资金|年度资金总额|冻结数|12.5|转移支付|2024",
    ]
    assert any(row.startswith("转移支付|2024|年度资金总额") for row in shown(out / "汇总.xlsx", "执行情况"))
    assert form_names() == ("department", "project")  # nothing is left behind

    # 汇总 made anew, and files, where nobody gives the form any more
    assert command("consolidate", out, "--export", "csv", "-o", tmp_path / "again.xlsx").exit_code == 0
    assert shown(tmp_path / "again.xlsx", "自定内容")[2:5] == consolidated[2:5]
    assert "指改造并通水的工程数" in (tmp_path / "again-自定内容.csv").read_text("utf-8-sig")


def test_without_an_own_form_there_is_no_sheet_of_what_only_it_knows(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    usual = (CASES / "完好的项目自评表.json").read_text("utf-8")
    pipeline.write_template(tmp_path / "in" / "a.xlsx", case=usual)
    assert command("score", tmp_path / "in", "-o", tmp_path / "out").exit_code == 0
    assert "自定内容" not in openpyxl.load_workbook(tmp_path / "out" / "汇总.xlsx").sheetnames


def test_what_is_owed_in_an_added_box_is_asked_for(transfer: Path, case: Path, tmp_path: Path) -> None:
    text = own_form().replace('key = "explained"', 'key = "explained"\n    required = true', 1)
    transfer.write_text(
        text.replace('required = ["adjusted", "executed"]', 'required = ["adjusted", "frozen"]'), "utf-8"
    )
    data = json.loads(case.read_text("utf-8"))
    del data["policy"], data["funds"][0]["frozen"], data["indicators"][1:]
    data["indicators"] = data["indicators"][:1] * 2
    data["indicators"][1] = data["indicators"][1] | {"name": "另一个指标", "explained": None}
    case.write_text(json.dumps(data), "utf-8")
    command("template", "--form", transfer, "--data", case, "-o", tmp_path / "a.xlsx")
    (record,) = records(command("check", tmp_path / "a.xlsx", "--forms", transfer, "--json"))
    assert [found for found in codes(record) if found[0] == "R07"] == [
        ("R07", "政策文号"), ("R07", "年度资金总额·冻结数"), ("R07", "指标解释"),
    ]  # fmt: skip
    told = [found["message"] for found in record["findings"] if found["field"] == "指标解释"]
    assert told == ["第6行没有填写指标解释。"] or told == [f"第{told[0][1]}行没有填写指标解释。"]


@pytest.mark.parametrize("suffix", ["xls", "ods"])
@needs_libreoffice
def test_other_formats_carry_it_over(suffix: str, transfer: Path, case: Path, tmp_path: Path) -> None:

    command("template", "--form", transfer, "--data", case, "-o", tmp_path / "a.xlsx")
    sent = converted(tmp_path / "out", suffix, tmp_path / "a.xlsx")
    result = command("score", sent, "-o", tmp_path / "scored", "--forms", transfer, "--json")
    (record,) = records(result)
    assert record["form"] == "transfer"
    assert extras(record) == FILLED
    (again,) = records(command("check", record["output"], "--forms", transfer, "--json"))
    assert extras(again) == FILLED
    assert again["total"] == record["total"]


def test_a_department_s_projects_have_a_column_more(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(own_form("department", name="bureau", title="局本级"), "utf-8")
    data = json.loads((CASES / "完好的部门自评表.json").read_text("utf-8")) | {"form": "bureau", "policy": "文号"}
    data["projects"][0]["owner"] = "规划科"
    (tmp_path / "case.json").write_text(json.dumps(data), "utf-8")
    command("template", "--form", path, "--data", tmp_path / "case.json", "-o", tmp_path / "a.xlsx")
    (record,) = records(command("score", tmp_path / "a.xlsx", "-o", tmp_path / "out", "--forms", path, "--json"))
    name = data["projects"][0]["name"]
    assert extras(record) == [
        (None, None, "policy", "政策文号", "文号"), ("projects", name, "owner", "责任科室", "规划科"),
    ]  # fmt: skip
    assert f"责任科室|{name}：规划科" in shown(Path(record["output"]), "自评表")


def official(title: str, extra: bool) -> openpyxl.Workbook:
    """An official layout of such a form, with a column that only it has, or without."""
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append([f"{title}绩效自评表"])
    sheet.append(["（2024年度）"])
    sheet.append(["项目名称", "饮水工程"])
    sheet.append(["主管部门", "示例县水利局", None, "实施单位", "示例县水利局"])
    sheet.append(["项目资金（万元）", None, "年初预算数", "全年预算数", "全年执行数", "分值", "执行率", "得分"])
    sheet.append([None, "年度资金总额", 100, 100, 100, 10, "100%", 10])
    sheet.append([*HEADS, "指标解释"] if extra else [*HEADS])
    row = ["产出指标", "数量指标", "改造工程", "≥12处", "12处", 90, 90, None]
    sheet.append([*row, "通水的工程"] if extra else row)
    sheet.append(["总分", None, None, None, None, 100, 100])
    return book


@pytest.mark.parametrize("extra", [True, False])
def test_an_official_layout_need_not_have_it(extra: bool, transfer: Path, tmp_path: Path) -> None:
    transfer.write_text(
        own_form().replace('rulebook = "mof-2020"', 'rulebook = "mof-2020"\ntitles = ["转移支付"]', 1), "utf-8"
    )
    official("转移支付项目", extra).save(tmp_path / "a.xlsx")
    (record,) = records(command("check", tmp_path / "a.xlsx", "--forms", transfer, "--json"))
    assert (record["form"], record["status"]) == ("transfer", "scored")
    assert extras(record) == ([("indicators", "改造工程", "explained", "指标解释", "通水的工程")] if extra else [])
    told = [found["message"] for found in record["findings"] if found["code"] == "R19"]
    assert told
    assert "指标解释" not in told[0]
    assert "政策文号" not in "".join(found["message"] for found in record["findings"])


def test_a_returned_form_of_an_unknown_kind_says_which_option_helps(
    transfer: Path, case: Path, tmp_path: Path
) -> None:
    command("template", "--form", transfer, "--data", case, "-o", tmp_path / "a.xlsx")
    (record,) = records(command("check", tmp_path / "a.xlsx", "--json"))
    assert record["status"] == "unreadable"
    (found,) = record["findings"]
    assert found["code"] == "R04"
    assert "--forms" in found["advice"]


def test_a_batch_in_other_processes_goes_on_unless_the_form_changed(
    transfer: Path, case: Path, tmp_path: Path
) -> None:
    (tmp_path / "in").mkdir()
    for name in ("甲", "乙"):
        command("template", "--form", transfer, "--data", case, "-o", tmp_path / "in" / f"{name}.xlsx")
    score = (
        "score",
        tmp_path / "in",
        "-o",
        tmp_path / "out",
        "--forms",
        transfer,
        "--jobs",
        2,
        "--time-limit",
        120,
    )
    first = command(*score)
    assert first.exit_code == 1, first.output  # B01: the same unit twice
    state = tmp_path / "out" / ".perf_xlsx" / "records.jsonl"
    known = [json.loads(line) for line in state.read_text("utf-8").splitlines()]
    assert [one["form"] for one in known] == ["transfer"] * 2
    assert "上次已评" in command(*score).output or "没有变化" in command(*score).output

    transfer.write_text(own_form().replace("政策文号", "政策依据"), "utf-8")
    command(*score)
    keys = [json.loads(line)["key"] for line in state.read_text("utf-8").splitlines()]
    assert all(
        new["options"]["forms"] != old["key"]["options"]["forms"] for new, old in zip(keys, known, strict=True)
    )
    (record, *_) = (json.loads(line) for line in state.read_text("utf-8").splitlines())
    assert record["status"] == "scored"


def test_a_list_of_units_may_ask_for_it(transfer: Path, tmp_path: Path) -> None:
    roster = tmp_path / "名单.csv"
    roster.write_text("单位名称,表种\n甲单位,转移支付\n乙单位,项目支出\n", "utf-8")
    made = command("template", "--roster", roster, "--year", 2024, "--forms", transfer, "-o", tmp_path / "out")
    assert made.exit_code == 0, made.output
    kinds = {
        path.stem: records(command("check", path, "--forms", transfer, "--json"))[0]["form"]
        for path in sorted((tmp_path / "out").iterdir())
    }
    assert kinds == {"甲单位": "transfer", "乙单位": "project"}
    one = command("template", "--roster", roster, "--year", 2024, "-o", tmp_path / "again")
    assert one.exit_code == 2
    assert "表种“转移支付”不认识" in one.output


def test_a_lost_identity_does_not_make_it_another_form(transfer: Path, case: Path, tmp_path: Path) -> None:
    command("template", "--form", transfer, "--data", case, "-o", tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    del book["_perf_xlsx"]
    for name in [p.name for p in book.custom_doc_props.props]:
        del book.custom_doc_props[name]
    book.save(tmp_path / "b.xlsx")
    (record,) = records(command("check", tmp_path / "b.xlsx", "--forms", transfer, "--json"))
    assert record["form"] == "transfer"


KINDS = {
    "text": ("字", "字"), "long_text": ("长", "长"), "number": (5, "5"), "value": ("约三成", "约三成"),
    "percent": ("55%", "0.55"), "date": ("2025-01-02", "2025-01-02"), "choice": ("乙", "乙"),
}  # fmt: skip


CHOICES = 'choices = ["甲", "乙"]'


def added(table: str, number: int, more: str = "") -> str:
    """As many boxes or columns, of each kind in turn."""
    kinds = [*KINDS] * number
    return "".join(
        f'    [[sheets.blocks.{table}]]\n    key = "x{at}"\n    label = "附加{table[:2]}{at}"\n    kind = "{kinds[at]}"\n'
        f"    {CHOICES if kinds[at] == 'choice' else ''}\n    {more}\n\n"
        for at in range(number)
    )


def with_added(number: int, more: str = "") -> str:
    text = own_form(extra=False)
    for table, before in (("boxes", "filled_on"), ("columns", "reason")):
        head = f'    [[sheets.blocks.{table}]]\n    key = "{before}"'
        text = text.replace(head, added(table, number, more) + head)
    for block in (
        '  [[sheets.blocks]]\n  kind = "boxes"\n  key = "goal"',
        '  [[sheets.blocks]]\n  kind = "rows"\n  key = "passages"',
    ):
        before, _, after = text.partition(block)
        text = before + (after[after.index("\n[[sheets]]") :] if "\n[[sheets]]" in after else "")
    return text


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


def test_two_files_of_one_name_and_folders(transfer: Path, tmp_path: Path) -> None:
    other = tmp_path / "b" / "另一个.toml"
    other.parent.mkdir()
    other.write_text(own_form(title="别的"), "utf-8")
    for words in (("--forms", transfer, "--forms", other), ("--form", transfer, "--forms", other)):
        result = command("template", *words, "--year", 2024, "-o", tmp_path / "a.xlsx")
        assert result.exit_code == 2
        assert "的 name 都是“transfer”" in result.output
    other.write_text(own_form(name="second"), "utf-8")
    result = command("template", "--form", transfer, "--forms", other, "--year", 2024, "-o", tmp_path / "a.xlsx")
    assert "的 title 都是“转移支付绩效自评”" in result.output
    (tmp_path / "empty").mkdir()
    assert "里没有表种文件" in command("check", tmp_path, "--forms", tmp_path / "empty").output
    assert "没有这个表种文件" in command("check", tmp_path, "--forms", tmp_path / "none.toml").output
    assert [one.form.name for one in read_forms([transfer, tmp_path, transfer])] == ["transfer"]


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
        book = openpyxl.load_workbook(_file(pipeline.template_bytes(form.name, 2024)))
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


def _file(data: bytes) -> Any:
    import io

    return io.BytesIO(data)


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
    stored = openpyxl.load_workbook(_file(blank), data_only=True)
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
    book = openpyxl.load_workbook(_file(data))
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


# ---- a finding -------------------------------------------------------------------------------------------


@pytest.fixture
def longest_name(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A finding of one's own: its entry in the catalogue, and its check."""
    entry = CatalogueEntry(
        "I99", "指标名称过长", ("notice",), "名称太长不便汇总。", "改造农村供水工程", "……", basis="本单位约定"
    )
    monkeypatch.setitem(findings.catalogue(), "I99", entry)  # type: ignore[arg-type]  # what is read from the TOML
    monkeypatch.setattr(findings, "CHECKS", [*findings.CHECKS])

    @check("I99")
    def names_are_short(form: SelfEvaluation, scores: Scores, rulebook: Rulebook) -> Iterator[Observation]:
        for row in form.indicators:
            if len(row.name.given) > 12:
                yield observed(row.name, f"{row.display_name}名称过长。", "请缩短。", expected="不超过12个字")

    return "I99"


def test_a_finding_of_ones_own_is_told_like_any_other(longest_name: str, tmp_path: Path) -> None:
    usual = (CASES / "完好的项目自评表.json").read_text("utf-8")
    pipeline.write_template(tmp_path / "a.xlsx", case=usual)
    result = pipeline.score(tmp_path / "a.xlsx", tmp_path / "b.xlsx")
    (found,) = [one for one in result.findings if one.code == longest_name]
    assert (found.severity, found.field, found.basis) == ("notice", "三级指标", "本单位约定")
    assert found.given == "建立长效管护机制的工程占比"
    assert any("名称过长" in row for row in shown(tmp_path / "b.xlsx", "问题清单"))
    assert "**I99 指标名称过长**（提示）" in rules_document()
    assert "依据：本单位约定" in command("explain", "I99").output


# ---- how much a form may add -----------------------------------------------------------------------------


@pytest.mark.parametrize("number", [7, 28])
@pytest.mark.parametrize("suffix", ["xlsx", "xls", "ods"])
@needs_libreoffice
def test_boxes_of_every_kind_and_many_go_all_the_way(suffix: str, number: int, tmp_path: Path) -> None:
    """In a form without goals and passages; more than Excel's formulas could tell apart."""

    path, data = tmp_path / "own.toml", json.loads((CASES / "完好的项目自评表.json").read_text("utf-8"))
    path.write_text(with_added(number), "utf-8")
    values = [*KINDS.values()] * number
    given = {f"x{at}": values[at][0] for at in range(number)}
    data |= {"form": "transfer"} | given
    data["indicators"][1] |= given
    del data["goal"], data["passages"]
    (tmp_path / "case.json").write_text(json.dumps(data), "utf-8")
    command("template", "--form", path, "--data", tmp_path / "case.json", "-o", tmp_path / "a.xlsx")
    book = openpyxl.load_workbook(tmp_path / "a.xlsx")
    formulas = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert max(map(len, formulas)) <= 8192
    sent = tmp_path / "a.xlsx" if suffix == "xlsx" else converted(tmp_path / "out", suffix, tmp_path / "a.xlsx")
    (record,) = records(command("score", sent, "-o", tmp_path / "scored", "--forms", path, "--json"))
    expected = [value for _, value in values[:number]] * 2
    assert [one["value"] for one in record["extras"]] == expected
    assert record["total"] == "96.40"
    assert [found["code"] for found in record["findings"] if found["code"] != "R18"] == []
    (again,) = records(command("check", record["output"], "--forms", path, "--json"))
    assert [one["value"] for one in again["extras"]] == expected


def test_many_required_columns_are_counted(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_text(with_added(40, "required = true"), "utf-8")
    result = command("template", "--form", path, "--year", 2024, "-o", tmp_path / "a.xlsx")
    assert result.exit_code == 0
    book = openpyxl.load_workbook(tmp_path / "a.xlsx", data_only=True)
    sheet, reference = next(iter(book.defined_names["px_counter_1"].destinations))
    assert book[sheet][reference].value.startswith("还差 42 格，先填：")


def test_more_than_a_formula_takes_is_refused_in_words() -> None:
    canvas, steps = LiveCanvas(io.BytesIO()), Steps("indicators", {}, {})
    steps.step("missing", "+".join(["1"] * 5000))
    with pytest.raises(FormError) as error:
        canvas.named_formulas(steps)
    assert "必填格或栏过多" in str(error.value)


def test_the_rulebook_that_the_architecture_shows_is_one(tmp_path: Path) -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text("utf-8")
    (tmp_path / "county.toml").write_text(text.partition("```toml\n")[2].partition("```")[0], "utf-8")
    assert "没有问题" in command("rules", "--check", tmp_path / "county.toml").output
