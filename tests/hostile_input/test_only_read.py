"""A hostile workbook is read and nothing else happens: nothing is fetched, run, obeyed or written as a formula."""

from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from perf_xlsx import pipeline
from perf_xlsx.cli.main import main
from perf_xlsx.cli.stories import case_text
from tests.kit.filled import filled
from tests.kit.parts import MAIN, OFFICE, edited
from tests.kit.sheet_changes import instead


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
