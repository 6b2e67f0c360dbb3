"""What is far too much of one thing: read right or refused in one line, within seconds and bounded memory."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from click.testing import CliRunner

from perf_xlsx import pipeline
from perf_xlsx.cli.main import main
from perf_xlsx.cli.stories import case_text
from perf_xlsx.domain.place import column_name
from perf_xlsx.ooxml import Limits, LimitsError, Package, PackageError, directory, load_limits
from tests import CASES, FIXTURES
from tests.kit.bombs import BOMBS, HUGE
from tests.kit.filled import filled, template_of
from tests.kit.foreign_workbooks import xlsb
from tests.kit.outcome import with_copy
from tests.kit.parts import MAIN, OFFICE, edited
from tests.kit.rich_workbook import rich
from tests.kit.sheet_changes import instead

SECONDS, MEGABYTES = 30, 900  # of processor time, on a slow machine; of memory, the program itself included
MEASURED = """
import json, sys, time
from perf_xlsx import pipeline
result = pipeline.score(sys.argv[1], sys.argv[2])
peak = next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps({
    "codes": sorted({f.code for f in result.findings if not f.place.cell}), "output": result.output,
    "total": result.scores and str(result.scores.total), "message": result.findings[0].message,
    "seconds": time.process_time(), "mb": int(peak) // 1024,
}))
"""


@pytest.fixture(scope="module")
def scored(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """A workbook with everything in it, scored before."""
    folder = tmp_path_factory.mktemp("scored")
    data = rich(template_of("department-as-filed"))
    (folder / "a.xlsm").write_bytes(data)
    pipeline.score(folder / "a.xlsm", folder / "b.xlsm")
    return (folder / "b.xlsm").read_bytes()


def measured(data: bytes, folder: Path, suffix: str = ".xlsx") -> dict[str, object]:
    """The outcome of scoring in a process of its own, with the time and memory it took."""
    source = folder / f"a{suffix}"
    source.write_bytes(data)
    words = [sys.executable, "-c", MEASURED, str(source), str(folder / f"out{suffix}")]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300, check=True)
    found: dict[str, object] = json.loads(done.stdout)
    assert float(str(found["seconds"])) < SECONDS
    assert int(str(found["mb"])) < MEGABYTES
    return found


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is measured as Linux tells it")
@pytest.mark.parametrize("name", HUGE)
def test_too_much_of_one_thing(name: str, corrected: bytes, tmp_path: Path) -> None:
    make, outcome = HUGE[name]
    found = measured(make(corrected), tmp_path)
    if outcome.startswith("R"):
        assert (found["codes"], found["output"]) == ([outcome], None)
        assert str(found["message"]).endswith("。")
    else:
        assert found["total"] == outcome
        assert found["output"]


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is measured as Linux tells it")
def test_eight_wrong_money_units_among_two_thousand_projects(tmp_path: Path) -> None:
    case = json.loads((CASES / "完好的部门自评表.json").read_text("utf-8"))
    own = {"initial": 1, "adjusted": 1, "executed": 1}
    case["projects"] = [case["projects"][0] | own | {"name": f"项目{n}号"} for n in range(2000)]
    for project in case["projects"][:8]:
        project |= {"initial": 10_000, "executed": 10_000}
    own = {"initial": 2000, "adjustment": 0, "adjusted": 2000, "executed": 2000}
    case["funds"][3] |= own
    found = measured(filled(case), tmp_path)
    assert found["total"] is not None


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="memory is measured as Linux tells it")
@pytest.mark.parametrize("name", BOMBS)
def test_too_much_beside_the_form(name: str, scored: bytes, tmp_path: Path) -> None:
    """Notes, drawings, relationships, our own ledger: all that taking our marks away has to go through."""
    found = measured(BOMBS[name](scored), tmp_path, ".xlsm")
    assert (found["total"], bool(found["output"])) == ("88.62", True)


def test_a_part_longer_than_the_directory_says_is_not_unpacked(corrected: bytes, tmp_path: Path) -> None:
    """The directory says 1,000 bytes, and 400 MB would come out."""
    path = tmp_path / "a.xlsx"
    path.write_bytes(corrected)
    with (
        zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("xl/media/image9.png", "w") as part,
    ):
        for _ in range(400):
            part.write(b"\0" * 1024 * 1024)
    data = bytearray(path.read_bytes())
    for head, at in ((b"PK\x03\x04", 22), (b"PK\x01\x02", 24)):
        start = data.rfind(head)
        data[start + at : start + at + 4] = (1000).to_bytes(4, "little")
    found = measured(bytes(data), tmp_path)
    assert (found["codes"], found["total"]) == (["R01"], None)
    assert int(str(found["mb"])) < 150


def test_parts_are_counted_where_the_directory_really_stands() -> None:
    """The end of the zip says that the directory is small, and a zip64 record that it is another one."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for number in range(70_000):
            archive.writestr(zipfile.ZipInfo(str(number)), b"")
    data = bytearray(buffer.getvalue())
    assert data[-42:-38] == b"PK\x06\x07"
    data[-10:-6] = (46).to_bytes(4, "little")
    assert bytes(directory(bytes(data))).count(b"PK\x01\x02") == 70_000


