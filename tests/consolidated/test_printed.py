"""The type that 汇总.xlsx and 退回清单.xlsx have on paper."""

from __future__ import annotations

import shutil
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from perf_xlsx.cli.main import main
from tests.kit.libreoffice import needs_libreoffice
from tests.kit.printed import needs_pdftotext, printed, sizes

EXAMPLES = Path(__file__).parents[2] / "examples"
LEAST = 8.4  # points, which are 9 and more in Excel


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The results of the examples, with a unit that has not returned."""
    folder = tmp_path_factory.mktemp("printed")
    listed = folder / "名单.csv"
    listed.write_text("单位名称,单位编码,表种,联系人\n示例县水利局,001002,项目,计财科 1234567\n", "utf-8")
    (folder / "收回").mkdir()
    for returned in EXAMPLES.glob("*/returned.xlsx"):
        shutil.copy(returned, folder / "收回" / f"{returned.parent.name}.xlsx")
    words = ["score", str(folder / "收回"), "-o", str(folder / "结果"), "--roster", str(listed)]
    done = CliRunner().invoke(main, words)
    assert (folder / "结果" / "汇总.xlsx").exists(), done.output
    return folder / "结果"


@needs_libreoffice
@needs_pdftotext
@pytest.mark.parametrize("name", ["汇总.xlsx", "退回/退回清单.xlsx"])
def test_every_sheet_is_printed_in_type_that_one_reads(results: Path, name: str) -> None:
    titles = [sheet.title for sheet in openpyxl.load_workbook(results / name) if sheet.sheet_state == "visible"]
    smallest = {title: min(sizes(printed(results / name, title)), default=LEAST) for title in titles}
    assert {title: size for title, size in smallest.items() if size < LEAST} == {}
