"""Which files `adopt` takes, and what those are called that come of a form."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.kit.bureau_forms import bureau_form
from tests.kit.command import command
from tests.kit.libreoffice import converted, needs_libreoffice
from tests.kit.published import adopted


@needs_libreoffice
@pytest.mark.parametrize("kind", ["xls:MS Excel 97", "ods"])
def test_another_format_is_to_be_saved_as_a_workbook_first(kind: str, tmp_path: Path) -> None:
    path = converted(tmp_path / "out", kind, bureau_form("school", tmp_path / "官方.xlsx"))
    result = command("adopt", path)
    assert result.exit_code == 2
    assert (
        f"{path.name} 不是 .xlsx 工作簿，它的格式不能原样还给各单位。请先用 Excel 或 WPS 打开，"
        "另存为“Excel 工作簿（.xlsx）”，再对另存的文件运行 perf-xlsx adopt。" in result.output
    )
    assert [one.name for one in (tmp_path / "out").iterdir()] == [path.name]


def test_a_template_is_called_as_the_form(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = adopted(bureau_form("monitoring", tmp_path / "官方.xlsx"))
    monkeypatch.chdir(tmp_path)
    result = command("template", "--form", file, "--year", 2025)
    assert result.exit_code == 0, result.output
    assert (tmp_path / "项目支出绩效目标执行监控-2025.xlsx").is_file()
