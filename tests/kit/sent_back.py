"""A scored workbook that was changed and is sent in again."""

from __future__ import annotations

import io
from functools import cached_property
from pathlib import Path
from typing import Any

import openpyxl

from perf_xlsx import pipeline
from perf_xlsx.domain.model import Result

SHEETS = ("评分汇总", "自评表", "问题清单")  # that scoring adds
ANSWER = "已更正，见绩效指标K8"


class Sent:
    """A workbook that is sent in and scored again; `next` does so with what came of it."""

    def __init__(self, data: bytes, folder: Path, number: int = 1) -> None:
        source, self.path, self.folder, self.number = (
            folder / f"{number}.xlsx",
            folder / "out.xlsx",
            folder,
            number,
        )
        source.write_bytes(data)
        self.result: Result = pipeline.score(source, self.path)
        assert self.result.output
        self.data = self.path.read_bytes()

    @cached_property
    def book(self) -> Any:
        return openpyxl.load_workbook(io.BytesIO(self.data))

    @property
    def told(self) -> list[str]:
        return [found.message for found in self.result.findings if found.code in ("R23", "R25")]

    @property
    def links(self) -> list[str]:
        """Where 问题清单 leads from R23."""
        rows = [row for row in self.book["问题清单"].iter_rows() if row[2].value == "R23"]
        return [row[3].hyperlink.location for row in rows if row[3].hyperlink]

    @property
    def kept(self) -> list[str]:
        return [name for name in self.book.sheetnames if "留存" in name]

    def next(self) -> Sent:
        return Sent(self.data, self.folder, self.number + 1)


def ours(sent: Sent) -> list[str]:
    return [name for name in sent.book.sheetnames if name.startswith(SHEETS) and "留存" not in name]


def settled(sent: Sent, kept: list[str]) -> Sent:
    """From the next time on it is told by R16 alone, and nothing changes any more."""
    second = sent.next()
    assert (second.told, second.kept) == ([], kept)
    places = {found.place.sheet for found in second.result.findings if found.code == "R16"}
    assert places >= set(kept)
    third = second.next()
    assert third.data == second.data
    return second
