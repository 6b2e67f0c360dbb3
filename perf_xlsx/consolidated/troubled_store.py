"""The returns with findings, in a temporary database, in order when read.

Held in memory they would take half a kilobyte each.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import astuple

from perf_xlsx.consolidated.returns import ReturnIdentity
from perf_xlsx.domain.model import STANDINGS
from perf_xlsx.system.temporary_database import temporary_database


class Troubled(Struct, frozen=True):
    """One return with findings, counted by standing; its errors in words, file and scored copy.

    `rank` is its row in the list of units, `place` is its path and which of its forms.
    """

    who: ReturnIdentity
    counts: tuple[int, ...]
    errors: str = ""
    file: str = ""
    output: str | None = None
    rank: int | None = None
    place: str = ""


class TroubledStore:
    """The store of one count of records. Use it in a `with` block."""

    def __enter__(self) -> TroubledStore:
        self._database = temporary_database()
        self._database.execute(f"create table troubled (rank, more text, {', '.join(STANDINGS)})")
        return self

    def __exit__(self, *_: object) -> None:
        self._database.close()

    def add(self, one: Troubled) -> None:
        """Store a return with findings, counted in the order of STANDINGS."""
        others = astuple(one.who), one.errors, one.file, one.output, one.place
        more = json.dumps(others)  # names may hold half a character
        row = one.rank, more, *one.counts
        self._database.execute(f"insert into troubled values (?, ?{', ?' * len(one.counts)})", row)

    def __iter__(self) -> Iterator[Troubled]:
        """In the order of the list of units; behind them the worst first, else in the order of the records."""
        order = ", ".join(f"{standing} desc" for standing in STANDINGS)
        query = f"select * from troubled order by rank is null, rank, {order}, rowid"
        for rank, more, *counts in self._database.execute(query):
            who, errors, file, output, place = json.loads(more)
            yield Troubled(ReturnIdentity(*who), tuple(counts), errors, file, output, rank, place)
