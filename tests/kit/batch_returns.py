"""A folder of returns as it comes in: both forms, two levels of folders, damaged and doubled ones among them."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from perf_xlsx.cli.stories import case_text
from tests.kit.filled import filled
from tests.kit.parts import edited

UNIT, ACTUAL, TEXT = "〔单位〕", 91.2345, "〔说明〕"
STORIES = {"department": "department-corrected", "project": "project"}
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600


@cache
def _pattern(form: str, rows: int = 3) -> bytes:
    case: dict[str, Any] = json.loads(case_text(STORIES[form]))
    case |= {"unit": UNIT, "year": 2024, "indicators": case["indicators"][:rows]}
    case["indicators"][0]["actual"] = ACTUAL
    case["passages"] = {"改进措施": TEXT}
    return filled(case)


def a_return(form: str, unit: str, actual: float = 95, text: str = "加强预算执行监控。") -> bytes:
    """A small return of a unit."""
    return edited(
        _pattern(form),
        {
            "xl/sharedStrings.xml": lambda xml: xml.replace(UNIT, unit).replace(TEXT, text),
            **{
                f"xl/worksheets/sheet{n}.xml": lambda xml: xml.replace(f"<v>{ACTUAL}</v>", f"<v>{actual}</v>")
                for n in range(1, 7)
            },
        },
    )


def put(folder: Path, name: str, unit: str = "甲局") -> Path:
    """Put the return of a unit's project into a folder."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(a_return("project", unit))
    return path


def write_returns(folder: Path, count: int = 60) -> Path:
    """`count` workbooks below `folder`: damaged, cut off, encrypted, empty and doubled ones among them."""
    for n in range(count):
        form = ("department", "project")[n % 2]
        data = a_return(form, f"示例{n:02}局", 90 + n / 8)
        match n:
            case 7:
                data = data[: len(data) // 2]
            case 13:
                data = OLE + "EncryptedPackage".encode("utf-16-le")
            case 19:
                data = b""
            case 23:
                data = edited(data, {"xl/worksheets/sheet5.xml": lambda xml: xml[:2000]})
            case 31:
                data = a_return(form, "示例29局", 90 + 29 / 8)
            case 37:
                data = a_return(form, "示例35局", 12)
        path = folder / ("", "甲 乡", "乙县/三镇")[n % 3] / f"{n:02}.xlsx"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    (folder / "~$00.xlsx").write_bytes(b"owner")
    (folder / "甲 乡" / ".~01.xlsx").write_bytes(b"owner")
    (folder / "说明.txt").write_text("not a workbook")
    return folder
