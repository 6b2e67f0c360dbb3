"""What grows with a batch, in a temporary database: on disk beyond its cache, so that memory stays small."""

from __future__ import annotations

import sqlite3


def temporary_database() -> sqlite3.Connection:
    """A database that is gone when it is closed. One thread at a time may use it."""
    database = sqlite3.connect("", check_same_thread=False)
    database.execute("pragma cache_size = -500")  # KB
    return database
