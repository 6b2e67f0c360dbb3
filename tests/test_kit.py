"""What the kit types into a blank is what the product's own template of the case says."""

from __future__ import annotations

from pathlib import Path

import pytest
from msgspec.structs import replace

from perf_xlsx.cli.stories import STORIES, case_text
from perf_xlsx.domain.model import Result
from tests import CASES
from tests.kit.filled import WELL_MADE, address, box, filled, opened, template_of
from tests.kit.outcome import scored


def apart_from_bytes(data: bytes, folder: Path) -> Result:
    return replace(scored(data, folder), sha256="")


@pytest.mark.parametrize("name", [*STORIES, *WELL_MADE.values()])
def test_a_case_that_is_typed_is_scored_like_one_that_is_written(name: str, tmp_path: Path) -> None:
    text = case_text(name) if name in STORIES else (CASES / f"{name}.json").read_text("utf-8")
    typed, written = filled(text), template_of(name)
    assert typed != written
    assert apart_from_bytes(typed, tmp_path) == apart_from_bytes(written, tmp_path)


def test_a_box_is_found_by_its_label() -> None:
    book = opened(template_of("完好的部门自评表"))
    assert box(book, "合计·全年执行数").value == 970
    assert box(book, "指标2·实际完成值").value == 99
    assert address("自评总分")[0] == "自评结论"
