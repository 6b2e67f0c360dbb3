"""What a worker does: one workbook after the other, each within its time, and none left behind by its parent."""

from __future__ import annotations

import errno
import faulthandler
import hashlib
import json
import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from perf_xlsx import __version__, pipeline
from perf_xlsx.batch.failure import BatchError
from perf_xlsx.catalogue import Noticed, finding
from perf_xlsx.model import Result
from perf_xlsx.place import Place
from perf_xlsx.report import as_record
from perf_xlsx.rulebook import RulebookError, load_rulebook

NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EROFS}  # the next file would fail in the same way


@dataclass(frozen=True, slots=True)
class Task:
    """One workbook to do.

    `file` and `output_name` are its names in the records. `known` is what an earlier run says of it: `key`,
    `output` and `output_sha256` of its record. `force`: do it even if nothing changed.
    """

    file: str
    source: str
    output: str | None
    output_name: str
    rulebook: str | None = None
    known: Mapping[str, Any] | None = None
    force: bool = False


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a task: its record as a line of JSON, or None where the known record still stands.

    `unwritten` says in Chinese why the scored copy could not be written ("" where there was nothing to say).
    """

    record: str | None
    unwritten: str = ""


Work = Callable[[Task], Done]


def prepare(lifeline: Connection, memory: int | None) -> None:
    """Make this process a worker: it ends when its parent lets go or dies, and takes at most `memory` bytes."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
    threading.Thread(target=_until_let_go, args=(lifeline,), daemon=True).start()
    if memory:
        with suppress(ImportError, OSError, ValueError):  # not on Windows; a lower limit of the system's stands
            import resource

            hard = resource.getrlimit(resource.RLIMIT_AS)[1]
            resource.setrlimit(resource.RLIMIT_AS, (memory, hard))


def _until_let_go(lifeline: Connection) -> None:
    with suppress(EOFError, OSError):
        lifeline.recv_bytes()
    os._exit(1)


def do(work: Work, seconds: float | None, version: str, tasks: Sequence[Task]) -> list[Done]:
    """The tasks one after the other. With `seconds`, a task that takes longer ends this process.

    Raises BatchError where this machine has another version of the program.
    """
    if version != __version__:
        raise BatchError(f"有的机器上 perf_xlsx 是 {__version__}，这里是 {version}。请装成同一版本再运行。")
    done = []
    for task in tasks:
        with _within(seconds):
            done.append(work(task))
    return done


@contextmanager
def _within(seconds: float | None) -> Iterator[None]:
    """End the process when the time is over, even if native code never comes back."""
    if seconds is None:
        yield
        return
    with open(os.devnull, "w") as nowhere:
        faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
        try:
            yield
        finally:
            faulthandler.cancel_dump_traceback_later()


def one(task: Task) -> Done:
    """Score one workbook, unless it is done already and nothing changed.

    Raises OSError only where no other copy could be written either, and RulebookError.
    """
    if task.known and not task.force and _unchanged(task, task.known):
        return Done(None)
    unwritten = ""
    try:
        result = pipeline.score(task.source, task.output, task.rulebook)
    except OSError as error:
        if error.errno in NO_SPACE:
            raise BatchError(f"{task.output} 写不进去（{error.strerror}）。请清理磁盘后再运行一次。") from None
        unwritten = f"{task.output} 写不进去（{error.strerror}）。文件如在 Excel 或 WPS 中打开，请先关闭。"
        result = pipeline.score(task.source, None, task.rulebook)
    if result.output is None and not unwritten:
        withdraw(task)
    return Done(_line(task, result, again=bool(unwritten)), unwritten)


def died(task: Task, limits: str) -> Done:
    """What is told of a file that ended its worker twice, the second time alone."""
    withdraw(task)
    seen = Noticed(
        Place(Path(task.source).name),
        "文件",
        None,
        f"读取时{limits}，或读取程序意外中止，没有读完。",
        pipeline.ADVICE["too_large"],
    )
    result = Result(task.source, "", None, None, (finding("R03", seen, None),))
    return Done(_line(task, result))


def _line(task: Task, result: Result, again: bool = False) -> str:
    """The record as JSON. What ran into a limit, or could not be written (`again`), is tried again next time."""
    again = again or any(found.code == "R03" for found in result.findings)
    written = task.output if result.output else None
    record = as_record(result) | {
        "file": task.file,
        "output": task.output_name if written else None,
        "output_sha256": _sha256(written) if written else None,
        "key": None if again else _key(result.sha256, result.rulebook, task.rulebook),
    }
    return json.dumps(record, ensure_ascii=False)


def _key(content: str, rulebook: str | None, asked: str | None) -> dict[str, Any]:
    """All that a record depends on: content, rulebook, program, options. Raises RulebookError."""
    name = asked or rulebook
    rules = hashlib.sha256(repr(load_rulebook(name)).encode()).hexdigest() if name else None
    return {
        "content": content,
        "rulebook": rulebook,
        "rules": rules,
        "version": __version__,
        "options": {"rulebook": rulebook if asked else None},
    }


def _unchanged(task: Task, known: Mapping[str, Any]) -> bool:
    key = known["key"]
    try:
        if not key or key != _key(_sha256(task.source), key["rulebook"], task.rulebook):
            return False
        if known["output"] is None:
            return True
        return (known["output"], known["output_sha256"]) == (task.output_name, _sha256(task.output))
    except (OSError, RulebookError, KeyError, TypeError):
        return False


def withdraw(task: Task) -> None:
    """Take away the scored copy of what stood there before, if it is as we wrote it: it is no longer true."""
    if task.output and task.known and task.known["output"] == task.output_name:
        with suppress(OSError):
            if _sha256(task.output) == task.known["output_sha256"]:
                os.unlink(task.output)


def _sha256(path: str | None) -> str:
    if path is None:
        raise FileNotFoundError(path)
    with open(path, "rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
