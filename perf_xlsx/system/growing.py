"""Collections that grow with a batch: in memory while they are small, then in a temporary database."""

from __future__ import annotations

import hashlib
import weakref
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, overload

if TYPE_CHECKING:
    import sqlite3

FEW = 10_000  # are kept in memory


class NumbersByText:
    """Whole numbers by texts, or only the texts. Of many, digests of 16 bytes stand for the texts."""

    def __init__(self) -> None:
        self._memory: dict[str, int] = {}
        self._database: sqlite3.Connection | None = None

    def add(self, text: str, number: int = 0) -> bool:
        """Enter a text, unless it is there; gives whether it was not."""
        if self._database is None:
            before = len(self._memory)
            self._memory.setdefault(text, number)
            if len(self._memory) == before:
                return False
            self._move()
            return True
        return bool(self._insert("ignore", [(text, number)]))

    def put(self, text: str, number: int) -> None:
        """Enter a text; its number counts from now on."""
        if self._database is None:
            self._memory[text] = number
            self._move()
        else:
            self._insert("replace", [(text, number)])

    def get(self, text: str) -> int | None:
        """The number of a text; None where it is not there."""
        if self._database is None:
            return self._memory.get(text)
        found = self._database.execute("select number from number where text = ?", (_digest(text),)).fetchone()
        return found[0] if found else None

    def __contains__(self, text: str) -> bool:
        return self.get(text) is not None

    def _move(self) -> None:
        """Out of memory, where these have become many."""
        if len(self._memory) > FEW:
            self._database = _database(self, "create table number (text blob primary key, number) without rowid")
            self._insert("ignore", self._memory.items())
            self._memory = {}

    def _insert(self, where_known: str, items: Iterable[tuple[str, int]]) -> int:
        """Gives how many were entered."""
        assert self._database
        rows = ((_digest(text), number) for text, number in items)
        return self._database.executemany(f"insert or {where_known} into number values (?, ?)", rows).rowcount


class Pairs(Sequence[tuple[str, str]]):
    """Pairs of texts in their order, without the character NUL."""

    def __init__(self) -> None:
        self._count = 0
        self._memory: list[tuple[str, str]] = []
        self._database: sqlite3.Connection | None = None

    def append(self, one: str, other: str) -> None:
        """One more."""
        pair = one, one if one == other else other  # mostly one text for both
        self._count += 1
        if self._database is None:
            self._memory.append(pair)
            if self._count > FEW:
                self._database = _database(self, "create table pair (texts blob)")
                self._insert(self._memory)
                self._memory = []
        else:
            self._insert([pair])

    def _insert(self, pairs: Iterable[tuple[str, str]]) -> None:
        assert self._database
        self._database.executemany("insert into pair values (?)", ((_joined(pair),) for pair in pairs))

    def __len__(self) -> int:
        return self._count

    @overload
    def __getitem__(self, at: int) -> tuple[str, str]: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[tuple[str, str]]: ...
    def __getitem__(self, at: int | slice) -> tuple[str, str] | Sequence[tuple[str, str]]:
        if self._database is None:
            return self._memory[at]
        if isinstance(at, slice):
            return [self[one] for one in range(self._count)[at]]
        row = range(self._count)[at] + 1
        return _split(*self._database.execute("select texts from pair where rowid = ?", (row,)).fetchone())

    def __iter__(self) -> Iterator[tuple[str, str]]:
        if self._database is None:
            return iter(self._memory)
        return (_split(texts) for (texts,) in self._database.execute("select texts from pair order by rowid"))


def _database(owner: object, table: str) -> sqlite3.Connection:
    """A database with a table, closed when its owner is gone."""
    from perf_xlsx.system.temporary_database import temporary_database  # which small batches need none of

    database = temporary_database()
    database.execute(table)
    weakref.finalize(owner, database.close)
    return database


def _digest(text: str) -> bytes:
    return hashlib.blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _joined(pair: tuple[str, str]) -> bytes:
    one, other = pair
    return (one if one == other else f"{one}\0{other}").encode("utf-8", "surrogatepass")


def _split(texts: bytes) -> tuple[str, str]:
    one, _, other = texts.decode("utf-8", "surrogatepass").partition("\0")
    return one, other or one
