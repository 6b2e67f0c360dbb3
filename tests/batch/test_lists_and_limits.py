"""Files that an officer keeps, of whatever content: lists as workbooks of any format or .csv, and limits."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from perf_xlsx.reading.list_file import LONGEST
from tests.kit.batch_returns import a_return
from tests.kit.command import command
from tests.kit.foreign_workbooks import biff5, xlsb
from tests.kit.layouts import national

ROSTER = (
    ("2023年度报送名单", "", ""),
    ("单位名称", "单位代码", "表种"),
    ("甲局", "001", "项目支出"),
    ("乙局", "002", "项目支出"),
)
WAIVERS = (
    ("编号", "单位", "原因", "批准人", "有效期至"),
    ("B02", "乙局", "机构撤并", "财政局", "2099-12-31"),
)
Rows = tuple[tuple[str, ...], ...]


def xlsx(rows: Rows) -> bytes:
    book, file = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.active.append([value or None for value in row])
    book.save(file)
    return file.getvalue()


def ods(rows: Rows) -> bytes:
    cells = "".join(
        "<table:table-row>"
        + "".join(f'<table:table-cell office:value-type="string"><text:p>{v}</text:p></table:table-cell>' for v in row)
        + "</table:table-row>"
        for row in rows
    )  # fmt: skip
    names = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as parts:
        parts.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        parts.writestr(
            "content.xml",
            f"<office:document-content {names}><office:body><office:spreadsheet><table:table table:name='a'>{cells}"
            "</table:table></office:spreadsheet></office:body></office:document-content>",
        )
    return file.getvalue()


FORMATS = {
    "名单.xlsx": xlsx, "名单.xls": lambda rows: biff5(xlsx(rows)), "名单.et": lambda rows: biff5(xlsx(rows)),
    "名单.xlsb": lambda rows: xlsb(xlsx(rows)), "名单.ods": ods, "无后缀": lambda rows: biff5(xlsx(rows)),
}  # fmt: skip


@pytest.fixture
def returned(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "甲.xlsx").write_bytes(a_return("project", "甲局"))
    return tmp_path / "in"


@pytest.mark.parametrize("name", FORMATS)
def test_a_list_is_read_from_a_workbook_of_any_format(name: str, returned: Path, tmp_path: Path) -> None:
    (tmp_path / name).write_bytes(FORMATS[name](ROSTER))
    (tmp_path / f"豁免{name}").write_bytes(FORMATS[name](WAIVERS))
    done = command("check", returned, "--roster", tmp_path / name)
    assert "没有读到乙局的" in done.stdout, done.output
    assert "1份没有报送" in done.stdout
    waived = command(
        "check", returned, "--roster", tmp_path / name, "--waivers", tmp_path / f"豁免{name}", "--json"
    )
    assert '"reason": "机构撤并"' in waived.stdout, waived.output


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (xlsx(()), "没有找到表头"),
        (b"PK\x03\x04", "压缩"),
        (biff5(xlsx(ROSTER))[:3000], ""),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), ""),
        (b"\x09\x08\x10\x00" + bytes(60), "损坏"),
        (b"\x00\xff\xfe" * 50, "既不是工作簿"),
        (b"", "没有找到表头"),
        (ods(()), ""),
    ],
)
def test_a_list_that_cannot_be_read_is_told(content: bytes, said: str, returned: Path, tmp_path: Path) -> None:
    (tmp_path / "名单.xls").write_bytes(content)
    done = command("check", returned, "--roster", tmp_path / "名单.xls")
    assert done.exit_code == 2, done.output
    assert "Traceback" not in done.output
    assert f"{tmp_path / '名单.xls'}：" in done.stderr
    assert said in done.stderr


@pytest.mark.parametrize("size", [131_072, 131_073, 1_000_000])
def test_a_field_that_is_too_long_is_not_told_to_be_a_quote(size: int, returned: Path, tmp_path: Path) -> None:
    (tmp_path / "名单.csv").write_text(f"单位名称,备注\n甲局,\n乙局,{'长' * size}\n", "utf-8")
    done = command("check", returned, "--roster", tmp_path / "名单.csv")
    assert done.exit_code == 2
    assert f"第3行有一格超过 {LONGEST} 字" in done.stderr
    (tmp_path / "名单.csv").write_text(f'单位名称,备注\n甲局,"{"长" * size}\n', "utf-8")
    assert "第2行的引号没有成对" in command("check", returned, "--roster", tmp_path / "名单.csv").stderr


def test_a_field_of_the_longest_cell_is_read(returned: Path, tmp_path: Path) -> None:
    (tmp_path / "名单.csv").write_text(f"单位名称,备注\n甲局,{'长' * LONGEST}\n", "utf-8")
    assert command("check", returned, "--roster", tmp_path / "名单.csv").exit_code in (0, 1)


@pytest.mark.parametrize(
    "content",
    [
        "cells = '1'", "cells = 1.5", "cells = nan", "cells = inf", "cells = -1", "cells = 0", "cells = true",
        "cells = []", "cells = {}", "[cells]", "cells = 2024-01-01", f"cells = {'9' * 30}", f"cells = {'9' * 5000}",
        "cells = 1e400", "cells", "= 1", "[[cells]]", "cells = 1\ncells = 2", "cels = 1", '"\\u001b[31m" = 1',
        f"{'a' * 5000} = 1", f"cells = {'[' * 50_000}", "\0", "\ud800", "{}", "cells = 1" * 10_000, "# 长" * 60_000,
    ],
)  # fmt: skip
def test_limits_of_any_content_are_told_in_one_line(content: str, returned: Path, tmp_path: Path) -> None:
    (tmp_path / "上限.toml").write_bytes(content.encode("utf-8", "surrogatepass"))
    done = command("check", returned, "--limits", tmp_path / "上限.toml")
    assert done.exit_code == 2, done.output
    assert len(done.stderr.splitlines()) == 1
    assert len(done.stderr) < 1000
    assert "Traceback" not in done.output
    assert "\x1b" not in done.stderr


@pytest.mark.parametrize(
    "content", [b"\xff\xfe\x00", bytes(range(256)), b"PK\x03\x04", "cells = 1".encode("utf-16")]
)
def test_limits_that_are_no_text_are_told_in_one_line(content: bytes, returned: Path, tmp_path: Path) -> None:
    (tmp_path / "上限.toml").write_bytes(content)
    done = command("check", returned, "--limits", tmp_path / "上限.toml")
    assert (done.exit_code, len(done.stderr.splitlines())) == (2, 1)
    assert "不是有效的 TOML 文件" in done.stderr


def test_a_folder_of_limits_is_told_in_one_line(returned: Path, tmp_path: Path) -> None:
    for path in (returned, tmp_path / "nothing.toml"):
        done = command("check", returned, "--limits", path)
        assert (done.exit_code, len(done.stderr.splitlines())) == (2, 1)
        assert done.stderr.startswith("错误：")


def test_the_largest_limits_are_no_trouble(returned: Path, tmp_path: Path) -> None:
    names = ("file_mb", "unpacked_mb", "part_mb", "ratio", "parts", "markup", "cells", "rows", "text", "merges")
    (tmp_path / "上限.toml").write_text("".join(f"{name} = {2**40}\n" for name in names))
    assert command("check", returned, "--limits", tmp_path / "上限.toml").exit_code in (0, 1)


NAMES = {  # of a kind of form, as the product prints it: which of ours and the county's it asks for
    "项目支出": "project", "项目支出绩效自评": "project", "project": "project",
    "项目支出绩效自评（project）": "project", "项目支出绩效自评表": "project、县表", "项目支出绩效自评（县表）": "县表", "县表": "县表",
    "部门整体支出": "", "部门（单位）整体支出绩效自评": "", "部门（单位）整体支出绩效自评表": "", "部门整体": "",
}  # fmt: skip


@pytest.mark.parametrize("word", NAMES)
def test_a_kind_of_form_is_known_by_every_name_that_is_printed_for_it(word: str, tmp_path: Path) -> None:
    """Beside a form of the county, which has the official title of a shipped one."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "甲.xlsx").write_bytes(a_return("project", "甲局"))
    national().save(tmp_path / "县表.xlsx")
    assert command("adopt", tmp_path / "县表.xlsx").exit_code == 0
    (tmp_path / "名单.csv").write_text(f"单位名称,表种\n甲局,{word}\n", "utf-8-sig")
    forms = ("--forms", tmp_path / "县表.toml")
    done = command("check", tmp_path / "in", "--roster", tmp_path / "名单.csv", *forms)
    assert done.exit_code < 2, done.output
    assert ("没有读到甲局的" in done.stdout) == ("project" not in NAMES[word]), done.output
