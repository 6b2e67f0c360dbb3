"""Templates (.xltx, .xltm) and strict OOXML: edited as what they are, given back as workbooks."""

from __future__ import annotations

import datetime
import io
import zipfile
from pathlib import Path

import pytest

from perf_xlsx import pipeline
from perf_xlsx.batch import plan
from perf_xlsx.ooxml import Package
from tests.kit.foreign_results import said, values
from tests.kit.foreign_workbooks import strict
from tests.kit.outcome import with_copy
from tests.kit.parts import unzipped, zipped


def retyped(data: bytes, old: bytes, new: bytes) -> bytes:
    parts = unzipped(data)
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(old, new)
    return zipped(parts)


SHEET_MAIN = b"openxmlformats-officedocument.spreadsheetml.sheet.main+xml"


@pytest.mark.parametrize(
    ("kind", "becomes", "suffix"),
    [
        (b"openxmlformats-officedocument.spreadsheetml.template.main+xml", SHEET_MAIN, ".xlsx"),
        (
            b"ms-excel.template.macroEnabled.main+xml",
            b"ms-excel.sheet.macroEnabled.main+xml",
            ".xlsm",
        ),
    ],
)
def test_a_template_comes_back_as_a_workbook(
    kind: bytes, becomes: bytes, suffix: str, filled: dict[str, bytes], tmp_path: Path
) -> None:
    data = retyped(filled["project"], SHEET_MAIN, kind)
    (tmp_path / f"a{suffix.replace('s', 't')}").write_bytes(data)
    source = tmp_path / f"a.xlt{suffix[-1]}"
    source.write_bytes(data)
    (job,) = plan([source], tmp_path / "out")
    assert job.output == tmp_path / "out" / f"a{suffix}"
    result = pipeline.score(job.source, job.output)
    assert said(result.findings) == said(with_copy(filled["project"], tmp_path, "b.xlsx").findings)
    package = Package.open(Path(result.output or ""))
    assert becomes in package.read("[Content_Types].xml")
    assert kind not in package.read("[Content_Types].xml")


def test_strict_ooxml_is_edited_in_its_own_form(filled: dict[str, bytes], tmp_path: Path) -> None:
    data = strict(filled["department-as-filed"])
    result = with_copy(data, tmp_path, "a.xlsx")
    expected = with_copy(filled["department-as-filed"], tmp_path, "b.xlsx")
    assert values(result) == values(expected)
    assert said(result.findings) == said(expected.findings)
    with_copy(data, tmp_path, "a.xlsx")
    with zipfile.ZipFile(tmp_path / "out.xlsx") as after, zipfile.ZipFile(io.BytesIO(data)) as before:
        for name in after.namelist():
            assert b"schemas.openxmlformats.org/spreadsheetml" not in after.read(name), name
            assert b"schemas.openxmlformats.org/drawingml" not in after.read(name), name
        assert after.read("xl/sharedStrings.xml") == before.read("xl/sharedStrings.xml")


def test_a_strict_date_is_a_date(filled: dict[str, bytes], tmp_path: Path) -> None:
    """Strict workbooks store 2024-04-15 as text of type d."""
    parts = unzipped(strict(filled["department-corrected"]))
    sheet = "xl/worksheets/sheet2.xml"
    day = (datetime.date(2024, 4, 15) - datetime.date(1899, 12, 30)).days
    assert f"<v>{day}</v>".encode() in parts[sheet]
    parts[sheet] = parts[sheet].replace(f"><v>{day}</v>".encode(), b' t="d"><v>2024-04-15T00:00:00</v>')
    result = with_copy(zipped(parts), tmp_path, "a.xlsx")
    assert result.evaluation is not None
    assert result.evaluation.boxes["filled_on"].given == "2024-04-15"
