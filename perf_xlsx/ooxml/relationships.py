"""What parts refer to: relationships, each read once and kept until a part comes, goes or changes."""

from __future__ import annotations

import posixpath
from collections.abc import Iterator

from lxml import etree
from msgspec import Struct, field

from perf_xlsx.ooxml.archive import PackageError
from perf_xlsx.ooxml.markup import named
from perf_xlsx.ooxml.parts import Parts


class Relationship(Struct, frozen=True):
    """One relationship of a part. `target` is the part's name, or the outside address when `external`."""

    id: str
    type: str
    target: str
    external: bool


def rels_name(part: str) -> str:
    """The part that holds a part's relationships ("" stands for the package)."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def owner_of(name: str) -> str | None:
    """The part whose relationships a part holds ("" stands for the package); None where it holds none."""
    folder, base = posixpath.split(name)
    where, rels = posixpath.split(folder)
    if rels.lower() != "_rels" or not base.lower().endswith(".rels"):
        return None
    return posixpath.join(where, base[: -len(".rels")])


class Related(Parts):
    """Parts that refer to each other."""

    _related: dict[str, list[Relationship]] = field(default_factory=dict)

    def write(self, name: str, data: bytes) -> None:
        """Replace or add a part."""
        super().write(name, data)
        self._forget(name)

    def take_away(self, name: str) -> None:
        """Take a part away, where there is one."""
        super().take_away(name)
        self._forget(name)

    def touch(self, name: str) -> None:
        """The tree of this part was changed: it is serialised when the package is saved."""
        super().touch(name)
        self._related.pop(name, None)

    def _forget(self, name: str) -> None:
        """A part has come, gone or changed: what is known of relationships may be so no longer."""
        self._related.pop(name, None)
        if name not in self.archive.infos:  # a target may have got its part, under another spelling
            spelt = name.lower()
            for source, found in list(self._related.items()):
                if any(relation.target.lower() == spelt for relation in found):
                    del self._related[source]

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

    def free_name(self, pattern: str) -> str:
        """The first unused part name of a pattern such as "xl/worksheets/sheet{}.xml".

        A name that something refers to in vain is not unused: what refers to it would get our part.
        """
        names = self.names()
        referred = (r.target for name in names if owner_of(name) is not None for r in self._relations_in(name))
        taken = {name.lower() for name in (*names, *referred)}
        number = 1
        while pattern.format(number).lower() in taken:
            number += 1
        return pattern.format(number)

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
            self.take_away(name)

    def owners(self) -> dict[str, set[str]]:
        """For each part that is referred to, the parts that do ("" stands for the package)."""
        owners: dict[str, set[str]] = {}
        for owner in (owner for owner in map(owner_of, self.names()) if owner is not None):
            for relation in self.relationships(owner):
                owners.setdefault(relation.target, set()).add(owner)
        return owners
