"""Records of results (one JSON line a workbook, `report.as_record`), read as often as they are needed."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from perf_xlsx.system import why

STATE = Path(".perf_xlsx")  # below the output folder of a run
FILE = "records.jsonl"


class RecordsError(Exception):
    """There are no records, or a line is none; the Chinese message says where. For the operator."""


@dataclass(frozen=True)
class Records:
    """The records of one run, in its order; each pass reads the file anew, so that memory stays small.

    `base` is the folder that relative paths of scored workbooks start from.
    """

    path: Path
    base: Path

    @classmethod
    def open(cls, path: Path) -> Records:
        """Those of an output folder, or of a .jsonl file as `score --json` prints it, which has no money.

        Raises RecordsError.
        """
        if os.path.isfile(path):
            return cls(path, path.parent)
        found = path / STATE / FILE
        if not os.path.isfile(found):
            raise RecordsError(f"{path} 里没有做完的评分记录。请先运行 perf-xlsx score 文件夹 -o {path}。")
        return cls(found, path)

    def __iter__(self) -> Iterator[dict[str, Any]]:
        try:
            with self.path.open("rb") as lines:
                for number, line in enumerate(lines, 1):
                    if line.strip():
                        yield _record(line, self.path, number)
        except OSError as error:
            raise RecordsError(f"{self.path} 读不出来（{why(error)}）。") from None


def _record(line: bytes, path: Path, number: int) -> dict[str, Any]:
    try:
        record = json.loads(line.decode("utf-8", "surrogateescape"))  # file names need not be UTF-8
    except ValueError:
        record = None
    if not isinstance(record, dict) or not {"file", "status", "findings"} <= record.keys():
        raise RecordsError(f"{path} 第{number}行不是完整的评分记录。请重新运行 perf-xlsx score，会接着上次的做。")
    return record
