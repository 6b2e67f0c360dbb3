"""The parts of a zip: read and parsed once, written, removed. Parts that are not written stay compressed."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator
from functools import cached_property

from lxml import etree
from msgspec import Struct, field

from perf_xlsx.ooxml.limits import Limits
from perf_xlsx.ooxml.markup import named, parse_xml, to_xml
from perf_xlsx.ooxml.relationships import Relationship, owner_of, rels_name
from perf_xlsx.ooxml.zip_archive import Archive, PackageError


class Parts(Struct, dict=True):
    """Parts by their names, whatever is in them."""

    archive: Archive
    limits: Limits
    changed: dict[str, bytes | None] = field(default_factory=dict)  # None: removed
    trees: dict[str, etree._Element] = field(default_factory=dict)
    touched: set[str] = field(default_factory=set)
    markup: int = 0  # how much of `limits.markup` is spent
    _related: dict[str, list[Relationship]] = field(default_factory=dict)  # by relationships part, read once
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
        self._forget(name)

    def take_away(self, name: str) -> None:
        """Remove a part, if it exists."""
        if name in self:
            self.changed[name] = None
        self._forget(name)

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
        self._related.pop(name, None)

    def is_new(self, name: str) -> bool:
        """Whether the part is no longer as it lies in the zip."""
        return name in self.touched or name in self.changed

    def _forget(self, name: str) -> None:
        """Drop the tree of a part that was written or removed, and relationships that may have changed."""
        self.trees.pop(name, None)
        self.touched.discard(name)
        self._related.pop(name, None)
        if name not in self.archive.infos:  # a target may have got its part, under another spelling
            spelt = name.lower()
            for source, found in list(self._related.items()):
                if any(relation.target.lower() == spelt for relation in found):
                    del self._related[source]

    # ---- relationships ------------------------------------------------------------------------------------------

    def one_related(self, part: str, relation: str) -> str | None:
        """The one part of that kind that a part refers to; None where it refers to none.

        Raises PackageError if it is missing, or if there are two and it is ambiguous which one counts.
        """
        found = {r.target for r in self.relationships(part) if r.type.endswith(f"/{relation}") and not r.external}
        if len(found) > 1:
            raise PackageError("damaged", f"文件已损坏（{relation} 部件有{len(found)}个，不知以哪个为准）")
        if found and not found <= set(self.names()):
            raise PackageError("damaged", f"文件已损坏（缺少 {found.pop()}）")
        return found.pop() if found else None

    def free_name(self, pattern: str) -> str:
        """The first unused part name of a pattern such as "xl/worksheets/sheet{}.xml".

        A name to which a relationship already refers is not unused: that relationship would get our part.
        """
        names = self.names()
        referred = (r.target for name in names if owner_of(name) is not None for r in self._relations_in(name))
        taken = {name.lower() for name in (*names, *referred)}
        number = 1
        while pattern.format(number).lower() in taken:
            number += 1
        return pattern.format(number)

    def relationships(self, part: str) -> list[Relationship]:
        """What a part refers to ("" is the package itself)."""
        name = self.actual_name(rels_name(part))
        if name not in self:
            return []
        if name not in self._related:
            self._related[name] = list(self._relationships(part, name))
        return self._related[name]

    def _relations_in(self, name: str) -> list[Relationship]:
        """The relationships in a relationships part."""
        known = self._related.get(name)
        return self.relationships(owner_of(name) or "") if known is None else known

    def _relationships(self, part: str, name: str) -> Iterator[Relationship]:
        folder = posixpath.dirname(part)
        for element in named(self.tree(name), "Relationship"):
            target, external = element.get("Target", ""), element.get("TargetMode") == "External"
            if not external:
                target = target.replace("\\", "/")  # as Windows zip libraries write names
                joined = target if target.startswith("/") else posixpath.join("/", folder, target)
                target = self.actual_name(posixpath.normpath(joined).lstrip("/"))
            yield Relationship(element.get("Id", ""), element.get("Type", ""), target, external)

    def add_relationship(self, part: str, type: str, target: str) -> str:
        """Relate a part to another; returns the new id."""
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
        """Remove all relationships with an id, and the relationships part if nothing is left in it."""
        name = self.actual_name(rels_name(part))
        if name not in self:
            return
        root = self.tree(name)
        for element in list(root):
            if element.get("Id") == id:
                root.remove(element)
                self.touch(name)
        if len(root) == 0 and part:
            self.take_away(name)

    def owners(self) -> dict[str, set[str]]:
        """For each part that is referred to, the parts that do ("" is the package)."""
        owners: dict[str, set[str]] = {}
        for owner in (owner for owner in map(owner_of, self.names()) if owner is not None):
            for relation in self.relationships(owner):
                owners.setdefault(relation.target, set()).add(owner)
        return owners
