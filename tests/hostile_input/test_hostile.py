"""Every returned workbook is hostile until read: it is refused in one line, or read; nothing else happens."""

from __future__ import annotations

import io
import json
import random
import re
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from lxml import etree
from msgspec.structs import replace

from perf_xlsx import pipeline
from perf_xlsx.cli.main import main
from perf_xlsx.cli.stories import case_text
from perf_xlsx.domain.model import Finding
from perf_xlsx.domain.place import column_name
from perf_xlsx.ooxml import Limits, Package, PackageError
from perf_xlsx.ooxml.book import column_number
from tests.kit.filled import filled
from tests.kit.outcome import with_copy
from tests.kit.parts import MAIN, OFFICE, edited, rels, zipped

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


REFUSED = {
    "空文件": (b"", "R01"),
    "只有空白": (b"\0" * 100, "R01"),
    "文本": ("单位,得分\n甲,90\n".encode(), "R01"),
    "网页": (b"<html><table></table></html>", "R01"),
    "旧版 xls": (OLE, "R01"),
    "加密": (OLE + "EncryptedPackage".encode("utf-16-le"), "R02"),
    "ods": (zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}), "R01"),
    "别的压缩包": (zipped({"readme": b"hello"}), "R01"),
    "压缩炸弹": (zipped({"[Content_Types].xml": b"\0" * 40_000_000}), "R03"),
    "部件太多": (zipped({f"p{n}": b"" for n in range(3000)}), "R03"),
    "路径": (zipped({"../../etc/passwd": b"x", "[Content_Types].xml": b"<Types/>"}), "R01"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_refused_in_one_line_that_says_what_to_do(name: str, tmp_path: Path) -> None:
    data, code = REFUSED[name]
    result = with_copy(data, tmp_path)
    assert [found.code for found in result.findings] == [code]
    assert result.findings[0].message.endswith("。")
    assert result.findings[0].advice.startswith("请")
    assert not (tmp_path / "out.xlsx").exists()


def test_what_is_refused_costs_the_others_nothing(corrected: bytes, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    for name, (data, _) in REFUSED.items():
        (tmp_path / "in" / f"{name}.xlsx").write_bytes(data)
    for name in ("0 好.xlsx", "龘 好.xlsx"):
        (tmp_path / "in" / name).write_bytes(corrected)
    words = [sys.executable, "-c", "from perf_xlsx.cli.main import main; main()", "score", str(tmp_path / "in")]
    done = subprocess.run([*words, "-o", str(tmp_path / "out"), "--json"], capture_output=True, text=True)
    records = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, len(records)) == (3, len(REFUSED) + 2)
    assert "Traceback" not in done.stderr
    told = {Path(record["file"]).stem: record for record in records}
    assert [told[name]["status"] for name in ("0 好", "龘 好")] == ["scored"] * 2
    for name, (_, code) in REFUSED.items():
        (found,) = told[name]["findings"]
        assert (found["code"], told[name]["output"]) == (code, None)
        assert len(found["message"].splitlines()) == len(found["advice"].splitlines()) == 1


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    assert [found.code for found in pipeline.score(tmp_path / "no.xlsx").findings] == ["R01"]


def test_truncated_anywhere(corrected: bytes, tmp_path: Path) -> None:
    for end in range(0, len(corrected), len(corrected) // 25):
        result = with_copy(corrected[:end], tmp_path)
        assert [found.code for found in result.findings] == ["R01"]


def test_entities_are_never_expanded(corrected: bytes, tmp_path: Path) -> None:
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'

    def with_entities(text: str) -> str:
        head, _, rest = text.partition("?>")
        return f"{head}?>{bomb}{rest}"

    for part in ("xl/workbook.xml", "xl/worksheets/sheet5.xml", "xl/sharedStrings.xml"):
        result = with_copy(edited(corrected, {part: with_entities}), tmp_path)
        assert [found.code for found in result.findings] == ["R01"]
        assert "DTD" in result.findings[0].message


def test_duplicate_part_names_are_refused(corrected: bytes, tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="Duplicate name"):
        data = edited(corrected, add={"xl/workbook.xml": b"<workbook/>"})
    assert [found.code for found in with_copy(data, tmp_path).findings] == ["R01"]
    data = edited(corrected, add={"XL/Workbook.XML": b"<workbook/>"})
    assert [found.code for found in with_copy(data, tmp_path).findings] == ["R01"]


@pytest.mark.parametrize("name", ["../x", "a/../../x", "/etc/x", "C:/x", "xl\\..\\x", "./x", "a/./b"])
def test_tricks_with_paths_are_refused_and_nothing_is_unpacked(
    name: str, corrected: bytes, tmp_path: Path
) -> None:
    result = with_copy(edited(corrected, add={name: b"x"}), tmp_path)
    assert [found.code for found in result.findings] == ["R01"]
    assert [path.name for path in tmp_path.iterdir()] == ["a.xlsx"]


def test_a_part_whose_own_header_has_another_name_is_refused(corrected: bytes, tmp_path: Path) -> None:
    data = bytearray(corrected)
    at = data.find(b"xl/theme/theme1.xml")  # the first time in its own header, the second in the directory
    data[at : at + 2] = b"xx"
    path = tmp_path / "a.xlsx"
    path.write_bytes(bytes(data))
    result = pipeline.score(path)
    assert result.evaluation is None
    assert [found.code for found in result.findings] == ["R01"]
    assert "theme1.xml" in result.findings[0].message


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_STORED])
def test_a_damaged_large_picture_is_told_and_nothing_is_written(
    method: int, corrected: bytes, tmp_path: Path
) -> None:
    path = tmp_path / "a.xlsx"
    path.write_bytes(corrected)
    picture = random.Random(1).randbytes(3 * 1024 * 1024)
    with zipfile.ZipFile(path, "a", method) as archive:
        archive.writestr("xl/media/image9.png", picture)
    whole = pipeline.score(path, tmp_path / "whole.xlsx")
    assert zipfile.ZipFile(whole.output or "").read("xl/media/image9.png") == picture
    data = bytearray(path.read_bytes())
    data[data.find(picture[1_000_000:1_000_016])] ^= 1  # what cannot be compressed lies plainly in the zip
    path.write_bytes(bytes(data))
    result = pipeline.score(path, tmp_path / "b.xlsx")
    assert [found.code for found in result.findings] == ["R01"]
    assert "image9.png" in result.findings[0].message
    assert (result.output, (tmp_path / "b.xlsx").exists()) == (None, False)


