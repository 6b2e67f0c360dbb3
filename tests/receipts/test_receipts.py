"""A run writes a receipt for each scored form: what it says, what it keeps to itself, the same for the same input."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from perf_xlsx import pipeline
from perf_xlsx.domain.check_code import ALPHABET, LENGTH, check_code
from perf_xlsx.domain.inputs import OWN, Input
from perf_xlsx.domain.place import Place
from perf_xlsx.receipts.receipt import decode_receipt
from tests.kit.batch_returns import put
from tests.kit.command import command
from tests.kit.filled import filled, template_of, well_made
from tests.kit.layout_figures import RULEBOOK
from tests.kit.layouts import LAYOUTS
from tests.kit.libreoffice import XLSX, converted, needs_libreoffice
from tests.kit.several import Asked, side_by_side
from tests.kit.transferred import both

STORIES = ("department-as-filed", "project")


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run over two returns and a damaged file; `out` is where it wrote."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "in").mkdir()
    for story in STORIES:
        (folder / "in" / f"{story}.xlsx").write_bytes(template_of(story))
    (folder / "in" / "坏.xlsx").write_bytes(b"PK\x03\x04 no zip")
    command("score", folder / "in", "-o", folder / "out", "--jobs", 1)
    return folder


def receipts_in(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "回执.jsonl").read_text("utf-8").splitlines()]


def records_in(folder: Path) -> list[dict[str, Any]]:
    lines = (folder / ".perf_xlsx" / "records.jsonl").read_text("utf-8").splitlines()
    return [record for record in map(json.loads, lines) if record["output"]]


def test_a_receipt_says_what_its_record_says_and_the_paper_shows_its_code(run: Path) -> None:
    out = run / "out"
    found = receipts_in(out)
    assert [one["file"] for one in found] == [f"{story}.xlsx" for story in STORIES]
    for one, record in zip(found, records_in(out), strict=True):
        for key in ("check_code", "sha256", "output_sha256", "unit", "year", "total", "grade", "rulebook"):
            assert one[key] == record[key], key
        assert (one["rules"], one["version"]) == (record["key"]["rules"], record["key"]["version"])
        codes = [found["code"] for found in record["findings"]]
        assert one["findings"] == {code: codes.count(code) for code in sorted(set(codes))}
        paper = openpyxl.load_workbook(out / one["output"])["自评表"]
        (foot,) = (cell.value for row in paper.iter_rows() for cell in row if "校验码" in str(cell.value))
        assert foot.endswith(f"校验码：{one['check_code']}")


def test_the_code_covers_content_points_rules_and_version(run: Path) -> None:
    one = receipts_in(run / "out")[0]
    given = one["content"], one["total"], one["rules"], one["version"]
    assert check_code(*given) == one["check_code"]
    for at in range(4):
        other = [text if number != at else f"{text[:-1]}x" for number, text in enumerate(given)]
        assert check_code(*other) != one["check_code"]
    assert re.fullmatch(f"[{ALPHABET}]{{{LENGTH}}}", one["check_code"])
    assert not set("0O1I") & set(ALPHABET)


def test_numbers_and_names_are_kept_and_of_free_texts_a_code(run: Path) -> None:
    inputs = receipts_in(run / "out")[0]["inputs"]
    assert inputs["预算执行"]["C6"] == "3103.71"
    assert inputs["绩效指标"]["D7"] == "预算经费"
    assert re.fullmatch(r"#[\w+/]{4}", inputs["绩效指标"]["P6"])
    texts = "公用经费支出较少", "与履职需要相匹配"
    assert not [text for text in texts if text in (run / "out" / "回执.jsonl").read_text("utf-8")]


def test_what_only_a_form_of_ones_own_asks_is_never_disclosed(tmp_path: Path) -> None:
    """A column that a bureau has added may hold a telephone number."""
    phone = Input(Place("a.xlsx", 0, 3, 3, "基本信息"), ((f"{OWN}phone", "13800001111"),), "电话", "13800001111")
    assert re.fullmatch(r"#[\w+/]{4}", phone.disclosed)


def test_the_same_input_gives_the_same_bytes(run: Path) -> None:
    before = (run / "out" / "回执.jsonl").read_bytes()
    command("score", run / "in", "-o", run / "out", "--jobs", 1)
    assert (run / "out" / "回执.jsonl").read_bytes() == before
    command("score", run / "in", "-o", run / "out", "--force", "--jobs", 2)
    assert (run / "out" / "回执.jsonl").read_bytes() == before


def test_the_consolidated_workbook_lists_the_receipts(run: Path) -> None:
    rows = openpyxl.load_workbook(run / "out" / "汇总.xlsx")["回执"].iter_rows(min_row=3, values_only=True)
    heads, *lines = map(list, rows)
    table = [dict(zip(heads, line, strict=True)) for line in lines]
    for row, one in zip(table, receipts_in(run / "out"), strict=True):
        assert row["校验码"] == one["check_code"]
        assert row["报送件的SHA-256"] == one["sha256"]
        assert row["填报内容的SHA-256"] == one["content"]


def test_a_single_workbook_leaves_the_receipts_of_others(tmp_path: Path) -> None:
    out = tmp_path / "out"
    for name in ("乙.xlsx", "甲.xlsx"):
        command("score", put(tmp_path, name, name[0]), "-o", out)
    both = (out / "回执.jsonl").read_bytes()
    assert [one["file"] for one in receipts_in(out)] == ["乙.xlsx", "甲.xlsx"]
    command("score", tmp_path / "乙.xlsx", "-o", out)
    assert (out / "回执.jsonl").read_bytes() == both


def test_what_is_no_receipt_stays_in_the_file(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "回执.jsonl").write_text("不是回执\n")
    command("score", put(tmp_path, "甲.xlsx"), "-o", out)
    first, second = (out / "回执.jsonl").read_text("utf-8").splitlines()
    assert first == "不是回执"
    assert decode_receipt(second.encode()).file == "甲.xlsx"


def test_where_they_cannot_be_written_the_next_run_does_only_that(tmp_path: Path) -> None:
    out = tmp_path / "out"
    put(tmp_path / "in", "甲.xlsx")
    (out / "回执.jsonl").mkdir(parents=True)  # as good as a file that another program holds
    done = command("score", tmp_path / "in", "-o", out, "--jobs", 1)
    assert done.exit_code == 2
    assert "回执.jsonl 没有写出" in done.stderr
    (out / "回执.jsonl").rmdir()
    again = command("score", tmp_path / "in", "-o", out, "--jobs", 1)
    assert "沿用上次的评分" in again.output
    assert [one["file"] for one in receipts_in(out)] == ["甲.xlsx"]
    assert not list(out.glob(".perf_xlsx-*"))


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege on Windows")
def test_nothing_is_written_through_a_link(tmp_path: Path) -> None:
    theirs, out = tmp_path / "theirs", tmp_path / "out"
    theirs.write_text("mine")
    out.mkdir()
    (out / "回执.jsonl").symlink_to(theirs)
    command("score", put(tmp_path / "in", "甲.xlsx").parent, "-o", out, "--jobs", 1)
    assert theirs.read_text() == "mine"
    assert [one["file"] for one in receipts_in(out)] == ["甲.xlsx"]


def test_without_a_copy_there_is_no_receipt(tmp_path: Path) -> None:
    (tmp_path / "坏.xlsx").write_bytes(b"")
    command("score", tmp_path / "坏.xlsx", "-o", tmp_path / "out")
    assert not (tmp_path / "out").exists()
    command("check", put(tmp_path, "甲.xlsx"))
    assert not list(tmp_path.rglob("回执.jsonl"))


def test_several_forms_have_a_code_each(tmp_path: Path) -> None:
    (tmp_path / "两张.xlsx").write_bytes(side_by_side(Asked("培训"), Asked("宣传", spent=50, reached=75)))
    command("score", tmp_path / "两张.xlsx", "-o", tmp_path / "out")
    one, two = receipts_in(tmp_path / "out")
    assert (one["part"], two["part"]) == ("培训", "宣传")
    assert one["check_code"] != two["check_code"]
    book = openpyxl.load_workbook(tmp_path / "out" / "两张.xlsx")
    for receipt in (one, two):
        sheet = book[f"自评表 {receipt['part']}"]
        assert any(receipt["check_code"] in str(cell.value) for row in sheet.iter_rows() for cell in row)


def test_a_form_too_large_to_list_is_told_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("perf_xlsx.receipts.receipt.MOST", 10)
    command("score", put(tmp_path, "甲.xlsx"), "-o", tmp_path / "out")
    (one,) = receipts_in(tmp_path / "out")
    assert "inputs" not in one
    assert one["content"]


@pytest.mark.parametrize("name", LAYOUTS)
def test_the_code_of_a_converted_layout_is_that_of_its_new_workbook(name: str, tmp_path: Path) -> None:
    """Sign, number and unit of one cell have a cell each there: what comes back can only be compared with that."""
    rulebook = RULEBOOK.get(name)
    result, _ = both(LAYOUTS[name](), tmp_path, "xls", rulebook)
    again = pipeline.score(tmp_path / "out.xlsx", rulebook=rulebook)
    assert result.stamp is not None
    assert again.stamp == result.stamp


@needs_libreoffice
def test_a_return_of_another_format_has_a_receipt_of_its_new_workbook(tmp_path: Path) -> None:
    (tmp_path / "甲.xlsx").write_bytes(filled(well_made()))
    old = converted(tmp_path / "old", "ods", tmp_path / "甲.xlsx")
    command("score", old, "-o", tmp_path / "out")
    (one,) = receipts_in(tmp_path / "out")
    assert one["output"] == "甲.xlsx"
    told = command("verify", old, "--receipt", tmp_path / "out").stdout
    assert "就是报送时的工作簿" in told
    copy = converted(tmp_path / "again", XLSX, tmp_path / "out" / "甲.xlsx")
    assert f"{copy}：另存过，内容未变" in command("verify", copy, "--receipt", tmp_path / "out").stdout
