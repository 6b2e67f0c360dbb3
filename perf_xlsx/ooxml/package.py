"""An .xlsx or .xlsm as a zip of parts. What is not written stays byte for byte what it was, still compressed."""

from __future__ import annotations

import io
import os
import posixpath
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import IO

from lxml import etree

from perf_xlsx.aside import aside
from perf_xlsx.ooxml.archive import Archive, PackageError, Packed, ZipWriter, deflated
from perf_xlsx.ooxml.limits import MIB, Limits
from perf_xlsx.ooxml.markup import local, parse_xml, to_xml

CONTENT_TYPES = "[Content_Types].xml"
_SUFFIXES = {  # the end of the workbook part's content type -> the suffix under which Excel opens it
    "sheet.main+xml": ".xlsx",
    "sheet.macroEnabled.main+xml": ".xlsm",
    "template.main+xml": ".xltx",
    "template.macroEnabled.main+xml": ".xltm",
}


@dataclass(frozen=True)
class Relationship:
    """One relationship of a part. `target` is the part's name, or the outside address when `external`."""

    id: str
    type: str
    target: str
    external: bool


def rels_name(part: str) -> str:
    """The part that holds a part's relationships ("" stands for the package)."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _owner(name: str) -> str | None:
    """The part whose relationships a part holds ("" stands for the package); None where it holds none."""
    folder, rels, base = name.rpartition("_rels/")
    return folder + base.removesuffix(".rels") if rels and base.endswith(".rels") else None


@dataclass
class Package:
    """The parts of one workbook. Use `Package.open`."""

    archive: Archive
    limits: Limits
    changed: dict[str, bytes | None] = field(default_factory=dict)  # None: removed
    trees: dict[str, etree._Element] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    markup: int = 0  # how much of `limits.markup` is spent
    _unpacked: dict[str, bytes] = field(default_factory=dict)  # small parts until they are read for the first time
    _large_parts: Callable[[], object] = field(default=lambda: None)
    _related: dict[str, list[Relationship]] = field(default_factory=dict)  # forgotten when a part comes or changes

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
        """Wait until large parts are judged too. Raises PackageError where one is damaged."""
        self._large_parts()

    def _judge_parts(self) -> None:
        """Every part unpacks to what the directory says: a copy of a damaged file would be damaged too.

        Large ones, which are pictures mostly, are judged beside the reading; see `settle`.
        """
        large = {name for name, info in self.archive.infos.items() if info.file_size > MIB}
        self._large_parts = aside(lambda: self.archive.verify(large), large=bool(large))
        self._unpacked = {name: self.archive.unpack(name) for name in self.archive.infos if name not in large}

    def _judge_content(self) -> None:
        if "mimetype" in self:
            raise PackageError("foreign", "是 OpenDocument 文件（.ods），不是 Excel 工作簿")
        if CONTENT_TYPES not in self:
            raise PackageError("not_a_workbook", "不是 Excel 工作簿（压缩包里没有工作簿内容）")
        for name in self.names():
            if name.lower().endswith(".rels"):  # all are needed to take our sheets away again
                self.tree(name)
        main = self.main_part()
        if main is None:
            raise PackageError("not_a_workbook", "不是 Excel 工作簿（压缩包里没有工作簿内容）")
        kind = self.content_type(main) or ""
        if "sheet.binary" in kind or main.endswith(".bin"):
            raise PackageError("foreign", "是二进制工作簿（.xlsb）")
        if not kind.endswith(tuple(_SUFFIXES)):
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

    def one_related(self, part: str, kind: str) -> str | None:
        """The one part of that kind that a part refers to; None where it refers to none.

        Raises PackageError where it is missing, or where there are two and nothing tells which one counts.
        """
        found = {r.target for r in self.relationships(part) if r.type.endswith(f"/{kind}") and not r.external}
        if len(found) > 1:
            raise PackageError("damaged", f"文件已损坏（{kind} 部件有{len(found)}个，不知以哪个为准）")
        if found and not found <= set(self.names()):
            raise PackageError("damaged", f"文件已损坏（缺少 {found.pop()}）")
        return found.pop() if found else None

    def suffix(self) -> str:
        """The file name suffix that agrees with the content: Excel refuses a macro workbook named .xlsx."""
        kind = self.content_type(self.main_part() or "") or ""
        return next((suffix for end, suffix in _SUFFIXES.items() if kind.endswith(end)), ".xlsx")

    # ---- parts -----------------------------------------------------------------------------------------------

    def names(self) -> list[str]:
        """Every part, in the order of the zip, new ones last."""
        kept = [name for name in self.archive.infos if self.changed.get(name, b"") is not None]
        return kept + [
            name for name, data in self.changed.items() if name not in self.archive.infos and data is not None
        ]

    def __contains__(self, name: object) -> bool:
        return self.changed[str(name)] is not None if name in self.changed else name in self.archive.infos

    def actual_name(self, name: str) -> str:
        """The name as it is spelt in the zip: part names compare without regard to case."""
        if name in self:
            return name
        spelt = self._spellings.get(name.lower(), name)
        return spelt if spelt in self else name

    @cached_property
    def _spellings(self) -> dict[str, str]:
        return {name.lower(): name for name in self.archive.infos}

    def read(self, name: str) -> bytes:
        """The bytes of a part. Raises PackageError where it is missing or damaged."""
        if name in self.touched:
            return to_xml(self.trees[name])
        if name in self.changed:
            data = self.changed[name]
            if data is None:
                raise PackageError("damaged", f"文件已损坏（缺少 {name}）")
            return data
        if name not in self.archive.infos:
            raise PackageError("damaged", f"文件已损坏（缺少 {name}）")
        unpacked = self._unpacked.pop(name, None)
        return self.archive.unpack(name) if unpacked is None else unpacked

    def write(self, name: str, data: bytes) -> None:
        """Replace or add a part."""
        self.changed[name] = data
        self._spellings.setdefault(name.lower(), name)
        self.trees.pop(name, None)
        self.touched.discard(name)
        self._forget(name)

    def _forget(self, name: str) -> None:
        """A part has come, gone or changed: what is known of relationships may be so no longer."""
        self._related.pop(name, None)
        if name not in self.archive.infos:  # a target may have got its part, under another spelling
            spelt = name.lower()
            for source, found in list(self._related.items()):
                if any(relation.target.lower() == spelt for relation in found):
                    del self._related[source]

    def remove(self, name: str) -> None:
        """Take a part away, with its relationships part and content type."""
        for gone in (name, rels_name(name)):
            if gone in self:
                self.changed[gone] = None
            self.trees.pop(gone, None)
            self.touched.discard(gone)
            self._forget(gone)
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

    def owners(self) -> dict[str, set[str]]:
        """For each part that is referred to, the parts that do ("" stands for the package)."""
        owners: dict[str, set[str]] = {}
        for owner in (owner for owner in map(_owner, self.names()) if owner is not None):
            for relation in self.relationships(owner):
                owners.setdefault(relation.target, set()).add(owner)
        return owners

    def tree(self, name: str) -> etree._Element:
        """The part's XML, parsed once. After changing it call `touch`."""
        if name not in self.trees:
            data = self.read(name)
            self.markup += data.count(b"<") + data.count(b"=")
            if self.markup > self.limits.markup:
                raise PackageError("too_large", f"内容过多（读到 {name} 时超过 {self.limits.markup} 个标记）")
            self.trees[name] = parse_xml(data, name)
        return self.trees[name]

    def touch(self, name: str) -> None:
        """The tree of this part was changed: it is serialised when the package is saved."""
        self.touched.add(name)
        self._related.pop(name, None)

    def free_name(self, pattern: str) -> str:
        """The first unused part name of a pattern such as "xl/worksheets/sheet{}.xml".

        A name that something refers to in vain is not unused: what refers to it would get our part.
        """
        names = self.names()
        referred = (r.target for name in names if _owner(name) is not None for r in self._relations_in(name))
        taken = {name.lower() for name in (*names, *referred)}
        number = 1
        while pattern.format(number).lower() in taken:
            number += 1
        return pattern.format(number)

    # ---- relationships and content types ---------------------------------------------------------------------

    def relationships(self, part: str) -> list[Relationship]:
        """What a part refers to ("" stands for the package itself)."""
        name = self.actual_name(rels_name(part))
        if name not in self:
            return []
        if name not in self._related:
            self._related[name] = list(self._relationships(part, name))
        return self._related[name]

    def _relations_in(self, name: str) -> list[Relationship]:
        """What stands in a relationships part."""
        known = self._related.get(name)
        return self.relationships(_owner(name) or "") if known is None else known

    def _relationships(self, part: str, name: str) -> Iterator[Relationship]:
        folder = posixpath.dirname(part)
        for element in self.tree(name):
            if local(element) != "Relationship":
                continue
            target, external = element.get("Target", ""), element.get("TargetMode") == "External"
            if not external:
                joined = target if target.startswith("/") else posixpath.join("/", folder, target)
                target = self.actual_name(posixpath.normpath(joined).lstrip("/"))
            yield Relationship(element.get("Id", ""), element.get("Type", ""), target, external)

    def add_relationship(self, part: str, type: str, target: str) -> str:
        """Relate a part to another; gives back the new id."""
        name = self.actual_name(rels_name(part))
        if name not in self:
            space = "http://schemas.openxmlformats.org/package/2006/relationships"
            self.write(name, f'<Relationships xmlns="{space}"/>'.encode())
        root, known = self.tree(name), self.relationships(part)
        taken = {element.get("Id") for element in root}
        number = 1
        while f"rId{number}" in taken:
            number += 1
        relative = posixpath.relpath(f"/{target}", posixpath.join("/", posixpath.dirname(part)))
        tag = f"{{{etree.QName(root).namespace}}}Relationship"
        etree.SubElement(root, tag, Id=f"rId{number}", Type=type, Target=relative)
        self.touch(name)
        self._related[name] = [*known, Relationship(f"rId{number}", type, target, external=False)]
        return f"rId{number}"

    def remove_relationship(self, part: str, id: str) -> None:
        """Take a relationship away, with others of its id; an emptied relationships part goes too."""
        name = self.actual_name(rels_name(part))
        if name not in self:
            return
        root = self.tree(name)
        for element in list(root):
            if element.get("Id") == id:
                root.remove(element)
                self.touch(name)
        if len(root) == 0 and part:
            self.touched.discard(name)
            self.trees.pop(name, None)
            self.changed[name] = None
            self._forget(name)

    def content_type(self, part: str) -> str | None:
        """The declared content type of a part."""
        default: str | None = None
        wanted = f"/{part.lower()}"
        for element in self.tree(CONTENT_TYPES):
            if local(element) == "Override":
                if element.get("PartName", "").lower() == wanted:
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
        """Take the declaration of a part away."""
        root = self.tree(CONTENT_TYPES)
        for element in list(root):
            if element.get("PartName", "").lower() == f"/{part}".lower():
                root.remove(element)
                self.touch(CONTENT_TYPES)

    # ---- saving ----------------------------------------------------------------------------------------------

    @contextmanager
    def saving(self, file: IO[bytes]) -> Iterator[Callable[[], None]]:
        """Write the workbook to a file on disk when the function given here is called; until then it may change.

        Untouched parts are copied as they lie in the zip, not recompressed. Large pictures, which nothing here
        changes, go to the disk meanwhile.
        """
        writer = ZipWriter(file)
        pictures = {name for name in self.names() if not self._is_new(name) and self._is_large_picture(name)}

        def write_pictures() -> None:
            for name in sorted(pictures):
                writer.add(*self._part(name))
            file.flush()
            os.fsync(file.fileno())

        written = aside(write_pictures, large=True) if pictures else lambda: None

        def finish() -> None:
            rest = [self._part(name) for name in self.names() if name not in pictures or self._is_new(name)]
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

    def _is_new(self, name: str) -> bool:
        return name in self.touched or name in self.changed

    def _part(self, name: str) -> Packed:
        if self._is_new(name):
            return deflated(name, self.read(name))
        return self.archive.infos[name], self.archive.packed(name)


def read_file(path: Path, limits: Limits) -> bytes:
    """A file's bytes, its size judged first. Raises PackageError and OSError."""
    with path.open("rb") as file:
        data = file.read(min(os.fstat(file.fileno()).st_size, limits.file_mb * MIB) + 1)
    if len(data) > limits.file_mb * MIB:
        raise PackageError("too_large", f"文件超过上限 {limits.file_mb} MB")
    return data
