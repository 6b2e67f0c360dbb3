"""The returns with findings, in a temporary sqlite database: on disk beyond its cache, worst first when read.

Held in memory they would take half a kilobyte each.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import astuple

from perf_xlsx.consolidated.returns import Identity
from perf_xlsx.domain.model import STANDINGS


class Troubled(Struct, frozen=True):
    """One return with findings, counted by standing."""

    who: Identity
    counts: tuple[int, ...]


class TroubledStore:
    """The store of one count of records. Use it in a `with` block."""

    def __enter__(self) -> TroubledStore:
        self._database = sqlite3.connect("")
        self._database.execute("pragma cache_size = -500")  # KB
        self._database.execute(f"create table troubled (who text, {', '.join(STANDINGS)})")
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def add(self, who: Identity, counts: tuple[int, ...]) -> None:
        """Store a return with findings, counted in the order of STANDINGS."""
        row = (json.dumps(astuple(who)), *counts)  # as JSON: names may hold half a surrogate pair
        self._database.execute(f"insert into troubled values (?{', ?' * len(counts)})", row)

    def __iter__(self) -> Iterator[Troubled]:
        """The worst first, else in the order of the records."""
        order = ", ".join(f"{standing} desc" for standing in STANDINGS)
        for who, *counts in self._database.execute(f"select * from troubled order by {order}, rowid"):
            yield Troubled(Identity(*json.loads(who)), tuple(counts))