def test_a_name_that_is_cut_at_a_null_is_refused(corrected: bytes, tmp_path: Path) -> None:
    data = edited(corrected, add={"xl/evil.xml_hidden": b"x"}).replace(
        b"xl/evil.xml_hidden", b"xl/evil.xml\0hidden"
    )
    assert [found.code for found in with_copy(data, tmp_path).findings] == ["R01"]


def test_what_a_part_is_called_cannot_break_the_one_line(corrected: bytes, tmp_path: Path) -> None:
    name = "xl/换\n行\x1b[31m" + "长" * 3000
    data = edited(
        corrected,
        {
            "xl/_rels/workbook.xml.rels": lambda xml: xml.replace(
                "worksheets/sheet5.xml", f"{name.replace(chr(10), '&#10;').replace(chr(27), '')}.xml"
            )
        },
    )
    result = with_copy(data, tmp_path)
    assert [found.code for found in result.findings] == ["R01"]
    assert len(result.findings[0].message) < 250
    assert result.findings[0].message.isprintable()


def sheet(change: Callable[[str], str]) -> dict[str, Callable[[str], str]]:
    """A change to the sheet of indicators."""
    return {"xl/worksheets/sheet5.xml": change}


def instead(old: str, new: str) -> Callable[[str], str]:
    """One text for another, which must be there."""

    def change(xml: str) -> str:
        assert old in xml, old
        return xml.replace(old, new, 1)

    return change


