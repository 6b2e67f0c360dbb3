"""A narrative report as another program has it: its parts, its figures with their bookmarks, its blanks."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import docx
from docx.oxml.ns import qn
from msgspec import Struct

from perf_xlsx.figures import Bookmark, parse_bookmark
from tests.kit.command import command
from tests.kit.filled import filled

CHAPTER = re.compile(r"[一二三四五六七八九十]+、")


class Stated(Struct, frozen=True):
    """A figure as it stands in a report: in which chapter, where it is from, and its text."""

    chapter: str
    bookmark: Bookmark
    text: str


class WordReport(Struct, frozen=True, dict=True):
    """A report that was written."""

    data: bytes

    @cached_property
    def document(self) -> Any:
        """As python-docx opens it."""
        return docx.Document(io.BytesIO(self.data))

    @cached_property
    def paragraphs(self) -> list[str]:
        """The texts of its paragraphs, without those of tables."""
        return [paragraph.text for paragraph in self.document.paragraphs if paragraph.text]

    @property
    def text(self) -> str:
        """All of them."""
        return "\n".join(self.paragraphs)

    @cached_property
    def tables(self) -> list[list[list[str]]]:
        """The texts of its tables."""
        return [[[cell.text for cell in row.cells] for row in table.rows] for table in self.document.tables]

    def below(self, heading: str) -> list[str]:
        """What stands below a heading, up to the next one."""
        found, inside = [], False
        for paragraph in self.document.paragraphs:
            is_heading = paragraph.style.name.lower().startswith("heading")
            if is_heading and inside:
                break
            if inside and paragraph.text:
                found.append(paragraph.text)
            inside = inside or (is_heading and paragraph.text.endswith(heading))
        return found

    @cached_property
    def figures(self) -> list[Stated]:
        """The figures that carry a bookmark, in order."""
        return list(self._figures())

    def _figures(self) -> Iterator[Stated]:
        chapter = ""
        for element in self.document.element.body.iter(qn("w:p")):
            text = "".join(part.text or "" for part in element.iter(qn("w:t")))
            chapter = text if CHAPTER.match(text) else chapter
            for start in element.iter(qn("w:bookmarkStart")):
                bookmark = parse_bookmark(start.get(qn("w:name")))
                assert bookmark is not None
                yield Stated(
                    chapter.partition("、")[0],
                    bookmark,
                    "".join(part.text for part in start.getnext().iter(qn("w:t"))),
                )

    @property
    def blanks(self) -> list[str]:
        """What it asks for."""
        return list(dict.fromkeys(re.findall("〔请填写：(.*?)〕", self.text)))

    @cached_property
    def parts(self) -> dict[str, bytes]:
        """The parts of the package."""
        with zipfile.ZipFile(io.BytesIO(self.data)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}


def reported(folder: Path, case: Mapping[str, Any] | bytes, *options: object, code: int = 0) -> WordReport:
    """The report of a case, or of a workbook, by the command; its exit code is compared."""
    workbook = folder / "returned.xlsx"
    workbook.write_bytes(case if isinstance(case, bytes) else filled(case))
    done = command("report", workbook, "-o", folder / "report.docx", "--force", *options)
    assert done.exit_code == code, done.output
    return WordReport((folder / "report.docx").read_bytes())
