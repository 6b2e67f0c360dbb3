"""An .xlsx or .xlsm as a zip of parts. What is not written stays byte for byte what it was, still compressed.

The zip directory is judged before anything is unpacked, a part's markup before it is parsed; nothing is ever
unpacked to disk.
"""

from __future__ import annotations

import copy
import io
import posixpath
import re
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Literal

from lxml import etree

from perf_xlsx.ooxml.limits import MIB, Limits

Kind = Literal[
    "empty", "not_a_workbook", "damaged", "encrypted", "no_decryption", "legacy", "foreign", "too_large"
]

_LEVEL = 4  # of compression: nearly half the time of zlib's own choice, the parts some 4% larger
CONTENT_TYPES = "[Content_Types].xml"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SUFFIXES = {  # the end of the workbook part's content type -> the suffix under which Excel opens it
    "sheet.main+xml": ".xlsx",
    "sheet.macroEnabled.main+xml": ".xlsm",
    "template.main+xml": ".xltx",
    "template.macroEnabled.main+xml": ".xltm",
}
# Office writes UTF-8 and reads UTF-16; the others are what converters of Chinese systems declare.
_ENCODINGS = frozenset({"utf-8", "utf-16", "us-ascii", "ascii", "gb2312", "gbk", "gb18030", "big5", "iso-8859-1"})
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([^"']{1,40})["']""")


class PackageError(Exception):
    """A file that cannot be taken as a workbook. `detail` is one Chinese clause for people, one short line."""

    def __init__(self, kind: Kind, detail: str) -> None:
        # a part's name may stand in it, and that is theirs: any length, control characters, line ends
        shown = "".join(ch if unicodedata.category(ch)[0] != "C" else " " for ch in detail[:1000])
        self.detail = shown if len(shown) <= 200 else f"{shown[:199]}…"
        super().__init__(f"{kind}: {self.detail}")
        self.kind: Kind = kind


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
    _judge_xml(data, name)
    try:
        root = etree.fromstring(data, _parser())
    except (etree.XMLSyntaxError, ValueError, LookupError) as error:
        if "XML_PARSE_HUGE" in str(error):  # libxml2's own guards: 256 levels, 10 MB in one text or attribute
            raise PackageError("too_large", f"{name} 的嵌套过深或有过长的内容") from error
        raise PackageError("damaged", f"文件已损坏（{name} 不是有效的 XML）") from error
    if root.getroottree().docinfo.doctype:
        raise PackageError("damaged", f"文件不合规范（{name} 含有 DTD 声明）")
    return root


def _judge_xml(data: bytes, name: str) -> None:
    """Refuse a DTD before it is parsed (entities expand in attributes), and encodings that Office never writes."""
    plain = data.replace(b"\0", b"") if data[:2] in (b"\xff\xfe", b"\xfe\xff") or b"\0" in data[:4] else data
    if b"<!DOCTYPE" in plain:
        raise PackageError("damaged", f"文件不合规范（{name} 含有 DTD 声明）")
    if not plain[:4].lstrip(b"\xff\xfe\xef\xbb\xbf \r\n\t").startswith(b"<") and plain.strip():
        raise PackageError("damaged", f"文件已损坏（{name} 不是有效的 XML）")
    declared = _DECLARED.search(plain[:300])
    if declared and declared[1].decode("latin-1").lower() not in _ENCODINGS:
        raise PackageError("damaged", f"文件不合规范（{name} 的文字编码不支持）")


def to_xml(root: etree._Element) -> bytes:
    """A part's XML as Office writes it."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


_ILLEGAL = re.compile("[\x00-\x08\x0b-\x1f\ufffe\uffff\ud800-\udfff]")


def legal(text: str) -> str:
    """Text without the characters that XML cannot hold."""
    return _ILLEGAL.sub("", text)


def whole(text: str | None, otherwise: int = 0) -> int:
    """An index or count as it stands in an attribute; `otherwise` where it is none (missing, below 0, endless)."""
    return int(text) if text is not None and len(text) < 10 and text.isascii() and text.isdigit() else otherwise


def text_of(element: etree._Element) -> str:
    """An element's own text, also where a comment stands in the middle of it."""
    if len(element) == 0:
        return element.text or ""
    return (element.text or "") + "".join(child.tail or "" for child in element)


def local(element: etree._Element) -> str:
    """The name without its namespace; "" for comments and processing instructions."""
    tag = element.tag
    return _local(tag) if isinstance(tag, str) else ""


@lru_cache(4096)
def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


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
    markup: int = 0  # how much of `limits.markup` is spent
    _unpacked: dict[str, bytes] = field(default_factory=dict)  # small parts until they are read for the first time
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
        _judge_magic(data)
        if data.count(b"PK\x01\x02") > limits.parts:  # before the directory is read into objects
            raise PackageError("too_large", f"内含的部件超过上限 {limits.parts} 个")
        try:
            with zipfile.ZipFile(io.BytesIO(data)) as archive:
                infos = archive.infolist()
        except Exception as error:  # zipfile raises a dozen kinds on damaged directories
            raise PackageError("damaged", "文件已损坏或不完整，压缩包目录读不出来") from error
        _judge_directory(infos, len(data), limits)
        package = cls(data, limits, {info.filename: info for info in infos if not info.is_dir()})
        package._judge_parts()
        return package

    @cached_property
    def archive(self) -> zipfile.ZipFile:
        """The zip, its directory read once."""
        return zipfile.ZipFile(io.BytesIO(self.data))

    def _judge_parts(self) -> None:
        """Every part unpacks to what the directory says: a copy of a damaged file would be damaged too."""
        for name, info in self.infos.items():
            data = self.read(name)
            if info.file_size <= MIB:
                self._unpacked[name] = data

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
        kept = [name for name in self.infos if self.changed.get(name, b"") is not None]
        return kept + [name for name, data in self.changed.items() if name not in self.infos and data is not None]

    def __contains__(self, name: object) -> bool:
        return self.changed[str(name)] is not None if name in self.changed else name in self.infos

    def actual_name(self, name: str) -> str:
        """The name as it is spelt in the zip: part names compare without regard to case."""
        if name in self:
            return name
        spelt = self._spellings.get(name.lower(), name)
        return spelt if spelt in self else name

    @cached_property
    def _spellings(self) -> dict[str, str]:
        return {name.lower(): name for name in self.infos}

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
        if (unpacked := self._unpacked.pop(name, None)) is not None:
            return unpacked
        info = self.infos[name]
        try:
            with self.archive.open(info) as file:
                data = file.read(info.file_size + 1)  # with a size: a stream longer than it says costs nothing
                if len(data) != info.file_size:
                    raise zipfile.BadZipFile("size")
                return data
        except Exception as error:  # bad CRC, unknown method, truncated stream: all mean the same to a person
            raise PackageError("damaged", f"文件已损坏（{name} 解压失败）") from error

    def write(self, name: str, data: bytes) -> None:
        """Replace or add a part."""
        self.changed[name] = data
        self._spellings.setdefault(name.lower(), name)
        self.trees.pop(name, None)
        self.touched.discard(name)
        self._forget(name)

    def _forget(self, name: str) -> None:
        """A part has come, gone or changed: what is known of relationships may be so no longer."""
        if name not in self.infos:
            self._related.clear()  # a target may have got its part
        self._related.pop(name, None)

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
        owners: dict[str, set[str]] = {}
        for name in (name for name in self.names() if name.endswith(".rels") and "_rels/" in name):
            folder, base = name.rsplit("_rels/", 1)
            owner = folder + base.removesuffix(".rels")
            for relation in self.relationships(owner):
                owners.setdefault(relation.target, set()).add(owner)
        waiting = [part]
        while waiting:
            gone = waiting.pop()
            targets = dict.fromkeys(r.target for r in self.relationships(gone) if not r.external)
            self.remove(gone)
            for target in targets:
                owners[target].discard(gone)
                if not owners[target] and target in self:
                    waiting.append(target)

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
        if name not in self._related:
            self._related[name] = list(self._relationships(part, name))
        return self._related[name]

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
            self._forget(name)

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
                    archive.writestr(info, self.read(name), compresslevel=_LEVEL)
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


def read_file(path: Path, limits: Limits) -> bytes:
    """A file's bytes, its size judged first. Raises PackageError and OSError."""
    with path.open("rb") as file:
        data = file.read(limits.file_mb * MIB + 1)
    if len(data) > limits.file_mb * MIB:
        raise PackageError("too_large", f"文件超过上限 {limits.file_mb} MB")
    return data


def _judge_magic(data: bytes) -> None:
    if not data.strip(b"\0 \r\n\t"):
        raise PackageError("empty", "是空文件")
    if data.startswith(OLE):
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
    if unpacked > limits.unpacked_mb * MIB:
        raise PackageError("too_large", f"解压后 {unpacked // MIB} MB，超过上限 {limits.unpacked_mb} MB")
    largest = max((info.file_size for info in infos), default=0)
    if largest > limits.part_mb * MIB:
        raise PackageError("too_large", f"有一个部件解压后 {largest // MIB} MB，超过上限 {limits.part_mb} MB")
    if unpacked > MIB and unpacked > limits.ratio * max(packed, 1):
        raise PackageError("too_large", f"压缩比 {unpacked // max(packed, 1)}，超过上限 {limits.ratio}")
    if packed > size:
        raise PackageError("damaged", "文件已损坏（部件相互重叠）")
    names = [info.filename for info in infos]
    if len({name.lower() for name in names}) != len(names):
        raise PackageError("damaged", "文件不合规范（有重名的部件）")
    if any(re.search(r"(^|/)\.\.?(/|$)|\\|^/|^[A-Za-z]:|\0", info.orig_filename) for info in infos):
        raise PackageError("damaged", "文件不合规范（部件名带有路径）")
    if any(info.flag_bits & 1 for info in infos):
        raise PackageError("encrypted", "压缩包设置了密码，读不出来")
    if any(info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for info in infos):
        raise PackageError("damaged", "文件不合规范（压缩方式不是 Excel 所用的）")