# What is wrong in a workbook's own XML, where Excel speaks of damage too. None of it may be guessed.
WRONG = {
    "文字序号超出": sheet(lambda xml: re.sub(r't="s"><v>\d+<', 't="s"><v>99999<', xml, count=1)),
    "文字序号为负": sheet(lambda xml: re.sub(r't="s"><v>\d+<', 't="s"><v>-1<', xml, count=1)),
    "文字序号不是数": sheet(lambda xml: re.sub(r't="s"><v>\d+<', 't="s"><v>²<', xml, count=1)),
    "格式序号超出": sheet(lambda xml: re.sub(r' s="\d+" t="s"', ' s="60001" t="s"', xml, count=1)),
    "格式序号为负": sheet(lambda xml: re.sub(r' s="\d+" t="s"', ' s="-3" t="s"', xml, count=1)),
    "行号为负": sheet(instead('<row r="7"', '<row r="-7"')),
    "行号过大": sheet(instead('<row r="7"', '<row r="1048577"')),
    "行号无边": sheet(instead('<row r="7"', f'<row r="{"9" * 5000}"')),
    "行号不是数": sheet(instead('<row r="7"', '<row r="七"')),
    "两行同号": sheet(instead('<row r="7"', '<row r="8"')),
    "列号过大": sheet(instead('r="B7"', 'r="XFE7"')),
    "列号为零": sheet(instead('r="B7"', 'r="7"')),
    "格子不在其行": sheet(instead('r="B7"', 'r="B70"')),
    "两格同址": sheet(instead('r="B7"', 'r="C7"')),
    "空字符": sheet(instead("<sheetData>", "<sheetData>\0")),
    "未说明的编码": sheet(instead('encoding="UTF-8"', 'encoding="UTF-7"')),
    "缺少工作表": {"xl/_rels/workbook.xml.rels": instead("worksheets/sheet5.xml", "worksheets/sheet55.xml")},
    "缺少文字": {"xl/_rels/workbook.xml.rels": instead("sharedStrings.xml", "sharedStringz.xml")},
    "缺少格式": {"xl/_rels/workbook.xml.rels": instead("styles.xml", "stylez.xml")},
    "缺少工作簿": {"_rels/.rels": instead("xl/workbook.xml", "xl/workbooks.xml")},
    "两个工作簿": {
        "_rels/.rels": lambda xml: xml.replace(
            "</Relationships>",
            f'<Relationship Id="x" Type="{OFFICE}/officeDocument" Target="xl/styles.xml"/></Relationships>',
        )
    },
    "两表同名": {"xl/workbook.xml": instead('name="绩效指标"', 'name="自评结论"')},
    "没有工作表": {"xl/workbook.xml": lambda xml: re.sub(r"<sheets>.*</sheets>", "<sheets/>", xml)},
    "关系坏了": {"xl/worksheets/_rels/sheet1.xml.rels": lambda xml: xml[:-9]},
}


@pytest.mark.parametrize("name", WRONG)
def test_what_contradicts_itself_is_refused_and_not_guessed(name: str, corrected: bytes, tmp_path: Path) -> None:
    data = edited(corrected, add={"xl/worksheets/_rels/sheet1.xml.rels": rels(("r1", "x", "y"))})
    result = with_copy(edited(data, WRONG[name]), tmp_path)
    assert [found.code for found in result.findings] == ["R01"]
    assert pipeline.UNEXPECTED not in result.findings[0].message
    assert not (tmp_path / "out.xlsx").exists()


def reversed_rows(xml: str) -> str:
    rows = re.findall(r"<row .*?</row>|<row [^>]*/>", xml, re.DOTALL)
    head, tail = xml[: xml.index("<sheetData>") + 11], xml[xml.index("</sheetData>") :]
    return head + "".join(reversed(rows)) + tail


def without_references(xml: str) -> str:
    """Rows and cells that follow each other need no numbers: what lies between is written out empty."""
    root = etree.fromstring(xml.encode())
    space = f"{{{etree.QName(root).namespace}}}"
    data = root.find(f"{space}sheetData")
    assert data is not None
    for row in list(data):
        column = 0
        for cell in list(row):
            letters = re.match("[A-Z]+", cell.attrib.pop("r"))
            assert letters
            for _ in range(column_number(letters[0]) - column - 1):
                cell.addprevious(etree.Element(f"{space}c"))
            column = column_number(letters[0])
    return etree.tostring(root, encoding="unicode")


def prefixed(xml: str) -> str:
    """The same with a prefix at every name, as some libraries write."""
    xml = re.sub(r"<(/?)(?=[a-zA-Z])(?![a-z0-9]+:)", r"<\1x:", xml)
    return xml.replace(f'xmlns="{MAIN}"', f'xmlns:x="{MAIN}"')


