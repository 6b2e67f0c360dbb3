"""Scores what visitors send, as it comes: what waits is one batch on the workers that `score` uses."""

from __future__ import annotations

import threading
import traceback
from collections.abc import Callable
from contextlib import closing
from itertools import groupby

from msgspec.structs import replace

from perf_xlsx import batch
from perf_xlsx.batch import BatchError
from perf_xlsx.batch.backends import MEGABYTES, SECONDS, cores
from perf_xlsx.batch.processes import local_processes
from perf_xlsx.desk.arrivals import Arrival, Arrivals
from perf_xlsx.desk.passwords import Passwords
from perf_xlsx.pipeline import Terms
from perf_xlsx.rulebook import RulebookError

PER_WORKER = 4  # returns; a process takes longer to start than to do a few
MOST_AT_ONCE = 200  # returns of one batch
PAUSE = 5.0  # seconds after which what failed is tried again


class Inbox:
    """A thread that scores what waits. `terms` gives how, for each batch."""

    def __init__(self, arrivals: Arrivals, terms: Callable[[], Terms], passwords: Passwords) -> None:
        self.arrivals, self.terms, self.passwords = arrivals, terms, passwords
        self.come = threading.Condition()
        self.left: list[Arrival] = arrivals.waiting()
        self.closed = False
        self.problem = ""
        self.stop: Callable[[], None] = lambda: None
        self.thread = threading.Thread(target=self._work, daemon=True)

    def start(self) -> None:
        """Begin, with what an earlier desk left."""
        self.thread.start()

    def add(self, note: Arrival) -> None:
        """One more has come."""
        with self.come:
            self.left.append(note)
            self.come.notify()

    def close(self) -> None:
        """End after the return that is being scored: the others wait for the next start."""
        with self.come:
            self.closed = True
            self.come.notify()
        if self.thread.is_alive():
            self.thread.join(SECONDS)

    def _work(self) -> None:
        while True:
            with self.come:
                while not self.left and not self.closed:
                    self.come.wait()
                if self.closed:
                    return
                some, self.left = self.left[:MOST_AT_ONCE], self.left[MOST_AT_ONCE:]
            try:
                self._score(some)
                self.problem = ""
            except (BatchError, RulebookError, OSError) as error:
                self._later(some, str(error))
            except Exception as error:  # whatever it is, the others are not to wait for ever
                traceback.print_exception(error)
                self._later(some, f"评分出错（{type(error).__name__}），请看启动窗口中的说明。")

    def _later(self, some: list[Arrival], problem: str) -> None:
        """Try again after a while; what is new goes first."""
        self.problem = problem
        with self.come:
            self.left += [note for note in some if not self.arrivals.is_scored(note)]
            if not self.closed:
                self.come.wait(PAUSE)

    def _score(self, notes: list[Arrival]) -> None:
        """Score them, each person's with the passwords that he gave and no others: those without any go first."""
        by_passwords: dict[tuple[str, ...], list[Arrival]] = {(): []}
        for note in notes:
            by_passwords.setdefault(self.passwords.of(note.owner), []).append(note)
        terms = self.terms()
        for passwords, some in by_passwords.items():
            if some and not self.closed:
                self._batch(some, replace(terms, passwords=passwords))

    def _batch(self, notes: list[Arrival], terms: Terms) -> None:
        plan = self.arrivals.plan(notes)
        workers = max(1, min(cores(), -(-len(notes) // PER_WORKER)))
        backend = local_processes(workers, SECONDS, MEGABYTES)
        with closing(batch.run(plan, terms=terms, backend=backend)) as finished:
            for file, forms in groupby(finished, key=lambda one: one.record.file):
                records = [one.record for one in forms]
                note = self.arrivals.one((file or "").partition("/")[0])
                if note is not None:
                    self.arrivals.scored(note, records)
                    self._again_if_opened(note, terms.passwords)
                if self.closed:
                    return

    def _again_if_opened(self, note: Arrival, tried: tuple[str, ...]) -> None:
        """Once more, where a password was given while it was scored without. Raises OSError."""
        needed = any(row.password == "needed" for row in self.arrivals.in_short(note).rows)
        if needed and self.passwords.of(note.owner) not in ((), tried):
            self.arrivals.again(note)
            self.add(note)
