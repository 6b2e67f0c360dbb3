"""The parts of a zip: read and parsed once, written, taken away. What is not written stays compressed as it is."""

from __future__ import annotations

from functools import cached_property

from lxml import etree
from msgspec import Struct, field

from perf_xlsx.ooxml.archive import Archive, PackageError
from perf_xlsx.ooxml.limits import Limits
from perf_xlsx.ooxml.markup import parse_xml, to_xml


class Parts(Struct, dict=True):
    """Parts by their names, whatever is in them."""

    archive: Archive
    limits: Limits
    changed: dict[str, bytes | None] = field(default_factory=dict)  # None: taken away
    trees: dict[str, etree._Element] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    markup: int = 0  # how much of `limits.markup` is spent
    _unpacked: dict[str, bytes] = field(default_factory=dict)  # small parts until they are read for the first time

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

    def take_away(self, name: str) -> None:
        """Take a part away, where there is one."""
        if name in self:
            self.changed[name] = None
        self.trees.pop(name, None)
        self.touched.discard(name)

    def tree(self, name: str) -> etree._Element:
        """The part's XML, parsed once. After changing it call `touch`."""
        if name not in self.trees:
            data = self.read(name)
            self.markup += data.count(b"<") + data.count(b"=")
            if self.markup > self.limits.markup:
                raise PackageError("too_large", f"内容过多（读到 {name} 时超过 {self.limits.markup} 个标记）")
            self.trees[name] = parse_xml(data, name)
        return self.trees[name]

    def may_hold(self, name: str, word: bytes) -> bool:
        """Whether the XML of a part may hold a word; it does as soon as it is parsed."""
        return name in self and (name in self.trees or word in self.read(name))

    def touch(self, name: str) -> None:
        """The tree of this part was changed: it is serialised when the package is saved."""
        self.touched.add(name)

    def is_new(self, name: str) -> bool:
        """Whether the part is no longer as it lies in the zip."""
        return name in self.touched or name in self.changed