# Unusual, and clear: read as it stands.
RIGHT: dict[str, Callable[[str], str | bytes]] = {
    "UTF-16": lambda xml: xml.replace("UTF-8", "UTF-16").encode("utf-16"),
    "UTF-16BE": lambda xml: b"\xfe\xff" + xml.replace("UTF-8", "UTF-16").encode("utf-16-be"),
    "GBK": lambda xml: xml.replace("UTF-8", "GBK").encode("gbk", "xmlcharrefreplace"),
    "GB18030": lambda xml: xml.replace("UTF-8", "GB18030").encode("gb18030"),
    "BOM": lambda xml: xml.encode("utf-8-sig"),
    "不写编码": lambda xml: re.sub(r"<\?xml.*?\?>", "", xml),
    "行倒序": reversed_rows,
    "格子不写地址": without_references,
    "带前缀": prefixed,
    "夹有注释": lambda xml: re.sub(r"<v>(\d)(\d)", r"<v>\1<!-- x -->\2", xml),
    "注释在前": instead("<sheetData>", "<!-- <sheetData> --><sheetData>"),
}


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_unusual_and_clear_is_read_right(name: str, corrected: bytes, tmp_path: Path) -> None:
    parts = {}
    with zipfile.ZipFile(io.BytesIO(corrected)) as archive:
        for part in archive.namelist():
            text = archive.read(part)
            if part.endswith(("sheet5.xml", "sheet3.xml")):
                changed = RIGHT[name](text.decode())
                text = changed if isinstance(changed, bytes) else changed.encode()
            parts[part] = text
    plain = with_copy(corrected, tmp_path)
    result = with_copy(zipped(parts), tmp_path)
    assert result.scores == plain.scores
    assert result.findings == plain.findings
    again = pipeline.score(tmp_path / "out.xlsx")
    assert (again.scores, again.findings) == (plain.scores, replaced(plain.findings, "a.xlsx", "out.xlsx"))


def replaced(findings: tuple[Finding, ...], old: str, new: str) -> tuple[Finding, ...]:
    """The same findings in a workbook of another name."""
    return tuple(replace(f, place=replace(f.place, workbook=f.place.workbook.replace(old, new))) for f in findings)


def test_control_characters_reach_no_terminal(corrected: bytes, tmp_path: Path) -> None:
    """`_x001B_` is how a workbook holds an escape character; `_xD83D_` is half a character."""
    first = instead("<t>", "<t>_x001B_[2J_x009B__x0000__xD83D_")
    names = lambda xml: re.sub(r"(?<=<t>)([^<]*水[^<]*)", r"_x001B_[2J_xD83D_\1", xml)  # noqa: E731
    for change in (first, names):
        (tmp_path / "a.xlsx").write_bytes(edited(corrected, {"xl/sharedStrings.xml": change}))
        for words in (["check"], ["check", "--json"]):
            done = CliRunner().invoke(main, [*words, str(tmp_path / "a.xlsx")])
            assert done.exit_code in (0, 1)
            assert "\x1b" not in done.output
            assert "\x9b" not in done.output


