"""What counting must remember of each return, in a temporary sqlite database: on disk beyond its cache.

Memory would else grow with the returns by half a kilobyte each.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import astuple

from perf_xlsx.consolidated.returns import Identity, Record, repeat_key
from perf_xlsx.domain.model import STANDINGS


class Troubled(Struct, frozen=True):
    """One return with findings, counted by standing."""

    who: Identity
    counts: tuple[int, ...]


class SeenStore:
    """A memory for one count of records. Use it in a `with` block."""

    def __enter__(self) -> SeenStore:
        self._memory = sqlite3.connect("")
        self._memory.execute("pragma cache_size = -500")  # KB
        self._memory.execute("create table seen (key blob primary key) without rowid")
        self._memory.execute(f"create table troubled (who text, {', '.join(STANDINGS)})")
        return self

    def __exit__(self, *_: object) -> None:
        self._memory.close()

    def seen_before(self, record: Record) -> bool:
        """Whether the same unit's same form came before; takes note of it."""
        key = repeat_key(record)
        if key is None:
            return False
        digest = hashlib.blake2b(repr(key).encode("utf-8", "surrogatepass"), digest_size=16).digest()
        return not self._memory.execute("insert or ignore into seen values (?)", (digest,)).rowcount

    def note(self, who: Identity, counts: tuple[int, ...]) -> None:
        """Take note of a return with findings, counted in the order of STANDINGS."""
        row = (json.dumps(astuple(who)), *counts)  # as JSON: names may hold what is no Unicode
        self._memory.execute(f"insert into troubled values (?{', ?' * len(counts)})", row)

    def troubled(self) -> Iterator[Troubled]:
        """The returns with findings, the worst first, else in their order."""
        order = ", ".join(f"{how} desc" for how in STANDINGS)
        for who, *counts in self._memory.execute(f"select * from troubled order by {order}, rowid"):
            yield Troubled(Identity(*json.loads(who)), tuple(counts))
