"""An .xlsx or .xlsm as a zip of parts. Parts that are not written stay the same, byte for byte."""

from __future__ import annotations

import io
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from lxml import etree
from msgspec import field

from perf_xlsx.ooxml.limits import MIB, Limits
from perf_xlsx.ooxml.markup import children, local
from perf_xlsx.ooxml.parts import Parts
from perf_xlsx.ooxml.relationships import rels_name
from perf_xlsx.ooxml.zip_archive import Archive, PackageError, Packed, ZipWriter, deflated
from perf_xlsx.system.background import in_background
from perf_xlsx.system.os_errors import is_special

CONTENT_TYPES = "[Content_Types].xml"
NO_WORKBOOK = "不是 Excel 工作簿（压缩包里没有工作簿内容）"
_SUFFIXES = {  # the end of the workbook part's content type -> the suffix under which Excel opens it
    "sheet.main+xml": ".xlsx",
    "sheet.macroEnabled.main+xml": ".xlsm",
    "template.main+xml": ".xltx",
    "template.macroEnabled.main+xml": ".xltm",
}


class Package(Parts):
    """The parts of one workbook. Use `Package.open`."""

    _large_parts: Callable[[], object] = field(default=lambda: None)

    @classmethod
    def open(cls, source: Path | bytes, limits: Limits | None = None) -> Package:
        """Open a workbook. Raises PackageError, and nothing else for whatever the bytes are."""
        package = cls.unzip(source, limits)
        package._judge_content()
        return package

    @classmethod
    def unzip(cls, source: Path | bytes, limits: Limits | None = None) -> Package:
        """Open any zip of parts within the limits, a workbook or not. Raises PackageError alone."""
        limits = limits or Limits()
        data = source if isinstance(source, bytes) else read_file(source, limits)
        package = cls(Archive.open(data, limits), limits)
        package._judge_parts()
        return package

    def settle(self) -> None:
        """Wait until the large parts are checked too. Raises PackageError if one is damaged."""
        self._large_parts()

    def _judge_parts(self) -> None:
        """Check that every part matches the directory: a copy of a damaged file would be damaged too.

        Large parts, which are pictures mostly, are checked in the background; see `settle`.
        """
        large = {name for name, info in self.archive.infos.items() if info.file_size > MIB}
        self._large_parts = in_background(lambda: self.archive.verify(large), large=bool(large))
        self._unpacked = {name: self.archive.unpack(name) for name in self.archive.infos if name not in large}

    def _judge_content(self) -> None:
        if CONTENT_TYPES not in self:
            raise PackageError("not_a_workbook", NO_WORKBOOK)
        for name in self.names():
            if name.lower().endswith(".rels"):  # all are needed to take our sheets away again
                self.tree(name)
        main = self.main_part()
        if main is None:
            raise PackageError("not_a_workbook", NO_WORKBOOK)
        if not (self.content_type(main) or "").endswith(tuple(_SUFFIXES)):
            raise PackageError("not_a_workbook", "是其他 Office 文件，不是 Excel 工作簿")

    def become_document(self) -> None:
        """A template (.xltx, .xltm) becomes a workbook: opened as a template it would be a new, unnamed book."""
        main = self.main_part() or ""
        kind = self.content_type(main) or ""
        if ".template." in kind:
            self.drop_content_type(main)
            self.set_content_type(
                main,
                kind.replace(".template.macroEnabled.", ".sheet.macroEnabled.").replace(".template.", ".sheet."),
            )

    def main_part(self) -> str | None:
        """The workbook part, found through the package's relationships."""
        return self.one_related("", "officeDocument")

    def suffix(self) -> str:
        """The file name suffix that agrees with the content: Excel refuses a macro workbook named .xlsx."""
        kind = self.content_type(self.main_part() or "") or ""
        return next((suffix for end, suffix in _SUFFIXES.items() if kind.endswith(end)), ".xlsx")

    # ---- content types ---------------------------------------------------------------------------------------

    def content_type(self, part: str) -> str | None:
        """The declared content type of a part."""
        default: str | None = None
        wanted = f"/{part.lower()}"
        for element in children(self.tree(CONTENT_TYPES)):
            if local(element) == "Override":
                if _part_name(element) == wanted:
                    return element.get("ContentType", "")
            elif local(element) == "Default" and wanted.endswith(f".{element.get('Extension', '').lower()}"):
                default = element.get("ContentType")
        return default

    def set_content_type(self, part: str, type: str) -> None:
        """Declare the content type of a part, unless its extension's default already says so."""
        if self.content_type(part) == type:
            return
        root = self.tree(CONTENT_TYPES)
        space = etree.QName(root).namespace
        etree.SubElement(root, f"{{{space}}}Override", PartName=f"/{part}", ContentType=type)
        self.touch(CONTENT_TYPES)

    def set_default_type(self, extension: str, type: str) -> None:
        """Declare the content type of an extension, where none is declared."""
        root = self.tree(CONTENT_TYPES)
        for element in root:
            if local(element) == "Default" and element.get("Extension", "").lower() == extension:
                return
        space = etree.QName(root).namespace
        root.insert(0, etree.Element(f"{{{space}}}Default", Extension=extension, ContentType=type))
        self.touch(CONTENT_TYPES)

    def drop_content_type(self, part: str) -> None:
        """Remove the declaration of a part."""
        root = self.tree(CONTENT_TYPES)
        for element in list(root):
            if _part_name(element) == f"/{part}".lower():
                root.remove(element)
                self.touch(CONTENT_TYPES)

    def remove(self, name: str) -> None:
        """Remove a part, its relationships part and its content type."""
        for gone in (name, rels_name(name)):
            self.take_away(gone)
        self.drop_content_type(name)

    def remove_with_related(self, part: str) -> None:
        """Remove a part and, after it, those that only it referred to. Relationships may run in circles."""
        owners = self.owners()
        waiting = [part]
        while waiting:
            gone = waiting.pop()
            targets = dict.fromkeys(r.target for r in self.relationships(gone) if not r.external)
            self.remove(gone)
            for target in targets:
                owners[target].discard(gone)
                if not owners[target] and target in self:
                    waiting.append(target)

    # ---- saving ----------------------------------------------------------------------------------------------

    @contextmanager
    def saving(self, file: IO[bytes]) -> Iterator[Callable[[], None]]:
        """Write the workbook to a file on disk when the function given here is called; until then it may change.

        Untouched parts are copied as they lie in the zip, not recompressed. Large pictures, which nothing here
        changes, go to the disk meanwhile.
        """
        writer = ZipWriter(file)
        pictures = {name for name in self.names() if not self.is_new(name) and self._is_large_picture(name)}

        def write_pictures() -> None:
            for name in sorted(pictures):
                writer.add(*self._part(name))
            file.flush()
            os.fsync(file.fileno())

        written = in_background(write_pictures, large=True) if pictures else lambda: None

        def finish() -> None:
            rest = [self._part(name) for name in self.names() if name not in pictures or self.is_new(name)]
            written()
            self.settle()
            writer.finish(rest, self.names())

        try:
            yield finish
        finally:
            written()  # nobody else may close the file before

    def to_bytes(self) -> bytes:
        """The workbook as a file in memory."""
        out = io.BytesIO()
        self.settle()
        ZipWriter(out).finish(map(self._part, self.names()), self.names())
        return out.getvalue()

    def _is_large_picture(self, name: str) -> bool:
        return "/media/" in name and self.archive.infos[name].file_size > MIB

    def _part(self, name: str) -> Packed:
        if self.is_new(name):
            return deflated(name, self.read(name))
        return self.archive.infos[name], self.archive.packed(name)


def _part_name(element: etree._Element) -> str:
    """The part that a content type is declared for, as it compares."""
    return element.get("PartName", "").replace("\\", "/").lower()


def read_file(path: Path, limits: Limits) -> bytes:
    """A file's bytes, its size judged first. Raises PackageError and OSError."""
    if is_special(path):
        raise PackageError("not_a_workbook", "是管道或设备，不是文件，没有打开")
    with path.open("rb") as file:
        data = file.read(min(os.fstat(file.fileno()).st_size, limits.file_mb * MIB) + 1)
    if len(data) > limits.file_mb * MIB:
        raise PackageError("too_large", f"文件超过上限 {limits.file_mb} MB")
    return data