def test_nothing_is_fetched_run_or_opened(corrected: bytes, tmp_path: Path) -> None:
    """External entities, linked books, web services, pictures elsewhere, DDE: nobody calls, no file is opened."""
    secret = tmp_path / "secret.txt"
    secret.write_text("秘密内容")
    server = socket.create_server(("127.0.0.1", 0))
    server.settimeout(0.2)
    url = f"http://127.0.0.1:{server.getsockname()[1]}/x"
    outside = "".join(
        f'<Relationship Id="out{n}" Type="{OFFICE}/{kind}" Target="{target}" TargetMode="External"/>'
        for n, (kind, target) in enumerate(
            [
                ("externalLink", url),
                ("oleObject", secret.as_uri()),
                ("image", url),
                ("hyperlink", f"file://{secret}"),
            ]
        )
    )
    link = (
        f'<externalLink xmlns="{MAIN}" xmlns:r="{OFFICE}">'
        f'<ddeLink ddeService="cmd" ddeTopic="/c touch {tmp_path}/run"/></externalLink>'
    )
    linked = edited(
        corrected,
        {
            "xl/_rels/workbook.xml.rels": lambda xml: xml.replace(
                "</Relationships>", f"{outside}</Relationships>"
            ),
            "xl/worksheets/sheet5.xml": lambda xml: re.sub(
                r"(<c r=\"B7\"[^>]*)t=\"s\">", rf"\1><f>[1]Sheet1!A1+WEBSERVICE(\"{url}\")</f>", xml
            ),
        },
        {"xl/externalLinks/externalLink1.xml": link},
    )
    entity = [
        edited(
            corrected, {"xl/worksheets/sheet5.xml": lambda xml, x=x: xml.replace("?>", f"?><!DOCTYPE x {x}>", 1)}
        )
        for x in (
            f'SYSTEM "{url}"',
            f'[<!ENTITY % a SYSTEM "{url}"> %a;]',
            f'[<!ENTITY a SYSTEM "{secret.as_uri()}">]',
        )
    ]
    xinclude = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{secret.as_uri()}" parse="text"/>'
    include = edited(corrected, {"xl/worksheets/sheet5.xml": instead("</worksheet>", f"{xinclude}</worksheet>")})
    for number, data in enumerate([linked, include, *entity]):
        (tmp_path / f"{number}.xlsx").write_bytes(data)
    code = """
import pathlib, sys
folder = sys.argv[1]
from perf_xlsx.cli.main import main
from perf_xlsx import pipeline
pipeline.score(folder + "/0.xlsx")  # what is imported late, forms and rulebooks
RUN, seen = ("os.system", "os.exec", "os.posix_spawn"), []
def watch(event, arguments):
    if event.split(".")[0] in ("socket", "subprocess", "urllib", "http") or event in RUN:
        seen.append((event, str(arguments)))
    if event == "open" and isinstance(arguments[0], str) and not arguments[0].endswith((".py", ".pyc", ".toml")):
        seen.append((event, arguments[0]))
sys.addaudithook(watch)
for number in range(5):
    result = pipeline.score(f"{folder}/{number}.xlsx", f"{folder}/out/{number}.xlsx")
    print(number, result.findings[0].code if result.findings else "", bool(result.output))
for event, what in seen:
    if event != "open" or "secret" in what or not what.startswith(folder):
        print(event, what)
"""
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True)
    lines = done.stdout.splitlines()
    assert [line.split()[1:] for line in lines[2:]] == [["R01", "False"]] * 3
    assert lines[1].endswith("True")
    with pytest.raises(TimeoutError):
        server.accept()
    server.close()
    assert not (tmp_path / "run").exists()
    for path in (tmp_path / "out").iterdir():
        with zipfile.ZipFile(path) as archive:
            assert not [n for n in archive.namelist() if "秘密内容".encode() in archive.read(n)]


def test_a_lone_cell_at_the_far_corner_costs_nothing(corrected: bytes, tmp_path: Path) -> None:
    far = '<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    data = edited(corrected, {"xl/worksheets/sheet5.xml": lambda text: text.replace("</sheetData>", far)})
    result = with_copy(data, tmp_path)
    assert result.scores is not None
    assert str(result.scores.total) == "88.01"


