"""Excel 97-2003 workbooks that contradict themselves where no reader looks: read as every other reader does."""

from __future__ import annotations

import struct
from io import BytesIO
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from perf_xlsx import pipeline
from perf_xlsx.foreign import open_original
from tests import FIXTURES

SOUND = (FIXTURES / "部门整体.xls").read_bytes()
SHARED_TEXTS = 0x00FC
DIRECTORY = 512 + 512 * struct.unpack_from("<i", SOUND, 48)[0]


def begins(data: bytes) -> int:
    """The first sector of the workbook's stream, by the container's directory."""
    at = data.index("Workbook".encode("utf-16-le"), DIRECTORY)
    return int(struct.unpack_from("<i", data, at + 116)[0])


def with_count(count: int) -> bytes:
    """The workbook saying that it holds so many shared texts."""
    data = bytearray(SOUND)
    at = 512 + 512 * begins(data)
    while struct.unpack_from("<H", data, at)[0] != SHARED_TEXTS:
        at += 4 + struct.unpack_from("<H", data, at + 2)[0]
    struct.pack_into("<i", data, at + 8, count)
    return bytes(data)


def in_one_chain() -> bytes:
    """The workbook whose container keeps its small streams in the same sectors."""
    data = bytearray(SOUND)
    struct.pack_into("<ii", data, DIRECTORY + 116, begins(data), 64)
    return bytes(data)


DAMAGED = {
    "none": with_count(0), "one": with_count(1), "many": with_count(2**31 - 1), "negative": with_count(-1),
    "one more": with_count(100_000), "shared sectors": in_one_chain(),
}  # fmt: skip


@pytest.mark.parametrize("kind", DAMAGED)
def test_what_others_read_is_read_alike(kind: str, tmp_path: Path) -> None:
    original = open_original(DAMAGED[kind])
    assert original == open_original(SOUND)
    if kind not in ("many", "negative"):  # it reserves room for so many
        others = CalamineWorkbook.from_filelike(BytesIO(DAMAGED[kind]))
        for sheet, grid in zip(original.sheets, original.grids, strict=True):
            rows = others.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
            for (row, column), cell in grid.cells.items():
                if isinstance(cell.value, str):
                    assert rows[row - 1][column - 1] == cell.value
    (tmp_path / "部门整体.xls").write_bytes(DAMAGED[kind])
    (tmp_path / "sound.xls").write_bytes(SOUND)
    read, sound = pipeline.score(tmp_path / "部门整体.xls"), pipeline.score(tmp_path / "sound.xls")
    assert read.scores == sound.scores
    assert [found.code for found in read.findings] == [found.code for found in sound.findings]


@pytest.mark.parametrize("size", [600, 4096, len(SOUND) // 2, len(SOUND) - 512])
def test_what_is_cut_off_is_refused(size: int, tmp_path: Path) -> None:
    (tmp_path / "部门整体.xls").write_bytes(SOUND[:size])
    assert [found.code for found in pipeline.score(tmp_path / "部门整体.xls").findings] == ["R01"]
