"""Relationships of parts, and the names of the parts that hold them."""

from __future__ import annotations

import posixpath

from msgspec import Struct


class Relationship(Struct, frozen=True):
    """One relationship of a part. `target` is the part's name, or the outside address when `external`."""

    id: str
    type: str
    target: str
    external: bool


def rels_name(part: str) -> str:
    """The part that holds a part's relationships ("" is the package)."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def owner_of(name: str) -> str | None:
    """The part whose relationships a part holds ("" is the package); None where it holds none."""
    if not name.lower().endswith(".rels"):
        return None
    folder, base = posixpath.split(name)
    where, rels = posixpath.split(folder)
    if rels.lower() != "_rels":
        return None
    return posixpath.join(where, base[: -len(".rels")])