def widened(data: bytes, word: str, rows: int, columns: range) -> bytes:
    """A scored workbook with rows of numbers below the sheet on which a word stands."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        sheets = [name for name in archive.namelist() if "worksheets/sheet" in name]
        part = next(name for name in sheets if word in archive.read(name).decode())
    names = [column_name(column) for column in columns]
    more = "".join(
        f'<row r="{row}">{"".join(f"""<c r="{name}{row}"><v>1</v></c>""" for name in names)}</row>'
        for row in range(9001, 9001 + rows)
    )
    return edited(data, {part: lambda text: text.replace("</sheetData>", f"{more}</sheetData>")})


WIDE = {
    "a list of ours": ("整改意见", 4, range(1, 16385)),
    "the ledger": ("_px_mark_1", 8000, range(16384, 16385)),
}


@pytest.mark.parametrize("name", WIDE)
def test_wide_rows_on_sheets_of_ours_cost_what_their_cells_cost(
    name: str, scored_copy: bytes, tmp_path: Path
) -> None:
    data = widened(scored_copy, *WIDE[name])
    started = time.process_time()
    assert with_copy(data, tmp_path).scores is not None
    assert time.process_time() - started < 5


def test_too_many_cells_are_refused(corrected: bytes) -> None:
    package = Package.open(corrected, Limits(cells=100))
    from perf_xlsx.reading.read import read

    with pytest.raises(PackageError, match="too_large"):
        read(package, "a.xlsx")


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+cmd|' /C calc'!A0", "@SUM(A1)", "-2+3", "\x01\x02控制符", "＝HYPERLINK(1)", "<r><t>甲</t></x></r>"],
)
def test_text_from_outside_stays_text(text: str, tmp_path: Path) -> None:
    import openpyxl

    case = json.loads(case_text("department-as-filed"))
    case["unit"] = case["indicators"][1]["name"] = case["indicators"][0]["reason"] = text
    path = tmp_path / "t.xlsx"
    path.write_bytes(filled(case))
    result = pipeline.score(path, tmp_path / "s.xlsx")
    assert result.evaluation
    assert (result.evaluation.unit or "").strip() == text.replace("\x01\x02", "").strip()
    book = openpyxl.load_workbook(result.output or "")
    for sheet in ("评分汇总", "自评表", "问题清单"):
        assert not [c for row in book[sheet].iter_rows() for c in row if c.data_type == "f"]


def in_cell(address: str, inner: str, kind: str = "n") -> Callable[[str], str]:
    """A cell of the sheet of indicators that holds something else."""

    def change(xml: str) -> str:
        found = re.search(rf'<c r="{address}"( s="\d+")?[^>]*?(/>|>.*?</c>)', xml, re.DOTALL)
        assert found
        return xml.replace(found[0], f'<c r="{address}"{found[1] or ""} t="{kind}">{inner}</c>')

    return change


def text(words: str) -> tuple[str, str]:
    return f'<is><t xml:space="preserve">{words}</t></is>', "inlineStr"


# What no person types, and a program may: read, or told at its cell, in a line that can be read.
ODD = {
    "三万位的数": ("I9", ("<v>" + "9" * 30_000 + "</v>", "n"), "R08"),
    "三万位的文字数": ("I9", text("9" * 30_000), "R08"),
    "三万位的中文数": ("I9", text("零壹" * 16_000), "R08"),
    "亿亿亿": ("I9", text("一亿" * 16_000), "R08"),
    "很大的指数": ("I9", text("1E999999999"), "R08"),
    "很大的数": ("I9", ("<v>1E+308</v>", "n"), "R08"),
    "很小的数": ("I9", ("<v>1E-300</v>", "n"), "R08"),
    "无穷": ("I9", ("<v>INF</v>", "n"), "R08"),
    "不是数": ("I9", ("<v>NaN</v>", "n"), "R08"),
    "三万个空格": ("I9", text("1" + " " * 32_000 + "x"), "R08"),
    "一万个逗号": ("I9", text("1," * 16_000), "R08"),
    "三万个括号": ("I9", text("(" * 32_000), "R08"),
    "三万字的原因": ("P9", text("因" * 32_000), ""),
    "八万字的公式": ("I9", ("<f>" + "1+" * 40_000 + "1</f><v>100</v>", "n"), "R11"),
    "很长的错误值": ("I9", ("<v>#" + "A" * 30_000 + "</v>", "e"), "R10"),
}


@pytest.mark.parametrize("name", ODD)
def test_what_no_person_types_is_told_at_its_cell_in_one_line(name: str, corrected: bytes, tmp_path: Path) -> None:
    cell, content, code = ODD[name]
    result = with_copy(edited(corrected, sheet(in_cell(cell, *content))), tmp_path)
    assert result.output
    at_cell = [found for found in result.findings if found.place.cell == cell]
    assert (code in [found.code for found in at_cell]) == bool(code)
    assert all(len(found.message) < 1100 for found in result.findings)
    assert all(len(found.message) < 600 for found in at_cell if found.code[0] == "R")


PASSAGES = ("执行率为86.8%、", "项目支出执行数100万元，其中", "2023年", "90%，", "（", "，", "零壹", "1 ", "- ")


@pytest.mark.parametrize("words", PASSAGES)
def test_a_passage_as_long_as_a_cell_may_be_costs_seconds(words: str, tmp_path: Path) -> None:
    case = json.loads(case_text("department-corrected"))
    case["passages"] = {title: (words * 30_000)[:30_000] + text[:1000] for title, text in case["passages"].items()}
    path = tmp_path / "a.xlsx"
    path.write_bytes(filled(case))
    started = time.process_time()
    result = pipeline.score(path, terms=pipeline.Terms(limits=Limits(ratio=10_000)))
    assert result.scores is not None
    assert time.process_time() - started < 20


def test_formats_in_a_namespace_that_is_none_are_kept(corrected: bytes, tmp_path: Path) -> None:
    """A relative namespace name has no canonical form, by which formats are compared."""
    odd = instead('<xf numFmtId="', '<xf xmlns:q="a//b" q:x="1" numFmtId="')
    result = with_copy(edited(corrected, {"xl/styles.xml": odd}), tmp_path)
    assert result.output
    with zipfile.ZipFile(tmp_path / "out.xlsx") as archive:
        assert 'q:x="1"' in archive.read("xl/styles.xml").decode()


def test_a_part_that_the_directory_calls_otherwise_is_refused(corrected: bytes, tmp_path: Path) -> None:
    """A reader that goes by the directory and one that goes by the parts would see two workbooks."""
    data = bytearray(corrected)
    at = data.find(b"xl/workbook.xml")
    data[at : at + 15] = b"xl/workbooq.xml"
    assert [found.code for found in with_copy(bytes(data), tmp_path).findings] == ["R01"]


def test_four_gigabytes_that_a_directory_declares_are_refused(corrected: bytes, tmp_path: Path) -> None:
    for size in (0xFFFFFFFE, 0xFFFFFFFF):
        data = bytearray(corrected)
        at = data.rfind(b"PK\x01\x02")
        data[at + 24 : at + 28] = size.to_bytes(4, "little")
        assert [found.code for found in with_copy(bytes(data), tmp_path).findings] == ["R03"]


def test_a_package_in_a_package_is_not_opened(corrected: bytes, tmp_path: Path) -> None:
    import gzip

    for data in (gzip.compress(corrected), zipped({"form": corrected}), zipped({"a/b.xlsx": corrected})):
        (found,) = with_copy(data, tmp_path).findings
        assert (found.code, found.advice[:1]) == ("R01", "请")
    result = with_copy(edited(corrected, add={"xl/embeddings/a.zip": zipped({"form": corrected})}), tmp_path)
    assert [(f.code, f.message) for f in result.findings if f.code[0] == "R"] == [
        ("R16", "工作簿含有嵌入或链接的对象，没有打开，原样保留。")
    ]


@pytest.mark.parametrize("how", ["utf-16", "utf-16-be", "utf-32", "utf-8-sig"])
def test_a_dtd_in_any_encoding_is_refused(how: str, corrected: bytes, tmp_path: Path) -> None:
    parts = {}
    with zipfile.ZipFile(io.BytesIO(corrected)) as archive:
        for part in archive.namelist():
            parts[part] = archive.read(part)
    bomb = '<!DOCTYPE x [<!ENTITY a "' + "a" * 50_000 + '">]>'
    shared = parts["xl/sharedStrings.xml"].decode()
    shared = shared.replace("?>", f"?>{bomb}", 1).replace("<t>", "<t>" + "&a;" * 10_000, 1)
    parts["xl/sharedStrings.xml"] = shared.replace('"UTF-8"', f'"{how[:6].upper()}"').encode(how)
    (found,) = with_copy(zipped(parts), tmp_path).findings
    assert found.code == "R01"


def test_a_thousand_sheets_are_told_in_nine_lines(corrected: bytes, tmp_path: Path) -> None:
    one = f'<worksheet xmlns="{MAIN}"><sheetData><row r="1"><c r="A1"><v>1</v></c></row></sheetData></worksheet>'
    listed = "".join(f'<sheet name="s{n}" sheetId="{n + 100}" r:id="q{n}"/>' for n in range(1000))
    related = "".join(
        f'<Relationship Id="q{n}" Type="{OFFICE}/worksheet" Target="worksheets/x{n}.xml"/>' for n in range(1000)
    )
    data = edited(
        corrected,
        {
            "xl/workbook.xml": instead("</sheets>", f"{listed}</sheets>"),
            "xl/_rels/workbook.xml.rels": instead("</Relationships>", f"{related}</Relationships>"),
        },
        {f"xl/worksheets/x{n}.xml": one for n in range(1000)},
    )
    result = with_copy(data, tmp_path)
    assert result.output
    told = [found.message for found in result.findings if found.code == "R16"]
    assert len(told) == 9
    assert told[0] == "另有992张工作表不属于自评表，没有读取。"
