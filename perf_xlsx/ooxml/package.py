"""An .xlsx or .xlsm as a zip of parts. What is not written stays byte for byte what it was, still compressed.

The zip directory is judged before anything is unpacked; nothing is ever unpacked to disk.
"""

from __future__ import annotations

import copy
import io
import posixpath
import re
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from lxml import etree

Kind = Literal["empty", "not_a_workbook", "damaged", "encrypted", "legacy", "foreign", "too_large"]
MIB = 1024 * 1024

CONTENT_TYPES = "[Content_Types].xml"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_WORKBOOK_TYPES = (
    "sheet.main+xml",
    "sheet.macroEnabled.main+xml",
    "template.main+xml",
    "template.macroEnabled.main+xml",
)


@dataclass(frozen=True)
class Limits:
    """What is refused before memory is spent: parts, unpacked bytes (all, one part), ratio, cells a sheet."""

    parts: int = 2_000
    unpacked: int = 256 * MIB
    part: int = 128 * MIB
    ratio: int = 300
    cells: int = 2_000_000


class PackageError(Exception):
    """A file that cannot be taken as a workbook. `detail` is one Chinese clause for people."""

    def __init__(self, kind: Kind, detail: str) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind: Kind = kind
        self.detail = detail


@dataclass(frozen=True)
class Relationship:
    """One relationship of a part. `target` is the part's name, or the outside address when `external`."""

    id: str
    type: str
    target: str
    external: bool


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)


