"""A bureau's own kind of form goes all the way: template, reading, scoring, 自评表, 汇总 and files, in every format."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from perf_xlsx import pipeline
from perf_xlsx.forms import form_names, read_forms
from tests import CASES
from tests.kit.command import command
from tests.kit.libreoffice import converted, needs_libreoffice
from tests.kit.own_forms import KINDS, official, own_form, records, shown, with_added


def codes(record: dict[str, Any]) -> list[tuple[str, str | None]]:
    return [(found["code"], found["field"]) for found in record["findings"]]


FILLED = [
    (None, None, "policy", "政策文号", "示例财〔2024〕1号"),
    ("funds", "年度资金总额", "frozen", "冻结数", "12.5"),
    ("indicators", "改造农村供水工程", "explained", "指标解释", "指改造并通水的工程数"),
    ("indicators", "改造农村供水工程", "share", "覆盖比例", "0.868"),
]


def extras(record: dict[str, Any]) -> list[tuple[Any, ...]]:
    keys = ("table", "row", "key", "label", "value")
    return [tuple(one[key] for key in keys) for one in record["extras"]]


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
    assert found["advice"] == "如是自定的表种，请与收表单位核对；否则请把内容填入下发的自评表模板后重新报送。"
    assert "请用 --forms 指定它的文件（.toml），再运行一次；否则" in command("check", tmp_path / "a.xlsx").output


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
