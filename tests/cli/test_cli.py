"""The commands, as a person and as a program calls them."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
import tomllib
import zipfile
from decimal import Decimal
from pathlib import Path

import click
import openpyxl
import pytest
from click.testing import CliRunner
from rich.console import Console

import perf_xlsx
from perf_xlsx.cli.main import COMMANDS, main
from perf_xlsx.cli.screen import Screen, ScreenColumn, _plain_lines
from perf_xlsx.cli.stories import STORIES, case_text
from tests.kit.command import command

KEYS = [
    "file", "status", "form", "unit", "year", "rulebook", "sha256", "complete", "execution", "indicators", "total",
    "grade", "claimed_total", "claimed_grade", "check_code", "extras", "findings", "output",
]  # fmt: skip
INDICATOR = {
    "name", "cell", "sign", "target", "actual", "completion", "weight", "points", "claimed", "method", "why",
    "basis",
}  # fmt: skip
FINDING = {
    "code", "severity", "place", "sheet", "cell", "field", "given", "expected", "difference", "message", "advice",
    "basis", "correction",
}  # fmt: skip


@pytest.fixture
def returned(tmp_path: Path) -> Path:
    """The corrected report and the one as filed, as returned workbooks."""
    folder = tmp_path / "returned"
    for name, story in (("更正.xlsx", "department-corrected"), ("sub/原稿.xlsx", "department-as-filed")):
        case = tmp_path / "case.json"
        case.write_text(case_text(story), "utf-8")
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        assert command("template", "--data", case, "-o", folder / name).exit_code == 0
    (folder / "~$更正.xlsx").write_bytes(b"owner file")
    return folder


@pytest.mark.parametrize("words", [["rules"], ["dump", "更正.xlsx"], ["consolidate", "."]])
def test_stopped_where_nothing_goes_on_it_only_says_so(
    words: list[str], returned: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def stopped(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.chdir(returned)
    for door in ("results.explain.list_rulebooks", "sheets.dump.dump", "consolidated.write_consolidated"):
        monkeypatch.setattr(f"perf_xlsx.{door}", stopped)
    done = command(*words)
    assert (done.exit_code, done.stdout, done.stderr) == (130, "", "已停止。\n")


def test_reference_case_to_the_cent(returned: Path, tmp_path: Path) -> None:
    done = command("score", returned / "更正.xlsx", "-o", tmp_path / "out", "--json")
    assert done.exit_code == 0
    found = json.loads(done.stdout)
    assert list(found) == KEYS
    assert set(found["execution"]) == {"rate", "points", "weight"}
    assert all(set(row) >= INDICATOR for row in found["indicators"])
    assert [row["points"] for row in found["indicators"]] == [
        "0.00", "10.42", "8.91", "10.00", "15.00", "10.00", "15.00", "10.00",
    ]  # fmt: skip
    assert (found["execution"]["points"], found["total"], found["grade"]) == ("8.68", "88.01", "良")
    assert found["execution"]["rate"].startswith("0.867951")
    assert Decimal(found["claimed_total"]) == Decimal("88.01")
    assert Path(found["output"]).exists()


def test_a_folder_gives_one_line_a_workbook_and_keeps_its_subfolders(returned: Path, tmp_path: Path) -> None:
    done = command("score", returned, "-o", tmp_path / "out", "--json")
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert [Path(line["file"]).name for line in lines] == ["原稿.xlsx", "更正.xlsx"]
    assert all(set(found) == FINDING for line in lines for found in line["findings"])
    assert (tmp_path / "out" / "sub" / "原稿.xlsx").exists()
    assert done.exit_code == 1


def test_check_finds_the_same_and_writes_nothing(returned: Path, tmp_path: Path) -> None:
    before = sorted(tmp_path.rglob("*"))
    scored = json.loads(command("score", returned / "sub", "-o", tmp_path / "out", "--json").stdout)
    shutil.rmtree(tmp_path / "out")
    checked = json.loads(command("check", returned / "sub", "--json").stdout)
    assert checked | {"output": None} == scored | {"output": None}
    assert checked["output"] is None
    assert sorted(tmp_path.rglob("*")) == before


def test_people_read_the_findings_with_advice(returned: Path) -> None:
    done = command("check", returned)
    assert done.exit_code == 1
    for word in (
        "88.01",
        "良",
        "✖ 错误 W01",
        "若为10则合计正好100",
        "→",
        "共2份，2份待核定（同一张表报送了几份等，见上），定下以前不退回",
    ):
        assert word in done.stdout


def test_exit_codes(returned: Path, tmp_path: Path) -> None:
    (tmp_path / "broken.xlsx").write_bytes(b"PK\x03\x04 no zip")
    assert command("check", returned / "更正.xlsx").exit_code == 0
    assert command("check", returned / "sub").exit_code == 1
    assert command("check", tmp_path / "missing.xlsx").exit_code == 2
    assert command("check").exit_code == 2
    assert command("check", returned, "--rulebook", "nowhere").exit_code == 2
    unread = command("check", tmp_path / "broken.xlsx", returned / "更正.xlsx", "--json")
    assert unread.exit_code == 3
    first, second = (json.loads(line) for line in unread.stdout.splitlines())
    assert (first["status"], first["findings"][0]["code"], first["total"]) == ("unreadable", "R01", None)
    assert second["status"] == "scored"


def test_no_folder_is_made_for_copies_that_are_not_written(tmp_path: Path) -> None:
    strange = tmp_path / "returned" / "sub" / "通知.xlsx"
    strange.parent.mkdir(parents=True)
    openpyxl.Workbook().save(strange)
    (strange.parent / "broken.xlsx").write_bytes(b"PK\x03\x04 no zip")
    for file in sorted(strange.parent.iterdir()):
        assert command("score", file, "-o", tmp_path / "out" / "deep").exit_code == 3
        assert not (tmp_path / "out").exists()
    assert command("score", tmp_path / "returned", "-o", tmp_path / "out").exit_code == 3
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == [".perf_xlsx", "汇总.xlsx", "退回"]


def test_a_copy_is_the_same_in_a_folder_that_was_there_and_in_a_new_one(returned: Path, tmp_path: Path) -> None:
    (tmp_path / "old").mkdir()
    with zipfile.ZipFile(returned / "更正.xlsx", "a") as archive:
        archive.writestr("xl/media/seal.png", b"\x89PNG" + bytes(3 << 20))
    for folder in ("old", "new"):
        assert command("score", returned / "更正.xlsx", "-o", tmp_path / folder).exit_code == 0
    one, other = (tmp_path / folder / "更正.xlsx" for folder in ("old", "new"))
    assert one.read_bytes() == other.read_bytes()


def test_an_input_is_never_overwritten(returned: Path, tmp_path: Path) -> None:
    before = (returned / "更正.xlsx").read_bytes()
    assert command("score", returned, "-o", returned).exit_code == 2
    assert command("score", returned / "更正.xlsx", "-o", returned).exit_code == 2
    assert (returned / "更正.xlsx").read_bytes() == before


def test_inputs_of_the_same_name_get_outputs_of_their_own(returned: Path, tmp_path: Path) -> None:
    other = tmp_path / "other" / "更正.xlsx"
    other.parent.mkdir()
    other.write_bytes((returned / "sub" / "原稿.xlsx").read_bytes())
    done = command("score", returned / "更正.xlsx", other, "-o", tmp_path / "out", "--json")
    outputs = [json.loads(line)["output"] for line in done.stdout.splitlines()]
    assert [Path(output).name for output in outputs] == ["更正.xlsx", "更正(2).xlsx"]


def test_template_refuses_what_it_does_not_know_by_name(tmp_path: Path) -> None:
    case = json.loads(case_text("project")) | {"supervizor": "x"}
    case["indicators"][0]["wieght"] = 3
    (tmp_path / "case.json").write_text(json.dumps(case), "utf-8")
    done = command("template", "--data", tmp_path / "case.json", "-o", tmp_path / "t.xlsx")
    assert done.exit_code == 2
    assert "supervizor" in done.stderr
    assert "indicators[1].wieght" in done.stderr
    assert not (tmp_path / "t.xlsx").exists()


def test_template_takes_a_list_or_data_and_not_both(tmp_path: Path) -> None:
    (tmp_path / "case.json").write_text(case_text("project"), "utf-8")
    (tmp_path / "名单.csv").write_text("单位,表种\n甲局,项目", "utf-8")
    given = ("--data", tmp_path / "case.json", "--roster", tmp_path / "名单.csv", "--year", "2025")
    done = command("template", *given, "-o", tmp_path / "out")
    assert (done.exit_code, done.stderr) == (
        2,
        "错误：--data 和 --roster 只能用一个：名单为每个单位各生成一份模板，不取数据文件的内容。\n",
    )
    assert not (tmp_path / "out").exists()


def test_template_does_not_overwrite_a_filled_form(tmp_path: Path) -> None:
    words = ("template", "--form", "project", "--year", "2025", "-o", tmp_path / "t.xlsx")
    assert command(*words).exit_code == 0
    assert command(*words).exit_code == 2
    assert command(*words, "--force").exit_code == 0
    assert command("template", "-o", tmp_path / "u.xlsx").exit_code == 2


def test_dump_shows_cells_and_refuses_what_is_no_workbook(returned: Path, tmp_path: Path) -> None:
    done = command("dump", returned / "更正.xlsx")
    assert "预算经费" in done.stdout
    assert "name px_indicators_weight" in done.stdout
    (tmp_path / "x.xlsx").write_text("no workbook")
    assert command("dump", tmp_path / "x.xlsx").exit_code == 2


def test_demo_does_the_main_job(tmp_path: Path) -> None:
    done = command("demo", "-o", tmp_path / "demo")
    assert done.exit_code == 0
    scored = tmp_path / "demo" / "scored"
    assert {path.name for path in scored.iterdir()} == {*STORIES.values(), "汇总.xlsx"}
    units = openpyxl.load_workbook(scored / "汇总.xlsx")["单位得分"]
    assert [row[-1].hyperlink.target for row in units.iter_rows(min_row=4)] == list(STORIES.values())
    assert "2份待核定" in done.output  # as filed, and once more corrected


def test_scoring_one_workbook_imports_neither_openpyxl_nor_pandas(returned: Path) -> None:
    code = (
        "import sys; from perf_xlsx.pipeline import score; score(sys.argv[1]);"
        "print(sorted({'openpyxl','pandas','numpy'} & set(sys.modules)))"
    )
    seen = subprocess.run(
        [sys.executable, "-c", code, str(returned / "更正.xlsx")], capture_output=True, text=True, check=True
    )
    assert seen.stdout.strip() == "[]"


def test_help_is_chinese_and_fast_to_import() -> None:
    code = "import sys, perf_xlsx.cli.main; print(any(m.startswith(('lxml', 'xlsxwriter', 'rich')) for m in sys.modules))"
    seen = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert seen.stdout.strip() == "False"
    assert "预算绩效自评" in command("--help").stdout


def test_a_folder_that_cannot_be_written_to_is_told(returned: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    done = command("score", returned / "更正.xlsx", "-o", tmp_path / "file" / "out")
    assert done.exit_code == 3
    assert "写不进去" in done.stdout


def test_whatever_the_package_reads_is_installed_with_it() -> None:
    """An installation that is not editable holds what pyproject.toml names, and nothing else."""
    package = Path(perf_xlsx.__file__).parent
    project = tomllib.loads((package.parent / "pyproject.toml").read_text("utf-8"))
    named = project["tool"]["setuptools"]["package-data"]["perf_xlsx"]
    read = {path for path in package.rglob("*") if path.is_file() and path.suffix not in (".py", ".pyc")}
    assert read == {path for pattern in named for path in package.glob(pattern)}


def test_an_unknown_form_is_told_in_chinese(tmp_path: Path) -> None:
    done = command("template", "--form", "depart", "--year", "2025", "-o", tmp_path / "t.xlsx")
    assert done.exit_code == 2
    assert done.stderr == "错误：没有表种 depart，现有 department、project，是不是要 department？\n"


def test_comparing_scores_of_a_workbook_that_is_not_there_is_wrong_usage(tmp_path: Path) -> None:
    done = command("rules", "--diff", "mof-2020", "hubei", tmp_path / "没有.xlsx")
    assert done.exit_code == 2
    assert done.stderr.startswith("错误：没有这个文件：")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("score -o b", "没有写明 文件或文件夹...。用法见 perf-xlsx score --help"),
        ("check a --bogus", "没有 --bogus 这个选项。用法见 perf-xlsx check --help"),
        ("check a --jobs 两个", "--jobs N 应为不小于1的整数。用法见 perf-xlsx check --help"),
        (
            "check a --roster 没有.csv",
            "--roster 名单：没有这个文件：没有.csv。用法见 perf-xlsx check --help",
        ),
        ("dump 没有.xlsx", "文件：没有这个文件：没有.xlsx。用法见 perf-xlsx dump --help"),
        ("dump .", "文件：. 是文件夹，这里要写文件。用法见 perf-xlsx dump --help"),
        (
            "score a -o pyproject.toml",
            "-o 文件夹：pyproject.toml 是文件，这里要写文件夹。用法见 perf-xlsx score --help",
        ),
        ("score a -o", "-o 后面没有写内容，或者不该写。用法见 perf-xlsx --help"),
        (
            "scroe a",
            "没有这个命令，现有 adopt、check、check-report、consolidate、demo、desk、dump、explain、letters、report、rules、score、template、verify，是不是要 score？用法见 perf-xlsx --help",
        ),
    ],
)
def test_wrong_usage_is_told_in_chinese(words: str, said: str) -> None:
    done = CliRunner().invoke(main, words.split(), prog_name="perf-xlsx")
    assert (done.exit_code, done.stderr) == (2, f"错误：{said}\n")


def test_the_first_sentences_in_help_are_those_of_the_commands() -> None:
    context = click.Context(main)
    for name, first in COMMANDS.items():
        command = main.get_command(context, name)
        assert command is not None
        assert command.get_short_help_str(1000) == first


def test_a_plain_table_is_the_one_of_rich() -> None:
    columns = (ScreenColumn("文件", folds=True), ScreenColumn("得分", right=True), ScreenColumn("问题"))
    rows = [
        [[("部门整体（一）.xlsx", "")], [("96.40（暂定）", "")], [("✖1 ", "red"), ("⚠2 ", "yellow")]],
        [[("a.xlsx", "")], [("—", "")], [("没有问题", "green")]],
    ]
    out, screen = io.StringIO(), Screen()
    screen._console = Console(file=out, width=80, soft_wrap=True)
    screen._rich_table(columns, rows)
    assert _plain_lines(columns, rows) == out.getvalue().splitlines()
    assert _plain_lines(columns, [[[("长" * 40, "")], *rows[1][1:]]]) is None, "rich folds it"
    assert _plain_lines(columns, [[[("๐̈", "")], *rows[1][1:]]]) is None, "of unsure width"
