"""Passwords that open workbooks: each person's own, in memory alone, gone when the desk ends."""

from __future__ import annotations

import threading

MOST_OF_ONE = 20  # passwords; each costs time on each workbook that it does not open
LONGEST = 255  # characters, as in Excel
MOST_PEOPLE = 2_000
OFFICER = ""


def can_be(password: str) -> bool:
    """Whether this can be a password."""
    return 0 < len(password) <= LONGEST and password.isprintable()


class Passwords:
    """By whose they are: a visitor's open nothing that another sent, nor do the officer's."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._of: dict[str, tuple[str, ...]] = {}

    def of(self, whose: str) -> tuple[str, ...]:
        """The passwords of a person, the last first."""
        return self._of.get(whose, ())

    def add(self, whose: str, password: str) -> bool:
        """Remember one more, the oldest goes; whether it can be one."""
        if not can_be(password):
            return False
        with self._lock:
            before = [one for one in self._of.pop(whose, ()) if one != password]
            self._of[whose] = (password, *before)[:MOST_OF_ONE]
            while len(self._of) > MOST_PEOPLE:
                self._of.pop(next(one for one in self._of if one != OFFICER))
        return True

    def forget(self, whose: str) -> None:
        """Forget all of a person's."""
        with self._lock:
            self._of.pop(whose, None)