@pytest.mark.parametrize(
    ("limits", "word"),
    [
        (Limits(parts=10), "部件"),
        (Limits(file_mb=0), "文件超过"),
        (Limits(unpacked_mb=0), "解压后"),
        (Limits(part_mb=0), "有一个部件"),
        (Limits(cells=100), "单元格"),
        (Limits(markup=1000), "标记"),
        (Limits(formats=5), "格式"),
        (Limits(merges=0), "合并"),
        (Limits(rows=3), "行"),
        (Limits(text=5), "字"),
    ],
)
def test_every_limit_is_kept_and_said(limits: Limits, word: str, scored: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.xlsm").write_bytes(scored)
    result = pipeline.score(tmp_path / "a.xlsm", terms=pipeline.Terms(limits=limits))
    assert [found.code for found in result.findings] == ["R03"]
    assert word in result.findings[0].message


@pytest.mark.parametrize("suffix", [".xlsb", ".xls", ".ods"])
@pytest.mark.parametrize(("limits", "word"), [(Limits(text=5), "字"), (Limits(merges=0), "合并")])
def test_limits_hold_in_other_formats_too(
    suffix: str, limits: Limits, word: str, corrected: bytes, tmp_path: Path
) -> None:
    path = tmp_path / f"a{suffix}"
    path.write_bytes(xlsb(corrected) if suffix == ".xlsb" else (FIXTURES / f"部门整体{suffix}").read_bytes())
    assert pipeline.score(path).evaluation is not None
    result = pipeline.score(path, terms=pipeline.Terms(limits=limits))
    assert [found.code for found in result.findings] == ["R03"]
    assert word in result.findings[0].message


def test_the_size_of_the_file_is_judged_before_it_is_read(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsx"
    with path.open("wb") as file:
        file.truncate(10 * 1024**3)  # a hole: 10 GB that take no room
    result = pipeline.score(path)
    assert [found.code for found in result.findings] == ["R03"]
    assert "64 MB" in result.findings[0].message


def test_limits_are_changed_by_a_file(corrected: bytes, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(corrected)
    (tmp_path / "上限.toml").write_text("cells = 100\n", "utf-8")
    words = ["check", str(tmp_path / "a.xlsx"), "--limits", str(tmp_path / "上限.toml")]
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 3
    assert "超过 100 个单元格" in done.stdout
    assert CliRunner().invoke(main, words[:2]).exit_code == 0


@pytest.mark.parametrize(
    "text", ["cels = 1", "cells = 0", 'cells = "many"', "cells = true", "cells =", "\ufffd\0"]
)
def test_a_limits_file_with_a_slip_is_refused(text: str, tmp_path: Path) -> None:
    path = tmp_path / "limits.toml"
    path.write_text(text, "utf-8")
    with pytest.raises(LimitsError):
        load_limits(path)
    assert CliRunner().invoke(main, ["check", str(path), "--limits", str(path)]).exit_code == 2


def test_limits_hold_for_a_package_alone(corrected: bytes) -> None:
    with pytest.raises(PackageError, match="too_large"):
        Package.open(corrected, Limits(unpacked_mb=0))


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
