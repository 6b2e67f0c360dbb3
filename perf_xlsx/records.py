"""Records of results (one JSON line a workbook, `report.as_record`), read as often as they are needed."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

STATE = Path(".perf_xlsx")  # below the output folder of a run
FILE = "records.jsonl"


class RecordsError(Exception):
    """There are no records, or a line is none; the Chinese message says where. For the operator."""


@dataclass(frozen=True)
class Records:
    """The records of one run, in its order; each pass reads the files anew, so that memory stays small.

    `base` is the folder that relative paths of scored workbooks start from.
    """

    paths: tuple[Path, ...]
    base: Path

    @classmethod
    def open(cls, path: Path) -> Records:
        """Those of an output folder, or of a .jsonl file as `score --json` prints it. Raises RecordsError."""
        if path.is_file():
            return cls((path,), path.parent)
        whole = path / STATE / FILE
        found = (whole,) if whole.is_file() else tuple(sorted((path / STATE).glob("*.jsonl")))
        if not found:
            raise RecordsError(f"{path} 里没有评分记录。请先运行 perf-xlsx score 文件夹 -o {path}。")
        return cls(found, path)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        for path in self.paths:
            try:
                with path.open("rb") as lines:
                    for number, line in enumerate(lines, 1):
                        if line.strip():
                            yield _record(line, path, number)
            except OSError as error:
                raise RecordsError(f"{path} 读不出来（{error.strerror}）。") from None


def _record(line: bytes, path: Path, number: int) -> dict[str, Any]:
    try:
        record = json.loads(line)
    except ValueError:
        record = None
    if not isinstance(record, dict) or not {"file", "status", "findings"} <= record.keys():
        raise RecordsError(f"{path} 第{number}行不是完整的评分记录。请重新运行 perf-xlsx score，会接着上次的做。")
    return record