def parse_xml(data: bytes, name: str) -> etree._Element:
    """Parse one part; entities are never resolved. Raises PackageError for a DTD or broken XML."""
    try:
        root = etree.fromstring(data, _parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        raise PackageError("damaged", f"文件已损坏（{name} 不是有效的 XML）") from error
    if root.getroottree().docinfo.doctype:
        raise PackageError("damaged", f"文件不合规范（{name} 含有 DTD 声明）")
    return root


def to_xml(root: etree._Element) -> bytes:
    """A part's XML as Office writes it."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


_ILLEGAL = dict.fromkeys([*(n for n in range(0x20) if n not in (9, 10)), 0xFFFE, 0xFFFF, *range(0xD800, 0xE000)])


def legal(text: str) -> str:
    """Text without the characters that XML cannot hold."""
    return text.translate(_ILLEGAL)


def local(element: etree._Element) -> str:
    """The name without its namespace; "" for comments and processing instructions."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def rels_name(part: str) -> str:
    """The part that holds a part's relationships ("" stands for the package)."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


@dataclass
class Package:
    """The parts of one workbook. Use `Package.open`."""

    data: bytes
    limits: Limits
    infos: dict[str, zipfile.ZipInfo]
    changed: dict[str, bytes | None] = field(default_factory=dict)  # None: removed
    trees: dict[str, etree._Element] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)

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
        data = source if isinstance(source, bytes) else source.read_bytes()
        _judge_magic(data)
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                infos = archive.infolist()
        except Exception as error:  # zipfile raises a dozen kinds on damaged directories
            raise PackageError("damaged", "文件已损坏或不完整，压缩包目录读不出来") from error
        _judge_directory(infos, len(data), limits)
        return cls(data, limits, {info.filename: info for info in infos if not info.is_dir()})

    def _judge_content(self) -> None:
        if "mimetype" in self:
            raise PackageError("foreign", "是 OpenDocument 文件（.ods），不是 Excel 工作簿")
        if CONTENT_TYPES not in self:
            raise PackageError("not_a_workbook", "不是 Excel 工作簿（压缩包里没有工作簿内容）")
        main = self.main_part()
        if main is None:
            raise PackageError("not_a_workbook", "不是 Excel 工作簿（压缩包里没有工作簿内容）")
        kind = self.content_type(main) or ""
        if "sheet.binary" in kind or main.endswith(".bin"):
            raise PackageError("foreign", "是二进制工作簿（.xlsb）")
        if not kind.endswith(_WORKBOOK_TYPES):
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

    @property
    def has_macros(self) -> bool:
        """Whether it is of a kind that holds macros (.xlsm, .xltm)."""
        return ".macroEnabled." in (self.content_type(self.main_part() or "") or "")

    def main_part(self) -> str | None:
        """The workbook part, found through the package's relationships."""
        found = next((r.target for r in self.relationships("") if r.type.endswith("/officeDocument")), None)
        return found if found is not None and found in self else None

    # ---- parts -----------------------------------------------------------------------------------------------

    def names(self) -> list[str]:
        """Every part, in the order of the zip, new ones last."""
        kept = [name for name in self.infos if self.changed.get(name, b"") is not None]
        return kept + [name for name, data in self.changed.items() if name not in self.infos and data is not None]

    def __contains__(self, name: object) -> bool:
        return self.changed[str(name)] is not None if name in self.changed else name in self.infos

    def actual_name(self, name: str) -> str:
        """The name as it is spelt in the zip: part names compare without regard to case."""
        if name in self:
            return name
        return next((known for known in self.names() if known.lower() == name.lower()), name)

    def read(self, name: str) -> bytes:
        """The bytes of a part. Raises PackageError where it is missing or damaged."""
        if name in self.touched:
            return to_xml(self.trees[name])
        if name in self.changed:
            data = self.changed[name]
            if data is None:
                raise PackageError("damaged", f"文件已损坏（缺少 {name}）")
            return data
        if name not in self.infos:
            raise PackageError("damaged", f"文件已损坏（缺少 {name}）")
        try:
            with zipfile.ZipFile(io.BytesIO(self.data)) as archive:
                return archive.read(self.infos[name])
        except Exception as error:  # bad CRC, unknown method, truncated stream: all mean the same to a person
            raise PackageError("damaged", f"文件已损坏（{name} 解压失败）") from error

    def write(self, name: str, data: bytes) -> None:
        """Replace or add a part."""
        self.changed[name] = data
        self.trees.pop(name, None)
        self.touched.discard(name)

    def remove(self, name: str) -> None:
        """Take a part away, with its relationships part and content type."""
        for gone in (name, rels_name(name)):
            if gone in self:
                self.changed[gone] = None
            self.trees.pop(gone, None)
            self.touched.discard(gone)
        self.drop_content_type(name)

    def tree(self, name: str) -> etree._Element:
        """The part's XML, parsed once. After changing it call `touch`."""
        if name not in self.trees:
            self.trees[name] = parse_xml(self.read(name), name)
        return self.trees[name]

    def touch(self, name: str) -> None:
        """The tree of this part was changed: it is serialised when the package is saved."""
        self.touched.add(name)

    def free_name(self, pattern: str) -> str:
        """The first unused part name of a pattern such as "xl/worksheets/sheet{}.xml"."""
        taken = {name.lower() for name in self.names()}
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
        folder = posixpath.dirname(part)
        found = []
        for element in self.tree(name):
            if local(element) != "Relationship":
                continue
            target, external = element.get("Target", ""), element.get("TargetMode") == "External"
            if not external:
                joined = target if target.startswith("/") else posixpath.join("/", folder, target)
                target = self.actual_name(posixpath.normpath(joined).lstrip("/"))
            found.append(Relationship(element.get("Id", ""), element.get("Type", ""), target, external))
        return found

    def add_relationship(self, part: str, type: str, target: str) -> str:
        """Relate a part to another; gives back the new id."""
        name = self.actual_name(rels_name(part))
        if name not in self:
            space = "http://schemas.openxmlformats.org/package/2006/relationships"
            self.write(name, f'<Relationships xmlns="{space}"/>'.encode())
        root = self.tree(name)
        taken = {element.get("Id") for element in root}
        number = 1
        while f"rId{number}" in taken:
            number += 1
        relative = posixpath.relpath(f"/{target}", posixpath.join("/", posixpath.dirname(part)))
        tag = f"{{{etree.QName(root).namespace}}}Relationship"
        etree.SubElement(root, tag, Id=f"rId{number}", Type=type, Target=relative)
        self.touch(name)
        return f"rId{number}"

    def remove_relationship(self, part: str, id: str) -> None:
        """Take one relationship of a part away; an emptied relationships part goes too."""
        name = self.actual_name(rels_name(part))
        root = self.tree(name)
        for element in root:
            if element.get("Id") == id:
                root.remove(element)
                self.touch(name)
        if len(root) == 0 and part:
            self.touched.discard(name)
            self.trees.pop(name, None)
            self.changed[name] = None

    def content_type(self, part: str) -> str | None:
        """The declared content type of a part."""
        default: str | None = None
        for element in self.tree(CONTENT_TYPES):
            if local(element) == "Override" and element.get("PartName", "").lower() == f"/{part}".lower():
                return element.get("ContentType", "")
            if local(element) == "Default" and part.lower().endswith(f".{element.get('Extension', '').lower()}"):
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

    def to_bytes(self) -> bytes:
        """The workbook as a file. Untouched parts are copied as they lie in the zip, not recompressed."""
        out = io.BytesIO()
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in self.names():
                if name in self.touched or name in self.changed:
                    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
                    info.compress_type = zipfile.ZIP_DEFLATED
                    archive.writestr(info, self.read(name))
                else:
                    self._copy_raw(archive, self.infos[name])
        return out.getvalue()

    def _copy_raw(self, archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> None:
        start = info.header_offset
        skip = 30 + int.from_bytes(self.data[start + 26 : start + 28], "little")
        skip += int.from_bytes(self.data[start + 28 : start + 30], "little")
        raw = self.data[start + skip : start + skip + info.compress_size]
        if self.data[start : start + 4] != b"PK\x03\x04" or len(raw) != info.compress_size:
            raise PackageError("damaged", f"文件已损坏（{info.filename} 不完整）")
        new, file = copy.copy(info), archive.fp
        assert file is not None
        new.header_offset = file.tell()
        new.flag_bits &= ~0x08  # sizes stand in the header, not behind the data
        new.extra = b""
        file.write(new.FileHeader(zip64=False) + raw)
        archive.filelist.append(new)
        archive.NameToInfo[new.filename] = new
        archive.start_dir = file.tell()


def _judge_magic(data: bytes) -> None:
    if not data.strip(b"\0 \r\n\t"):
        raise PackageError("empty", "是空文件")
    if data.startswith(_OLE):
        if "EncryptedPackage".encode("utf-16-le") in data:
            raise PackageError("encrypted", "设置了打开密码，读不出来")
        raise PackageError("legacy", "是旧版 Office 格式，不是 .xlsx 工作簿")
    if not data.startswith(b"PK"):
        head = data[:512].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
        what = "是网页" if head.startswith((b"<!doctype", b"<html")) else "不是 Excel 工作簿"
        raise PackageError("not_a_workbook", f"{what}（只是文件名后缀像）" if what == "是网页" else what)


def _judge_directory(infos: list[zipfile.ZipInfo], size: int, limits: Limits) -> None:
    unpacked, packed = sum(i.file_size for i in infos), sum(i.compress_size for i in infos)
    if len(infos) > limits.parts:
        raise PackageError("too_large", f"内含 {len(infos)} 个部件，超过上限 {limits.parts} 个")
    if unpacked > limits.unpacked or any(i.file_size > limits.part for i in infos):
        raise PackageError("too_large", f"解压后 {unpacked // MIB} MB，超过上限 {limits.unpacked // MIB} MB")
    if unpacked > MIB and unpacked > limits.ratio * max(packed, 1):
        raise PackageError("too_large", f"压缩比 {unpacked // max(packed, 1)}，超过上限 {limits.ratio}")
    if packed > size:
        raise PackageError("damaged", "文件已损坏（部件相互重叠）")
    names = [info.filename for info in infos]
    if len({name.lower() for name in names}) != len(names):
        raise PackageError("damaged", "文件不合规范（有重名的部件）")
    if any(re.search(r"(^|/)\.\.(/|$)|\\|^/|^[A-Za-z]:|\0", name) for name in names):
        raise PackageError("damaged", "文件不合规范（部件名带有路径）")
    if any(info.flag_bits & 1 for info in infos):
        raise PackageError("encrypted", "压缩包设置了密码，读不出来")
