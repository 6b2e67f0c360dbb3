"""A run of the command `score` over the folder of returns, and how far it is.

It is the command itself, in a process of its own: so the page and the command write the same, a workbook that ends
the process does not end the page, and a run that was stopped goes on, by either.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import PurePath
from typing import IO, Literal

from msgspec import Struct
from msgspec.structs import replace

from perf_xlsx import batch
from perf_xlsx.batch.pace import Pace
from perf_xlsx.desk.folders import Folders
from perf_xlsx.desk.scored_by import ScoredBy
from perf_xlsx.pipeline import OutputError
from perf_xlsx.results.record import decode_record
from perf_xlsx.results.records import LONGEST
from perf_xlsx.results.result_in_words import outcome

MOST_SAID, LONGEST_SAID = 50, 2000  # lines and characters of what the command says

Stage = Literal["idle", "running", "finishing", "stopped", "done", "failed"]


class Progress(Struct, frozen=True):
    """How far the run is. `counts` are outcomes in words, `left` the time left, `said` what the command said."""

    stage: Stage = "idle"
    total: int = 0
    done: int = 0
    file: str = ""
    left: str = ""
    counts: dict[str, int] = {}
    said: tuple[str, ...] = ()
    run: int = 0

    @property
    def wrong(self) -> bool:
        """Whether the command said that something was not done, such as 汇总.xlsx while it is open in Excel."""
        return self.stage == "failed" or any(line.startswith("错误") for line in self.said)

    @property
    def busy(self) -> bool:
        """Whether the process runs."""
        return self.stage in ("running", "finishing")


class ScoreRun:
    """One run at a time. What is asked for meanwhile is done once it is over."""

    def __init__(
        self,
        folders: Folders,
        scored_by: ScoredBy,
        options: Callable[[], Sequence[str]],
        passwords: Callable[[], Sequence[str]] = tuple,
    ) -> None:
        self.folders, self.scored_by = folders, scored_by
        self.options, self.passwords = options, passwords
        self.lock = threading.Lock()
        self.progress = Progress()
        self.process: subprocess.Popen[str] | None = None
        self.again = self.stopping = self.closed = False

    def start(self) -> None:
        """Begin a run, or have one follow the present one."""
        with self.lock:
            if self.closed:
                return
            if self.progress.busy:
                self.again = True
                return
            self.again = self.stopping = False
            number = self.progress.run + 1
            try:
                total = len(batch.plan([self.folders.returns], self.folders.results))
            except OutputError as error:
                self.progress = Progress("failed", said=(str(error),), run=number)
                return
            self.progress = Progress("running", total, run=number)
            self.scored_by.begin()
            self.process = _started(self.folders, self.options(), self.passwords())
            threading.Thread(target=self._follow, args=(self.process, total), daemon=True).start()

    def stop(self) -> None:
        """Stop the run; what is done stays done."""
        with self.lock:
            self.again, self.stopping = False, True
            if self.process and self.progress.busy:
                self.process.terminate()  # loses nothing; whoever writes for it ends with it

    def close(self) -> None:
        """The desk ends: no run goes on without it."""
        self.closed = True
        self.stop()
        if (process := self.process) is not None:
            try:
                process.wait(10)
            except subprocess.TimeoutExpired:
                process.kill()

    def _follow(self, process: subprocess.Popen[str], total: int) -> None:
        said: list[str] = []
        assert process.stdout is not None
        assert process.stderr is not None
        listener = threading.Thread(target=_listen, args=(process.stderr, said), daemon=True)
        listener.start()
        self._count(process.stdout, total)
        code = process.wait()
        listener.join()
        with self.lock:
            stage: Stage = "stopped" if self.stopping else "done"
            if code not in (0, 1, 3) and stage == "done":
                stage = "failed"
            self._note(stage)
            told = () if self.stopping else tuple(said)  # of a process that was ended, only complaints of Python
            self.progress = replace(self.progress, stage=stage, file="", left="", said=told)
            again = self.again
        if again:
            self.start()

    def _note(self, stage: Stage) -> None:
        """Remember how the run ended."""
        match stage:
            case "done":
                self.scored_by.done()
            case "stopped":
                self.scored_by.stopped()
            case _:
                self.scored_by.failed()

    def _count(self, stdout: IO[str], total: int) -> None:
        """Take in the records as they come; a workbook with several forms counts once."""
        pace, before = Pace(total), None
        while line := stdout.readline(LONGEST):
            with suppress(ValueError, RecursionError):
                record = decode_record(line.encode("utf-8", "surrogateescape"))
                if record.file is None or record.file == before:
                    continue
                before = record.file
                pace.add(outcome(record))
                done, name = pace.counts.total(), PurePath(record.file).name
                with self.lock:
                    self.progress = replace(
                        self.progress, stage="running" if done < total else "finishing", done=done, file=name,
                        left=pace.left, counts=dict(pace.counts),
                    )  # fmt: skip


def _started(folders: Folders, options: Sequence[str], passwords: Sequence[str]) -> subprocess.Popen[str]:
    """The command. Passwords are told on its standard input: its words are seen by every user of the machine."""
    # On Windows what it says would be in the code page of the machine: an embeddable Python heeds no variable.
    words = [sys.executable, "-P", "-X", "utf8", *subprocess._args_from_interpreter_flags(), "-m", "perf_xlsx"]  # type: ignore[attr-defined]
    words += ["score", str(folders.returns), "-o", str(folders.results), "--json", *options]
    words += ["--password-file", "-"] if passwords else []
    process = subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        encoding="utf-8", errors="surrogateescape", start_new_session=True,
    )  # fmt: skip
    assert process.stdin is not None
    with suppress(OSError), process.stdin:  # it may have ended already
        process.stdin.write("\n".join(passwords))
    return process


def _listen(stderr: IO[str], said: list[str]) -> None:
    for line in iter(lambda: stderr.readline(LONGEST_SAID), ""):
        if len(said) < MOST_SAID and line.strip():
            said.append(line.strip())
